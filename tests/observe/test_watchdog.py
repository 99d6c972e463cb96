"""The watchdog, with a loop that is really blocked and a real thread; nothing sleeps, everything waits for an event."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from structlog.testing import capture_logs

from bot.observe.watchdog import Watchdog

SOON = 0.002
PATIENCE = 20.0


class Clock:
    """A monotonic clock that goes forward only when the thread looks at it, by ``step``; with none it stands.

    So no test depends on how fast the machine is: a loop that is merely slow is not taken for one that stands still.
    """

    def __init__(self, step: float = 1.0) -> None:
        self.now, self.step, self.looks = 0.0, step, 0
        self.looked = threading.Event()

    def __call__(self) -> float:
        self.now += self.step
        self.looks += 1
        if self.looks > 60:
            self.looked.set()
        return self.now


class Alarms:
    """What the thread calls."""

    def __init__(self, wanted: int = 1) -> None:
        self.stood: list[float] = []
        self.wanted, self.come = wanted, threading.Event()

    def __call__(self, stood: float) -> None:
        self.stood.append(stood)
        if len(self.stood) >= self.wanted:
            self.come.set()


@asynccontextmanager
async def running(watchdog: Watchdog) -> AsyncIterator[None]:
    task = asyncio.create_task(watchdog.run())
    await asyncio.sleep(0)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def block_the_loop_until(event: threading.Event, clock: Clock | None = None) -> None:
    """What no code here should ever do; time passes on ``clock`` meanwhile."""
    if clock is not None:
        clock.step = SOON
    assert event.wait(PATIENCE), "the watchdog said nothing"
    if clock is not None:
        clock.step = 0.0


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110  # another thread tells nothing of it
            await asyncio.sleep(0)


async def test_a_loop_that_stands_still_is_told_of() -> None:
    alarms, clock = Alarms(), Clock(0.0)
    watchdog = Watchdog(alarms, stall_after=25 * SOON, mark_every=SOON, monotonic=clock)
    with capture_logs() as lines:
        async with running(watchdog):
            block_the_loop_until(alarms.come, clock)
    [said] = [line for line in lines if line["event"] == "watchdog.loop_stands_still"]
    assert said["log_level"] == "critical"
    assert "block_the_loop_until" in said["where"], "and where it stands"


async def test_a_stall_is_told_once_and_again_every_few_minutes() -> None:
    clock, alarms = Clock(0.0), Alarms(wanted=3)
    async with running(
        Watchdog(alarms, stall_after=30 * SOON, again_every=300 * SOON, mark_every=SOON, monotonic=clock)
    ):
        block_the_loop_until(alarms.come, clock)
    first, second, third = (round(stood / SOON) for stood in alarms.stood[:3])
    assert 30 <= first <= 32
    assert 330 <= second <= 334
    assert 630 <= third <= 638


async def test_when_it_moves_again_the_next_stall_is_a_new_one() -> None:
    alarms, clock = Alarms(), Clock(0.0)
    watchdog = Watchdog(alarms, stall_after=20 * SOON, again_every=1e9, mark_every=SOON, monotonic=clock)
    with capture_logs() as lines:
        async with running(watchdog):
            block_the_loop_until(alarms.come, clock)
            await until(lambda: any(line["event"] == "watchdog.moves_again" for line in lines))
            alarms.come.clear()
            block_the_loop_until(alarms.come, clock)
    assert len(alarms.stood) == 2


async def test_a_loop_that_moves_is_left_alone() -> None:
    clock, alarms = Clock(SOON), Alarms()
    async with running(Watchdog(alarms, stall_after=1e6, mark_every=SOON, monotonic=clock)):
        await until(clock.looked.is_set)
    assert alarms.stood == []


@pytest.mark.parametrize("frozen_for", [29.0, 3600.0], ids=["a debugger's stop", "a night asleep"])
async def test_time_in_which_nothing_ran_does_not_count(frozen_for: float) -> None:
    """Between two looks of the thread the whole process was stopped: no mark could be left, and no loop is to blame."""
    alarms, looks, done = Alarms(), 0, threading.Event()

    def monotonic() -> float:
        nonlocal looks
        looks += 1
        if looks > 12:
            done.set()
        return looks * 0.1 + (frozen_for if looks > 5 else 0.0)

    watchdog = Watchdog(alarms, stall_after=30, mark_every=1.0, monotonic=monotonic)
    ended = watchdog._ended.wait
    watchdog._ended.wait = lambda _timeout=None: ended(SOON)  # type: ignore[method-assign, assignment]  # it looks at once
    async with running(watchdog):
        block_the_loop_until(done)
    assert alarms.stood == []


async def test_an_alarm_that_fails_is_said_and_comes_again() -> None:
    tried, again = 0, threading.Event()

    def fails(stood: float) -> None:
        nonlocal tried
        tried += 1
        if tried == 2:
            again.set()
        raise OSError("no road")

    with capture_logs() as lines:
        watchdog = Watchdog(fails, stall_after=5 * SOON, again_every=5 * SOON, mark_every=SOON, monotonic=Clock(SOON))
        async with running(watchdog):
            block_the_loop_until(again)
    assert "watchdog.alarm_failed" in [line["event"] for line in lines]


async def test_it_ends_with_the_task_that_leaves_the_marks() -> None:
    def watchers() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread.name == "handrail: watchdog"]

    async with running(Watchdog(lambda _stood: None, mark_every=SOON)):
        [thread] = watchers()
        assert thread.daemon, "a road that hangs in it keeps no process from ending"
    await asyncio.to_thread(thread.join, PATIENCE)
    assert not thread.is_alive()
