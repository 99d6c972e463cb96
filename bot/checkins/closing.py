"""The end of a check-in's window: what the card says then, whom nobody has heard of, what staff are told of it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.audit import Audit
from bot.access.rules import AuditAction
from bot.checkins import deliveries, records, silence_records
from bot.checkins.expected import expected_at, same_turn
from bot.checkins.rhythm import TaskKind, is_to_be_raised, silent_in_a_row, voices_shown
from bot.checkins.rules import Audience, Day, is_still_planned
from bot.checkins.tasks import Tasks
from bot.db import Database
from bot.delivery.service import Outbox
from bot.members.service import Action, MemberService
from bot.observe.logs import get_logger
from bot.program.layout import STAFF_ROOM, ObjectKind
from bot.program.schema import Programme
from bot.program.service import ProgrammeService
from bot.timing import Clock

log = get_logger(__name__)


@dataclass(frozen=True)
class ClosedCard:
    """What a closed card is drawn from. ``voices`` is None where no number is shown; see ``rhythm.voices_shown``."""

    language: str
    local_date: date
    channel_id: int
    message_id: int
    voices: int | None


@dataclass(frozen=True)
class Roll:
    """That a check-in closed without everybody: how many, and nobody's name."""

    language: str
    group_name: str
    local_date: date
    silent: int


@dataclass(frozen=True)
class Unheard:
    """Who was expected and has not been heard, for one of staff who asked. The names are not escaped yet."""

    language: str
    group_name: str
    local_date: date
    names: tuple[str, ...]


class Closing:
    """Serves the closing of cards; every method looks at the database as it is at that moment."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        members: MemberService,
        programmes: ProgrammeService,
        tasks: Tasks,
        audit: Audit,
    ) -> None:
        self._database, self._clock, self._outbox = database, clock, outbox
        self._members, self._programmes, self._tasks, self._audit = members, programmes, tasks, audit

    async def card(self, day_id: int) -> ClosedCard | None:
        """What a closed card says, or none where there is no card."""
        async with self._database.read() as session:
            day = await records.day(session, day_id)
            programme = await self._programmes.current(day.guild_id) if day is not None else None
            if day is None or programme is None or day.channel_id is None or day.message_id is None:
                return None
            audiences = [Audience(one) for one in await records.audiences_of(session, day_id)]
            members = await self._members.wanting_messages(session, day.guild_id, day.group_key)
        language = programme.program.languages[0].value
        voices = voices_shown(audiences, len(members))
        return ClosedCard(language, day.local_date, day.channel_id, day.message_id, voices)

    async def ended(self, session: AsyncSession, day_id: int, now: datetime) -> None:
        """A window has ended: note who was not heard, and tell staff, in the caller's transaction."""
        day = await records.day(session, day_id)
        programme = await self._programmes.current(day.guild_id) if day is not None else None
        if day is None or programme is None or now < day.closes_at or not is_still_planned(programme, day):
            return
        expected = await expected_at(session, self._members, programme, day, now)
        silent = [one.member.user_id for one in expected if not one.heard]
        await silence_records.note_silent(session, day, silent)
        staff_room = await self._programmes.object_id(day.guild_id, ObjectKind.CHANNEL, STAFF_ROOM)
        if staff_room is None:
            log.warning("checkin.place_missing", guild=day.guild_id, day=day.id)
            return
        if silent:
            await self._outbox.put(session, [deliveries.roll(day, staff_room, now)])
        for person in silent:
            await self._raise(session, day, person, staff_room)

    async def roll(self, day_id: int) -> Roll | None:
        """What staff are told of a closed check-in; none where everybody has been heard meanwhile."""
        async with self._database.read() as session:
            day = await records.day(session, day_id)
            silent = await silence_records.silent_at(session, day_id)
        programme = await self._programmes.current(day.guild_id) if day is not None else None
        if day is None or programme is None or not silent:
            return None
        group = programme.group(day.group_key)
        name = group.name if group is not None else day.group_key
        return Roll(programme.program.languages[0].value, name, day.local_date, len(silent))

    async def unheard(self, guild_id: int, staff_id: int, day_id: int) -> Unheard | None:
        """Who was expected at a check-in and has not been heard since.

        That somebody looked is put on record before it is shown: a row for each of those they saw.

        None where the check-in is not known any more.

        Raises:
            NotAllowedError: where ``staff_id`` is not staff.
        """
        standing = await self._members.allow(guild_id, staff_id, Action.SEE_UNHEARD)
        programme = await self._programmes.current(guild_id)
        async with self._database.write() as session:
            day = await records.day(session, day_id)
            if day is None or day.guild_id != guild_id or programme is None:
                return None
            silent = await silence_records.silent_at(session, day_id)
            found = [await self._members.find(guild_id, person) for person in silent]
            names = sorted(member.chosen_name for member in found if member is not None)
            for person in silent or (None,):
                await self._audit.note(
                    session,
                    AuditAction.UNHEARD_VIEWED,
                    "check-in-day",
                    day_id,
                    actor=staff_id,
                    person=person,
                    guild_id=guild_id,
                )
        group = programme.group(day.group_key)
        log.info("checkin.unheard_shown", guild=guild_id, day=day_id, staff=staff_id)
        return Unheard(standing.language, group.name if group else day.group_key, day.local_date, tuple(names))

    async def heard(self, session: AsyncSession, programme: Programme, day: Day, user_id: int) -> None:
        """They were heard, at this check-in and at those for which their answer counts as well."""
        for day_id in await same_turn(session, self._members, programme, day, user_id):
            await silence_records.forget_silence(session, day_id, user_id)

    async def voice_changed(self, session: AsyncSession, day: Day, occasion: str, now: datetime) -> None:
        """An answer came, changed or went: a card that is closed by then is drawn again."""
        if day.message_id is not None and day.channel_id is not None and now >= day.closes_at:
            await self._outbox.put(session, [deliveries.closed_again(day, day.channel_id, occasion, now)])

    async def _raise(self, session: AsyncSession, day: Day, person: int, staff_room: int) -> None:
        closed = await silence_records.silences_of(session, day.guild_id, day.group_key, person)
        heard = await records.heard_last(session, day.guild_id, day.group_key, person)
        if is_to_be_raised(silent_in_a_row(closed, heard)):
            await self._tasks.ask(
                session,
                day.guild_id,
                person,
                group_key=day.group_key,
                kind=TaskKind.QUIET,
                source_key=f"quiet:{day.id}:{person}",
                staff_room=staff_room,
            )
