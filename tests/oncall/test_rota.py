"""The rota: whose turn it is through the nights on which clocks change, what goes before it, and what is missing."""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.oncall.rota import (
    Gap,
    Handoff,
    Override,
    Problem,
    Rota,
    Shift,
    Stretch,
    TimeOff,
    Turns,
    Why,
    anchor_for,
    backup_of,
    gaps_in,
    notices,
)
from bot.timing import Series, WeekTime, parse_time, parse_week_time, zone

NEW_YORK, LONDON, SYDNEY = zone("America/New_York"), zone("Europe/London"), zone("Australia/Sydney")
CITIES = {"New York": NEW_YORK, "London": LONDON, "Sydney": SYDNEY}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def handoff_of(text: str) -> Handoff:
    return parse_week_time(text) if " " in text else parse_time(text)


def rota_of(
    people: tuple[int, ...] = (1, 2, 3),
    handoff: str = "mon 09:00",
    where: ZoneInfo = NEW_YORK,
    anchor: str = "2026-11-25T12:00",
    overrides: tuple[Override, ...] = (),
    times_off: tuple[TimeOff, ...] = (),
) -> Rota:
    return Rota(Turns(people, handoff_of(handoff), where, utc(anchor)), overrides, times_off)


def at(rota: Rota, text: str) -> tuple[int | None, datetime | None]:
    shift = rota.shift_at(utc(text))
    return shift.person, shift.ends_at


# -- turns -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "person", "ends"),
    [
        ("2026-11-23T13:59", 3, "2026-11-23T14:00"),  # a minute before Monday 9:00 in New York
        ("2026-11-23T14:00", 1, "2026-11-30T14:00"),
        ("2026-11-30T13:59", 1, "2026-11-30T14:00"),
        ("2026-11-30T14:00", 2, "2026-12-07T14:00"),
        ("2026-12-07T14:00", 3, "2026-12-14T14:00"),
        ("2026-12-14T14:00", 1, "2026-12-21T14:00"),
        ("2027-03-14T06:59", 1, "2027-03-15T13:00"),  # the hour before the clocks go forward: an hour less in this week
        ("2027-03-15T13:00", 2, "2027-03-22T13:00"),
    ],
)
def test_a_week_each_in_turn(now: str, person: int, ends: str) -> None:
    # The list came to be on a Wednesday: the first has that week.
    assert at(rota_of(), now) == (person, utc(ends))


