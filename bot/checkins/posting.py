"""What the outbox asks of check-ins: whether a card or a post is still wanted, what it says, where it now stands."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.audit import Audit
from bot.checkins import deliveries, records
from bot.checkins.answers import Placed
from bot.checkins.closing import Closing
from bot.checkins.deliveries import POST, TO_STAFF
from bot.checkins.nudges import Nudges
from bot.checkins.rules import LATE_AFTER, Audience, Feeling, is_still_planned
from bot.checkins.tasks import Tasks
from bot.db import Database
from bot.delivery.service import Outbox
from bot.members.service import MemberService
from bot.observe.logs import get_logger
from bot.program.layout import ObjectKey, ObjectKind, check_in_key
from bot.program.service import ProgrammeService
from bot.timing import Clock

log = get_logger(__name__)


@dataclass(frozen=True)
class Card:
    """What a card is drawn from. ``closes_at`` is UTC, ``local_date`` is in the programme's zone."""

    day_id: int
    language: str
    local_date: date
    closes_at: datetime
    is_late: bool
    message_id: int | None
    thread_id: int | None


@dataclass(frozen=True)
class Shared:
    """What those an answer went to see of it; ``words`` may be empty. Nothing in it is escaped yet."""

    language: str
    name: str
    feeling: Feeling
    words: str


@dataclass(frozen=True)
class StaffNote:
    """That somebody sent a check-in to staff: not what is in it. Nothing in it is escaped yet."""

    language: str
    name: str
    group_name: str


async def nobody_moderates(_session: AsyncSession, _placed: Placed) -> None:
    """Until whoever moderates is asked."""


