"""What makes a deed a second of the same, which pause holds, and when a discharge may be. Pure."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.rules import AT_ONCE, CaseDeed, Obstacle, Others, discharge_obstacle, overtaken, pause_under_way
from bot.house_rules.service import EVENING, MORNING, asked_at
from bot.timing import to_local, zone

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
RIVERA, CHEN = 1, 2
WARN, PAUSE, END = CaseDeed.WARN, CaseDeed.TIMEOUT, CaseDeed.RELEASE
NEW_YORK = zone("America/New_York")


def earlier(*deeds: CaseDeed, by: int = RIVERA, ago: timedelta = timedelta(0), left: int = 10) -> list[Others]:
    until = NOW + timedelta(minutes=left)
    return [
        Others(number, deed, by, NOW - ago, until if deed is PAUSE else None, for_others=False)
        for number, deed in enumerate(deeds, start=1)
    ]


@pytest.mark.parametrize(
    ("deeds", "holds"),
    [
        ((), None),
        ((WARN,), None),
        ((PAUSE,), 1),
        ((PAUSE, WARN), 1),
        ((PAUSE, END), None),
        ((END, PAUSE), 2),
        ((PAUSE, END, PAUSE), 3),
    ],
)
def test_which_pause_holds(deeds: tuple[CaseDeed, ...], holds: int | None) -> None:
    found = pause_under_way(earlier(*deeds), NOW)
    assert (found.id if found else None) == holds
    assert pause_under_way(earlier(*deeds, left=0), NOW) is None, "its last instant is over"


@pytest.mark.parametrize(
    ("deed", "before", "why"),
    [
        (PAUSE, earlier(PAUSE), Obstacle.PAUSED),
        (PAUSE, earlier(PAUSE, END), None),
        (PAUSE, earlier(PAUSE, left=0), None),
        (END, earlier(PAUSE), None),
        (END, earlier(), Obstacle.NOT_PAUSED),
        (END, earlier(PAUSE, END), Obstacle.NOT_PAUSED),
        (WARN, earlier(WARN), Obstacle.JUST_NOW),
        (WARN, earlier(WARN, by=CHEN), None),
        (WARN, earlier(WARN, ago=AT_ONCE), None),
        (WARN, earlier(PAUSE), None),
        (CaseDeed.REMOVE, earlier(PAUSE, WARN), None),
    ],
)
def test_what_is_a_second_of_the_same(deed: CaseDeed, before: list[Others], why: Obstacle | None) -> None:
    found = overtaken(deed, CHEN, before, NOW)
    assert (found[0] if found else None) is why


@pytest.mark.parametrize("reason", ["", "   ", "moves to a ward"])
@pytest.mark.parametrize("on_call", [RIVERA, None])
@pytest.mark.parametrize("actor", [RIVERA, CHEN])
def test_a_discharge_waits_for_whoever_is_on_call_or_the_end(actor: int, on_call: int | None, reason: str) -> None:
    assert discharge_obstacle(actor, reason, has_incident=False, on_call=on_call) is None
    found = discharge_obstacle(actor, reason, has_incident=True, on_call=on_call)
    if actor != on_call:
        assert found is Obstacle.INCIDENT
    else:
        assert found is (None if reason.strip() else Obstacle.SAY_WHY)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)))  # noqa: DTZ001  # given their zone below
def test_rules_are_sent_by_day_and_within_the_day(at: datetime) -> None:
    now = at.replace(tzinfo=UTC)
    then = asked_at(now, NEW_YORK)
    assert MORNING <= to_local(then, NEW_YORK).time() < EVENING
    assert now <= then < now + timedelta(hours=13), "a night with the clock put back has 12 hours"
