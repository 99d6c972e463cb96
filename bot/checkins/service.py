"""Checking in: who may, which day it belongs to, where it goes, and what the group and staff get to see of it."""

import random
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import AuditAction
from bot.checkins import deliveries, records
from bot.checkins.answers import Answer, Earlier, Kept, Opening, Placed
from bot.checkins.choosing import HabitForm, Habits
from bot.checkins.closing import ClosedCard, Closing, Roll, Unheard
from bot.checkins.deliveries import (
    CARD,
    CLOSING,
    LINE_GONE,
    NUDGE,
    POST,
    ROLL,
    TASK,
    TASK_DONE,
    THREAD,
    TO_STAFF,
    UNPOST,
)
from bot.checkins.habits import Habit
from bot.checkins.nudges import Nudge, Nudges
from bot.checkins.planner import CheckinPlanner
from bot.checkins.posting import Card, CheckinPosting, Shared, StaffNote
from bot.checkins.records import CheckinAnswerRow
from bot.checkins.rhythm import LATE_IN_THE_DAY, Hours, Rhythm, TaskKind, need_after
from bot.checkins.rules import (
    WORDS_AT_MOST,
    Audience,
    CardTime,
    Day,
    Feeling,
    ReachOut,
    audience_of,
    choose_line,
    is_grave,
    line_said,
    mark_of,
    texts_in_return,
    whole_day,
)
from bot.checkins.scored import NoScoredForm, ScoredForm
from bot.checkins.tasks import Task, Tasks, Ticked
from bot.checkins.which_day import WhichDay
from bot.content import Content
from bot.crisis.assessment import Tier
from bot.crisis.service import CrisisService
from bot.db import Database
from bot.delivery.service import Outbox
from bot.errors import NotAllowedError, NotFoundError
from bot.intake.service import Heard, Intake, Origin
from bot.members.service import Action, MemberService, Standing
from bot.observe.logs import get_logger
from bot.program.layout import STAFF_ROOM, ObjectKey, ObjectKind, check_in_key
from bot.program.schema import Programme, Track
from bot.program.service import ProgrammeService
from bot.timing import Clock, local_date, to_local

__all__ = [
    "CARD",
    "CLOSING",
    "LINE_GONE",
    "NUDGE",
    "POST",
    "ROLL",
    "TASK",
    "TASK_DONE",
    "THREAD",
    "TO_STAFF",
    "UNPOST",
    "WORDS_AT_MOST",
    "Answer",
    "Audience",
    "Card",
    "CheckinPlanner",
    "CheckinPosting",
    "CheckinService",
    "ClosedCard",
    "Closing",
    "Earlier",
    "Feeling",
    "Habit",
    "HabitForm",
    "Habits",
    "Hours",
    "Kept",
    "Nudge",
    "Nudges",
    "Opening",
    "Placed",
    "ReachOut",
    "Rhythm",
    "Roll",
    "ScoredForm",
    "Shared",
    "StaffNote",
    "Task",
    "TaskKind",
    "Tasks",
    "Ticked",
    "Unheard",
]

log = get_logger(__name__)

SOURCE = "form:checkin"


async def nothing_is_held(_guild_id: int, _group_key: str, _user_id: int, _words: str) -> tuple[str, ...]:
    """Until whoever moderates is asked."""
    return ()


