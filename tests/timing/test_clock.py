"""Clocks: time passes or is moved, forward only, and wakes whom it should."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.errors import TimingError
from bot.timing import Clock, ManualClock, OffsetClock, SystemClock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAIVE = datetime(2026, 11, 23, 12)  # noqa: DTZ001 - naive is what is under test


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def sleep_and_tell(clock: Clock, instant: datetime, woken: list[datetime]) -> asyncio.Task[None]:
    async def sleeper() -> None:
        await clock.sleep_until(instant)
        woken.append(instant)

    return asyncio.create_task(sleeper())


def test_a_manual_clock_stands_still_and_tells_utc() -> None:
    clock = ManualClock(NOON.astimezone(ZoneInfo("America/New_York")))
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC


def test_a_manual_clock_moves_forward_by_what_it_is_told() -> None:
    clock = ManualClock(NOON)
    clock.advance(timedelta(minutes=1), hours=1, seconds=5)
    assert clock.now() == NOON + timedelta(hours=1, minutes=1, seconds=5)
    clock.set(NOON + timedelta(days=1))
    assert clock.now() == NOON + timedelta(days=1)
    clock.set(clock.now())  # to where it stands is not backward
    assert clock.now() == NOON + timedelta(days=1)


def test_no_clock_moves_backward() -> None:
    clock = ManualClock(NOON)
    with pytest.raises(TimingError):
        clock.advance(minutes=-1)
    with pytest.raises(TimingError):
        clock.set(NOON - timedelta(microseconds=1))
    with pytest.raises(TimingError):
        OffsetClock().move(timedelta(seconds=-1))
    assert clock.now() == NOON


async def test_a_moment_without_a_zone_is_refused_by_every_clock() -> None:
    with pytest.raises(TimingError):
        ManualClock(NAIVE)
    with pytest.raises(TimingError):
        ManualClock(NOON).set(NAIVE)
    for clock in (SystemClock(), ManualClock(NOON), OffsetClock()):
        with pytest.raises(TimingError):
            await clock.sleep_until(NAIVE)


async def test_a_jump_wakes_those_whose_instant_has_come_in_order_and_nobody_else() -> None:
    clock, woken = ManualClock(NOON), list[datetime]()
    late, early, never = (NOON + timedelta(minutes=minutes) for minutes in (2, 1, 3))
    tasks = [sleep_and_tell(clock, instant, woken) for instant in (late, early, never)]
    await settle()
    assert clock.next_wake() == early

    clock.advance(seconds=59)
    await settle()
    assert woken == []

    clock.advance(seconds=61)
    await settle()
    assert woken == [early, late]
    assert clock.next_wake() == never

    clock.set(never)
    await asyncio.gather(*tasks)
    assert woken == [early, late, never]
    assert clock.next_wake() is None


async def test_sleeping_until_now_or_the_past_returns_but_lets_others_run() -> None:
    for clock in (ManualClock(NOON), SystemClock(), OffsetClock()):
        others = asyncio.create_task(asyncio.sleep(0))
        await clock.sleep_until(clock.now())
        await clock.sleep_until(clock.now() - timedelta(days=1))
        assert others.done()


async def test_a_cancelled_sleeper_is_forgotten() -> None:
    clock, woken = ManualClock(NOON), list[datetime]()
    task = sleep_and_tell(clock, NOON + timedelta(minutes=1), woken)
    await settle()
    task.cancel()
    await settle()
    assert clock.next_wake() is None
    clock.advance(hours=1)
    await settle()
    assert woken == []


async def test_who_waits_by_other_means_is_called_after_each_jump() -> None:
    manual, offset, calls = ManualClock(NOON), OffsetClock(), list[str]()
    for clock in (manual, offset):
        clock.on_moved(lambda: calls.append("first"))
        clock.on_moved(lambda: calls.append("second"))
    manual.advance(minutes=1)
    assert calls == ["first", "second"]
    offset.move(timedelta(minutes=1))
    assert calls == ["first", "second"] * 2


def test_an_offset_clock_is_ahead_by_what_it_was_moved() -> None:
    clock = OffsetClock()
    clock.move(timedelta(hours=6))
    clock.move(timedelta(hours=2))
    assert clock.offset == timedelta(hours=8)
    before = datetime.now(UTC)
    assert before + timedelta(hours=8) <= clock.now() <= datetime.now(UTC) + timedelta(hours=8)


async def test_moving_an_offset_clock_wakes_those_whose_instant_has_come() -> None:
    clock, woken = OffsetClock(), list[datetime]()
    near, far = (clock.now() + timedelta(hours=hours) for hours in (1, 3))
    tasks = [sleep_and_tell(clock, instant, woken) for instant in (near, far)]
    await settle()
    clock.move(timedelta(hours=2))
    await settle()
    assert woken == [near]
    clock.move(timedelta(hours=2))
    await asyncio.gather(*tasks)
    assert woken == [near, far]


@pytest.mark.parametrize("clock", [SystemClock(), OffsetClock()])
async def test_a_running_clock_reaches_the_instant_and_never_returns_before(clock: Clock) -> None:
    # The one wait in real time, of milliseconds: that a real clock runs cannot be seen otherwise.
    for milliseconds in (1, 2, 3):
        instant = clock.now() + timedelta(milliseconds=milliseconds)
        await clock.sleep_until(instant)
        assert clock.now() >= instant
