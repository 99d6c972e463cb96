"""One answer a week, a fortnight or a month: which card is theirs, over clock changes, month ends and pauses."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checkins.habits import Habit, keep_habit
from bot.checkins.rhythm import Rhythm, is_their_turn
from bot.checkins.rules import Audience, Day
from tests.checkins.stories import NINE
from tests.checkins.world import ALEX, CHEN, GUILD, World, answer, programme, submit

DAILY = {"group": "morning", "time": "09:00", "window": "12h"}


def daily(begin: date, days: int, holidays: frozenset[int] = frozenset()) -> list[Day]:
    """A card a day from ``begin`` on, but for those days, by number."""
    made = []
    for number in range(days):
        on = begin + timedelta(days=number)
        opens_at = datetime.combine(on, time(14), UTC)
        if number not in holidays:
            made.append(Day(number, 1, "after", on, opens_at, opens_at + timedelta(hours=12), asked=True, message_id=1))
    return made


@given(joined=st.dates(date(2025, 1, 1), date(2027, 1, 1)), holidays=st.frozensets(st.integers(0, 119), max_size=20))
def test_every_turn_that_has_a_card_has_one_that_is_theirs(joined: date, holidays: frozenset[int]) -> None:
    days = daily(joined, 120, holidays)
    weeks = {day.id: day.local_date.isocalendar()[:2] for day in days}
    months = {day.id: (day.local_date.year, day.local_date.month) for day in days}
    for rhythm, turns in ((Rhythm.WEEKLY, weeks), (Rhythm.MONTHLY, months)):
        theirs = [turns[day.id] for day in days if is_their_turn(day, days, rhythm, joined)]
        assert theirs == sorted(set(turns.values()))


@pytest.fixture
async def alumni(world: World) -> World:
    """The morning group is one of aftercare, asked every day; Alex and Bea want to be asked once a month."""
    groups = [{"key": "morning", "name": "Alumni", "track": "aftercare"}]
    await world.programmes.adopt(programme(groups=groups, checkins=[DAILY], prompts=[]), GUILD)
    async with world.database.write() as session:
        await keep_habit(session, GUILD, ALEX, Habit(rhythm=Rhythm.MONTHLY))
    return world


async def expected_on(world: World, number: int) -> tuple[str, ...]:
    """Who is not heard at the card of the ``number``-th day from Monday on, at its end."""
    await world.plan(24 * 40)
    await world.until(NINE + timedelta(days=number))
    await world.until(NINE + timedelta(days=number, hours=12, minutes=1))
    card = [row for row in await world.rows("checkins.card") if row.state == "sent"][-1]
    unheard = await world.posting.closing.unheard(GUILD, CHEN, int(card.arguments["day"]))
    assert unheard is not None
    return unheard.names


async def test_a_pause_over_the_first_card_of_a_month_does_not_excuse_the_month(alumni: World) -> None:
    for number in range(8):  # Monday, November 23 to the 30th
        await expected_on(alumni, number)
    await alumni.members.pause(GUILD, ALEX, "2026-12-03")
    assert "Alex" not in await expected_on(alumni, 8)  # December 1
    assert "Alex" not in await expected_on(alumni, 9)
    assert "Alex" in await expected_on(alumni, 10), "the first card after the pause"
    assert "Alex" not in await expected_on(alumni, 11)


async def test_an_answer_later_in_the_turn_takes_them_off_the_list_of_its_first_card(alumni: World) -> None:
    assert "Alex" in await expected_on(alumni, 0)
    first = int([row for row in await alumni.rows("checkins.card") if row.state == "sent"][-1].arguments["day"])
    await alumni.until(NINE + timedelta(days=2))
    await submit(alumni, answer(ALEX, audience=Audience.SELF))
    unheard = await alumni.posting.closing.unheard(GUILD, CHEN, first)
    assert unheard is not None
    assert "Alex" not in unheard.names
