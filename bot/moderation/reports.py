"""Reports: a message that somebody brings before staff. Who did is told to nobody but staff who ask for it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.audit import Audit
from bot.access.rules import AuditAction
from bot.db import Database
from bot.delivery.service import Outbox
from bot.errors import NotAllowedError, NotFoundError
from bot.members.service import Action, MemberService
from bot.moderation import deliveries, records
from bot.moderation.deliveries import POST, REPORT, REPORT_EDIT, subject_of_report
from bot.moderation.held_message import name_and_language, open_incident
from bot.moderation.held_rules import HELD_WITHIN, ReportReason, ReportState
from bot.moderation.records import ReportRow, ReportVoiceRow
from bot.observe.logs import get_logger
from bot.oncall.service import OnCallService
from bot.program.layout import MOD_QUEUE, ObjectKind
from bot.program.service import ProgrammeService
from bot.timing import Clock, next_reminder

__all__ = ["Case", "Report", "Reports", "Thanked", "Voice"]

log = get_logger(__name__)

Arguments = Mapping[str, str | int | None]


@dataclass(frozen=True)
class Report:
    """A report as it comes in. ``author_id`` is who wrote the message at Discord: us, where we posted it for somebody.

    ``message_words`` are the message's, where they could be had; ``words`` are the reporter's own.
    """

    guild_id: int
    reporter_id: int
    author_id: int | None
    channel_id: int
    message_id: int
    message_words: str | None
    reason: ReportReason
    words: str


@dataclass(frozen=True)
class Case:
    """A reported message as its card shows it: no words, and nobody who reported it. Datetimes are UTC.

    ``name`` is what its author chose to be called, and not escaped; empty where we do not know. ``language`` is that in
    which the programme's staff are spoken to. ``others`` are the staff whom a case goes to that goes past one of them.
    """

    id: int
    guild_id: int
    about_id: int | None
    name: str
    language: str
    channel_id: int
    message_id: int
    state: ReportState
    goes_past: bool
    thread_id: int | None
    opened_at: datetime
    closed_by: int | None
    closed_at: datetime | None
    count: int
    incident: str | None
    others: tuple[int, ...]


@dataclass(frozen=True)
class Voice:
    """Why one person reported, and in which words. Who it was is asked for apart."""

    reason: ReportReason
    words: str | None
    at: datetime


@dataclass(frozen=True)
class Thanked:
    """What came of a report. ``reaches_nobody``: it is about the only one of staff there is."""

    reaches_nobody: bool


class Reports:
    """The use cases of reports; ``ModerationService`` is their door."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        programmes: ProgrammeService,
        members: MemberService,
        oncall: OnCallService,
        audit: Audit,
    ) -> None:
        self._database, self._clock, self._outbox = database, clock, outbox
        self._programmes, self._members, self._oncall, self._audit = programmes, members, oncall, audit
        self.authors: dict[str, Callable[[AsyncSession, Arguments], Awaitable[int | None]]] = {}
        """By kind of delivery, who finds whose words a post of ours is, from what it was drawn from."""

    async def report(self, report: Report, bot_id: int | None) -> Thanked:
        """Somebody reports a message: one case a message, however many do. Whoever does it twice counts once."""
        about, words = report.author_id, report.message_words
        if about is not None and about == bot_id:
            about = await self.author_behind(report.guild_id, report.message_id)
            # Whose words nobody may know here, an erasure could not find here either: they stay where they stand.
            words = words if about is not None else None
        goes_past = about is not None and await self._is_staff(report.guild_id, about)
        others = await self._others(report.guild_id, about) if goes_past else ()
        room = await self._programmes.object_id(report.guild_id, ObjectKind.CHANNEL, MOD_QUEUE)
        programme = await self._programmes.current(report.guild_id)
        within = programme.moderation.held_within if programme else HELD_WITHIN
        now = self._clock.now()
        async with self._database.write() as session:
            row = await records.open_report(session, report.guild_id, report.message_id, report.channel_id, about, now)
            is_new = row.state is ReportState.CLOSED
            row.goes_past = goes_past
            row.words = _kept(row.words, words, is_new=row.state is ReportState.CLOSED)
            if is_new:
                row.state, row.opened_at, row.remind_at = ReportState.OPEN, now, now + within
                row.closed_by = row.closed_at = None
                row.round += 1
            await session.flush()
            voice = await records.voice_of(session, row.id, report.reporter_id)
            if voice is None:
                voice = ReportVoiceRow(report_id=row.id, guild_id=report.guild_id, reporter_id=report.reporter_id)
                session.add(voice)
            voice.reason, voice.words, voice.at = report.reason.value, report.words or None, now
            await session.flush()
            if is_new:
                await self._put_up(session, row, room, others, now)
            else:
                await self._show_on_cards(session, row, now, f"{await records.count_voices(session, row.id)}")
        log.info("moderation.reported", report=row.id, goes_past=goes_past)
        reaches_nobody = goes_past and not others
        if reaches_nobody:
            log.error("moderation.report_reaches_nobody", report=row.id, do="name a second person under `staff`")
        return Thanked(reaches_nobody)

    async def author_behind(self, guild_id: int, message_id: int) -> int | None:
        """Whose words a message of ours is: approved by staff, or posted for them by a feature; else none.

        Only what stands there under somebody's own name has an author to be told of. Raises where nobody can look.
        """
        async with self._database.read() as session:
            sent = await self._outbox.sent_as(session, message_id)
            if sent is None:
                return await records.author_of_posted(session, message_id)
            kind, arguments = sent
            if kind == POST:
                row = await records.held(session, int(arguments["held"] or 0))
                return row.user_id if row is not None and row.guild_id == guild_id else None
            find = self.authors.get(kind)
            return await find(session, arguments) if find is not None else None

    async def _put_up(
        self, session: AsyncSession, row: ReportRow, room: int | None, others: tuple[int, ...], now: datetime
    ) -> None:
        """A card for staff; where it is about one of them, in a private thread of the others."""
        if room is None:
            log.error("moderation.no_queue", report=row.id)
            return
        if not row.goes_past:
            await self._outbox.put(session, [deliveries.report_card(row, room, now)])
        elif others:
            await self._outbox.put(session, [deliveries.report_thread(row, room, now)])

    async def thread_opened(self, session: AsyncSession, report_id: int, thread_id: int) -> None:
        """The private thread is there: the card goes into it."""
        row = await records.locked_report(session, report_id)
        if row is not None:
            row.thread_id = thread_id
            await self._outbox.put(session, [deliveries.report_card(row, thread_id, self._clock.now())])

    # -- what staff do -------------------------------------------------------------------------------------------------

    async def show(self, report_id: int, staff_id: int) -> tuple[Case, str | None, list[Voice]]:
        """A case with the message's words and the reports', without names. The look is put on record first.

        Raises:
            NotAllowedError: where this person may not, or it is about them.
            NotFoundError: where it was erased.
        """
        row = await self._allowed(report_id, staff_id)
        await self._look(AuditAction.REPORT_VIEWED, row, staff_id)
        async with self._database.read() as session:
            said = [Voice(one.why, one.words, one.at) for one in await records.voices(session, report_id)]
        return await self._case(row), row.words, said

    async def who_reported(self, report_id: int, staff_id: int) -> list[int]:
        """Who reported, by their ids: for whoever of staff asks for it, and put on record. Raises as ``show``."""
        row = await self._allowed(report_id, staff_id)
        await self._look(AuditAction.REPORTER_VIEWED, row, staff_id)
        async with self._database.read() as session:
            return [one.reporter_id for one in await records.voices(session, report_id)]

    async def close(self, report_id: int, staff_id: int) -> tuple[Case, bool]:
        """Staff have looked to it; false where somebody else had before. Raises as ``show``."""
        await self._allowed(report_id, staff_id)
        now = self._clock.now()
        async with self._database.write() as session:
            row = await records.locked_report(session, report_id)
            if row is None:
                raise NotFoundError("That is no longer there.")
            is_first = row.state is ReportState.OPEN
            if is_first:
                row.state, row.closed_by, row.closed_at, row.remind_at = ReportState.CLOSED, staff_id, now, None
                await self._show_on_cards(session, row, now, "closed")
        return await self._case(row), is_first

    async def find(self, report_id: int) -> Case | None:
        """A case, for its card."""
        async with self._database.read() as session:
            row = await records.report(session, report_id)
        return await self._case(row) if row is not None else None

    async def waiting(self, guild_id: int, staff_id: int) -> list[Case]:
        """The open cases, the oldest first, without those that are about whoever asks."""
        async with self._database.read() as session:
            rows = await records.waiting_reports(session, guild_id)
        return [await self._case(row) for row in rows if row.about_id != staff_id]

    # -- the clock, an erasure -----------------------------------------------------------------------------------------

    async def remind(self, report_id: int, now: datetime) -> None:
        """Put the card up anew: it has waited for long."""
        async with self._database.read() as session:
            row = await records.report(session, report_id)
        if row is None:
            return
        programme = await self._programmes.current(row.guild_id)
        within = programme.moderation.held_within if programme else HELD_WITHIN
        room = await self._programmes.object_id(row.guild_id, ObjectKind.CHANNEL, MOD_QUEUE)
        others = await self._others(row.guild_id, row.about_id) if row.goes_past else ()
        async with self._database.write() as session:
            row = await records.locked_report(session, report_id)
            if row is None or row.remind_at is None or row.remind_at > now:
                return
            row.remind_at = next_reminder(row.remind_at, now, within)
            if row.goes_past and row.thread_id is None:
                row.round += 1  # the thread could not be opened, or there was nobody to open it for
                await self._put_up(session, row, room, others, now)
                return
            place = row.thread_id if row.goes_past else room
            if place is not None:
                await self._outbox.put(session, [deliveries.report_card(row, place, now, reminder=True)])

    async def take_back(self, session: AsyncSession, user_id: int) -> None:
        """Before somebody's rows go: the cards about them are emptied, those with a voice of theirs count anew."""
        now = self._clock.now()
        for row in await records.reports_about(session, user_id):
            cards = await self._outbox.messages_of(session, subject_of_report(row.id), REPORT)
            await self._outbox.cancel(session, subject_of_report(row.id))
            await self._outbox.put(session, deliveries.cards_gone(row.guild_id, cards, now))
        for report_id in await records.reported_by(session, user_id):
            found = await records.report(session, report_id)
            if found is not None and found.about_id != user_id:
                await self._show_on_cards(session, found, now, f"erased:{int(now.timestamp())}")

    # -- parts ---------------------------------------------------------------------------------------------------------

    async def _show_on_cards(self, session: AsyncSession, row: ReportRow, now: datetime, occasion: str) -> None:
        cards = await self._outbox.messages_of(session, subject_of_report(row.id), REPORT)
        key = f"{row.id}:{row.round}:{occasion}"
        await self._outbox.put(
            session, deliveries.edits(REPORT_EDIT, row.guild_id, {"report": row.id}, cards, key, now)
        )

    async def _allowed(self, report_id: int, staff_id: int) -> ReportRow:
        async with self._database.read() as session:
            row = await records.report(session, report_id)
        if row is None:
            raise NotFoundError("That is no longer there.")
        await self._members.allow(row.guild_id, staff_id, Action.MODERATE)
        if row.about_id == staff_id:
            raise NotAllowedError("Somebody else on staff looks to this one.")
        return row

    async def _look(self, action: AuditAction, row: ReportRow, staff_id: int) -> None:
        person = row.about_id or 0
        await self._audit.look(action, "report", row.id, actor=staff_id, person=person, guild_id=row.guild_id)

    async def _is_staff(self, guild_id: int, user_id: int) -> bool:
        """Whether somebody may look into the queue, and so must not find there what is said of them."""
        return (await self._members.standing(guild_id, user_id)).may(Action.MODERATE)

    async def _others(self, guild_id: int, about_id: int | None) -> tuple[int, ...]:
        programme = await self._programmes.current(guild_id)
        return tuple(one for one in programme.staff if one != about_id) if programme is not None else ()

    async def _case(self, row: ReportRow) -> Case:
        name, language = await name_and_language(row.guild_id, row.about_id or 0, self._programmes, self._members)
        async with self._database.read() as session:
            count = await records.count_voices(session, row.id)
        incident = await open_incident(row.guild_id, row.about_id, self._oncall) if row.about_id is not None else None
        return Case(
            id=row.id,
            guild_id=row.guild_id,
            about_id=row.about_id,
            name=name,
            language=language,
            channel_id=row.channel_id,
            message_id=row.message_id,
            state=row.state,
            goes_past=row.goes_past,
            thread_id=row.thread_id,
            opened_at=row.opened_at,
            closed_by=row.closed_by,
            closed_at=row.closed_at,
            count=count,
            incident=incident,
            others=await self._others(row.guild_id, row.about_id) if row.goes_past else (),
        )


def _kept(before: str | None, now: str | None, *, is_new: bool) -> str | None:
    """The words to keep: what a message said when it was first reported, and what it says since, where that differs.

    Its author may change it after the first report; that must not take away what was reported.
    """
    if not now or (before and not is_new and now in before):
        return before
    return now if is_new or not before else f"{before}\n\n…\n\n{now}"
