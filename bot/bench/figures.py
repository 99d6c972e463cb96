"""What a benchmark finds: samples with their unit, what was promised of them, and how both are written in a table."""

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What the samples count."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MEGABYTES = "MB"
    """Of 1,000,000 bytes."""
    A_SECOND = "a second"
    PERCENT = "%"
    TIMES = "times"
    """A ratio of two things measured in one run."""


@dataclass(frozen=True)
class Figure:
    """One line of the table. Its value is the ``percentile`` of ``samples``, the median unless told.

    ``below`` is a promise: at or above it the figure falls short. ``design`` is what the design counted on, measured
    elsewhere: shown beside the figure, and judged by the reader.
    """

    what: str
    samples: tuple[float, ...]
    unit: Unit
    percentile: int = 50
    below: float | None = None
    design: float | None = None

    def __post_init__(self) -> None:
        if not self.samples:
            raise ValueError(f"nothing was measured for {self.what!r}")

    @property
    def value(self) -> float:
        """What stands in the table: the median, or the percentile by nearest rank."""
        if self.percentile == 50:
            return statistics.median(self.samples)
        ordered = sorted(self.samples)
        return ordered[max(math.ceil(len(ordered) * self.percentile / 100), 1) - 1]

    @property
    def falls_short(self) -> bool:
        """Whether a promise was made, and is not kept."""
        return self.below is not None and self.value >= self.below

    def cells(self) -> tuple[str, str, str, str]:
        """What was measured, the value, its spread with the number of samples, and what it is held against."""
        low, high, count = min(self.samples), max(self.samples), len(self.samples)
        spread = f"{_written(low)} to {_written(high)}, {count:,} times" if count > 1 else "once"
        return self.what, f"{_written(self.value)} {self.unit.value}", spread, self._held_against()

    def _held_against(self) -> str:
        if self.below is not None:
            kept = "**falls short**" if self.falls_short else "kept"
            return f"below {_written(self.below)} {self.unit.value}: {kept}"
        return f"design: {_written(self.design)} {self.unit.value}" if self.design is not None else ""


@dataclass(frozen=True)
class Table:
    """The figures of one benchmark."""

    title: str
    figures: tuple[Figure, ...]

    def markdown(self) -> str:
        """The table, as Markdown that also reads well in a terminal."""
        head = (self.title, "Median", "Spread", "Held against")
        rows = [head, *(figure.cells() for figure in self.figures)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
        lines = [_line(row, widths) for row in rows]
        lines.insert(1, _line(tuple("-" * width for width in widths), widths))
        return "\n".join(lines)


def percentiles(what: str, samples: Iterable[float], unit: Unit) -> tuple[Figure, ...]:
    """The median, the 95th and the 99th percentile of ``samples``."""
    taken = tuple(samples)
    return tuple(Figure(f"{what}, p{each}", taken, unit, percentile=each) for each in (50, 95, 99))


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"


def _written(value: float) -> str:
    """Three digits that mean something, and thousands set apart."""
    if value == 0:
        return "0"
    digits = max(2 - math.floor(math.log10(abs(value))), 0)
    return f"{value:,.{min(digits, 4)}f}"
