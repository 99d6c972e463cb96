"""Whether the bot is well, as one value: what ``/healthz`` shows, and what a heartbeat is sent for."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.observe.logs import get_logger

log = get_logger(__name__)

FRESH_FOR: Final = 60.0
"""Seconds without a word from the gateway after which it counts as lost. Discord asks for a heartbeat every 41 s and
answers each, so a living connection is never silent for a minute."""
LATE_AFTER: Final = timedelta(minutes=1)
"""How late a page may be before it counts as overdue."""
WRITES_WITHIN: Final = 5.0
"""Seconds within which the database has to take a write."""
KEPT_FOR: Final = 5.0
"""Seconds for which a look counts, so that whoever asks often costs no writes."""


class Condition(StrEnum):
    """What has to hold."""

    GATEWAY_FRESH = "gateway_fresh"
    PAGES_ON_TIME = "pages_on_time"
    DATABASE_WRITES = "database_writes"
    DETECTOR_WHOLE = "detector_whole"
    TOKEN_ACCEPTED = "token_accepted"  # noqa: S105  # the name of a state


@dataclass(frozen=True)
class Health:
    """How the bot is. ``gateway_silent_for`` is in seconds, None where there is no connection; ``oldest_page_due`` is
    when the longest waiting page was due (UTC), None where none is overdue or the database does not say.
    """

    conditions: Mapping[Condition, bool]
    gateway_silent_for: float | None = None
    oldest_page_due: datetime | None = None

    @property
    def is_well(self) -> bool:
        """Whether every condition holds."""
        return all(self.conditions.values())

    @property
    def failing(self) -> tuple[Condition, ...]:
        """The conditions that do not hold."""
        return tuple(condition for condition, holds in self.conditions.items() if not holds)

    def to_json(self) -> dict[str, bool | float | str | None]:
        """For ``/healthz``: states and times, nothing of anybody."""
        silent, due = self.gateway_silent_for, self.oldest_page_due
        return {
            "well": self.is_well,
            **{condition.value: holds for condition, holds in self.conditions.items()},
            "gateway_silent_seconds": round(silent, 1) if silent is not None else None,
            "oldest_overdue_page": due.isoformat() if due is not None else None,
        }


class HealthWatch:
    """Looks, by what it is given; a thing that cannot be looked at does not count as well.

    ``gateway_silent_for``: seconds since the gateway last said anything, None without a connection.
    ``oldest_page_due``: when the longest waiting page was due (UTC), or none; it may raise.
    ``write``: writes something to the database; raises where it does not take it.
    ``detector_is_broken``: whether messages page because they cannot be assessed.
    ``token_is_refused``: whether Discord refuses us.
    ``now``: the app's clock, UTC.
    """

    def __init__(
        self,
        *,
        gateway_silent_for: Callable[[], float | None],
        oldest_page_due: Callable[[], Awaitable[datetime | None]],
        write: Callable[[], Awaitable[None]],
        detector_is_broken: Callable[[], bool],
        token_is_refused: Callable[[], bool] = lambda: False,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gateway_silent_for, self._oldest_page_due, self._write = gateway_silent_for, oldest_page_due, write
        self._detector_is_broken, self._token_is_refused = detector_is_broken, token_is_refused
        self._now, self._monotonic = now, monotonic
        self._writing: asyncio.Task[None] | None = None
        self._latest: tuple[float, Health] | None = None
        self._looking = asyncio.Lock()
        self.writes_within = WRITES_WITHIN

    async def look(self, *, anew: bool = False) -> Health:
        """How the bot is: a look of the last few seconds, or with ``anew`` one of this moment. Never raises."""
        async with self._looking:
            if not anew and self._latest is not None and self._monotonic() - self._latest[0] < KEPT_FOR:
                return self._latest[1]
            health = await self._look()
            self._latest = (self._monotonic(), health)
            return health

    async def close(self) -> None:
        """End a write that does not come back."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.wait({self._writing}, timeout=1)

    async def _look(self) -> Health:
        silent = self._gateway_silent_for()
        # A database that hangs takes its time with each of them: both are asked at once.
        writes, (pages_known, due) = await asyncio.gather(self._takes_a_write(), self._oldest())
        is_late = due is not None and self._now() - due > LATE_AFTER
        return Health(
            {
                Condition.GATEWAY_FRESH: silent is not None and silent < FRESH_FOR,
                Condition.PAGES_ON_TIME: pages_known and not is_late,
                Condition.DATABASE_WRITES: writes,
                Condition.DETECTOR_WHOLE: not self._detector_is_broken(),
                Condition.TOKEN_ACCEPTED: not self._token_is_refused(),
            },
            gateway_silent_for=silent,
            oldest_page_due=due if is_late else None,
        )

    async def _takes_a_write(self) -> bool:
        """One write at a time: what hangs is waited for, and not begun again beside it."""
        if self._writing is None:
            self._writing = asyncio.create_task(self._one_write(), name="handrail: health write")
        done, _ = await asyncio.wait({self._writing}, timeout=self.writes_within)
        if not done:
            log.error("health.database_hangs")
            return False
        written, self._writing = self._writing, None
        return not written.cancelled() and written.exception() is None

    async def _one_write(self) -> None:
        try:
            await self._write()
        except Exception:
            log.exception("health.database_takes_no_write")
            raise

    async def _oldest(self) -> tuple[bool, datetime | None]:
        try:
            async with asyncio.timeout(self.writes_within):
                return True, await self._oldest_page_due()
        except Exception:
            log.exception("health.pages_not_known")
            return False, None
