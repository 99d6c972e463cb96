"""How a member likes to be asked: rhythm, nudge, hours."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.checkins import habit_records
from bot.checkins.habit_records import HabitRow
from bot.checkins.rhythm import Hours, Rhythm
from bot.members.service import Member
from bot.program.schema import Programme
from bot.timing import zone


@dataclass(frozen=True)
class Habit:
    """A member's choices. ``rhythm`` is None where they made none; it counts in aftercare alone."""

    rhythm: Rhythm | None = None
    nudge: bool = False
    hours: Hours = field(default_factory=Hours)


async def habit_of(session: AsyncSession, guild_id: int, user_id: int) -> Habit:
    """One member's choices, or what holds without any."""
    row = await habit_records.habit_of(session, guild_id, user_id)
    return _habit(row) if row is not None else Habit()


async def habits_in(session: AsyncSession, guild_id: int) -> dict[int, Habit]:
    """The choices of everybody in a server who made any, by user id."""
    return {row.user_id: _habit(row) for row in await habit_records.habits_in(session, guild_id)}


async def keep_habit(session: AsyncSession, guild_id: int, user_id: int, habit: Habit) -> None:
    """Store a member's choices."""
    row = await habit_records.habit_of(session, guild_id, user_id)
    if row is None:
        row = HabitRow(guild_id=guild_id, user_id=user_id)
        session.add(row)
    row.rhythm = habit.rhythm.value if habit.rhythm is not None else None
    row.nudge, row.hours = habit.nudge, str(habit.hours)


def zone_of(member: Member, programme: Programme) -> ZoneInfo:
    """In which zone a member's hours are meant: theirs, else the programme's."""
    return zone(member.timezone) if member.timezone else programme.zone


def _habit(row: HabitRow) -> Habit:
    return Habit(Rhythm(row.rhythm) if row.rhythm is not None else None, row.nudge, Hours.parse(row.hours))
