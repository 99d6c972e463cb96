"""The clock goes where it is told, by the wall clocks of a zone, and never back."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import Refused
from sandbox.page import moving
from tests.sandbox.page.conftest import Asker

NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
ZONES = ["America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Europe/Lisbon", "Pacific/Apia", "UTC"]


@pytest.mark.parametrize(
    ("now", "wall", "zone", "then"),
    [
        ("2026-11-23T13:00Z", "09:00", NEW_YORK, "2026-11-23T14:00Z"),
        ("2026-11-23T14:00Z", "09:00", NEW_YORK, "2026-11-24T14:00Z"),
        ("2026-11-23T14:30Z", "09:00", NEW_YORK, "2026-11-24T14:00Z"),
        ("2026-10-31T23:00Z", "09:00", NEW_YORK, "2026-11-01T14:00Z"),  # the night in between has 25 hours
        ("2026-03-08T05:00Z", "02:30", NEW_YORK, "2026-03-08T07:00Z"),  # skipped: the first instant after the gap
        ("2026-11-01T04:00Z", "01:30", NEW_YORK, "2026-11-01T05:30Z"),  # twice: the first
        ("2026-10-03T12:00Z", "02:15", LORD_HOWE, "2026-10-03T15:30Z"),  # a gap of half an hour
    ],
)
def test_the_next_time_on_the_wall(now: str, wall: str, zone: ZoneInfo, then: str) -> None:
    start = datetime.fromisoformat(now)
    assert start + moving.until_next(start, time.fromisoformat(wall), zone) == datetime.fromisoformat(then)


@given(
    now=st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds of aware values
    minutes=st.integers(0, 1439),
    zone=st.sampled_from(ZONES),
)
def test_the_next_time_is_ahead_and_shows_on_the_wall(now: datetime, minutes: int, zone: str) -> None:
    wall = time(minutes // 60, minutes % 60)
    place = ZoneInfo(zone)
    delta = moving.until_next(now, wall, place)
    assert timedelta(0) < delta <= timedelta(hours=26)
    there = (now + delta).astimezone(place)
    gap = there.utcoffset() != (there.astimezone(UTC) - timedelta(seconds=1)).astimezone(place).utcoffset()
    assert there.time() == wall or (gap and there.time() > wall)


async def test_moving_by_the_page(asker: Asker) -> None:
    clock = asker.stage.sandbox.clock
    before = clock.now()
    status, shown = await asker.post("clock", {"seconds": 300})
    assert status == 200
    assert datetime.fromisoformat(shown["now"]) >= before + timedelta(seconds=300)
    await asker.post("clock", {"next": "09:00", "zone": "America/New_York"})
    assert clock.now().astimezone(NEW_YORK).strftime("%H:%M") == "09:00"
    ahead = (clock.now().astimezone(NEW_YORK) + timedelta(days=40)).strftime("%Y-%m-%dT%H:%M")
    await asker.post("clock", {"to": ahead, "zone": "America/New_York"})
    assert clock.now().astimezone(NEW_YORK).strftime("%Y-%m-%dT%H:%M") == ahead


@pytest.mark.parametrize(
    "body",
    [
        {"seconds": -1},
        {"seconds": 1e9},
        {"to": "2020-01-01T00:00", "zone": "UTC"},
        {"next": "09:00", "zone": "Mars/Olympus"},
        {"next": "09:00", "zone": "../etc/passwd"},
    ],
)
async def test_moves_that_are_refused(asker: Asker, body: dict[str, object]) -> None:
    before = asker.stage.sandbox.clock.now()
    status, refusal = await asker.post("clock", body)
    assert status == 409
    assert refusal["message"]
    assert asker.stage.sandbox.clock.now() - before < timedelta(seconds=30)


@pytest.mark.parametrize(
    "body", [{}, {"next": "25:00", "zone": "UTC"}, {"to": "soon", "zone": "UTC"}, {"seconds": 1e400}]
)
async def test_moves_that_mean_nothing(asker: Asker, body: dict[str, object]) -> None:
    assert (await asker.post("clock", body))[0] == 400


def test_the_past_is_refused() -> None:
    now = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    with pytest.raises(Refused):
        moving.until(now, datetime(2026, 11, 23, 12, 59), ZoneInfo("UTC"))  # noqa: DTZ001 - a wall time