@pytest.mark.parametrize(
    ("city", "handoff", "begins", "ends"),
    [
        # The night on which the clock skips an hour, and the one in which it shows an hour twice; in UTC.
        ("New York", "09:00", "2027-03-13T14:00", "2027-03-14T13:00"),  # 23 hours
        ("New York", "09:00", "2026-10-31T13:00", "2026-11-01T14:00"),  # 25 hours
        ("New York", "02:30", "2027-03-13T07:30", "2027-03-14T07:00"),  # 02:30 is skipped: the first instant after
        ("New York", "02:30", "2027-03-14T07:00", "2027-03-15T06:30"),
        ("New York", "01:30", "2026-10-31T05:30", "2026-11-01T05:30"),  # 01:30 comes twice: the first of the two
        ("New York", "01:30", "2026-11-01T05:30", "2026-11-02T06:30"),
        ("New York", "22:00", "2027-03-14T03:00", "2027-03-15T02:00"),  # over midnight, out of the skipped hour's night
        ("New York", "22:00", "2027-03-13T03:00", "2027-03-14T03:00"),
        ("New York", "22:00", "2026-11-01T02:00", "2026-11-02T03:00"),  # over midnight, through the hour shown twice
        ("New York", "00:00", "2027-03-14T05:00", "2027-03-15T04:00"),
        ("London", "09:00", "2027-03-27T09:00", "2027-03-28T08:00"),
        ("London", "09:00", "2026-10-24T08:00", "2026-10-25T09:00"),
        ("London", "01:30", "2027-03-27T01:30", "2027-03-28T01:00"),
        ("London", "01:30", "2026-10-25T00:30", "2026-10-26T01:30"),
        ("London", "23:00", "2027-03-27T23:00", "2027-03-28T22:00"),
        ("London", "23:00", "2026-10-24T22:00", "2026-10-25T23:00"),
        ("Sydney", "09:00", "2026-10-02T23:00", "2026-10-03T22:00"),
        ("Sydney", "09:00", "2027-04-02T22:00", "2027-04-03T23:00"),
        ("Sydney", "02:30", "2026-10-02T16:30", "2026-10-03T16:00"),
        ("Sydney", "02:30", "2027-04-03T15:30", "2027-04-04T16:30"),
        ("Sydney", "20:00", "2026-10-03T10:00", "2026-10-04T09:00"),
        ("Sydney", "20:00", "2027-04-03T09:00", "2027-04-04T10:00"),
        ("New York", "mon 09:00", "2027-03-08T14:00", "2027-03-15T13:00"),  # 167 hours
        ("New York", "mon 09:00", "2026-10-26T13:00", "2026-11-02T14:00"),  # 169 hours
        ("New York", "sun 02:30", "2027-03-07T07:30", "2027-03-14T07:00"),
        ("New York", "sun 01:30", "2026-10-25T05:30", "2026-11-01T05:30"),
        ("London", "sun 01:30", "2027-03-21T01:30", "2027-03-28T01:00"),
        ("London", "sun 01:30", "2026-10-18T00:30", "2026-10-25T00:30"),
        ("Sydney", "sun 02:30", "2026-09-26T16:30", "2026-10-03T16:00"),
        ("Sydney", "sun 02:30", "2027-03-27T15:30", "2027-04-03T15:30"),
        ("Sydney", "fri 00:00", "2027-04-01T13:00", "2027-04-08T14:00"),
    ],
)
def test_a_turn_through_the_night_of_the_change(city: str, handoff: str, begins: str, ends: str) -> None:
    rota = rota_of((1, 2), handoff, CITIES[city], begins)
    before, during, after = utc(begins) - timedelta(seconds=1), utc(begins), utc(ends)
    assert rota.shift_at(during) == Shift(1, after)
    assert rota.shift_at(after - timedelta(seconds=1)) == Shift(1, after)
    assert rota.shift_at(after).person == 2
    assert rota.shift_at(before) == Shift(2, during)


def test_a_day_that_a_zone_skips_has_no_turn_of_its_own() -> None:
    apia = zone("Pacific/Apia")  # there was no 30 December 2011
    rota = rota_of((1, 2, 3), "09:00", apia, "2011-12-29T19:00")
    assert rota.shift_at(utc("2011-12-29T19:00")) == Shift(1, utc("2011-12-30T10:00"))
    assert [one.person for one in rota.stretches(utc("2011-12-29T19:00"), utc("2012-01-01T00:00"))] == [1, 2, 3, 1]


@pytest.mark.parametrize("where", CITIES.values(), ids=CITIES)
@pytest.mark.parametrize("handoff", ["mon 09:00", "sun 02:30", "fri 00:00", "09:00", "02:30", "23:59"])
@settings(derandomize=True, max_examples=60, deadline=None)
@given(minutes=st.integers(0, 2 * 365 * 24 * 60))
def test_a_shift_holds_until_its_end_and_then_the_next_one_has_it(where: ZoneInfo, handoff: str, minutes: int) -> None:
    people = (1, 2, 3)
    rota = rota_of(people, handoff, where, "2026-01-01T00:00")
    now = utc("2026-01-01T00:00") + timedelta(minutes=minutes)
    person, ends_at = rota.shift_at(now).person, rota.shift_at(now).ends_at
    assert person is not None
    assert ends_at is not None
    longest = timedelta(days=7 if " " in handoff else 1, hours=1)
    assert now < ends_at <= now + longest
    assert rota.shift_at(ends_at - timedelta(seconds=1)).person == person
    assert rota.shift_at(ends_at).person == people[(people.index(person) + 1) % 3]


def test_hand_overs_are_listed_once_each() -> None:
    turns = rota_of(handoff="09:00").turns
    found = list(turns.handovers(utc("2027-03-13T14:00"), utc("2027-03-16T13:00")))
    assert found == [utc("2027-03-13T14:00"), utc("2027-03-14T13:00"), utc("2027-03-15T13:00")]
    assert list(turns.handovers(utc("2027-03-13T14:01"), utc("2027-03-14T13:00"))) == []


# -- what goes before the rota -----------------------------------------------------------------------------------------


