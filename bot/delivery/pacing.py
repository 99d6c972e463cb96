"""One token bucket for every request of the bot: Discord's 50 a second belong to the token, and a page goes first."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from enum import StrEnum
from typing import Final, TypeAlias

from bot.delivery.rules import Lane

REQUESTS_A_SECOND = 45.0
BULK_A_SECOND = 40.0
BURST = 5.0  # 45 a second after a burst of 5 is the 50 that Discord allows within any one second


class Aside(StrEnum):
    """Turns for what is no delivery."""

    HIDING = "hiding"
    """A message is taken out of sight. No reminder stands before it, and it stands before no page."""


Turn: TypeAlias = Lane | Aside
TURNS: Final[tuple[Turn, ...]] = (Lane.CRISIS, Lane.ROADS, Aside.HIDING, Lane.DIRECT, Lane.BULK)
"""Who goes first."""

current_lane: ContextVar[Turn] = ContextVar("current_lane", default=Lane.DIRECT)
"""The lane of the work under way in this task: requests made inside it wait their turn in that lane."""


class _Bucket:
    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate, self.burst, self.tokens, self.at = rate, burst, burst, now

    def refill(self, now: float) -> None:
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now

    def seconds_to_one(self) -> float:
        return max(0.0, (1.0 - self.tokens) / self.rate)


class Pacer:
    """Grants turns: 45 a second in all, 40 of them at most to the bulk lane, the crisis lane always served first."""

    def __init__(
        self,
        rate: float = REQUESTS_A_SECOND,
        bulk_rate: float = BULK_A_SECOND,
        now: Callable[[], float] | None = None,
    ) -> None:
        """``now`` gives seconds of a monotonic clock; the event loop's where none is given."""
        self._now = now or (lambda: asyncio.get_running_loop().time())
        self._all: _Bucket | None = None
        self._bulk: _Bucket | None = None
        self._rate, self._bulk_rate = rate, bulk_rate
        self._waiting: dict[Turn, deque[asyncio.Future[None]]] = {lane: deque() for lane in TURNS}
        self._timer: asyncio.TimerHandle | None = None

    async def turn(self, lane: Turn) -> None:
        """Wait for a turn in ``lane``."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[lane].append(turn)
        self._grant()
        try:
            await turn
        except asyncio.CancelledError:
            if turn in self._waiting[lane]:
                self._waiting[lane].remove(turn)
            raise

    def close(self) -> None:
        """Stop granting; whoever waits is cancelled by its own owner."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _buckets(self) -> tuple[_Bucket, _Bucket]:
        now = self._now()
        if self._all is None or self._bulk is None:
            self._all, self._bulk = _Bucket(self._rate, BURST, now), _Bucket(self._bulk_rate, BURST, now)
        self._all.refill(now)
        self._bulk.refill(now)
        return self._all, self._bulk

    def _grant(self) -> None:
        everything, bulk = self._buckets()
        for lane in TURNS:
            queue = self._waiting[lane]
            while queue and everything.tokens >= 1 and (lane is not Lane.BULK or bulk.tokens >= 1):
                turn = queue.popleft()
                if turn.done():
                    continue
                everything.tokens -= 1
                if lane is Lane.BULK:
                    bulk.tokens -= 1
                turn.set_result(None)
        if self._timer is None and any(self._waiting.values()):
            wait = everything.seconds_to_one()
            if not any(queue for lane, queue in self._waiting.items() if lane is not Lane.BULK):
                wait = max(wait, bulk.seconds_to_one())
            self._timer = asyncio.get_running_loop().call_later(max(wait, 0.001), self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._grant()
