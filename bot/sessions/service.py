"""Being there: what is next, reminders that are due, and what people answer to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.content import Content
from bot.db import Database
from bot.delivery.service import Delivery, Draft, Lane, Outbox
from bot.errors import NotAllowedError, NotFoundError
from bot.members.service import Action, Member, MemberService
from bot.observe.logs import get_logger
from bot.program.layout import STAFF_ROOM, ObjectKind
from bot.program.schema import Programme, Session
from bot.program.service import ProgrammeService
from bot.sessions import records, rules
from bot.sessions.planning import REMINDER, STAFF_LINE, SessionPlanner
from bot.sessions.records import AnswerRow, OccurrenceRow
from bot.sessions.rules import Answer, OccurrenceState
from bot.timing import Clock

__all__ = [
    "REMINDER",
    "STAFF_LINE",
    "Answer",
    "Answered",
    "OccurrenceState",
    "Reminder",
    "SessionPlanner",
    "SessionService",
    "StaffNote",
    "Upcoming",
]

log = get_logger(__name__)


@dataclass(frozen=True)
class Reminder:
    """What a reminder says. ``wall_time`` is in words, on the programme's clock; ``starts_at`` is UTC.

    ``link`` is there only close to the start. ``seed`` tells the reminders of one occurrence apart, so that no two of
    them need to be worded alike.
    """

    occurrence_id: int
    user_id: int
    language: str
    wall_time: str
    starts_at: datetime
    is_late: bool
    where: str | None
    link: str | None
    seed: int


@dataclass(frozen=True)
class Answered:
    """What became of an answer. ``answer`` is None where there was nothing left to answer, and ``state`` says why.

    ``starts_at`` is UTC, and so is ``moved_to``: when the session takes place now, where it is only at another time.
    """

    state: OccurrenceState
    language: str
    wall_time: str
    starts_at: datetime
    answer: Answer | None = None
    revision: int = 0
    changed: bool = False
    moved_to: datetime | None = None


@dataclass(frozen=True)
class StaffNote:
    """One line for staff about an answer: no reasons, for none were asked. ``starts_at`` is UTC."""

    chosen_name: str
    group_name: str
    answer: Answer
    language: str
    wall_time: str
    starts_at: datetime


@dataclass(frozen=True)
class Upcoming:
    """A session that is still to come. ``wall_time`` is in words, on the programme's clock; ``starts_at`` is UTC."""

    wall_time: str
    starts_at: datetime


@dataclass(frozen=True)
class _Planned:
    """An occurrence as the programme has it now."""

    row: OccurrenceRow
    programme: Programme
    session: Session
    still_on: bool