def test_an_override_goes_before_time_off_and_that_before_the_rota() -> None:
    off = TimeOff(1, utc("2026-11-24T00:00"), utc("2026-11-28T00:00"))
    over = Override(1, 1, utc("2026-11-25T00:00"), utc("2026-11-26T00:00"))
    rota = rota_of(overrides=(over,), times_off=(off,))
    found = list(rota.stretches(utc("2026-11-23T14:00"), utc("2026-12-07T14:00")))
    assert [(one.person, one.why, one.instead_of) for one in found] == [
        (1, Why.TURN, None),
        (2, Why.STANDS_IN, 1),
        (1, Why.OVERRIDE, None),
        (2, Why.STANDS_IN, 1),
        (1, Why.TURN, None),
        (2, Why.TURN, None),
    ]
    edges = ["23T14:00", "24T00:00", "25T00:00", "26T00:00", "28T00:00", "30T14:00"]
    assert [one.starts_at for one in found] == [utc(f"2026-11-{edge}") for edge in edges]
    assert found[-1].ends_at == utc("2026-12-07T14:00")


@pytest.mark.parametrize(
    ("overrides", "now", "person", "ends"),
    [
        # The later one counts where two overlap, and the earlier one goes on when it ends.
        ([(1, "26T00:00", "27T00:00"), (2, "26T06:00", "26T12:00")], "26T00:00", 1, "26T06:00"),
        ([(1, "26T00:00", "27T00:00"), (2, "26T06:00", "26T12:00")], "26T06:00", 2, "26T12:00"),
        ([(1, "26T00:00", "27T00:00"), (2, "26T06:00", "26T12:00")], "26T12:00", 1, "27T00:00"),
        ([(2, "26T06:00", "26T12:00"), (1, "26T00:00", "27T00:00")], "26T06:00", 1, "27T00:00"),
        # Over a hand-over, and one that begins where another ends.
        ([(3, "29T00:00", "30T20:00")], "30T13:59", 3, "30T20:00"),
        ([(3, "26T00:00", "27T00:00"), (2, "27T00:00", "28T00:00")], "26T23:59", 3, "27T00:00"),
        ([(3, "26T00:00", "27T00:00"), (2, "27T00:00", "28T00:00")], "27T00:00", 2, "28T00:00"),
    ],
)
def test_overlapping_overrides(overrides: list[tuple[int, str, str]], now: str, person: int, ends: str) -> None:
    made = tuple(
        Override(number, who, utc(f"2026-11-{start}"), utc(f"2026-11-{end}"))
        for number, (who, start, end) in enumerate(overrides, 1)
    )
    assert at(rota_of(overrides=made), f"2026-11-{now}") == (person, utc(f"2026-11-{ends}"))


def test_overlapping_times_off_pass_the_turn_on_and_leave_a_gap_where_everybody_is_away() -> None:
    times_off = (
        TimeOff(1, utc("2026-11-24T00:00"), utc("2026-11-27T00:00")),
        TimeOff(2, utc("2026-11-25T00:00"), utc("2026-11-27T12:00")),
        TimeOff(3, utc("2026-11-26T00:00"), utc("2026-11-26T12:00")),
    )
    found = list(rota_of(times_off=times_off).stretches(utc("2026-11-24T00:00"), utc("2026-11-27T12:00")))
    assert [(one.person, one.why) for one in found] == [
        (2, Why.STANDS_IN),
        (3, Why.STANDS_IN),
        (None, Why.NOBODY),
        (3, Why.STANDS_IN),
        (1, Why.TURN),
    ]
    [gap] = gaps_in(found, {})
    assert gap == Gap(utc("2026-11-26T00:00"), utc("2026-11-26T12:00"), None, Problem.NOBODY)


def test_an_empty_rota_has_nobody_but_who_overrides_it() -> None:
    over = Override(1, 9, utc("2026-11-26T00:00"), utc("2026-11-26T12:00"))
    rota = rota_of((), overrides=(over,))
    assert at(rota, "2026-11-25T00:00") == (None, None)
    assert at(rota, "2026-11-26T00:00") == (9, utc("2026-11-26T12:00"))
    gaps = gaps_in(rota.stretches(utc("2026-11-01T00:00"), utc("2026-12-20T00:00")), {})
    assert [(gap.starts_at, gap.ends_at) for gap in gaps] == [
        (utc("2026-11-01T00:00"), utc("2026-11-26T00:00")),
        (utc("2026-11-26T12:00"), utc("2026-12-20T00:00")),
    ]


