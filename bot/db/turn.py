"""Whose turn it is to write: in the order they asked for it, but pages before everything else."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_in_a_hurry: ContextVar[bool] = ContextVar("in_a_hurry", default=False)


@contextmanager
def in_a_hurry(wanted: bool = True) -> Iterator[None]:
    """Whatever is written inside goes before what others wait to write: for what pages somebody, and nothing else.

    Each commit takes the disk some milliseconds. Twenty reminders that wait to be recorded are a tenth of a second to
    a page that waits behind them, and a page is written four times before it is out. A task begun inside is in a hurry
    as well; ``wanted`` False is for one that is not.
    """
    before = _in_a_hurry.set(wanted)
    try:
        yield
    finally:
        _in_a_hurry.reset(before)


class Turn:
    """A lock with two queues. Whoever holds it is not interrupted."""

    def __init__(self) -> None:
        self._held = False
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    async def acquire(self) -> None:
        """Wait for one's turn."""
        if not self._held:
            self._held = True
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue = self._urgent if _in_a_hurry.get() else self._others
        queue.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self.release()  # it was handed to us in the very moment in which we gave up
            elif mine in queue:  # else whoever released it meanwhile has passed us over already
                queue.remove(mine)
            raise

    def release(self) -> None:
        """Hand it to the next."""
        for queue in (self._urgent, self._others):
            while queue:
                if not (following := queue.popleft()).done():
                    following.set_result(None)
                    return
        self._held = False
