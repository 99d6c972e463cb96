"""Checking in: who may, which day it belongs to, where it goes, and what the group and staff get to see of it."""

import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.checkins import deliveries, records
from bot.checkins.answers import Answer, Earlier, Kept, Opening
from bot.checkins.choosing import HabitForm, Habits
from bot.checkins.closing import ClosedCard, Closing, Roll, Unheard
from bot.checkins.deliveries import CARD, CLOSING, NUDGE, POST, ROLL, TASK, TASK_DONE, THREAD, TO_STAFF, UNPOST
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
    day_for,
    group_for,
    is_grave,
    is_still_planned,
    line_said,
    texts_in_return,
    whole_day,
)
from bot.checkins.scored import NoScoredForm, ScoredForm
from bot.checkins.silence_records import forget_silence
from bot.checkins.tasks import Task, Tasks, Ticked
from bot.content import Content
from bot.crisis.assessment import Tier
from bot.crisis.service import CrisisService
from bot.db import Database
from bot.delivery.service import Outbox
from bot.errors import NotAllowedError, NotFoundError
from bot.intake.service import Heard, Intake, Origin
from bot.members.service import Action, MemberService, Role, Standing
from bot.observe.logs import get_logger
from bot.program.layout import STAFF_ROOM, ObjectKey, ObjectKind, check_in_key
from bot.program.schema import Programme, Track
from bot.program.service import ProgrammeService
from bot.timing import Clock, local_date, to_local

__all__ = [
    "CARD",
    "CLOSING",
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
_LOOK_BACK = timedelta(hours=36)
"""How long ago a day may have closed and still be today's, whatever the zone and its clock changes."""


async def nothing_is_held(_guild_id: int, _group_key: str, _user_id: int, _words: str) -> bool:
    """Until whoever moderates is asked."""
    return False


class CheckinService:
    """The use cases of check-ins."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        content: Content,
        outbox: Outbox,
        members: MemberService,
        *,
        programmes: ProgrammeService,
        intake: Intake,
        crisis: CrisisService,
        roll: Callable[[int], int] = random.randrange,
    ) -> None:
        self._database, self._clock, self._content, self._outbox = database, clock, content, outbox
        self._members, self._programmes, self._intake, self._crisis = members, programmes, intake, crisis
        self._roll = roll
        self._tasks = Tasks(database, clock, outbox, members, programmes)
        self._closing = Closing(database, clock, outbox, members, programmes, self._tasks)
        self.is_held: Callable[[int, str, int, str], Awaitable[bool]] = nothing_is_held
        """Whether a group's filters would hold words about to be posted there. Takes server, group, author, words."""
        self.scored: ScoredForm = NoScoredForm()
        """What offers a scored form on the private pages."""
        self.habits = Habits(
            database, clock, content, members, programmes, Nudges(database, outbox, members, programmes)
        )

    # -- answering -----------------------------------------------------------------------------------------------------

    async def may_open(self, guild_id: int, user_id: int, day_id: int | None) -> Opening:
        """What the form starts from, for somebody who may fill it in.

        Raises:
            NotAllowedError: where this person is in no group, or the card is another group's.
            NotFoundError: where the card is not known any more.
        """
        standing = await self._members.standing(guild_id, user_id)
        programme = await self._programme(guild_id, standing)
        async with self._database.read() as session:
            _, day = await self._find_day(session, day_id, standing, programme)
            row = await records.answer_of(session, day.id, user_id) if day is not None else None
        earlier = Earlier(Feeling(row.feeling), row.words or "", Audience(row.audience)) if row is not None else None
        return Opening(standing.language, earlier)

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
        kept_back = audience is Audience.GROUP and await self._is_kept_back(answer, standing, programme)
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
            await forget_silence(session, day.id, answer.user_id)
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
            need=None if quiet else need_after(answer.feeling, family=family, seed=self._roll(1_000_000)),
            scored_form=None if quiet else await self.scored.offer(answer.guild_id, answer.user_id, day.id),
            evening=to_local(now, programme.zone).time() >= LATE_IN_THE_DAY,
        )

    async def _is_kept_back(self, answer: Answer, standing: Standing, programme: Programme) -> bool:
        """Whether the group's filters would hold these words; where they break, a human reads them first: staff."""
        if not answer.words:
            return False
        async with self._database.read() as session:
            group, _ = await self._find_day(session, answer.day_id, standing, programme)
        try:
            return await self.is_held(answer.guild_id, group, answer.user_id, answer.words)
        except Exception:
            log.exception("checkin.could_not_judge", guild=answer.guild_id, key=answer.key)
            return True

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
        """What somebody sent to staff, for one of them who asks; that it was read is logged, without a word of it.

        Raises:
            NotAllowedError: where ``staff_id`` is not staff.
            NotFoundError: where it was erased, or is not for staff any more.
        """
        standing = await self._members.allow(guild_id, staff_id, Action.READ_CHECKIN)
        async with self._database.read() as session:
            row = await records.answer(session, answer_id)
        member = await self._members.find(guild_id, row.user_id) if row is not None else None
        if row is None or member is None or row.guild_id != guild_id or row.audience != Audience.STAFF:
            raise NotFoundError(self._say(standing.language, "errors.not_found"))
        log.info("checkin.read_by_staff", guild=guild_id, answer=answer_id, staff=staff_id)
        return Shared(standing.language, member.chosen_name, Feeling(row.feeling), row.words or "")

    # -- which day -----------------------------------------------------------------------------------------------------

    async def _day_of(self, session: AsyncSession, answer: Answer, standing: Standing, programme: Programme) -> Day:
        group, day = await self._find_day(session, answer.day_id, standing, programme)
        if day is not None:
            return day
        today = local_date(self._clock.now(), programme.zone)
        opens_at, closes_at = whole_day(today, programme.zone)
        free_day = CardTime(group, today, opens_at, closes_at)
        return await records.keep_day(session, answer.guild_id, free_day, None, asked=False)

    async def _find_day(
        self, session: AsyncSession, day_id: int | None, standing: Standing, programme: Programme
    ) -> tuple[str, Day | None]:
        """The group an answer given now is for, and its day, or none where nothing was asked or answered today."""
        now, pressed = self._clock.now(), None
        if day_id is not None:
            pressed = self._of_guild(await records.day(session, day_id), standing)
        found = await records.days_since(session, standing.guild_id, now - _LOOK_BACK)
        # A card that the programme has dropped meanwhile counts only where it was posted.
        days = [day for day in found if day.message_id is not None or is_still_planned(programme, day)]
        group = pressed.group_key if pressed is not None else group_for(standing.groups, days, now)
        group = self._check(standing, group)
        asked = day_for(pressed, [day for day in days if day.group_key == group], now, programme.zone)
        if asked is not None:
            return group, asked
        today = local_date(now, programme.zone)
        free = (day for day in found if not day.asked and (day.group_key, day.local_date) == (group, today))
        return group, next(free, None)

    def _check(self, standing: Standing, group: str | None) -> str:
        if not standing.may(Action.CHECK_IN) or not standing.groups:
            key = "checkins.in_no_group" if Role.FORMER in standing.roles else "errors.not_a_member"
            raise NotAllowedError(self._say(standing.language, key))
        group = group or standing.groups[0]
        if group not in standing.groups:
            raise NotAllowedError(self._say(standing.language, "checkins.not_in_group"))
        return group

    def _of_guild(self, day: Day | None, standing: Standing) -> Day:
        if day is None or day.guild_id != standing.guild_id:
            raise NotFoundError(self._say(standing.language, "errors.expired"))
        return day

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