class SessionService:
    """The use cases of sessions."""

    def __init__(  # what it works with, handed over once by the composition root
        self,
        database: Database,
        clock: Clock,
        content: Content,
        outbox: Outbox,
        programmes: ProgrammeService,
        members: MemberService,
    ) -> None:
        self._database, self._clock, self._content = database, clock, content
        self._outbox, self._programmes, self._members = outbox, programmes, members

    # -- what is next ------------------------------------------------------------------------------------------------

    async def upcoming(self, guild_id: int, user_id: int, count: int = 5) -> list[Upcoming]:
        """The next sessions of all groups this person is in, the soonest first; empty for somebody in no group."""
        programme = await self._programmes.current(guild_id)
        if programme is None:
            return []
        standing = await self._members.standing(guild_id, user_id)
        zone = programme.zone
        mine = [(one, one.series(zone)) for one in programme.sessions if one.group in standing.groups]
        found = rules.next_of(mine, self._clock.now(), count)
        return [
            Upcoming(rules.said_time(occurrence.local.time(), standing.language), occurrence.instant)
            for _, occurrence in found
        ]

    # -- reminders ---------------------------------------------------------------------------------------------------

    async def reminder(self, delivery: Delivery, now: datetime) -> Reminder | None:
        """What a reminder that is due says, or none where it is not wanted any more: the programme has changed, the
        person has left, stopped, switched reminders off or said that they cannot come, or a later reminder is due.

        ``now`` is UTC.
        """
        user_id, arguments = delivery.user_id, delivery.arguments
        lead = timedelta(seconds=int(arguments["lead"]))
        async with self._database.read() as session:
            planned = await self._planned(await records.occurrence(session, int(arguments["occurrence"])))
            if planned is None or user_id is None or not _is_as_planned(planned, delivery, lead):
                return None
            leads = planned.session.reminders
            if rules.is_superseded(lead, leads, planned.row.starts_at, now):
                return None
            answered = await records.answer_of(session, planned.row.id, user_id)
            member = await self._recipient(session, delivery.guild_id, planned.session.group, user_id)
        if member is None or not rules.wants_reminder(answered.said if answered else None):
            return None
        # An attempt that may have arrived is repeated in its own words: by them it is found again in the channel.
        said_at = delivery.unsure_since or now
        starts_at = planned.row.starts_at
        return Reminder(
            occurrence_id=planned.row.id,
            user_id=user_id,
            language=member.language,
            wall_time=_said_time(planned.row, member.language),
            starts_at=starts_at,
            is_late=rules.is_late(delivery.due_at, said_at),
            where=planned.session.where,
            link=planned.session.link if rules.shows_link(starts_at, said_at) else None,
            seed=planned.row.id * len(leads) + leads.index(lead),
        )

    async def _recipient(self, session: AsyncSession, guild_id: int, group_key: str, user_id: int) -> Member | None:
        member = await self._members.wants_messages(session, guild_id, group_key, user_id)
        return member if member is not None and member.reminders else None

    def into_channel(self, delivery: Delivery, channel_id: int) -> Draft:
        """The same reminder for somebody whose DM is closed: in the group's own channel, to them alone by mention."""
        return Draft(
            kind=delivery.kind,
            lane=delivery.lane,
            dedupe_key=f"{delivery.dedupe_key}:channel",
            guild_id=delivery.guild_id,
            due_at=delivery.due_at,
            channel_id=channel_id,
            user_id=delivery.user_id,
            subject=delivery.subject,
            arguments=delivery.arguments,
            expires_at=delivery.expires_at,
        )

    # -- answers -----------------------------------------------------------------------------------------------------

    async def answer(self, occurrence_id: int, user_id: int, answer: Answer) -> Answered:
        """Take what somebody says to a reminder; staff get one line where they need to know.

        Raises:
            NotFoundError: where there is no such occurrence.
            NotAllowedError: where this person is not in the group.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            occurrence = await records.occurrence(session, occurrence_id, for_change=True)
            if occurrence is None:
                raise NotFoundError(self._content.texts.say("en", "errors.not_found"))
            guild_id = occurrence.guild_id
            planned = await self._planned(occurrence)
            standing = await self._members.standing(guild_id, user_id)
            group_key = planned.session.group if planned is not None else None
            if not standing.may(Action.ANSWER_SESSION) or group_key not in (None, *standing.groups):
                raise NotAllowedError(self._content.texts.say(standing.language, "sessions.not_yours"))
            in_programme = planned is not None and planned.still_on
            state = rules.state_of(in_programme=in_programme, ends_at=occurrence.ends_at, now=now)
            wall_time, starts_at = _said_time(occurrence, standing.language), occurrence.starts_at
            if state is not OccurrenceState.AHEAD:
                moved_to = _moved_to(planned, now) if state is OccurrenceState.CALLED_OFF else None
                return Answered(state, standing.language, wall_time, starts_at, moved_to=moved_to)
            row = await records.answer_of(session, occurrence_id, user_id)
            before = row.said if row is not None else None
            if row is None:
                row = AnswerRow(guild_id=guild_id, occurrence_id=occurrence_id, user_id=user_id, revision=0)
                session.add(row)
            if before is not answer:
                row.answer, row.revision, row.changed_at = answer.value, row.revision + 1, now
                await session.flush()
            if rules.is_told_to_staff(before, answer):
                await self._tell_staff(session, row, now)
            changed = before is not None and before is not answer
            return Answered(state, standing.language, wall_time, starts_at, answer, row.revision, changed)

    async def _tell_staff(self, session: AsyncSession, row: AnswerRow, now: datetime) -> None:
        staff_room = await self._programmes.object_id(row.guild_id, ObjectKind.CHANNEL, STAFF_ROOM)
        if staff_room is None:
            log.warning("sessions.no_staff_room", guild=row.guild_id, occurrence=row.occurrence_id)
            return
        line = Draft(
            kind=STAFF_LINE,
            lane=Lane.DIRECT,
            dedupe_key=f"session-answer:{row.id}:{row.revision}",
            guild_id=row.guild_id,
            due_at=now,
            channel_id=staff_room,
            user_id=row.user_id,  # whom it is about, so that export and erasure find it
            subject=f"session:{row.occurrence_id}",
            arguments={"occurrence": row.occurrence_id, "revision": row.revision},
        )
        await self._outbox.put(session, [line])

    async def staff_note(self, delivery: Delivery) -> StaffNote | None:
        """What staff are told about an answer, or none where it was changed again or taken back meanwhile."""
        occurrence_id, user_id = int(delivery.arguments["occurrence"]), delivery.user_id
        async with self._database.read() as session:
            planned = await self._planned(await records.occurrence(session, occurrence_id))
            if planned is None or user_id is None:
                return None
            row = await records.answer_of(session, occurrence_id, user_id)
        member = await self._members.find(delivery.guild_id, user_id)
        if row is None or member is None or row.revision != int(delivery.arguments["revision"]):
            return None
        group = planned.programme.group(planned.session.group)
        language = planned.programme.program.languages[0].value
        return StaffNote(
            chosen_name=member.chosen_name,
            group_name=group.name if group else planned.session.group,
            answer=row.said,
            language=language,
            wall_time=_said_time(planned.row, language),
            starts_at=planned.row.starts_at,
        )

    async def _planned(self, row: OccurrenceRow | None) -> _Planned | None:
        """An occurrence beside the programme of now; none where the programme has no such session any more."""
        programme = await self._programmes.current(row.guild_id) if row is not None else None
        found = _session_of(programme.sessions, row.session_key) if programme is not None and row is not None else None
        if row is None or programme is None or found is None:
            return None
        still_on = rules.occurrence_at(found.series(programme.zone), _local(row), row.starts_at) is not None
        return _Planned(row, programme, found, still_on)


def _session_of(sessions: Sequence[Session], key: str) -> Session | None:
    return next((session for session in sessions if session.key == key), None)


def _moved_to(planned: _Planned | None, now: datetime) -> datetime | None:
    if planned is None:
        return None
    found = rules.coming(planned.session.series(planned.programme.zone), planned.session.duration, now)
    return found.instant if found is not None else None


def _is_as_planned(planned: _Planned, delivery: Delivery, lead: timedelta) -> bool:
    """Whether the programme still asks for this very reminder: occurrence, moment, lead and place."""
    return (
        planned.still_on
        and delivery.expires_at == planned.row.starts_at
        and lead in planned.session.reminders
        # In a DM it stays right when the session moves to another group; in the old group's channel it does not.
        and (delivery.channel_id is None or planned.session.group == delivery.arguments["group"])
    )


def _local(row: OccurrenceRow) -> datetime:
    return datetime.fromisoformat(row.local_start)


def _said_time(row: OccurrenceRow, language: str) -> str:
    return rules.said_time(_local(row).time(), language)
