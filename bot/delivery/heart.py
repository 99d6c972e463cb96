"""What makes time pass: APScheduler ticks, and nothing is kept in it. Every tick only looks at rows.

A wake-up for the nearest row, a look every 15 seconds as a floor, planners that write the coming days' rows, and
housekeeping. Losing a tick loses nothing; two at once do nothing twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.db import Database, in_a_hurry
from bot.delivery.service import Outbox
from bot.observe.logs import get_logger
from bot.timing import Clock

log = get_logger(__name__)

LOOK_EVERY = timedelta(seconds=15)
PLAN_EVERY = timedelta(minutes=5)
PLAN_AHEAD = timedelta(hours=36)
PLAN_BACK = timedelta(
    hours=26
)  # what fell due while we were down, and may still be worth sending: a day and its DST hour


class Planner(Protocol):
    """Turns a series into outbox rows, a little ahead of time. Doing it again adds nothing: dedupe keys see to that."""

    name: str

    async def plan(self, start: datetime, end: datetime) -> None:
        """Write the rows of every occurrence in [start, end), both UTC."""


class Due(Protocol):
    """Something else that falls due by a row: an incident that climbs its ladder."""

    name: str

    async def next_due(self) -> datetime | None:
        """When the next one falls due (UTC), or none."""

    async def run_due(self, now: datetime) -> None:
        """Do what is due at ``now`` (UTC)."""


class Heart:
    """Beats: on a tick, on a change, on a jump of the clock."""

    def __init__(
        self, clock: Clock, database: Database, outbox: Outbox, dues: Sequence[Due], planners: Sequence[Planner]
    ) -> None:
        self._clock, self._database, self._outbox = clock, database, outbox
        self._dues, self._planners = dues, planners
        self._housekeeping: list[tuple[str, Callable[[], Awaitable[None]], timedelta]] = []
        self._scheduler: AsyncIOScheduler | None = None
        self._beat_wanted = asyncio.Event()
        self._plan_wanted = False
        self._beating = False
        clock.on_moved(self.plan_soon)
        outbox.on_change = self.wake

    def also(self, name: str, work: Callable[[], Awaitable[None]], every: timedelta) -> None:
        """Do ``work`` as housekeeping, ``every`` so often."""
        self._housekeeping.append((name, work, every))

    def wake(self) -> None:
        """Beat soon."""
        self._beat_wanted.set()

    def plan_soon(self) -> None:
        """Plan and beat soon: the clock has jumped, the series are other ones now, or somebody has joined."""
        self._plan_wanted = True
        self._beat_wanted.set()

    def start(self) -> None:
        """Start ticking."""
        scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        scheduler.add_job(self.wake, "interval", seconds=LOOK_EVERY.total_seconds(), id="look")
        scheduler.add_job(self.plan_soon, "interval", seconds=PLAN_EVERY.total_seconds(), id="plan")
        for name, work, every in self._housekeeping:
            scheduler.add_job(_guarded, "interval", args=[name, work], seconds=every.total_seconds(), id=name)
        scheduler.start()
        self._scheduler = scheduler
        self.plan_soon()

    def stop(self) -> None:
        """Tick no more."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None

    @property
    def is_idle(self) -> bool:
        """Whether no beat is under way or asked for."""
        return not self._beating and not self._beat_wanted.is_set()

    async def run(self) -> None:
        """Beat whenever woken, until cancelled."""
        while True:
            await self._beat_wanted.wait()
            self._beating = True
            self._beat_wanted.clear()
            try:
                await self.beat()
            finally:
                self._beating = False

    async def beat(self) -> None:
        """One beat: do what is due, set the outbox going, set the alarm for the nearest row, then plan where asked."""
        now = self._clock.now()
        with in_a_hurry():
            for due in self._dues:  # pages first: no planner, however slow, stands before the ladder
                await _guarded(due.name, partial(due.run_due, now))
        self._outbox.wake()
        await _guarded("alarm", self._set_alarm)
        if self._plan_wanted:
            self._plan_wanted = False
            for planner in self._planners:
                await _guarded(planner.name, partial(self._plan, planner, now))
            self._outbox.wake()
            await _guarded("alarm", self._set_alarm)

    async def _plan(self, planner: Planner, now: datetime) -> None:
        async with self._database.read():  # what it looks up shares this view, until it writes
            await planner.plan(now - PLAN_BACK, now + PLAN_AHEAD)

    async def nearest(self) -> datetime | None:
        """When the next thing of any sort falls due (UTC), or none."""
        async with self._database.read():
            times = [await self._outbox.nearest(), *[await due.next_due() for due in self._dues]]
        return min((time for time in times if time is not None), default=None)

    async def _set_alarm(self) -> None:
        if self._scheduler is None:
            return
        nearest = await self.nearest()
        wait = (nearest - self._clock.now()).total_seconds() if nearest is not None else None
        if wait is None or wait > LOOK_EVERY.total_seconds():
            return  # the floor comes first anyway, and looks again
        run_at = datetime.now(self._scheduler.timezone) + timedelta(seconds=max(wait, 0.05))
        self._scheduler.add_job(self.wake, "date", run_date=run_at, id="nearest", replace_existing=True)


async def _guarded(name: str, work: Callable[[], Awaitable[Any]]) -> None:
    """Run one duty; a fault in it is said loudly, and keeps no other duty from its turn."""
    try:
        await work()
    except Exception:
        log.exception("heart.duty_failed", duty=name)
