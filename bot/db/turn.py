"""Whose turn it is to write: in the order they asked for it, but pages first, then what is to be taken out of sight."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum


class _Haste(IntEnum):
    """Who goes first; a lower number does."""

    PAGE = 0
    OUT_OF_SIGHT = 1
    NONE = 2


_haste: ContextVar[_Haste] = ContextVar("haste", default=_Haste.NONE)


@contextmanager
def in_a_hurry(wanted: bool = True) -> Iterator[None]:
    """Whatever is written inside goes before what others wait to write: for what pages somebody, and nothing else.

    Each commit takes the disk some milliseconds. Twenty reminders that wait to be recorded are a tenth of a second to
    a page that waits behind them, and a page is written four times before it is out. A task begun inside is in a hurry
    as well; ``wanted`` False is for one that is not.
    """
    before = _haste.set(_Haste.PAGE if wanted else _Haste.NONE)
    try:
        yield
    finally:
        _haste.reset(before)


@contextmanager
def out_of_sight() -> Iterator[None]:
    """What is written inside waits for pages alone: for the one row without which a message may not be taken away.

    A telephone number stands in front of a whole group for as long as that row waits behind reminders.
    """
    before = _haste.set(min(_haste.get(), _Haste.OUT_OF_SIGHT))
    try:
        yield
    finally:
        _haste.reset(before)


class Turn:
    """A lock with a queue for each haste. Whoever holds it is not interrupted."""

    def __init__(self) -> None:
        self._held = False
        self._queues: tuple[deque[asyncio.Future[None]], ...] = tuple(deque() for _ in _Haste)

    async def acquire(self) -> None:
        """Wait for one's turn."""
        if not self._held:
            self._held = True
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue = self._queues[_haste.get()]
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
        for queue in self._queues:
            while queue:
                if not (following := queue.popleft()).done():
                    following.set_result(None)
                    return
        self._held = False
