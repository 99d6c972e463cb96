"""What staff are called on a private page: their name in the server, asked of Discord and remembered a while."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from bot.timing import Clock

Ask = Callable[[int, int], Awaitable[str]]
"""Asks Discord for the name of (server, person); raises where it does not answer."""

KNOWN_FOR: Final = timedelta(hours=1)
ASKED_AGAIN_AFTER: Final = timedelta(minutes=1)
PATIENCE: Final = 2.0
"""Seconds a page waits for all names together: a page in an emergency does not hang on a name."""


class Names:
    """Names by (server, person). Somebody whose name cannot be had is told apart by the end of their id."""

    def __init__(self, ask: Ask, clock: Clock, patience: float = PATIENCE) -> None:
        self._ask, self._clock, self._patience = ask, clock, patience
        self._known: dict[tuple[int, int], tuple[str | None, datetime]] = {}

    async def of(self, guild_id: int, people: Iterable[int]) -> dict[int, str | None]:
        """The names of these people; None for each whose name cannot be had in time."""
        wanted = list(dict.fromkeys(people))
        missing = [one for one in wanted if self._is_stale(guild_id, one)]
        if missing:
            asking = [asyncio.create_task(self._learn(guild_id, one), name="handrail: name") for one in missing]
            await asyncio.wait(asking, timeout=self._patience)
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
        return {one: self._known.get((guild_id, one), (None, None))[0] for one in wanted}

    def _is_stale(self, guild_id: int, person: int) -> bool:
        known = self._known.get((guild_id, person))
        if known is None:
            return True
        return self._clock.now() - known[1] >= (KNOWN_FOR if known[0] is not None else ASKED_AGAIN_AFTER)

    async def _learn(self, guild_id: int, person: int) -> None:
        try:
            name: str | None = await self._ask(guild_id, person)
        except Exception:  # noqa: BLE001  # a name is not worth a fault: the end of the id stands for it
            name = self._known.get((guild_id, person), (None, None))[0]
        self._known[guild_id, person] = (name, self._clock.now())