class CheckinPosting:
    """Serves the kinds of check-ins; every method looks at the database as it is at that moment."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        members: MemberService,
        programmes: ProgrammeService,
        audit: Audit,
    ) -> None:
        self._database, self._clock, self._outbox = database, clock, outbox
        self._members, self._programmes = members, programmes
        self.audit = audit
        self.on_placed: Callable[[AsyncSession, Placed], Awaitable[None]] = nobody_moderates
        """Called in the transaction that records a post, or keeps one back: filters may want to point it out."""
        self.tasks = Tasks(database, clock, outbox, members, programmes)
        self.closing = Closing(database, clock, outbox, members, programmes, self.tasks, audit)
        self.nudges = Nudges(database, outbox, members, programmes)

    async def card(self, day_id: int, now: datetime) -> Card | None:
        """The card of a day (``now`` is UTC), or none where the programme does not ask for it any more."""
        async with self._database.read() as session:
            day = await records.day(session, day_id)
        programme = await self._programmes.current(day.guild_id) if day is not None else None
        if day is None or programme is None or not is_still_planned(programme, day):
            return None
        return Card(
            day_id=day.id,
            language=programme.program.languages[0].value,
            local_date=day.local_date,
            closes_at=day.closes_at,
            is_late=now - day.opens_at > LATE_AFTER,
            message_id=day.message_id,
            thread_id=day.thread_id,
        )

    async def card_posted(
        self, session: AsyncSession, day_id: int, channel_id: int, message_id: int, now: datetime
    ) -> None:
        """Remember where a card stands; have its thread opened, its end planned, and the nudges people asked for."""
        await records.note_card(session, day_id, channel_id, message_id)
        await session.flush()
        day = await records.day(session, day_id)
        if day is not None:
            await self._outbox.put(session, [deliveries.thread(day, channel_id, now)])
            await self._outbox.put(session, [deliveries.closing(day, channel_id)])
            await self.nudges.plan(session, day, now)

    async def thread_opened(self, session: AsyncSession, day_id: int, thread_id: int) -> None:
        """Remember a day's thread."""
        await records.note_thread(session, day_id, thread_id)

    async def group_post(self, answer_id: int, revision: int) -> Shared | None:
        """What the group is to see of an answer; none where it was changed, withdrawn, or its author left the group."""
        async with self._database.read() as session:
            row = await records.answer(session, answer_id)
            day = await records.day(session, row.day_id) if row is not None else None
        if row is None or day is None or row.revision != revision or row.audience != Audience.GROUP:
            return None
        standing = await self._members.standing(row.guild_id, row.user_id)
        member = await self._members.find(row.guild_id, row.user_id)
        programme = await self._programmes.current(row.guild_id)
        if member is None or programme is None or day.group_key not in standing.groups:
            return None
        language = programme.program.languages[0].value
        return Shared(language, member.chosen_name, Feeling(row.feeling), row.words or "")

    async def posted(self, session: AsyncSession, answer_id: int, at: tuple[int, int]) -> None:
        """An answer stands in the group, at (channel id, message id): whoever moderates hears of its words."""
        row = await records.answer(session, answer_id)
        day = await records.day(session, row.day_id) if row is not None else None
        if row is not None and day is not None and row.words:
            placed = Placed(row.guild_id, row.user_id, day.group_key, row.id, row.revision, row.words, *at)
            await self.on_placed(session, placed)

    async def arrived_late(
        self, session: AsyncSession, day_id: int, answer_id: int, revision: int, at: tuple[int, int]
    ) -> None:
        """A post was called off while it was on its way, and stands there, at (channel id, message id): it goes."""
        day = await records.day(session, day_id)
        row = await records.answer(session, answer_id)
        if day is None or (row is not None and row.revision == revision and row.audience == Audience.GROUP):
            return  # only its claim had ended: it is their answer still
        late = deliveries.unpost(day, answer_id, revision, at[0], self._clock.now(), arrived=at[1])
        await self._outbox.put(session, [late])

    async def author_of(self, session: AsyncSession, answer_id: int) -> int | None:
        """Who gave an answer that we posted for them, or none where it was erased."""
        row = await records.answer(session, answer_id)
        return row.user_id if row is not None else None

    async def staff_note(self, answer_id: int, revision: int) -> StaffNote | None:
        """What #staff-room is told of an answer; none where it was changed or erased meanwhile."""
        async with self._database.read() as session:
            row = await records.answer(session, answer_id)
            day = await records.day(session, row.day_id) if row is not None else None
        if row is None or day is None or row.revision != revision or row.audience != Audience.STAFF:
            return None
        member = await self._members.find(row.guild_id, row.user_id)
        programme = await self._programmes.current(row.guild_id)
        if member is None or programme is None:
            return None
        group = programme.group(day.group_key)
        language = programme.program.languages[0].value
        return StaffNote(language, member.chosen_name, group.name if group else day.group_key)

    async def thread_missing(
        self, session: AsyncSession, day_id: int, answer_id: int, revision: int, *, thread_id: int
    ) -> None:
        """Post an answer to the channel instead, where the day's thread could not take it.

        Several may have been on their way to the same thread: each of them is posted.
        """
        day = await records.day(session, day_id)
        channel = await self._channel(day.guild_id, check_in_key(day.group_key)) if day is not None else None
        if day is None or channel is None or channel == thread_id:
            log.error("checkin.not_posted", answer=answer_id, day=day_id)
            return
        if day.thread_id == thread_id:
            await records.note_thread(session, day_id, None)
        again = deliveries.post(day, answer_id, revision, channel, self._clock.now(), again=True)
        await self._outbox.put(session, [again])

    async def take_back(self, session: AsyncSession, user_id: int) -> None:
        """Have everything taken out of the groups that was posted in this person's name, before its rows go.

        And the lines in #staff-room emptied, which name them.
        """
        now = self._clock.now()
        drafts = []
        await self.tasks.take_back(session, user_id)
        for row in await records.answers_by(session, user_id):
            for revision in range(1, row.revision + 1):
                lines = await self._outbox.messages_of(
                    session, deliveries.subject_of_answer(row.id, revision), TO_STAFF
                )
                drafts += deliveries.lines_gone(row.guild_id, lines, now)
            day = await records.day(session, row.day_id)
            if day is None or row.audience != Audience.GROUP:
                continue
            await self._outbox.cancel(session, deliveries.subject_of_answer(row.id, row.revision))
            channel = day.thread_id or day.channel_id or await self._channel(day.guild_id, check_in_key(day.group_key))
            if channel is not None:
                drafts.append(deliveries.unpost(day, row.id, row.revision, channel, now))
                await self.closing.voice_changed(session, day, f"erased:{row.id}", now)
        await self._outbox.put(session, drafts)

    async def language_of_staff(self, guild_id: int) -> str:
        """In which language this programme's staff are spoken to."""
        programme = await self._programmes.current(guild_id)
        return programme.program.languages[0].value if programme is not None else "en"

    async def posted_for(self, subject: str) -> list[tuple[int, int]]:
        """(channel id, message id) of what was posted of an answer's earlier version."""
        async with self._database.read() as session:
            return list(await self._outbox.messages_of(session, subject, POST))

    async def _channel(self, guild_id: int, key: ObjectKey) -> int | None:
        return await self._programmes.object_id(guild_id, ObjectKind.CHANNEL, key)
