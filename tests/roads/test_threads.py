"""Work that blocks holds its own thread, and no more."""

import asyncio
import threading

import pytest

from bot.delivery.transport import TryLaterError
from bot.roads.addresses import Other
from bot.roads.by_apprise import ByApprise
from bot.roads.message import Message
from bot.roads.threads import Threads


async def test_a_hung_one_holds_its_slot_and_no_other() -> None:
    threads, gate = Threads("test", 2), threading.Event()
    hung = asyncio.create_task(threads.run(gate.wait))
    await asyncio.sleep(0)
    assert await threads.run(lambda: 7) == 7
    assert await threads.run(lambda: 8) == 8
    second = asyncio.create_task(threads.run(gate.wait))
    await asyncio.sleep(0)
    with pytest.raises(TryLaterError):
        await threads.run(lambda: 9)
    gate.set()
    assert await hung
    assert await second
    assert await threads.run(lambda: 10) == 10


async def test_its_error_is_told_and_a_cancelled_one_is_left_alone() -> None:
    threads, gate = Threads("test", 1), threading.Event()

    def breaks() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        await threads.run(breaks)
    waiting = asyncio.create_task(threads.run(gate.wait))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(TryLaterError):
        await threads.run(lambda: 1)  # its thread has not come back
    gate.set()


async def test_apprise_has_one_attempt_a_road_at_a_time(monkeypatch: pytest.MonkeyPatch, message: Message) -> None:
    gate = threading.Event()
    monkeypatch.setattr("bot.roads.by_apprise._send", lambda _address, _message: gate.wait())
    sender, address = ByApprise(), Other("xml://localhost")
    first = asyncio.create_task(sender.send("a", address, message))
    await asyncio.sleep(0)
    with pytest.raises(TryLaterError):
        await sender.send("a", address, message)
    other = asyncio.create_task(sender.send("b", address, message))
    gate.set()
    await asyncio.gather(first, other)
    await sender.send("a", address, message)
