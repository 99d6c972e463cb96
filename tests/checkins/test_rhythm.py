"""How often somebody is expected, when a nudge comes, when staff are told again, which number a closed card shows."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checkins.rhythm import (
    Given,
    Hours,
    Rhythm,
    ask_again_at,
    is_their_turn,
    is_to_be_raised,
    need_after,
    nudge_at,
    rhythm_for,
    silent_in_a_row,
    turn_of,
    voices_shown,
    was_heard,
)
from bot.checkins.rules import Audience, Day, Feeling, card_times
from bot.content import Need
from bot.errors import TimingError
from bot.members.pauses import pause_end
from bot.program.schema import Track
from bot.timing import to_local
from tests.checkins.world import programme

NEW_YORK = ZoneInfo("America/New_York")
JOINED = date(2026, 9, 2)  # a Wednesday


def utc(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def a_day(on: date, number: int = 1, hour: int = 14) -> Day:
    opens_at = datetime.combine(on, time(hour), UTC)
    return Day(number, 1, "after", on, opens_at, opens_at + timedelta(hours=12), asked=True, message_id=1)


def said(on: date, *, day_id: int = 99, asked: bool = True) -> Given:
    return Given(1, day_id, on, asked, datetime.combine(on, time(15), UTC))


# -- how often ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", [None, *Rhythm])
def test_a_rhythm_is_chosen_in_aftercare_alone(chosen: Rhythm | None) -> None:
    assert rhythm_for(Track.IOP, chosen) is Rhythm.EVERY
    assert rhythm_for(Track.FAMILY, chosen) is Rhythm.EVERY
    assert rhythm_for(Track.AFTERCARE, chosen) is (chosen or Rhythm.TAPER)


@pytest.mark.parametrize(
    ("weeks", "rhythm"),
    [
        (0, Rhythm.WEEKLY),
        (7, Rhythm.WEEKLY),
        (8, Rhythm.FORTNIGHTLY),
        (51, Rhythm.FORTNIGHTLY),
        (52, Rhythm.MONTHLY),
        (150, Rhythm.MONTHLY),
    ],
)
def test_aftercare_tapers_from_weekly_to_fortnightly_to_monthly(weeks: int, rhythm: Rhythm) -> None:
    monday = JOINED - timedelta(days=2)
    for day in (0, 6):
        assert turn_of(Rhythm.TAPER, monday + timedelta(weeks=weeks, days=day), JOINED)[0] is rhythm


def test_the_first_card_of_a_turn_is_theirs_and_the_others_are_not() -> None:
    monday = date(2026, 9, 7)
    days = [a_day(monday + timedelta(days=n), n + 1) for n in range(21)]

    def theirs(rhythm: Rhythm) -> list[int]:
        return [day.id - 1 for day in days if is_their_turn(day, days, rhythm, JOINED)]

    assert theirs(Rhythm.EVERY) == list(range(21))
    assert theirs(Rhythm.WEEKLY) == [0, 7, 14]
    assert theirs(Rhythm.FORTNIGHTLY) == [0, 7], "the week they joined in and the one after are one turn"
    assert theirs(Rhythm.MONTHLY) == [0]


def test_one_answer_a_turn_is_enough_whenever_it_came() -> None:
    day = a_day(date(2026, 9, 7))
    earlier, next_week = said(date(2026, 9, 9)), said(date(2026, 9, 14))
    assert was_heard(day, [earlier], Rhythm.WEEKLY, JOINED)
    assert not was_heard(day, [next_week], Rhythm.WEEKLY, JOINED)
    assert was_heard(day, [next_week], Rhythm.MONTHLY, JOINED)
    assert not was_heard(day, [], Rhythm.MONTHLY, JOINED)


def test_a_card_of_every_day_wants_its_own_answer_or_one_before_there_was_a_card() -> None:
    day = a_day(date(2026, 9, 7), 5)
    assert was_heard(day, [said(day.local_date, day_id=5)], Rhythm.EVERY, JOINED)
    assert was_heard(day, [said(day.local_date, day_id=4, asked=False)], Rhythm.EVERY, JOINED)
    assert not was_heard(day, [said(day.local_date, day_id=4)], Rhythm.EVERY, JOINED), "the morning's card is not this"
    assert not was_heard(day, [said(date(2026, 9, 6), day_id=4, asked=False)], Rhythm.EVERY, JOINED)


def test_three_in_a_row_are_raised_and_again_three_later_and_an_answer_begins_anew() -> None:
    closed = [utc(2026, 9, day, 2) for day in range(1, 8)]
    assert [is_to_be_raised(silent_in_a_row(closed[:n], None)) for n in range(8)] == [n in {3, 6} for n in range(8)]
    assert silent_in_a_row(closed, utc(2026, 9, 4, 12)) == 3
    assert silent_in_a_row(closed, utc(2026, 9, 8, 0)) == 0


# -- the nudge ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("09:00-21:00", Hours(time(9), time(21))),
        (" 9:00 – 17:30 ", Hours(time(9), time(17, 30))),
        ("22:00-06:00", Hours(time(22), time(6))),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, hours: Hours) -> None:
    assert Hours.parse(text) == hours
    assert Hours.parse(str(hours)) == hours


@pytest.mark.parametrize("text", ["", "9", "9-21", "nine to five", "25:00-26:00", "09:00"])
def test_what_is_no_hours_is_refused(text: str) -> None:
    with pytest.raises(TimingError):
        Hours.parse(text)


OPENS, CLOSES = utc(2026, 9, 7, 13), utc(2026, 9, 8, 1)  # 09:00 to 21:00 in New York


@pytest.mark.parametrize(
    ("hours", "at"),
    [
        ("09:00-21:00", utc(2026, 9, 7, 23)),  # two hours before the end
        ("09:00-17:30", utc(2026, 9, 7, 21, 29)),  # the last minute of their hours before that
        ("20:00-23:00", utc(2026, 9, 8, 0)),  # their hours begin later, and before the end
        ("22:00-06:00", None),  # no moment of the window is theirs
        ("00:00-00:00", utc(2026, 9, 7, 23)),
    ],
)
def test_a_nudge_comes_inside_ones_hours_or_not_at_all(hours: str, at: datetime | None) -> None:
    assert nudge_at(OPENS, CLOSES, Hours.parse(hours), NEW_YORK) == at


def test_in_a_short_window_it_comes_halfway() -> None:
    closes = OPENS + timedelta(hours=1)
    assert nudge_at(OPENS, closes, Hours(), NEW_YORK) == OPENS + timedelta(minutes=30)


@given(
    opens=st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 30)).map(lambda at: at.replace(tzinfo=UTC)),  # noqa: DTZ001 - made aware here
    window=st.integers(1, 24 * 60),
    start=st.times(),
    end=st.times(),
)
def test_a_nudge_is_never_outside_the_window_or_ones_hours(
    opens: datetime, window: int, start: time, end: time
) -> None:
    hours = Hours(start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0))
    closes = opens + timedelta(minutes=window)
    at = nudge_at(opens, closes, hours, NEW_YORK)
    if at is not None:
        assert opens < at < closes
        assert not hours.quiet.contains(at, NEW_YORK)


@pytest.mark.parametrize(
    ("day", "offset"),
    [(date(2026, 3, 7), 5), (date(2026, 3, 8), 4), (date(2026, 10, 31), 4), (date(2026, 11, 1), 5)],
)
def test_card_and_nudge_keep_to_the_wall_on_both_sides_of_both_clock_changes(day: date, offset: int) -> None:
    nine = programme(checkins=[{"group": "morning", "time": "09:00", "window": "12h"}])
    begin = datetime.combine(day, time(0), UTC) + timedelta(hours=6)
    (card,) = list(card_times(nine, begin, begin + timedelta(hours=18)))
    assert card.opens_at == datetime.combine(day, time(9 + offset), UTC)
    at = nudge_at(card.opens_at, card.closes_at, Hours(), NEW_YORK)
    assert at is not None
    assert to_local(at, NEW_YORK) == datetime.combine(day, time(19))


@pytest.mark.parametrize(
    ("wall", "opens"),
    [
        ("02:30", utc(2026, 3, 8, 7)),  # skipped that night: the first instant after the gap
        ("01:30", utc(2026, 11, 1, 5, 30)),  # shown twice that night: the first of them
    ],
)
def test_a_card_in_the_gap_or_the_fold_comes_once(wall: str, opens: datetime) -> None:
    odd = programme(checkins=[{"group": "morning", "time": wall, "window": "2h"}])
    start = datetime.combine(opens.date(), time(4), UTC)
    assert [card.opens_at for card in card_times(odd, start, start + timedelta(hours=23))] == [opens]


def test_on_a_holiday_there_is_no_card() -> None:
    with_holiday = programme(checkins=[{"group": "morning", "time": "09:00"}], holidays=["2026-11-24", "2026-12-25"])
    cards = card_times(with_holiday, utc(2026, 11, 23, 0), utc(2026, 11, 26, 0))
    assert [card.local_date.day for card in cards] == [23, 25]


# -- pauses ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("2026-11-02", utc(2026, 11, 2, 5)),  # midnight of New York, after the clocks went back
        ("2026-11-01", utc(2026, 11, 1, 4)),
        ("2", utc(2026, 11, 2, 5)),
        ("", None),
        (" 0 ", None),
    ],
)
def test_a_pause_ends_at_the_first_moment_of_its_date(text: str, until: datetime | None) -> None:
    assert pause_end(text, utc(2026, 10, 31, 16), NEW_YORK) == until


@pytest.mark.parametrize("text", ["2026-10-31", "2026-10-01", "2027-10-31", "soon", "-3", "181", "2026-02-30", "٣"])
def test_what_is_no_date_to_come_is_no_pause(text: str) -> None:
    with pytest.raises(TimingError):
        pause_end(text, utc(2026, 10, 31, 16), NEW_YORK)


# -- staff, the card, the skill ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "again"),
    [
        (utc(2026, 9, 7, 14), utc(2026, 9, 7, 16)),
        (utc(2026, 9, 8, 0, 30), utc(2026, 9, 8, 12)),  # 20:30: not at 22:30 but at eight
        (utc(2026, 11, 1, 2), utc(2026, 11, 1, 13)),  # 22:00 before the clocks go back: eight by the wall
        (utc(2026, 3, 8, 4), utc(2026, 3, 8, 12)),  # and before they go forward
    ],
)
def test_staff_are_told_again_after_two_hours_and_not_at_night(now: datetime, again: datetime) -> None:
    assert ask_again_at(now, NEW_YORK) == again


GROUP, STAFF, SELF = Audience.GROUP, Audience.STAFF, Audience.SELF


@pytest.mark.parametrize(
    ("answers", "members", "shown"),
    [
        ([], 5, None),
        ([STAFF, SELF], 5, None),
        ([GROUP], 1, None),
        ([GROUP, GROUP], 2, None),
        ([GROUP, STAFF, SELF], 3, 1),
        ([GROUP, GROUP, STAFF], 5, 2),
    ],
)
def test_a_closed_card_counts_what_the_thread_shows_and_outs_nobody(
    answers: list[Audience], members: int, shown: int | None
) -> None:
    assert voices_shown(answers, members) == shown


def test_a_skill_is_offered_on_a_hard_day_and_no_other() -> None:
    for feeling in Feeling:
        needs = {need_after(feeling, family=False, seed=seed) for seed in range(9)}
        assert (None in needs) is (feeling not in {Feeling.HEAVY, Feeling.STRUGGLING})
    assert Need.CRAVING in {need_after(Feeling.STRUGGLING, family=False, seed=seed) for seed in range(9)}
    assert Need.CRAVING not in {need_after(Feeling.STRUGGLING, family=True, seed=seed) for seed in range(9)}