# -- a changed list ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "handoff", "holder", "now_then_next"),
    [
        ((4, 1, 2), "mon 09:00", 1, (1, 2)),
        ((2, 1, 3), "mon 09:00", 1, (1, 3)),
        ((2, 3), "mon 09:00", 1, (2, 3)),  # whoever had the turn is not on the list any more: the first has it
        ((1, 2), "09:00", 1, (1, 2)),
        ((3, 1), "fri 17:00", 1, (1, 3)),
        ((5,), "mon 09:00", None, (5, 5)),
    ],
)
def test_whoever_has_the_turn_keeps_it_when_the_list_changes(
    people: tuple[int, ...], handoff: str, holder: int | None, now_then_next: tuple[int, int]
) -> None:
    now = utc("2027-03-14T12:00")
    turns = Turns(people, handoff_of(handoff), NEW_YORK, now)
    rota = Rota(Turns(people, turns.handoff, NEW_YORK, anchor_for(turns, holder, now)))
    shift = rota.shift_at(now)
    assert shift.ends_at is not None
    assert (shift.person, rota.shift_at(shift.ends_at).person) == now_then_next


# -- backup ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("in_turn", "listed", "away", "reached"),
    [
        (2, (3, 4), (), (2, 3, 4)),
        (None, (3, 4), (), (3, 4)),
        (3, (3, 4), (), (3, 4)),
        (2, (1, 3), (), (2, 3)),  # 1 is on call already
        (2, (3, 4), (3,), (2, 4)),
        (None, (3,), (3,), ()),
    ],
)
def test_whom_the_step_backup_reaches(
    in_turn: int | None, listed: tuple[int, ...], away: tuple[int, ...], reached: tuple[int, ...]
) -> None:
    assert backup_of(Shift(1, None), in_turn, listed, away) == reached


def test_whoever_is_on_call_is_nobodys_backup() -> None:
    backup = rota_of((1, 2), "mon 09:00")
    assert backup.shift_at(utc("2026-11-26T00:00")).person == 1
    assert backup.with_away(1).shift_at(utc("2026-11-26T00:00")).person == 2
    assert backup.with_away(7) is backup
    assert backup.with_away(None) is backup


# -- gaps --------------------------------------------------------------------------------------------------------------


def test_gaps_of_one_kind_that_touch_are_one() -> None:
    def stretch(first: int, last: int, person: int | None) -> Stretch:
        return Stretch(
            utc(f"2026-11-{first:02}T00:00"),
            utc(f"2026-11-{last:02}T00:00"),
            person,
            Why.TURN if person else Why.NOBODY,
        )

    found = gaps_in(
        [stretch(1, 2, None), stretch(2, 3, None), stretch(3, 4, 5), stretch(4, 5, 5), stretch(5, 6, 1)],
        {5: Problem.NOT_REACHED},
    )
    assert [(gap.starts_at.day, gap.ends_at.day, gap.person, gap.problem) for gap in found] == [
        (1, 3, None, Problem.NOBODY),
        (3, 5, 5, Problem.NOT_REACHED),
    ]


@pytest.mark.parametrize(
    ("ahead", "told"),
    [
        (timedelta(days=10), [(7, 3 * 24), (1, 9 * 24), (0, 10 * 24 - 1)]),
        (timedelta(days=7), [(7, 0), (1, 6 * 24), (0, 7 * 24 - 1)]),
        (timedelta(days=3), [(7, 0), (1, 2 * 24), (0, 3 * 24 - 1)]),
        (timedelta(hours=2), [(1, 0), (0, 1)]),
        (timedelta(minutes=30), [(0, 0)]),
        (timedelta(days=-2), [(0, 0)]),
    ],
)
def test_a_gap_is_told_a_week_a_day_and_an_hour_ahead(ahead: timedelta, told: list[tuple[int, int]]) -> None:
    now = utc("2026-11-23T14:00")
    gap = Gap(now + ahead, now + ahead + timedelta(days=7), None, Problem.NOBODY)
    found = [(lead.days, int((due_at - now) / timedelta(hours=1))) for lead, due_at in notices(gap, now)]
    assert found == told