class CheckinService:
    """The use cases of check-ins."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        content: Content,
        outbox: Outbox,
        members: MemberService,
        posting: CheckinPosting,
        *,
        programmes: ProgrammeService,
        intake: Intake,
        crisis: CrisisService,
        roll: Callable[[int], int] = random.randrange,
    ) -> None:
        self._database, self._clock, self._content, self._outbox = database, clock, content, outbox
        self._members, self._programmes, self._intake, self._crisis = members, programmes, intake, crisis
        self._posting = posting
        self._roll, self._audit, self._tasks, self._closing = roll, posting.audit, posting.tasks, posting.closing
        self._days = WhichDay(clock, content)
        self.held_for: Callable[[int, str, int, str], Awaitable[tuple[str, ...]]] = nothing_is_held
        """The filters for which words for a group would be held there. Takes server, group, author and words."""
        self.scored: ScoredForm = NoScoredForm()
        """What offers a scored form on the private pages."""
        self.habits = Habits(database, clock, content, members, programmes, posting.nudges)

    # -- answering -----------------------------------------------------------------------------------------------------

    async def may_open(self, guild_id: int, user_id: int, day_id: int | None) -> Opening:
        """What the form starts from, and which group it is for, for somebody who may fill it in.

        Raises:
            NotAllowedError: where this person is in no group, or the card is another group's.
            NotFoundError: where the card is not known any more.
        """
        standing = await self._members.standing(guild_id, user_id)
        programme = await self._programme(guild_id, standing)
        async with self._database.read() as session:
            key, day = await self._days.find(session, day_id, "", standing, programme)
            row = await records.answer_of(session, day.id, user_id) if day is not None else None
        earlier = Earlier(Feeling(row.feeling), row.words or "", Audience(row.audience)) if row is not None else None
        group = programme.group(key) if len(standing.groups) > 1 else None
        return Opening(standing.language, earlier, mark_of(key), group.name if group is not None else None)

    async def hear(self, answer: Answer) -> Heard:
        """Have the words read for danger, before anything else is done with them."""
        if not answer.words:
            return Heard(Tier.NONE)
        origin = Origin(
            guild_id=answer.guild_id,
            author_id=answer.user_id,
            channel_id=answer.channel_id,
            source=SOURCE,
            key=answer.key,
        )
        return await self._intake.handle(answer.words, origin)

    async def reach(self, answer: Answer) -> str | None:
        """Pass on the wish to be contacted, whoever has it: also a person whose place in the group has ended.

        "Now" pages whoever is on call, and so does "today" where there is no staff room to put it down in: it must not
        be lost. Asked for again before somebody of staff has done it, it is still the one task. What is returned is to
        be said to the person.
        """
        staff_room = await self._channel(answer.guild_id, STAFF_ROOM)
        if answer.reach_out is ReachOut.NO:
            return None
        if answer.reach_out is ReachOut.NOW or staff_room is None:
            key = f"{answer.key}:contact"
            return await self._crisis.ask_for_contact(answer.guild_id, answer.user_id, key, SOURCE)
        standing = await self._members.standing(answer.guild_id, answer.user_id)
        async with self._database.write() as session:
            day = await records.day(session, answer.day_id) if answer.day_id is not None else None
            group = day.group_key if day is not None else next(iter(standing.groups), "")
            await self._tasks.ask(
                session,
                answer.guild_id,
                answer.user_id,
                group_key=group,
                kind=TaskKind.CONTACT,
                source_key=f"contact:{answer.key}",
                staff_room=staff_room,
            )
        return None

    async def keep(self, answer: Answer, heard: Heard) -> Kept:
        """Store an answer that was heard, in place of an earlier one of that day, and send it where it was meant to go.

        Raises:
            NotAllowedError: where this person is in no group, or the card is another group's.
            NotFoundError: where the card is not known any more.
        """
        standing = await self._members.standing(answer.guild_id, answer.user_id)
        programme = await self._programme(answer.guild_id, standing)
        audience = audience_of(answer.audience, in_danger=heard.tier is Tier.PAGE)
        because = await self._kept_back_for(answer, standing, programme) if audience is Audience.GROUP else None
        kept_back = because is not None
        if kept_back:
            audience = Audience.STAFF
        staff_room = await self._channel(answer.guild_id, STAFF_ROOM)
        now = self._clock.now()
        async with self._database.write() as session:
            day = await self._day_of(session, answer, standing, programme)
            channel = day.thread_id or await self._channel(answer.guild_id, check_in_key(day.group_key))
            if audience is Audience.GROUP and channel is None:
                audience = Audience.STAFF
            await records.keep_answer(session, answer.guild_id, day.id, answer.user_id, now)
            row = await records.answer_of(session, day.id, answer.user_id, for_change=True)
            if row is None:  # erased by its author between the two statements
                raise NotFoundError(self._say(standing.language, "errors.not_found"))
            changed, same = row.revision > 0, _is_same(row, answer, audience)
            late = day.asked and now >= day.closes_at
            keys = texts_in_return(
                heard.tier,
                answer.audience,
                audience,
                answer.feeling,
                answer.reach_out,
                same=same and not kept_back,
                late=late,
                kept_back=kept_back,
            )
            said = await self._lines(session, answer, keys, standing.language)
            if not same:
                await self._replace(session, row, answer, day, audience, channel=channel, staff_room=staff_room)
            row.reach_out, row.answered_at = answer.reach_out.value, now
            row.said = [line_said(*line) for line in said]
            await self._closing.heard(session, programme, day, answer.user_id)
            if kept_back and not same and channel is not None:
                who = (answer.guild_id, answer.user_id, day.group_key)
                await self._posting.on_placed(session, Placed(*who, row.id, row.revision, answer.words, channel, None))
            if channel is None or staff_room is None:
                log.warning("checkin.place_missing", guild=answer.guild_id, day=day.id)
        grave = is_grave(heard.tier, answer.reach_out)
        quiet = grave or same
        group = programme.group(day.group_key)
        family = group is not None and group.track is Track.FAMILY
        return Kept(
            language=standing.language,
            audience=audience,
            changed=changed and not same,
            grave=grave,
            lines=said,
            because=() if grave else because or (),
            need=None if quiet else need_after(answer.feeling, family=family, seed=self._roll(1_000_000)),
            scored_form=None if quiet else await self.scored.offer(answer.guild_id, answer.user_id, day.id),
            evening=to_local(now, programme.zone).time() >= LATE_IN_THE_DAY,
        )

    async def _kept_back_for(self, answer: Answer, standing: Standing, programme: Programme) -> tuple[str, ...] | None:
        """The filters for which the group would hold these words, or none; where they break, staff read them first."""
        if not answer.words:
            return None
        async with self._database.read() as session:
            group, _ = await self._days.find(session, answer.day_id, answer.group_mark, standing, programme)
        try:
            return await self.held_for(answer.guild_id, group, answer.user_id, answer.words) or None
        except Exception:
            log.exception("checkin.could_not_judge", guild=answer.guild_id, key=answer.key)
            return ()

    async def _replace(
        self,
        session: AsyncSession,
        row: CheckinAnswerRow,
        answer: Answer,
        day: Day,
        audience: Audience,
        *,
        channel: int | None,
        staff_room: int | None,
    ) -> None:
        """Put an answer in place of what ``row`` holds, and have it shown where it is to go now."""
        now = self._clock.now()
        if row.audience == Audience.GROUP and channel is not None:
            # What was said first is taken back first: who chose the group, then only themselves, is not left there.
            await self._outbox.cancel(session, deliveries.subject_of_answer(row.id, row.revision))
            await self._outbox.put(session, [deliveries.unpost(day, row.id, row.revision, channel, now)])
        row.revision += 1
        row.feeling, row.words, row.audience = answer.feeling.value, answer.words or None, audience.value
        await session.flush()
        if audience is Audience.GROUP and channel is not None:
            await self._outbox.put(session, [deliveries.post(day, row.id, row.revision, channel, now)])
        elif audience is Audience.STAFF and staff_room is not None:
            line = deliveries.to_staff(
                answer.guild_id, answer.user_id, row.id, row.revision, staff_room=staff_room, now=now
            )
            await self._outbox.put(session, [line])
        await self._closing.voice_changed(session, day, f"{row.id}:{row.revision}", now)

    # -- staff ---------------------------------------------------------------------------------------------------------

    async def read_for_staff(self, guild_id: int, staff_id: int, answer_id: int) -> Shared:
        """What somebody sent to staff, for one of them who asks; that they look is put on record before it is shown.

        Raises:
            NotAllowedError: where ``staff_id`` is not staff.
            NotFoundError: where it was erased, or is not for staff any more.
        """
        standing = await self._members.allow(guild_id, staff_id, Action.READ_CHECKIN)
        async with self._database.write() as session:
            row = await records.answer(session, answer_id)
            member = await self._members.find(guild_id, row.user_id) if row is not None else None
            if row is None or member is None or row.guild_id != guild_id or row.audience != Audience.STAFF:
                raise NotFoundError(self._say(standing.language, "errors.not_found"))
            await self._audit.note(
                session,
                AuditAction.CHECKIN_VIEWED,
                "check-in",
                answer_id,
                actor=staff_id,
                person=row.user_id,
                guild_id=guild_id,
            )
            shared = Shared(standing.language, member.chosen_name, Feeling(row.feeling), row.words or "")
        log.info("checkin.read_by_staff", guild=guild_id, answer=answer_id, staff=staff_id)
        return shared

    # -- which day -----------------------------------------------------------------------------------------------------

    async def _day_of(self, session: AsyncSession, answer: Answer, standing: Standing, programme: Programme) -> Day:
        group, day = await self._days.find(session, answer.day_id, answer.group_mark, standing, programme)
        if day is not None:
            return day
        today = local_date(self._clock.now(), programme.zone)
        opens_at, closes_at = whole_day(today, programme.zone)
        free_day = CardTime(group, today, opens_at, closes_at)
        return await records.keep_day(session, answer.guild_id, free_day, None, asked=False)

    async def _lines(
        self, session: AsyncSession, answer: Answer, keys: Sequence[str], language: str
    ) -> tuple[tuple[str, int], ...]:
        """What to say in return: a variant of each text, none as this person was told last time."""
        newest = await records.newest_answer(session, answer.guild_id, answer.user_id)
        said_last = newest.said if newest is not None else ()
        counts = [self._content.texts.variants(language, key) for key in keys]
        return tuple(
            (key, choose_line(key, count, said_last, self._roll(1_000_000)))
            for key, count in zip(keys, counts, strict=True)
        )

    async def _programme(self, guild_id: int, standing: Standing) -> Programme:
        programme = await self._programmes.current(guild_id)
        if programme is None:
            raise NotAllowedError(self._say(standing.language, "errors.not_a_member"))
        return programme

    async def _channel(self, guild_id: int, key: ObjectKey) -> int | None:
        return await self._programmes.object_id(guild_id, ObjectKind.CHANNEL, key)

    def _say(self, language: str, key: str) -> str:
        return self._content.texts.say(language, key)


def _is_same(row: CheckinAnswerRow, answer: Answer, audience: Audience) -> bool:
    """Whether this very answer is there already: a form that was sent twice is not taken back and posted again."""
    return row.revision > 0 and (row.feeling, row.words or "", row.audience) == (
        answer.feeling.value,
        answer.words,
        audience.value,
    )
