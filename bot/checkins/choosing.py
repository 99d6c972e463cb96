"""Where a member chooses how they like to be asked: what the form starts from, and what becomes of it."""

from dataclasses import dataclass, replace
from datetime import date

from bot.checkins.habits import Habit, habit_of, keep_habit, zone_of
from bot.checkins.nudges import Nudges
from bot.checkins.rhythm import Hours, Rhythm
from bot.content import Content
from bot.db import Database
from bot.errors import NotAllowedError, TimingError
from bot.members.service import Action, Member, MemberService
from bot.program.schema import Programme, Track
from bot.program.service import ProgrammeService
from bot.timing import Clock, local_date


@dataclass(frozen=True)
class HabitForm:
    """What the form is drawn from. ``paused_until`` is a date in the member's zone, None where there is no pause.

    ``has_rhythm``: they are in aftercare, where each may choose how often they are expected.
    """

    language: str
    habit: Habit
    has_rhythm: bool
    paused_until: date | None


class Habits:
    """The use cases of a member's choices."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        content: Content,
        members: MemberService,
        programmes: ProgrammeService,
        nudges: Nudges,
    ) -> None:
        self._database, self._clock, self._content = database, clock, content
        self._members, self._programmes, self._nudges = members, programmes, nudges

    async def form(self, guild_id: int, user_id: int) -> HabitForm:
        """What the form starts from, or what was chosen.

        Raises:
            NotAllowedError: where this person is in no group.
        """
        member, programme, has_rhythm = await self._who(guild_id, user_id)
        async with self._database.read() as session:
            habit = await habit_of(session, guild_id, user_id)
        until = member.paused_until if member.is_paused(self._clock.now()) else None
        theirs = zone_of(member, programme)
        return HabitForm(member.language, habit, has_rhythm, local_date(until, theirs) if until is not None else None)

    async def choose(
        self, guild_id: int, user_id: int, *, rhythm: Rhythm | None, nudge: bool, hours: str, pause: str
    ) -> HabitForm:
        """Take a member's choices; ``hours`` as ``9:00-21:00``, ``pause`` as a date or a number of days, or empty.

        A card that is open now is nudged for as well, where its hour is still to come.

        Raises:
            NotAllowedError: where this person is in no group.
            TimingError: where the hours or the pause cannot be read; nothing is changed then.
        """
        member, _, has_rhythm = await self._who(guild_id, user_id)
        try:
            read = Hours.parse(hours) if hours.strip() else Hours()
        except TimingError:
            raise TimingError(self._content.texts.say(member.language, "checkins.hours_not_understood")) from None
        await self._members.pause(guild_id, user_id, pause)
        now = self._clock.now()
        async with self._database.write() as session:
            habit = replace(await habit_of(session, guild_id, user_id), nudge=nudge, hours=read)
            if has_rhythm and rhythm is not None:
                habit = replace(habit, rhythm=rhythm)
            await keep_habit(session, guild_id, user_id, habit)
            await session.flush()
            await self._nudges.plan_for(session, guild_id, user_id, now)
        return await self.form(guild_id, user_id)

    async def no_nudge(self, guild_id: int, user_id: int) -> str:
        """No more nudges, by the button under one; the language to say so in."""
        standing = await self._members.standing(guild_id, user_id)
        async with self._database.write() as session:
            habit = await habit_of(session, guild_id, user_id)
            if habit.nudge:
                await keep_habit(session, guild_id, user_id, replace(habit, nudge=False))
        return standing.language

    async def _who(self, guild_id: int, user_id: int) -> tuple[Member, Programme, bool]:
        standing = await self._members.standing(guild_id, user_id)
        member = await self._members.find(guild_id, user_id)
        programme = await self._programmes.current(guild_id)
        if member is None or programme is None or not standing.may(Action.CHECK_IN):
            raise NotAllowedError(self._content.texts.say(standing.language, "errors.not_a_member"))
        groups = [programme.group(key) for key in standing.groups]
        has_rhythm = any(group is not None and group.track is Track.AFTERCARE for group in groups)
        return member, programme, has_rhythm