# -- two years ---------------------------------------------------------------------------------------------------------

BEGIN = utc("2026-06-01T00:00")
TWO_YEARS = 2 * 365 * 24


@st.composite
def spans(draw: st.DrawFn, people: st.SearchStrategy[int]) -> tuple[int, datetime, datetime]:
    start = BEGIN + timedelta(hours=draw(st.integers(-500, TWO_YEARS)))
    return draw(people), start, start + timedelta(hours=draw(st.integers(1, 900)))


def oracle(rota: Rota, instant: datetime) -> int | None:
    """Who is on call, worked out in another way: hand-overs from ``bot.timing``'s series, one by one."""
    over = [one for one in rota.overrides if one.starts_at <= instant < one.ends_at]
    if over:
        return max(over, key=lambda one: one.number).person
    turns, handoff = rota.turns, rota.turns.handoff
    if not turns.people:
        return None
    since = date(2026, 1, 1)
    if isinstance(handoff, WeekTime):
        series = Series.weekly([handoff.weekday], handoff.time, turns.zone, since)
    else:
        series = Series.daily(handoff, turns.zone, since)
    times = [one.instant for one in series.between(utc("2026-02-01T00:00"), utc("2028-09-01T00:00"))]
    turn = bisect_right(times, instant) - bisect_right(times, turns.anchor)
    away = {off.person for off in rota.times_off if off.starts_at <= instant < off.ends_at}
    in_order = [turns.people[(turn + step) % len(turns.people)] for step in range(len(turns.people))]
    return next((one for one in in_order if one not in away), None)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(data=st.data())
def test_at_every_instant_of_two_years_there_is_at_most_one_and_no_gap_goes_unreported(data: st.DataObject) -> None:
    where = data.draw(st.sampled_from(list(CITIES.values())))
    hour, minute = data.draw(st.integers(0, 23)), data.draw(st.sampled_from([0, 30, 59]))
    week_day = data.draw(st.sampled_from(["", "mon ", "sat ", "sun "]))
    people = tuple(data.draw(st.lists(st.integers(1, 4), max_size=4)))
    staff = st.integers(1, 5)
    overrides = [Override(n, *span) for n, span in enumerate(data.draw(st.lists(spans(staff), max_size=6)), 1)]
    times_off = [TimeOff(*span) for span in data.draw(st.lists(spans(staff), max_size=8))]
    handoff = handoff_of(f"{week_day}{hour:02}:{minute:02}")
    rota = Rota(Turns(people, handoff, where, BEGIN), tuple(overrides), tuple(times_off))
    problems = dict.fromkeys(data.draw(st.sets(staff, max_size=2)), Problem.NOT_REACHED)

    end = BEGIN + timedelta(hours=TWO_YEARS)
    stretches = list(rota.stretches(BEGIN, end))
    gaps = gaps_in(stretches, problems)
    assert stretches[0].starts_at == BEGIN
    assert stretches[-1].ends_at == end
    assert all(one.starts_at < one.ends_at for one in stretches)
    assert all(one.ends_at == after.starts_at for one, after in pairwise(stretches))

    edges = [edge for one in stretches for edge in (one.starts_at, one.ends_at - timedelta(seconds=1))]
    minutes = data.draw(st.lists(st.integers(0, TWO_YEARS * 60 - 1), min_size=20, max_size=20))
    probed = [*edges[:: max(1, len(edges) // 40)], *(BEGIN + timedelta(minutes=one) for one in minutes)]
    for instant in probed:
        holding = [one for one in stretches if one.starts_at <= instant < one.ends_at]
        assert len(holding) == 1, "one answer at every instant, so at most one primary"
        person = holding[0].person
        assert person == rota.shift_at(instant).person == oracle(rota, instant)
        reported = [gap for gap in gaps if gap.starts_at <= instant < gap.ends_at]
        assert bool(reported) == (person is None or person in problems)
        assert all(gap.person == person for gap in reported)


def test_the_oracle_knows_whose_turn_it_is() -> None:
    assert oracle(rota_of(), utc("2026-11-30T13:59")) == 1
    assert oracle(rota_of(), utc("2026-11-30T14:00")) == 2
    assert handoff_of("09:00") == time(9)
