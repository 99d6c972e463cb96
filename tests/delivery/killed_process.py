"""A process that delivers and is killed at a named point: claimed, about to send, sent but not recorded.

Run as ``python -m tests.delivery.killed_process FOLDER API_BASE TOKEN POINT MINUTES``. It ends by ``os._exit``, so that
nothing is finished, flushed or released, as in a power cut.
"""

import asyncio
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

from bot.delivery.kinds import Deed, Post, Receipt
from bot.delivery.records import Delivery
from bot.delivery.transport import IsKnown, Transport
from bot.timing import ManualClock
from tests.delivery.bench_house import START, open_workshop

KILLED = 9


class DyingTransport:
    """Dies before or after it sends."""

    def __init__(self, real: Transport, point: str) -> None:
        self._real, self._point = real, point

    async def post(self, delivery: Delivery, post: Post) -> Receipt:
        if self._point == "before-send":
            os._exit(KILLED)
        receipt = await self._real.post(delivery, post)
        if self._point == "after-send":
            os._exit(KILLED)
        return receipt

    async def do(self, delivery: Delivery, deed: Deed) -> Receipt:
        return await self._real.do(delivery, deed)

    async def look_up(self, delivery: Delivery, post: Post, since: datetime, is_known: IsKnown) -> Receipt | None:
        return await self._real.look_up(delivery, post, since, is_known)


async def main(folder: str, api_base: str, token: str, point: str, minutes: str) -> None:
    clock = ManualClock(START + timedelta(minutes=float(minutes)))
    async with open_workshop(Path(folder), api_base, token, clock=clock) as workshop:
        workshop.outbox._transport = DyingTransport(workshop.transport, point)
        if point == "after-claim":
            workshop.says.compose = _die  # type: ignore[method-assign]  # it dies where a real one would
        await workshop.outbox.release_leases()
        await workshop.drain()


async def _die(delivery: Delivery, now: datetime) -> Post:
    os._exit(KILLED)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
