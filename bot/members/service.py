"""Enrolling, agreeing, leaving, and who somebody is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.content import Content, primary
from bot.db import Database
from bot.delivery.service import Outbox
from bot.errors import NotAllowedError, NotFoundError, TimingError
from bot.members import drafts, records
from bot.members.dm_channels import DmChannels
from bot.members.drafts import ROLE, STAFF_LINE
from bot.members.leaving import Leaving
from bot.members.pauses import pause_end
from bot.members.records import ConsentRow, MemberRow, MembershipRow
from bot.members.rules import MAY, MEMBERS, Action, MembershipState, Role, Standing, may_answer, roles_of, stands_above
from bot.program.layout import STAFF_ROOM, ObjectKind
from bot.program.service import ProgrammeService
from bot.timing import Clock, zone

__all__ = [
    "ROLE",
    "STAFF_LINE",
    "Action",
    "DmChannels",
    "Enrolment",
    "Member",
    "MemberService",
    "MembershipState",
    "Place",
    "Role",
    "Standing",
    "stands_above",
]


@dataclass(frozen=True)
class Member:
    """A member as other rooms see them. ``timezone`` is an IANA name, or none for the programme's own.

    ``paused_until`` (UTC) is the end of a pause they asked for, or of one that is over.
    """

    guild_id: int
    user_id: int
    chosen_name: str
    language: str
    timezone: str | None
    reminders: bool
    paused_until: datetime | None = None

    def is_paused(self, now: datetime) -> bool:
        """Whether they want no reminders and nudges at ``now`` (UTC)."""
        return self.paused_until is not None and now < self.paused_until


@dataclass(frozen=True)
class Place:
    """A member's place in a group; ``since`` is when it began, in UTC."""

    member: Member
    since: datetime


@dataclass(frozen=True)
class Enrolment:
    """What came of an enrolment, an answer to the notice, or a discharge."""

    membership_id: int
    guild_id: int
    user_id: int
    group_key: str
    group_name: str
    chosen_name: str
    language: str
    state: MembershipState
    changed: bool


