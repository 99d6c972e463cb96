"""Who may do what where, worked out from the layout as Discord works it out."""

import pytest

from bot.program.layout import (
    EVERYONE,
    ON_CALL,
    STAFF,
    THE_BOT,
    Grant,
    Layout,
    ObjectKey,
    Topics,
    check_in_key,
    coping_key,
    desired_layout,
    group_key,
)
from bot.program.permissions import BOT_PERMISSIONS
from sandbox.permissions import MEMBER, ROLE, Overwrite, Permission, compute_base, compute_in_channel
from tests.program.files import SMALLEST, programme

P = Permission
FRESH_SERVER = int(
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.SEND_MESSAGES_IN_THREADS
    | P.CREATE_PUBLIC_THREADS
    | P.CREATE_PRIVATE_THREADS
    | P.ADD_REACTIONS
    | P.READ_MESSAGE_HISTORY
    | P.USE_APPLICATION_COMMANDS
    | P.MENTION_EVERYONE
)
"""What @everyone may do in a server that nobody configured, as far as it matters here."""
GUILD = 1
OWNER = 2
PERSON = 3
BOT = 4
BOT_ROLE = 5
ROLE_IDS = {STAFF: 10, ON_CALL: 11, group_key("morning"): 12, group_key("family"): 13}

NOBODY = frozenset[ObjectKey]()
MORNING = frozenset({group_key("morning")})
FAMILY = frozenset({group_key("family")})
STAFFER = frozenset({STAFF})
CLINICIAN = frozenset({STAFF, ON_CALL})
BOTH = MORNING | STAFFER

# view, write, write in threads, open threads, react, use commands, remove others' messages
SEES, WRITES, THREADS, OPENS, REACTS, COMMANDS, REMOVES = (
    P.VIEW_CHANNEL,
    P.SEND_MESSAGES,
    P.SEND_MESSAGES_IN_THREADS,
    P.CREATE_PUBLIC_THREADS | P.CREATE_PRIVATE_THREADS,
    P.ADD_REACTIONS,
    P.USE_APPLICATION_COMMANDS,
    P.MANAGE_MESSAGES,
)
JUDGED = SEES | WRITES | THREADS | OPENS | REACTS | COMMANDS | REMOVES | P.MENTION_EVERYONE | P.MANAGE_THREADS
READING = SEES | REACTS | COMMANDS
TALKING = READING | WRITES | THREADS


def overwrites(grants: tuple[Grant, ...]) -> list[Overwrite]:
    found = []
    for grant in grants:
        kind = MEMBER if grant.who == THE_BOT else ROLE
        target = {EVERYONE: GUILD, THE_BOT: BOT}.get(grant.who) or ROLE_IDS[grant.who]
        found.append(Overwrite(target, kind, int(grant.allow), int(grant.deny)))
    return found


def rights(layout: Layout, place: str, roles: frozenset[ObjectKey], *, everyone: int = FRESH_SERVER) -> Permission:
    """What somebody with these roles may do in a channel (or, with a capital, a category) of the layout."""
    places = {each.name: each.grants for each in layout.places}
    carried = [int(role.permissions) for role in layout.roles if role.key in roles]
    base = compute_base(OWNER, PERSON, everyone, carried)
    held = compute_in_channel(
        base,
        everyone_id=GUILD,
        user_id=PERSON,
        role_ids={ROLE_IDS[role] for role in roles},
        overwrites=overwrites(places[place]),
    )
    in_threads = compute_in_channel(
        base,
        everyone_id=GUILD,
        user_id=PERSON,
        role_ids={ROLE_IDS[role] for role in roles},
        overwrites=overwrites(places[place]),
        in_thread=True,
    )
    assert not in_threads & P.MENTION_EVERYONE
    return P(held) & JUDGED


@pytest.fixture
def layout() -> Layout:
    return desired_layout(programme())


