"""Benchmarks: what ``python -m bot bench`` runs, and where the figures of ``docs/performance.md`` come from."""

# ruff: noqa: T201 - what is printed here is the command's output

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bot.bench import assess, filters, held, outbox, page, series, start, storm
from bot.bench.figures import Table
from bot.bench.machine import conditions
from bot.bench.report import PAGE, write
from bot.bench.scale import FULL, Scale

BENCHMARKS: Mapping[str, Callable[[Scale], Table]] = {
    "start": start.measure,
    "outbox": outbox.measure,
    "page": page.measure,
    "storm": storm.measure,
    "held": held.measure,
    "assess": assess.measure,
    "filters": filters.measure,
    "series": series.measure,
}
"""Every benchmark by the name that ``bench`` takes, in the order in which they run."""


def bench(names: Sequence[str], *, into: Path | None = None, scale: Scale = FULL) -> int:
    """Run the named benchmarks, or all, and print their tables; with ``into`` also put all of them into that page.

    Returns 0, 1 where a figure falls short of what was promised, and 2 where nothing could be run as asked.
    """
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        return _refuse(f"There is no benchmark {', '.join(unknown)}: there are {', '.join(BENCHMARKS)}.")
    if into is not None and names:
        return _refuse(f"{PAGE} shows one run of everything: leave the names out to write it.")
    if into is not None and not into.is_file():
        return _refuse(f"There is no {into} here: run this from the folder that holds docs.")
    measured_on = conditions()
    print(f"{measured_on}\n")
    tables: list[Table] = []
    for name, measure in BENCHMARKS.items():
        if not names or name in names:
            table = measure(scale)
            print(f"{table.markdown()}\n", flush=True)
            tables.append(table)
    if into is not None:
        write(into, measured_on, tables)
    short = [figure for table in tables for figure in table.figures if figure.falls_short]
    for figure in short:
        print(f"Falls short: {figure.what}.")
    return 1 if short else 0


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2
