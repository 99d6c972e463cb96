"""Waiting for something to become true, without polling."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class _Waiter:
    predicate: Callable[[], object]
    future: asyncio.Future[None]


class Changes:
    """Tells those who wait that the sandbox changed; their predicates run once per turn of the loop at most."""

    def __init__(self) -> None:
        self._waiters: list[_Waiter] = []
        self._scheduled = False

    def notify(self) -> None:
        """Something changed. Cheap where nobody waits."""
        if self._waiters and not self._scheduled:
            self._scheduled = True
            self._waiters[0].future.get_loop().call_soon(self._look)

    async def wait(self, predicate: Callable[[], object], timeout: float | None) -> None:
        """Return once `predicate()` is true; it is asked now, and again after every change.

        Args:
            predicate: cheap, without side effects.
            timeout: seconds of real time; None waits for ever.

        Raises:
            TimeoutError: it did not become true in time.
        """
        if predicate():
            return
        waiter = _Waiter(predicate, asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout(timeout):
                await waiter.future
        finally:
            self._waiters.remove(waiter)

    def _look(self) -> None:
        self._scheduled = False
        for waiter in tuple(self._waiters):
            if waiter.future.done():
                continue
            try:
                if waiter.predicate():
                    waiter.future.set_result(None)
            except Exception as error:  # noqa: BLE001 - whatever the predicate raised belongs to whoever waits for it
                waiter.future.set_exception(error)
