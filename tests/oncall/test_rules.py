"""Who is on call, whom a step reaches, and when it is due: by table, through both nights on which clocks change."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.oncall.rules import Policy, Step, people_of, shift_at
from bot.timing import parse_week_time, zone

NEW_YORK, LONDON, SYDNEY = zone("America/New_York"), zone("Europe/London"), zone("Australia/Sydney")
POLICY = Policy(
    (Step(timedelta(0), "on-call"), Step(timedelta(minutes=3), "backup"), Step(timedelta(minutes=7), "everyone")),
    timedelta(minutes=5),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "minutes", "notify"),
    [
        (0, 0, "on-call"),
        (1, 3, "backup"),
        (2, 7, "everyone"),
        (3, 12, "everyone"),
        (4, 17, "everyone"),
        (12, 57, "everyone"),
    ],
)
def test_the_ladder_repeats_its_last_step_for_ever(number: int, minutes: int, notify: str) -> None:
    assert POLICY.step(number) == Step(timedelta(minutes=minutes), notify)


def test_a_policy_survives_its_column() -> None:
    assert Policy.from_json(POLICY.to_json()) == POLICY


@pytest.mark.parametrize(
    ("notify", "people"),
    [("on-call", (1,)), ("backup", (2, 3)), ("everyone", (1, 2, 3, 4))],
)
def test_whom_a_step_reaches(notify: str, people: tuple[int, ...]) -> None:
    assert people_of(notify, 1, [2, 3], [1, 2, 4]) == people


def test_an_empty_rota_reaches_nobody_at_the_first_step() -> None:
    assert people_of("on-call", None, [2], [3]) == ()
    assert (
        shift_at([], parse_week_time("mon 09:00"), NEW_YORK, utc("2026-11-23T14:00"), utc("2026-11-23T14:00")).person
        is None
    )


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
    anchor = utc("2026-11-25T12:00")  # the list came to be on a Wednesday: the first has that week
    shift = shift_at([1, 2, 3], parse_week_time("mon 09:00"), NEW_YORK, anchor, utc(now))
    assert (shift.person, shift.ends_at) == (person, utc(ends))


@pytest.mark.parametrize("where", [NEW_YORK, LONDON, SYDNEY])
@pytest.mark.parametrize("handoff", ["mon 09:00", "sun 02:30", "fri 00:00"])
@settings(derandomize=True, max_examples=60, deadline=None)
@given(minutes=st.integers(0, 2 * 365 * 24 * 60))
def test_a_shift_holds_until_its_end_and_then_the_next_one_has_it(where: object, handoff: str, minutes: int) -> None:
    people, week_time, anchor = [1, 2, 3], parse_week_time(handoff), utc("2026-01-01T00:00")
    now = anchor + timedelta(minutes=minutes)
    shift = shift_at(people, week_time, where, anchor, now)  # type: ignore[arg-type]  # parametrised zones
    assert shift.person is not None
    assert shift.ends_at is not None
    assert now < shift.ends_at <= now + timedelta(days=7, hours=1)
    last = shift_at(people, week_time, where, anchor, shift.ends_at - timedelta(seconds=1))  # type: ignore[arg-type]  # as above
    following = shift_at(people, week_time, where, anchor, shift.ends_at)  # type: ignore[arg-type]  # as above
    assert last.person == shift.person
    assert following.person == people[(people.index(shift.person) + 1) % 3]
