"""Who is expected at a check-in, and who of them has been heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.checkins import records
from bot.checkins.habits import Habit, habit_of, habits_in, zone_of
from bot.checkins.rhythm import Rhythm, is_their_turn, rhythm_for, turn_of, was_heard
from bot.checkins.rules import Day
from bot.members.service import Member, MemberService
from bot.program.schema import Programme
from bot.timing import local_date

_LOOK_BACK = timedelta(days=40)
"""The longest turn is a calendar month; a few days more for the zone and the window."""


@dataclass(frozen=True)
class Expected:
    """Somebody expected at a check-in: their choices, and whether they were heard."""

    member: Member
    habit: Habit
    heard: bool


async def expected_at(
    session: AsyncSession, members: MemberService, programme: Programme, day: Day, now: datetime
) -> list[Expected]:
    """Everybody expected at ``day`` as it is at ``now`` (UTC): not who has stopped or came after it.

    Nor who is in a pause, or was in one for a part of the time: a card that was open over the end of a pause, or is
    closed late, expects nobody who had said that they wanted to be left alone.
    """
    group = programme.group(day.group_key)
    if group is None:
        return []
    earlier = await _earlier(session, day)
    habits = await habits_in(session, day.guild_id)
    given = await records.given_since(session, day.guild_id, day.group_key, day.opens_at - _LOOK_BACK)
    found = []
    for place in await members.places_in(session, day.guild_id, day.group_key):
        member, habit = place.member, habits.get(place.member.user_id, Habit())
        if place.since > day.opens_at or member.is_paused(min(now, day.opens_at)):
            continue
        rhythm, joined = rhythm_for(group.track, habit.rhythm), _joined(place.since, member, programme)
        # A card that came in their pause was not theirs; else a pause over the first of a month would excuse all of it.
        asked = [one for one in earlier if one.opens_at >= place.since and not member.is_paused(one.opens_at)]
        if is_their_turn(day, asked, rhythm, joined):
            theirs = [one for one in given if one.user_id == member.user_id]
            found.append(Expected(member, habit, was_heard(day, theirs, rhythm, joined)))
    return found


async def same_turn(
    session: AsyncSession, members: MemberService, programme: Programme, day: Day, user_id: int
) -> list[int]:
    """The days, by row number, for which an answer of this person on ``day`` counts: where one a turn is enough, all
    of that turn."""
    group = programme.group(day.group_key)
    if group is None or rhythm_for(group.track, None) is Rhythm.EVERY:
        return [day.id]
    places = await members.places_in(session, day.guild_id, day.group_key)
    place = next((one for one in places if one.member.user_id == user_id), None)
    if place is None:
        return [day.id]
    habit = await habit_of(session, day.guild_id, user_id)
    rhythm, joined = rhythm_for(group.track, habit.rhythm), _joined(place.since, place.member, programme)
    if rhythm is Rhythm.EVERY:
        return [day.id]
    turn = turn_of(rhythm, day.local_date, joined)
    others = [one.id for one in await _earlier(session, day) if turn_of(rhythm, one.local_date, joined) == turn]
    return list(dict.fromkeys([day.id, *others]))


async def _earlier(session: AsyncSession, day: Day) -> Sequence[Day]:
    days = await records.days_since(session, day.guild_id, day.opens_at - _LOOK_BACK)
    return [one for one in days if one.group_key == day.group_key and one.message_id is not None]


def _joined(since: datetime, member: Member, programme: Programme) -> date:
    return local_date(since, zone_of(member, programme))
