"""What staff are to do for somebody: told in #staff-room, told again until one of them has done it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.checkins import deliveries, task_records
from bot.checkins.deliveries import TASK
from bot.checkins.rhythm import TaskKind, ask_again_at
from bot.db import Database
from bot.delivery.service import Outbox
from bot.members.service import Action, MemberService
from bot.observe.logs import get_logger
from bot.program.layout import STAFF_ROOM, ObjectKind
from bot.program.service import ProgrammeService
from bot.timing import Clock

log = get_logger(__name__)


@dataclass(frozen=True)
class Task:
    """What a task's messages are drawn from. Instants are UTC; nothing in it is escaped yet."""

    id: int
    kind: TaskKind
    language: str
    name: str
    group_name: str
    asked_at: datetime
    done_by: int | None
    done_at: datetime | None


@dataclass(frozen=True)
class Ticked:
    """What came of `Done`: ``first`` where it was this press that closed the task."""

    language: str
    by: int
    first: bool


class Tasks:
    """The use cases of staff's tasks. A task is a row; each message about it is a delivery of its own."""

    def __init__(
        self, database: Database, clock: Clock, outbox: Outbox, members: MemberService, programmes: ProgrammeService
    ) -> None:
        self._database, self._clock, self._outbox = database, clock, outbox
        self._members, self._programmes = members, programmes

    async def ask(
        self,
        session: AsyncSession,
        guild_id: int,
        user_id: int,
        *,
        group_key: str,
        kind: TaskKind,
        source_key: str,
        staff_room: int,
    ) -> bool:
        """Ask staff, in the caller's transaction; False where they have been asked already and it is not done."""
        now = self._clock.now()
        made = await task_records.open_task(
            session, guild_id, user_id, group_key=group_key, kind=kind, source_key=source_key, now=now
        )
        if made is None:
            return False
        draft = deliveries.task(guild_id, user_id, made, 0, staff_room=staff_room, due_at=now)
        await self._outbox.put(session, [draft])
        return True

    async def take_back(self, session: AsyncSession, user_id: int) -> None:
        """Before somebody's rows go: have what staff were told of them emptied, for it carries their name."""
        now = self._clock.now()
        for row in await task_records.tasks_about(session, user_id):
            lines = await self._outbox.messages_of(session, deliveries.subject_of_task(row.id), TASK)
            await self._outbox.put(session, deliveries.lines_gone(row.guild_id, lines, now))

    async def find(self, task_id: int) -> Task | None:
        """One task, or none where it, or its person, was erased."""
        async with self._database.read() as session:
            row = await task_records.task(session, task_id)
        if row is None:
            return None
        member = await self._members.find(row.guild_id, row.user_id)
        programme = await self._programmes.current(row.guild_id)
        if member is None or programme is None:
            return None
        group = programme.group(row.group_key)
        return Task(
            id=row.id,
            kind=row.kind,
            language=programme.program.languages[0].value,
            name=member.chosen_name,
            group_name=group.name if group else row.group_key,
            asked_at=row.asked_at,
            done_by=row.done_by,
            done_at=row.done_at,
        )

    async def told(
        self, session: AsyncSession, task_id: int, asked: int, now: datetime, message: tuple[int, int] | None
    ) -> None:
        """Staff were told for the ``asked``-th time, by ``message``, or could not be: plan the next time.

        Where the task was done while that message was on its way, have it say so instead.
        """
        row = await task_records.task(session, task_id)
        if row is None:
            return
        if row.done_at is not None:
            if message is not None:
                done = deliveries.task_done(row.guild_id, row.user_id, row.id, message, now)
                await self._outbox.put(session, [done])
            return
        programme = await self._programmes.current(row.guild_id)
        staff_room = await self._programmes.object_id(row.guild_id, ObjectKind.CHANNEL, STAFF_ROOM)
        if row.kind is not TaskKind.CONTACT or programme is None or staff_room is None:
            return
        due_at = ask_again_at(now, programme.zone)
        again = deliveries.task(row.guild_id, row.user_id, row.id, asked + 1, staff_room=staff_room, due_at=due_at)
        await self._outbox.put(session, [again])

    async def done(self, guild_id: int, staff_id: int, task_id: int) -> Ticked | None:
        """Somebody of staff has done it. Of two who press at once one is first, and the other is told who.

        None where there is no such task any more.

        Raises:
            NotAllowedError: where ``staff_id`` is not staff.
        """
        standing = await self._members.allow(guild_id, staff_id, Action.DO_TASK)
        now = self._clock.now()
        async with self._database.write() as session:
            row = await task_records.task(session, task_id)
            if row is None or row.guild_id != guild_id:
                return None
            first = await task_records.close_task(session, task_id, staff_id, now)
            row = await task_records.task(session, task_id)
            if row is None or row.done_by is None:
                return None  # erased by its person in this very moment
            if first:
                subject = deliveries.subject_of_task(task_id)
                await self._outbox.cancel(session, subject, kinds=(TASK,))
                messages = await self._outbox.messages_of(session, subject, TASK)
                edits = [deliveries.task_done(guild_id, row.user_id, task_id, one, now) for one in messages]
                await self._outbox.put(session, edits)
                log.info("checkin.task_done", guild=guild_id, task=task_id, staff=staff_id, kind=row.kind.value)
            return Ticked(standing.language, row.done_by, first)