class MemberService:
    """The use cases of membership."""

    def __init__(
        self, database: Database, clock: Clock, content: Content, outbox: Outbox, programmes: ProgrammeService
    ) -> None:
        self._database, self._clock, self._content = database, clock, content
        self._outbox, self._programmes = outbox, programmes
        self.dms, self.leaving = DmChannels(database), Leaving(outbox)
        self.on_joined: Callable[[], None] = lambda: None
        """Called when somebody has agreed: there may be reminders for them soon."""
        self.is_present: Callable[[int], bool] = lambda _guild_id: True
        """Whether the bot is in a server at present; one it has left is nobody's any more."""
        self.operator_of: Callable[[int], int | None] = lambda _guild_id: None
        """Who owns a server, where Discord has said so."""

    # -- who somebody is -----------------------------------------------------------------------------------------------

    async def standing(self, guild_id: int, user_id: int) -> Standing:
        """Who ``user_id`` is in this server, as the programme and the memberships say now."""
        programme = await self._programmes.current(guild_id)
        async with self._database.read() as session:
            member = await records.member(session, guild_id, user_id)
            memberships = {row.group_key: row.state for row in await records.memberships_of(session, guild_id, user_id)}
        tracks = {group.key: group.track.value for group in programme.groups} if programme else {}
        roles = roles_of(
            tracks,
            memberships,
            staff=programme is not None and user_id in programme.staff,
            on_call=programme is not None
            and user_id
            in {*programme.oncall.rota.people, *programme.oncall.backup_rota.people, *programme.oncall.backup},
            operator=self.operator_of(guild_id) == user_id,
        )
        groups = tuple(key for key, state in memberships.items() if state is MembershipState.ACTIVE and key in tracks)
        first_language = programme.program.languages[0].value if programme else "en"
        language = member.language if member else first_language
        return Standing(guild_id, user_id, roles, groups, language, bool(member and member.language_chosen))

    async def allow(self, guild_id: int, user_id: int, action: Action) -> Standing:
        """The person's standing, where the table allows ``action``.

        Raises:
            NotAllowedError: where it does not.
        """
        standing = await self.standing(guild_id, user_id)
        if not standing.may(action):
            key = "errors.not_a_member" if MAY[action] & MEMBERS else "errors.not_allowed"
            raise NotAllowedError(self._content.texts.say(standing.language, key))
        return standing

    async def guild_of(self, user_id: int) -> int | None:
        """The server meant when this person writes by DM: theirs as a member, else as staff, else the first."""
        async with self._database.read() as session:
            guilds = await records.guilds_of(session, user_id)
        if guilds:
            return next((guild_id for guild_id in guilds if self.is_present(guild_id)), guilds[0])
        running = [one for one in await self._programmes.all() if self.is_present(one.guild_id)]
        theirs = [one for one in running if user_id in one.programme.staff] or list(running)
        return theirs[0].guild_id if theirs else None

    async def find(self, guild_id: int, user_id: int) -> Member | None:
        """The member, or none."""
        async with self._database.read() as session:
            row = await records.member(session, guild_id, user_id)
        return _member(row) if row else None

    async def wanting_messages(self, session: AsyncSession, guild_id: int, group_key: str) -> list[Member]:
        """The members active in a group who have not stopped cards and reminders."""
        return [_member(row) for row in await records.active_in(session, guild_id, group_key)]

    async def places_in(self, session: AsyncSession, guild_id: int, group_key: str) -> list[Place]:
        """Those members with when their places began, also whoever is in a pause."""
        return [Place(_member(row), since) for row, since in await records.places_in(session, guild_id, group_key)]

    async def wants_messages(self, session: AsyncSession, guild_id: int, group_key: str, user_id: int) -> Member | None:
        """This member, where they are active in the group, have not stopped cards and reminders, nor are in a pause."""
        row = await records.active_member(session, guild_id, group_key, user_id)
        return _member(row) if row and not _member(row).is_paused(self._clock.now()) else None

    async def names_in(self, guild_id: int, group_key: str) -> dict[int, str]:
        """What the members active in a group go by, by their ids, whether or not they want messages."""
        async with self._database.read() as session:
            return {row.user_id: row.chosen_name for row in await records.everybody_in(session, guild_id, group_key)}

    # -- joining -------------------------------------------------------------------------------------------------------

    async def enrol(self, guild_id: int, user_id: int, name: str, group_key: str, staff_id: int) -> Enrolment:
        """Invite somebody into a group: the notice goes to them, and nothing opens until they agree.

        Raises:
            NotAllowedError: where ``staff_id`` may not enrol, or the person is staff.
            NotFoundError: where the group does not exist.
        """
        standing = await self.allow(guild_id, staff_id, Action.ENROL)
        programme = await self._programmes.current(guild_id)
        group = programme.group(group_key) if programme else None
        if programme is not None and user_id in programme.staff:
            raise NotAllowedError(self._content.texts.say(standing.language, "errors.is_staff"))
        if programme is None or group is None:
            known = ", ".join(group.key for group in programme.groups) if programme else "-"
            raise NotFoundError(
                self._content.texts.say(standing.language, "errors.unknown_group", group=group_key, groups=known)
            )
        now = self._clock.now()
        async with self._database.write() as session:
            member = await records.member(session, guild_id, user_id)
            if member is None:
                member = MemberRow(
                    guild_id=guild_id,
                    user_id=user_id,
                    chosen_name=name,
                    language=programme.program.languages[0].value,
                    reminders=True,
                    created_at=now,
                )
                session.add(member)
                await session.flush()
            found = {row.group_key: row for row in await records.memberships_of(session, guild_id, user_id)}
            row = found.get(group_key)
            changed = row is None or row.state is not MembershipState.ACTIVE
            if row is None:
                row = MembershipRow(guild_id=guild_id, user_id=user_id, group_key=group_key)
                session.add(row)
            if changed:
                row.state, row.invited_by, row.invited_at, row.changed_at = MembershipState.INVITED, staff_id, now, now
                await session.flush()
                await self._outbox.put(session, [drafts.notice(row, now)])
            return _enrolment(row, member, group.name, changed=changed)

    async def enrolment(self, membership_id: int) -> Enrolment | None:
        """One membership, for the notice that is about to go out."""
        async with self._database.read() as session:
            row = await records.read_membership(session, membership_id)
            if row is None:
                return None
            member = await records.member(session, row.guild_id, row.user_id)
            if member is None:
                return None
            return _enrolment(row, member, await self._group_name(row.guild_id, row.group_key), changed=False)

    async def answer_notice(self, membership_id: int, user_id: int, *, agreed: bool, locale: str = "") -> Enrolment:
        """Take the person's answer to the notice; with a yes, the group's role follows.

        ``locale`` is that of the person's own Discord: where the programme speaks it, it is theirs until they choose.

        Raises:
            NotFoundError: where the notice was taken back, or is somebody else's.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            row = await records.membership(session, membership_id)
            if row is None or row.user_id != user_id:
                raise NotFoundError(self._content.texts.say("en", "errors.not_yours"))
            member = await records.member(session, row.guild_id, user_id)
            if member is None:
                raise NotFoundError(self._content.texts.say("en", "errors.not_yours"))
            changed = may_answer(row.state) and not (row.state is MembershipState.DECLINED and not agreed)
            if changed:
                row.state = MembershipState.ACTIVE if agreed else MembershipState.DECLINED
                row.changed_at = now
                if agreed:
                    member.stopped_at = None
                    spoken = await self._spoken(row.guild_id, locale)
                    if spoken is not None and not member.language_chosen:
                        member.language = spoken
                session.add(
                    ConsentRow(
                        guild_id=row.guild_id,
                        user_id=user_id,
                        group_key=row.group_key,
                        notice_version=self._content.texts.say("en", "enrolment.notice_version"),
                        agreed=agreed,
                        at=now,
                    )
                )
                key = "enrolment.staff_agreed" if agreed else "enrolment.staff_declined"
                staff_room = await self._programmes.object_id(row.guild_id, ObjectKind.CHANNEL, STAFF_ROOM)
                if staff_room is not None:
                    await self._outbox.put(
                        session, [drafts.staff_line(row.guild_id, user_id, row.group_key, key, staff_room, now)]
                    )
                if agreed:
                    await self._outbox.put(session, [drafts.role(row, now, give=True)])
            answered = _enrolment(row, member, await self._group_name(row.guild_id, row.group_key), changed=changed)
        if answered.changed and agreed:
            self.on_joined()
        return answered

    async def _spoken(self, guild_id: int, locale: str) -> str | None:
        programme = await self._programmes.current(guild_id)
        spoken = {language.value for language in programme.program.languages} if programme else set()
        return primary(locale) if primary(locale) in spoken else None

    async def update(
        self, guild_id: int, user_id: int, *, name: str, timezone: str, reminders: bool, language: str = ""
    ) -> Member:
        """Set the chosen name, the zone (an IANA name; empty for the programme's), the language, and reminders.

        Whoever wants reminders again has also taken back an earlier `/stop`.

        Raises:
            NotFoundError: where this person is not a member.
            TimingError: where the zone is unknown; nothing is changed then.
        """
        if timezone:
            zone(timezone)
        async with self._database.write() as session:
            row = await records.member(session, guild_id, user_id)
            if row is None:
                raise NotFoundError(self._content.texts.say("en", "errors.not_a_member"))
            row.chosen_name = name.strip()[:80] or row.chosen_name
            row.timezone = timezone or None
            row.reminders = reminders
            if reminders:
                row.stopped_at = None
            spoken = await self._spoken(guild_id, language)
            if spoken is not None:
                row.language, row.language_chosen = spoken, True
            return _member(row)

    async def pause(self, guild_id: int, user_id: int, until: str) -> Member:
        """Pause reminders and nudges until a date, or for so many days, in the member's zone; 0 or "" ends a pause.

        Raises:
            NotFoundError: where this person is not a member.
            TimingError: where ``until`` is no date to come; nothing is changed then.
        """
        programme = await self._programmes.current(guild_id)
        now = self._clock.now()
        async with self._database.write() as session:
            row = await records.member(session, guild_id, user_id)
            if row is None or programme is None:
                raise NotFoundError(self._content.texts.say("en", "errors.not_a_member"))
            theirs = zone(row.timezone) if row.timezone else programme.zone
            try:
                row.paused_until = pause_end(until, now, theirs)
            except TimingError:
                raise TimingError(self._content.texts.say(row.language, "enrolment.pause_not_understood")) from None
            return _member(row)

    # -- leaving -------------------------------------------------------------------------------------------------------

    async def stop(self, guild_id: int, user_id: int) -> bool:
        """Stop everything but safety; false where it was stopped already or this person is nobody here."""
        now = self._clock.now()
        async with self._database.write() as session:
            row = await records.member(session, guild_id, user_id)
            if row is None or row.stopped_at is not None:
                return False
            row.stopped_at = now
            return True

    async def _group_name(self, guild_id: int, key: str) -> str:
        programme = await self._programmes.current(guild_id)
        group = programme.group(key) if programme else None
        return group.name if group else key


def _member(row: MemberRow) -> Member:
    return Member(
        row.guild_id, row.user_id, row.chosen_name, row.language, row.timezone, row.reminders, row.paused_until
    )


def _enrolment(row: MembershipRow, member: MemberRow, group_name: str, *, changed: bool) -> Enrolment:
    return Enrolment(
        membership_id=row.id,
        guild_id=row.guild_id,
        user_id=row.user_id,
        group_key=row.group_key,
        group_name=group_name,
        chosen_name=member.chosen_name,
        language=member.language,
        state=row.state,
        changed=changed,
    )
