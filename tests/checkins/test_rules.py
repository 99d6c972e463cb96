"""When a card comes, which day an answer belongs to, who sees it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checkins.rules import (
    Audience,
    Day,
    Feeling,
    ReachOut,
    audience_of,
    card_times,
    choose_line,
    day_for,
    group_for,
    is_grave,
    is_open,
    is_still_planned,
    line_said,
    texts_in_return,
    whole_day,
)
from bot.crisis.assessment import Tier
from tests.checkins.world import programme

NEW_YORK = ZoneInfo("America/New_York")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of November 2026, in UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def a_day(number: int, opens: datetime, hours: int = 12, *, asked: bool = True, group: str = "morning") -> Day:
    return Day(
        id=number,
        guild_id=1,
        group_key=group,
        local_date=opens.astimezone(NEW_YORK).date(),
        opens_at=opens,
        closes_at=opens + timedelta(hours=hours),
        asked=asked,
    )


def test_cards_come_on_their_weekdays_at_the_wall_time_on_both_sides_of_the_clock_change() -> None:
    cards = [
        card for card in card_times(programme(), at(1, 0) - timedelta(days=3), at(8, 0)) if card.group_key == "morning"
    ]
    # The clocks go back on 1 November 2026: 09:00 is 13:00 UTC before, 14:00 UTC after.
    assert [card.opens_at for card in cards] == [
        datetime(2026, 10, 29, 13, tzinfo=UTC),
        datetime(2026, 10, 30, 13, tzinfo=UTC),
        *(at(day, 14) for day in (2, 3, 4, 5, 6)),
    ]
    assert [card.local_date.day for card in cards] == [29, 30, 2, 3, 4, 5, 6]


def test_a_window_is_real_hours_in_the_night_the_clock_changes() -> None:
    evening = programme(checkins=[{"group": "evening", "time": "20:00", "window": "12h"}])
    card = next(card_times(evening, at(1, 0), at(2, 0)))
    assert card.local_date == date(2026, 10, 31)
    assert card.closes_at - card.opens_at == timedelta(hours=12)


def test_the_span_includes_its_beginning_and_not_its_end() -> None:
    nine = at(23, 14)
    assert [card.opens_at for card in card_times(programme(), nine, nine + timedelta(minutes=1))] == [nine]
    assert list(card_times(programme(), nine - timedelta(hours=1), nine)) == []


def test_a_group_may_be_asked_twice_a_day() -> None:
    twice = programme(checkins=[{"group": "morning", "time": at_} for at_ in ("09:00", "19:30")])
    cards = list(card_times(twice, at(23, 5), at(24, 5)))
    assert [card.opens_at for card in cards] == [at(23, 14), at(24, 0, 30)]
    assert {card.local_date for card in cards} == {date(2026, 11, 23)}


@pytest.mark.parametrize(
    ("changes", "planned"),
    [
        ({}, True),
        ({"checkins": []}, False),
        ({"checkins": [{"group": "morning", "days": ["mon"], "time": "09:00"}]}, True),
        ({"checkins": [{"group": "morning", "days": ["tue"], "time": "09:00"}]}, False),
        ({"checkins": [{"group": "morning", "time": "09:30"}]}, False),
        ({"checkins": [{"group": "evening", "time": "09:00"}]}, False),
        ({"program": {"name": "R", "timezone": "America/Chicago", "country": "US"}}, False),
    ],
)
def test_a_card_is_still_planned_only_where_the_programme_asks_at_that_moment(
    changes: dict[str, object], planned: bool
) -> None:
    assert is_still_planned(programme(**changes), a_day(1, at(23, 14))) is planned


@pytest.mark.parametrize(
    ("now", "on_time"),
    [(at(23, 13, 59), False), (at(23, 14), True), (at(24, 1, 59), True), (at(24, 2), False)],
)
def test_an_answer_is_on_time_from_the_opening_to_just_before_the_end(now: datetime, on_time: bool) -> None:
    assert is_open(a_day(1, at(23, 14)), now) is on_time


SUNDAY, MONDAY, TUESDAY = a_day(1, at(22, 14)), a_day(2, at(23, 14)), a_day(3, at(24, 14))


@pytest.mark.parametrize(
    ("pressed", "now", "belongs_to"),
    [
        (MONDAY, at(23, 15), MONDAY),
        (SUNDAY, at(23, 15), MONDAY),  # an old card: how today is belongs to today's
        (None, at(23, 15), MONDAY),
        (None, at(23, 13), None),  # before today's card, after yesterday's
        (MONDAY, at(24, 3), MONDAY),  # 22:00 in New York: closed, but still its day
        (None, at(24, 3), MONDAY),
        (MONDAY, at(24, 6), None),  # 01:00 the next day
        (SUNDAY, at(24, 15), TUESDAY),
    ],
)
def test_which_day_an_answer_belongs_to(pressed: Day | None, now: datetime, belongs_to: Day | None) -> None:
    assert day_for(pressed, [TUESDAY, SUNDAY, MONDAY], now, NEW_YORK) == belongs_to


def test_a_free_day_takes_no_answers_from_a_card() -> None:
    free = a_day(4, at(23, 5), 24, asked=False)
    assert day_for(None, [free, MONDAY], at(23, 15), NEW_YORK) == MONDAY
    assert day_for(None, [free], at(23, 15), NEW_YORK) is None


def test_a_bare_checkin_is_for_the_group_whose_card_is_open() -> None:
    days = [MONDAY, a_day(5, at(23, 23), 3, group="evening")]
    assert group_for(("morning", "evening"), days, at(23, 15)) == "morning"
    assert group_for(("morning", "evening"), days, at(23, 23, 30)) == "evening"
    assert group_for(("evening",), days, at(23, 15)) == "evening"
    assert group_for((), days, at(23, 15)) is None


def test_a_whole_day_has_25_hours_when_the_clock_goes_back() -> None:
    begins, ends = whole_day(date(2026, 11, 1), NEW_YORK)
    assert (begins, ends) == (at(1, 4), at(2, 5))


@pytest.mark.parametrize("chosen", list(Audience))
def test_words_of_danger_stay_out_of_the_group_and_nothing_else_changes_a_choice(chosen: Audience) -> None:
    assert audience_of(chosen, in_danger=True) is (Audience.STAFF if chosen is Audience.GROUP else chosen)
    assert audience_of(chosen, in_danger=False) is chosen


@pytest.mark.parametrize(
    ("tier", "reach_out", "said"),
    [
        (Tier.PAGE, ReachOut.NO, ("held_group",)),
        (Tier.PAGE, ReachOut.NOW, ("held_group",)),
        (Tier.NOTIFY, ReachOut.NO, ("went_staff",)),
        (Tier.NONE, ReachOut.NOW, ("went_staff",)),
        (Tier.LOG, ReachOut.NO, ("thanks_staff", "supportive_steady")),
        (Tier.NONE, ReachOut.TODAY, ("thanks_staff", "supportive_steady")),
    ],
)
def test_after_a_crisis_answer_only_where_it_went_is_said(
    tier: Tier, reach_out: ReachOut, said: tuple[str, ...]
) -> None:
    keys = texts_in_return(tier, Audience.GROUP, Audience.STAFF, Feeling.STEADY, reach_out)
    assert keys == tuple(f"checkins.{key}" for key in said)
    assert is_grave(tier, reach_out) is (len(said) == 1)


@given(count=st.integers(2, 6), last=st.integers(0, 5), seed=st.integers(0, 10**6))
def test_no_line_is_said_twice_in_a_row(count: int, last: int, seed: int) -> None:
    last %= count
    chosen = choose_line("checkins.supportive_heavy", count, [line_said("checkins.supportive_heavy", last)], seed)
    assert 0 <= chosen < count
    assert chosen != last


def test_every_line_comes_up_where_another_feeling_was_answered_last() -> None:
    said = [line_said("checkins.supportive_steady", 1)]
    assert {choose_line("checkins.supportive_heavy", 3, said, seed) for seed in range(9)} == {0, 1, 2}