@pytest.mark.parametrize("everyone", [FRESH_SERVER, 0])
@pytest.mark.parametrize(
    ("place", "roles", "may"),
    [
        ("welcome", NOBODY, SEES | THREADS | COMMANDS),
        ("welcome", MORNING, SEES | THREADS | COMMANDS),
        ("welcome", STAFFER, SEES | THREADS | COMMANDS | P.MANAGE_THREADS),
        ("morning-check-in", NOBODY, P(0)),
        ("morning-check-in", FAMILY, P(0)),
        ("morning-check-in", frozenset({ON_CALL}), P(0)),
        ("morning-check-in", MORNING, TALKING),
        ("morning-check-in", STAFFER, TALKING | REMOVES),
        ("morning-check-in", BOTH, TALKING | REMOVES),
        ("morning-coping", NOBODY, P(0)),
        ("morning-coping", FAMILY, P(0)),
        ("morning-coping", MORNING, READING | THREADS),
        ("morning-coping", STAFFER, READING | THREADS | REMOVES),
        ("morning-coping", BOTH, READING | THREADS | REMOVES),
        ("family-check-in", MORNING, P(0)),
        ("family-check-in", FAMILY, TALKING),
        ("Morning IOP", NOBODY, P(0)),
        ("Morning IOP", FAMILY, P(0)),
        ("Morning IOP", MORNING, TALKING),
        ("Staff", NOBODY, P(0)),
        ("Staff", MORNING, P(0)),
        ("Staff", STAFFER, TALKING),
        ("on-call", MORNING, P(0)),
        ("on-call", STAFFER, TALKING),
        ("on-call", CLINICIAN, TALKING),
        ("on-call", frozenset({ON_CALL}), TALKING),
        ("mod-queue", FAMILY, P(0)),
        ("mod-queue", STAFFER, TALKING),
        ("staff-room", FAMILY, P(0)),
        ("staff-room", STAFFER, TALKING),
    ],
)
def test_who_may_do_what_where(
    layout: Layout, place: str, roles: frozenset[ObjectKey], may: Permission, everyone: int
) -> None:
    """Whatever the server lets @everyone do, and @everyone, @here and threads of one's own nowhere."""
    assert rights(layout, place, roles, everyone=everyone) == may


def test_the_bot_may_do_its_work_everywhere(layout: Layout) -> None:
    work = (
        (SEES | WRITES | THREADS | OPENS | REMOVES | P.MANAGE_THREADS | P.EMBED_LINKS | P.ATTACH_FILES)
        | P.READ_MESSAGE_HISTORY
        | P.MANAGE_CHANNELS
        | P.MANAGE_ROLES
    )
    for place in layout.places:
        base = compute_base(OWNER, BOT, FRESH_SERVER, [int(BOT_PERMISSIONS)])
        held = compute_in_channel(
            base, everyone_id=GUILD, user_id=BOT, role_ids={BOT_ROLE}, overwrites=overwrites(place.grants)
        )
        assert work & ~held == 0, place.name


def test_the_server_has_the_rooms_that_were_promised(layout: Layout) -> None:
    assert [role.name for role in layout.roles] == ["Staff", "On call", "Morning IOP", "Family evening"]
    assert [int(role.permissions) for role in layout.roles] == [int(P.MODERATE_MEMBERS), 0, 0, 0]
    homes = {category.key: category.name for category in layout.categories}
    assert [(channel.name, homes.get(channel.category or ObjectKey(""))) for channel in layout.channels] == [
        ("welcome", None),
        ("morning-check-in", "Morning IOP"),
        ("morning-coping", "Morning IOP"),
        ("family-check-in", "Family evening"),
        ("family-coping", "Family evening"),
        ("on-call", "Staff"),
        ("mod-queue", "Staff"),
        ("staff-room", "Staff"),
    ]
    assert layout.staff == {111, 112, 113}


def test_a_programme_without_groups_has_its_staff_rooms() -> None:
    empty = desired_layout(programme(SMALLEST))
    assert [channel.name for channel in empty.channels] == ["welcome", "on-call", "mod-queue", "staff-room"]
    assert empty.staff == frozenset()


def test_topics_go_where_they_belong_and_are_left_alone_otherwise() -> None:
    topics = Topics(welcome="Start here.", coping="A skill a day.")
    written = {channel.name: channel.topic for channel in desired_layout(programme(), topics).channels}
    assert written["welcome"] == "Start here."
    assert written["morning-coping"] == written["family-coping"] == "A skill a day."
    assert written["on-call"] is written["morning-check-in"] is None


@pytest.mark.parametrize("group", ["staff", "on-call", "welcome", "a" * 80])
def test_no_group_takes_the_place_of_a_room_of_the_staffs(group: str) -> None:
    """A key that would shadow another would show one group's room to others."""
    text = SMALLEST + f"groups: [{{key: {group}, name: Some group, track: iop}}]\n"
    layout = desired_layout(programme(text))
    for keys in (
        [role.key for role in layout.roles],
        [category.key for category in layout.categories],
        [channel.key for channel in layout.channels],
    ):
        assert len(keys) == len(set(keys))
        assert all(len(key) <= 100 for key in keys)
    assert {check_in_key(group), coping_key(group)} <= {channel.key for channel in layout.channels}
