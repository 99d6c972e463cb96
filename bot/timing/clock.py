"""The clock that everything asks for `now`, so that a test, a simulation and the demo can move it.

All instants, in and out, are aware datetimes; what comes out is in UTC.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol, final

from bot.errors import TimingError
from bot.timing.instants import as_instant

# A sleep is cut into slices because the loop counts monotonic seconds: when the machine was suspended, or its
# wall clock was set right, the remaining time is wrong until it is worked out again.
LONGEST_SLICE = timedelta(seconds=30)


class Clock(Protocol):
    """What tells the time and waits for it."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...

    async def sleep_until(self, instant: datetime) -> None:
        """Return once `now()` has reached `instant`, and never before; let others run at least once.

        Raises TimingError for a naive datetime.
        """
        ...

    def on_moved(self, callback: Callable[[], None]) -> None:
        """Have `callback` called after each jump of this clock, in the order in which callbacks were given.

        For those who wait by other means than `sleep_until` and must look at the time again.
        """
        ...


@final
class SystemClock:
    """The machine's own clock. It is never moved, so it never calls back."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)

    async def sleep_until(self, instant: datetime) -> None:
        """Return once the machine's clock has reached `instant`. Raises TimingError for a naive datetime."""
        target = as_instant(instant)
        await asyncio.sleep(0)
        while (remaining := target - self.now()) > timedelta(0):  # noqa: ASYNC110 - nothing but time passing ends this wait
            await asyncio.sleep(min(remaining, LONGEST_SLICE).total_seconds())

    def on_moved(self, callback: Callable[[], None]) -> None:
        """Accept the callback and never call it."""


@final
class ManualClock:
    """A clock that stands still until it is moved, forward only: for tests and simulations.

    `start` is the first `now`, an aware datetime. A jump wakes, in order of their instants, all whose instant has
    come; each sees the time jumped to. Who must see every wake-up at its own time moves to `next_wake()` by steps.
    """

    def __init__(self, start: datetime) -> None:
        self._now = as_instant(start)
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []
        self._callbacks: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """The instant at which this clock stands, in UTC."""
        return self._now

    async def sleep_until(self, instant: datetime) -> None:
        """Return once this clock was moved to `instant` or past it. Raises TimingError for a naive datetime."""
        target = as_instant(instant)
        if target <= self._now:
            await asyncio.sleep(0)
            return
        sleeper = (target, asyncio.get_running_loop().create_future())
        self._sleepers.append(sleeper)
        try:
            await sleeper[1]
        finally:
            if sleeper in self._sleepers:  # still there only when the sleep was cancelled
                self._sleepers.remove(sleeper)

    def on_moved(self, callback: Callable[[], None]) -> None:
        """Have `callback` called after each jump, when the sleepers have been woken."""
        self._callbacks.append(callback)

    def next_wake(self) -> datetime | None:
        """The nearest instant, in UTC, for which somebody sleeps; None when nobody does."""
        return min((instant for instant, _ in self._sleepers), default=None)

    def advance(
        self,
        delta: timedelta = timedelta(0),
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> None:
        """Move forward by `delta` and by the named units together. Raises TimingError when that would be backward."""
        self.set(self._now + delta + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))

    def set(self, instant: datetime) -> None:
        """Move forward to `instant`. Raises TimingError for a naive datetime or one that lies before now."""
        target = as_instant(instant)
        if target < self._now:
            raise TimingError("A clock is moved forward only.")
        self._now = target
        due = sorted((sleeper for sleeper in self._sleepers if sleeper[0] <= target), key=lambda sleeper: sleeper[0])
        self._sleepers = [sleeper for sleeper in self._sleepers if sleeper[0] > target]
        for _, woken in due:
            if not woken.done():
                woken.set_result(None)
        for callback in tuple(self._callbacks):
            callback()


@final
class OffsetClock:
    """Real time plus an offset that can be moved forward: for the demo, whose visitors skip to the evening."""

    def __init__(self) -> None:
        self._offset = timedelta(0)
        self._moved = asyncio.Event()
        self._callbacks: list[Callable[[], None]] = []

    @property
    def offset(self) -> timedelta:
        """How far this clock is ahead of the machine's."""
        return self._offset

    def now(self) -> datetime:
        """The machine's time plus the offset, in UTC."""
        return datetime.now(UTC) + self._offset

    async def sleep_until(self, instant: datetime) -> None:
        """Return once this clock, running or moved, has reached `instant`. Raises TimingError for a naive datetime."""
        target = as_instant(instant)
        await asyncio.sleep(0)
        while (remaining := target - self.now()) > timedelta(0):
            try:
                async with asyncio.timeout(min(remaining, LONGEST_SLICE).total_seconds()):
                    await self._moved.wait()
            except TimeoutError:
                continue

    def on_moved(self, callback: Callable[[], None]) -> None:
        """Have `callback` called after each move."""
        self._callbacks.append(callback)

    def move(self, delta: timedelta) -> None:
        """Move forward by `delta`, wake those who sleep to look at the time again, then call back.

        Raises TimingError for a negative `delta`, or one that leads past the calendar.
        """
        if delta < timedelta(0):
            raise TimingError("A clock is moved forward only.")
        try:
            datetime.now(UTC) + self._offset + delta
        except OverflowError:
            raise TimingError("This move leads past the calendar's last year.") from None
        self._offset += delta
        # A fresh event for the next move: whoever waits on this one is woken exactly once.
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
        for callback in tuple(self._callbacks):
            callback()
