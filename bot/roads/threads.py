"""Work that blocks, each piece in a thread of its own that nobody waits for.

A pool shared by roads lets a hung one delay the next, and its threads keep the process from ending. These threads end
with the process, and how many there may be is bounded.
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import TypeVar

from aiohttp.abc import AbstractResolver, ResolveResult

from bot.delivery.transport import TryLaterError

T = TypeVar("T")
NO_THREAD_FOR = 5.0
"""Seconds after which to ask again where every slot is taken."""


class Threads:
    """A bounded number of threads, each for one piece of work."""

    def __init__(self, name: str, slots: int) -> None:
        self._name, self._free = name, slots

    async def run(self, work: Callable[[], T]) -> T:
        """Run ``work`` in a thread of its own. Where the caller is cancelled, the thread is left to end by itself.

        Raises:
            TryLaterError: where every slot is taken.
        """
        if self._free <= 0:
            raise TryLaterError(NO_THREAD_FOR)
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def tell(result: T | None, error: BaseException | None) -> None:
            self._free += 1  # in the loop's own thread, as the subtraction below
            if done.done():
                return
            if error is not None:
                done.set_exception(error)
            else:
                done.set_result(result)  # type: ignore[arg-type]  # no error, so it is a T

        def body() -> None:
            result: T | None = None
            failure: BaseException | None = None
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001  # handed to whoever waits
                failure = error
            try:
                loop.call_soon_threadsafe(tell, result, failure)
            except RuntimeError:
                return  # the loop was closed meanwhile: nobody waits

        self._free -= 1
        try:
            threading.Thread(target=body, name=f"handrail: {self._name}", daemon=True).start()
        except RuntimeError:  # the system has no thread to give
            self._free += 1
            raise TryLaterError(NO_THREAD_FOR) from None
        return await done


class OwnResolver(AbstractResolver):
    """Looks names up in threads of our own: the loop's six serve everything else, and a dead name server holds each."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of ``host``; raises OSError where there are none."""
        found = await self._threads.run(
            lambda: socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        )
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=int(address[1]),
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        """Nothing is held."""
