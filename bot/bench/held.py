"""How long a message that is held stays in sight: from Discord's event to the request that takes it away."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

import aiohttp

from bot.bench.figures import Table, Unit, percentiles
from bot.bench.page import Control, House, milliseconds_after, until
from bot.bench.processes import a_sandbox, begin_bot
from bot.bench.programme import GROUP_CHANNEL, write_programme
from bot.bench.scale import Scale
from bot.bench.storm import TALK, TALKERS
from bot.db.keys import new_key

HIDDEN_WITHIN: Final = 150.0
"""Milliseconds, promised of the 99th percentile at ``A_SECOND``."""
A_SECOND: Final = 200
"""Messages a second, those that are held among them."""
HELD_EVERY: Final = 0.25
"""Seconds between two messages that are held. Each is three requests of ours, of the 45 a second that we may make."""
HELD: Final = "if anybody needs a lift tonight, my number is 555-867-53{:02}"
_MEMBER: Final = "Alex"
_CONNECTIONS: Final = 8
_LOOK_EVERY: Final = 0.1


def measure(scale: Scale) -> Table:
    """A member writes messages that are held, while others fill the channel with talk."""
    with TemporaryDirectory(prefix="handrail-bench-") as folder:
        seen = asyncio.run(_measure(scale, Path(folder)))
    median, p95, p99 = percentiles("Held message to its delete request", seen.waits, Unit.MILLISECONDS)
    heard = replace(median, what="Messages heard meanwhile", samples=(seen.heard_a_second,), unit=Unit.A_SECOND)
    return Table("Held message", (median, p95, replace(p99, below=HIDDEN_WITHIN), heard))


@dataclass(frozen=True)
class _Seen:
    waits: Sequence[float]
    heard_a_second: float


async def _measure(scale: Scale, folder: Path) -> _Seen:
    # One channel takes five deletions a second from one bot, and this is not to measure the waiting for that.
    async with a_sandbox(folder, rate_limits=False) as place:
        bot = await begin_bot(folder, place, folder / "handrail.db", write_programme(folder, place), new_key())
        try:
            await bot.event("app.started")
            connector = aiohttp.TCPConnector(limit=_CONNECTIONS + 2)
            async with aiohttp.ClientSession(connector=connector) as session:
                control = Control(session, place, look_every=_LOOK_EVERY)
                house = await House.enter(control)
                return await _under_talk(control, house.channel(GROUP_CHANNEL), scale.messages)
        finally:
            await bot.stop()


async def _under_talk(control: Control, channel: int, count: int) -> _Seen:
    said = 0

    async def talk(number: int) -> None:
        nonlocal said
        apart = _CONNECTIONS / A_SECOND
        due = perf_counter() + apart * number / _CONNECTIONS
        while True:
            await asyncio.sleep(max(0.0, due - perf_counter()))
            due = max(due + apart, perf_counter() - apart)
            words = TALK[said % len(TALK)]
            await control.act("say", TALKERS[said % len(TALKERS)], channel=channel, content=words)
            said += 1

    async with asyncio.TaskGroup() as tasks:
        talking = [tasks.create_task(talk(number)) for number in range(_CONNECTIONS)]
        mark, began, waits = await control.mark(), perf_counter(), []
        for number in range(count):
            sent = await control.act("say", _MEMBER, channel=channel, content=HELD.format(number % 100))
            waits.append(sent)
            await asyncio.sleep(HELD_EVERY)
        heard = (said + count) / (perf_counter() - began)
        taken = await _taken_away(control, mark, {str(one["id"]) for one in waits})
        for task in talking:
            task.cancel()
    moments = {str(one["id"]): datetime.fromisoformat(one["timestamp"]) for one in waits}
    return _Seen([milliseconds_after(moments[each], request) for each, request in taken.items()], heard)


async def _taken_away(control: Control, mark: int, wanted: set[str]) -> dict[str, dict[str, Any]]:
    """The requests that took them away, by message; waits for all of them."""
    taken: dict[str, dict[str, Any]] = {}

    async def all_of_them() -> list[dict[str, Any]]:
        made = (await control.get(f"requests?since={mark}"))["requests"]
        for one in made:
            message = str(one["path"]).rpartition("/")[2]
            if one["method"] == "DELETE" and message in wanted:
                taken.setdefault(message, one)
        return [{}] if wanted <= taken.keys() else []

    await until(all_of_them, _LOOK_EVERY)
    return taken
