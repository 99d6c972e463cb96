"""Files that hung on a held message: in memory alone, for as long as it takes to give them back to their author.

Nobody here looks at them, and they are never written down: a picture cannot be read for danger, and is not ours to
keep. A restart forgets them; then their author is told that they could not be kept.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.intake.service import Hung
from bot.observe.logs import get_logger

__all__ = ["AT_MOST", "Fetch", "GivenBack", "HungFiles"]

log = get_logger(__name__)

AT_MOST: Final = 8 * 1024 * 1024
"""Bytes of all files of one message together: Discord takes ten megabytes of a bot in one message."""
ALL_AT_MOST: Final = 48 * 1024 * 1024
"""Bytes of everything that is in memory at a time; past that the oldest are forgotten."""
WITHIN: Final = 10.0
"""Seconds in which a message's files have to be here."""

Fetch = Callable[[str], Awaitable[bytes | None]]
"""Fetches a file by its address at Discord, or none where it cannot be had; it raises nothing."""


@dataclass(frozen=True)
class GivenBack:
    """One file, as it was."""

    name: str
    content: bytes


async def _no_road(_url: str) -> bytes | None:
    return None


class HungFiles:
    """What was fetched, by the held message's row number."""

    def __init__(self) -> None:
        self.fetch: Fetch = _no_road
        self._kept: OrderedDict[int, tuple[int, asyncio.Future[tuple[GivenBack, ...]]]] = OrderedDict()

    async def save(self, held_id: int, hung: Sequence[Hung]) -> None:
        """Fetch a message's files, beside taking it away; of an edited message, those it has now."""
        size = sum(one.size for one in hung)
        if not hung or size > AT_MOST:
            return
        self.forget(held_id)
        while self._kept and size + sum(each for each, _ in self._kept.values()) > ALL_AT_MOST:
            self._kept.popitem(last=False)
        come: asyncio.Future[tuple[GivenBack, ...]] = asyncio.get_running_loop().create_future()
        self._kept[held_id] = (size, come)
        found: list[GivenBack] = []
        try:
            async with asyncio.timeout(WITHIN):
                for one in hung:
                    content = await self.fetch(one.url)
                    if content is not None:
                        found.append(GivenBack(one.name, content))
        except TimeoutError:
            log.warning("moderation.files_not_had", held=held_id)
        finally:
            come.set_result(tuple(found))

    async def of(self, held_id: int) -> tuple[GivenBack, ...]:
        """The files that could be fetched; waits for those on their way. Empty where there are none any more."""
        if held_id not in self._kept:
            return ()
        return await asyncio.shield(self._kept[held_id][1])

    def forget(self, held_id: int) -> None:
        """They were given back, or are not to be."""
        self._kept.pop(held_id, None)
