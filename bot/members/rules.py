"""The decisions of membership: who somebody is here, and what they may do."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

STALE_INVITATION = timedelta(days=30)


class MembershipState(StrEnum):
    """Where somebody stands with one group."""

    INVITED = "invited"
    ACTIVE = "active"
    DECLINED = "declined"
    DISCHARGED = "discharged"


class Role(StrEnum):
    """What somebody is in this house. One person may be several."""

    STRANGER = "stranger"
    PARTICIPANT = "participant"
    ALUMNUS = "alumnus"
    FAMILY = "family"
    FORMER = "former"
    STAFF = "staff"
    ON_CALL = "on_call"
    OPERATOR = "operator"
    """Who owns the server and runs the bot: set-up and people, and nothing that is clinical."""


class Action(StrEnum):
    """What somebody may want to do, named once for commands, buttons and pages alike."""

    CHECK_IN = "check in"
    GET_SKILL = "get a skill"
    SEE_SESSIONS = "see the sessions of one's own groups"
    ANSWER_SESSION = "answer a session reminder"
    REACH_STAFF = "reach staff"
    ANSWER_OWN = "answer what was sent to oneself alone"
    OWN_DATA = "see, export or erase one's own data"
    OWN_SETTINGS = "set one's own name, language and reminders, and whom to call in need"
    STOP = "stop reminders"
    ENROL = "enrol or discharge members"
    SET_UP = "set the programme up"
    HANDLE_INCIDENT = "acknowledge or resolve an incident"
    SEE_ON_CALL = "see who is on call"
    CHANGE_ROTA = "take a shift, override the rota, or note time off"
    READ_CHECKIN = "read a check-in sent to staff"
    MODERATE = "see and decide what is held, and what is reported"
    SET_FILTERS = "see and change what a group's filters do"
    SEE_UNHEARD = "see who has not checked in"
    DO_TASK = "tick off what staff were asked to do for somebody"
    ANSWER_TICKET = "read, take, answer and close what members asked of staff"
    EDIT_LEXICON = "propose, approve and remove words of staff's own, and review where the detector was wrong"
    ACCEPT_RULES = "read and accept the rules of one's group"
    ACT_ON_PERSON = "warn somebody, time them out, or remove them from a group"
    CLOSE_CHANNEL = "lock, unlock or slow a group's channel"
    SEE_CASES = "see the case history of somebody"
    SHARE = "share something anonymously with one's group"
    SWITCH_SHARES = "turn anonymous shares on or off for a group"
    UNSEAL = "ask for a share's seal to be opened, or agree to it"


MEMBERS = frozenset({Role.PARTICIPANT, Role.ALUMNUS, Role.FAMILY})
EVERYBODY = frozenset(Role)
THE_STAFF = frozenset({Role.STAFF, Role.ON_CALL})
STAFF_AND_OPERATOR = THE_STAFF | {Role.OPERATOR}

MAY: dict[Action, frozenset[Role]] = {
    Action.CHECK_IN: MEMBERS,
    Action.GET_SKILL: EVERYBODY,
    Action.SEE_SESSIONS: EVERYBODY,
    Action.ANSWER_SESSION: MEMBERS,
    Action.REACH_STAFF: EVERYBODY,
    Action.ANSWER_OWN: EVERYBODY,
    Action.OWN_DATA: EVERYBODY,
    Action.OWN_SETTINGS: MEMBERS | {Role.FORMER},
    Action.STOP: EVERYBODY,
    Action.ENROL: THE_STAFF,
    Action.SET_UP: STAFF_AND_OPERATOR,
    Action.HANDLE_INCIDENT: THE_STAFF,
    Action.SEE_ON_CALL: THE_STAFF,
    Action.CHANGE_ROTA: THE_STAFF,
    Action.READ_CHECKIN: THE_STAFF,
    Action.SEE_UNHEARD: THE_STAFF,
    Action.DO_TASK: THE_STAFF,
    Action.ANSWER_TICKET: THE_STAFF,
    Action.MODERATE: THE_STAFF,
    Action.SET_FILTERS: THE_STAFF,
    Action.EDIT_LEXICON: THE_STAFF,
    Action.ACCEPT_RULES: MEMBERS,
    Action.ACT_ON_PERSON: STAFF_AND_OPERATOR,
    Action.CLOSE_CHANNEL: STAFF_AND_OPERATOR,
    Action.SEE_CASES: THE_STAFF,
    Action.SHARE: MEMBERS,
    Action.SWITCH_SHARES: THE_STAFF,
    Action.UNSEAL: THE_STAFF,
}
"""The permission table: every command, button and page asks this one, on the server, each time."""

STAFFS_OWN = frozenset(action for action, roles in MAY.items() if not roles & MEMBERS)
"""What no member may do. Only these may be refused before somebody's words have been read."""

RANK: dict[Role, int] = {Role.STAFF: 1, Role.ON_CALL: 1, Role.OPERATOR: 2}
"""Who stands above whom: the operator above staff, staff above everybody else."""


def rank(roles: frozenset[Role]) -> int:
    """The place of somebody with these roles, by the highest of them."""
    return max((RANK.get(role, 0) for role in roles), default=0)


def stands_above(actor: frozenset[Role], target: frozenset[Role]) -> bool:
    """Whether one may act on another: nobody on somebody above them, and nobody on their equals."""
    return rank(actor) > rank(target)


@dataclass(frozen=True)
class Standing:
    """Who somebody is in one server: their roles in the house, and the groups they are active in."""

    guild_id: int
    user_id: int
    roles: frozenset[Role] = field(default_factory=lambda: frozenset({Role.STRANGER}))
    groups: tuple[str, ...] = ()
    language: str = "en"
    language_chosen: bool = False

    def may(self, action: Action) -> bool:
        """Whether the table allows it."""
        return bool(self.roles & MAY[action])

    @property
    def is_known(self) -> bool:
        """Whether this person is or was somebody's to look after, also after `Not now`, discharge or leaving."""
        return Role.STRANGER not in self.roles


def roles_of(
    tracks: dict[str, str],
    memberships: dict[str, MembershipState],
    *,
    staff: bool,
    on_call: bool,
    operator: bool = False,
) -> frozenset[Role]:
    """What somebody is, from their memberships by group key and the groups' tracks (iop, aftercare or family).

    Whoever was ever invited is known: a person who chose `Not now`, or was discharged, and is in danger is paged for.
    """
    by_track = {"iop": Role.PARTICIPANT, "aftercare": Role.ALUMNUS, "family": Role.FAMILY}
    roles = {
        by_track[tracks[group]]
        for group, state in memberships.items()
        if state is MembershipState.ACTIVE and tracks.get(group) in by_track
    }
    if memberships and not roles:
        roles.add(Role.FORMER)
    if staff:
        roles.add(Role.STAFF)
    if on_call:
        roles.add(Role.ON_CALL)
    if operator:
        roles.add(Role.OPERATOR)
    return frozenset(roles or {Role.STRANGER})


def may_answer(state: MembershipState) -> bool:
    """Whether `I agree` or `Not now` still changes something; who said `Not now` may come back to the same notice."""
    return state in {MembershipState.INVITED, MembershipState.DECLINED}


def wants_messages(state: MembershipState, stopped_at: datetime | None) -> bool:
    """Whether cards, reminders and nudges may go to this member; safety messages do not ask."""
    return state is MembershipState.ACTIVE and stopped_at is None
