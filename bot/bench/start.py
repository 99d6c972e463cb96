"""How long a start takes and what it holds: the real command in a process of its own, a sandbox in another."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bot.bench.figures import Figure, Table, Unit
from bot.bench.processes import Place, a_sandbox, begin_bot
from bot.bench.programme import write_programme
from bot.bench.rows import fill
from bot.bench.scale import Scale
from bot.db.keys import new_key, parse_keys

READY_WITHIN: Final = 3.0
RESIDENT_BELOW: Final = 120.0
LONGER_BELOW: Final = 1.0
STOPPED_WITHIN: Final = 5.0
SAME_MEMORY_WITHIN: Final = 5.0
"""MB: what differs by less is "the same"; two starts on one database differ by about one."""


@dataclass(frozen=True)
class Start:
    """One start. Moments are seconds from the start of the process; memory is in MB, None where /proc is not."""

    logging_in: float
    set_up: float
    connected: float
    ready: float
    processor: float | None
    resident: float | None
    peak: float | None
    stopped: float


def measure(scale: Scale) -> Table:
    """A first start on nothing, a second on the same database, and one on a full outbox."""
    with TemporaryDirectory(prefix="handrail-bench-") as folder:
        first, second, full = asyncio.run(_measure(scale, Path(folder)))
    rows = f"{scale.pending:,} pending rows"
    figures = [
        _seconds("First start to ready", first, lambda one: one.ready, READY_WITHIN),
        _seconds("… until it logs in: imports, content, database", first, lambda one: one.logging_in),
        _seconds("… then the server's set-up", first, lambda one: one.set_up - one.logging_in),
        _seconds("… then commands and the gateway", first, lambda one: one.connected - one.set_up),
        _seconds("… then waiting for further servers", first, lambda one: one.ready - one.connected),
        *_megabytes("Resident, idle after a first start", first, lambda one: one.resident, RESIDENT_BELOW),
        *_megabytes("… the most it ever was", first, lambda one: one.peak),
        _seconds("Second start to ready", second, lambda one: one.ready, READY_WITHIN),
        *_megabytes("Resident, idle after a second start", second, lambda one: one.resident, RESIDENT_BELOW),
        _seconds(f"Start to ready with {rows}", full, lambda one: one.ready, READY_WITHIN),
        Figure(f"{rows}: longer by", _longer(full, second, lambda one: one.ready), Unit.SECONDS, below=LONGER_BELOW),
    ]
    if all(one.processor is not None and one.resident is not None for one in (*first, *second, *full)):
        figures.insert(5, _seconds("… of all that, processor time", first, lambda one: one.processor or 0))
        more = _longer(full, second, lambda one: one.resident or 0)
        busier = _longer(full, second, lambda one: one.processor or 0)
        figures += [
            Figure(f"{rows}: more processor time by", busier, Unit.SECONDS),
            Figure(f"{rows}: more resident by", more, Unit.MEGABYTES, below=SAME_MEMORY_WITHIN),
        ]
    every = [*first, *second, *full]
    figures.append(_seconds("SIGTERM to the end, idle", every, lambda one: one.stopped, STOPPED_WITHIN))
    return Table("Start", tuple(figures))


def _seconds(
    what: str, starts: Sequence[Start], moment: Callable[[Start], float], below: float | None = None
) -> Figure:
    return Figure(what, tuple(moment(one) for one in starts), Unit.SECONDS, below=below)


def _megabytes(
    what: str, starts: Sequence[Start], size: Callable[[Start], float | None], below: float | None = None
) -> list[Figure]:
    sizes = [measured for one in starts if (measured := size(one)) is not None]
    return [Figure(what, tuple(sizes), Unit.MEGABYTES, below=below)] if sizes else []


def _longer(full: Sequence[Start], second: Sequence[Start], of: Callable[[Start], float]) -> tuple[float, ...]:
    """Differences of neighbours in time, so that a machine that is busy for a while is busy for both."""
    return tuple(of(one) - of(other) for one, other in zip(full, second, strict=True))


async def _measure(scale: Scale, folder: Path) -> tuple[list[Start], list[Start], list[Start]]:
    first: list[Start] = []
    second: list[Start] = []
    full: list[Start] = []
    key = new_key()
    for run in range(scale.runs - 1):
        here = folder / str(run)
        here.mkdir()
        async with a_sandbox(here) as place:
            first.append(await _start(here, place, here / "handrail.db", key, scale.steady))
    async with a_sandbox(folder) as place:
        small, large = folder / "handrail.db", folder / "full.db"
        first.append(await _start(folder, place, small, key, scale.steady))
        shutil.copyfile(small, large)
        await fill(large, parse_keys(key), scale.pending)
        for _ in range(scale.runs):
            second.append(await _start(folder, place, small, key, scale.steady))
            full.append(await _start(folder, place, large, key, scale.steady))
    return first, second, full


async def _start(folder: Path, place: Place, database: Path, key: str, steady: float) -> Start:
    bot = await begin_bot(folder, place, database, write_programme(folder, place), key)
    try:
        logging_in = await bot.event("logging in", "discord.client")
        set_up = await bot.event("app.applied")
        connected = await bot.event("Shard ID", "discord.gateway")
        ready = await bot.event("app.started")
        processor = bot.processor_seconds()
        memory = await bot.memory_at_rest(steady)
    finally:
        stopped, code = await bot.stop()
    if code != 0:
        raise RuntimeError(f"the bot ended with {code}; it said last:\n{bot.last_lines()}")
    resident, peak = (memory.resident / 1e6, memory.peak / 1e6) if memory is not None else (None, None)
    return Start(logging_in, set_up, connected, ready, processor, resident, peak, stopped)
