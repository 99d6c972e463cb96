"""How much each benchmark does. Everything is counted, so that a run ends."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Counts: ``runs`` of whatever is repeated, rows ``pending`` in a full outbox, rows ``inserted`` into an empty one,
    rows ``claimed`` at once, ``messages`` that page, ``lines`` to assess, ``series`` to expand. In the storm
    ``stormed`` messages page while ``reminders`` drain and ``a_second`` other messages arrive each second.
    """

    runs: int
    pending: int
    inserted: int
    claimed: int
    messages: int
    lines: int
    series: int
    stormed: int
    reminders: int
    a_second: int
    steady: float
    """Seconds for which a process's memory must stand still before it counts as at rest."""


FULL = Scale(
    runs=5,
    pending=1_000_000,
    inserted=100_000,
    claimed=1_000,
    messages=200,
    lines=5_000,
    series=500,
    stormed=100,
    reminders=10_000,
    a_second=500,
    steady=1.0,
)
"""What ``make bench`` runs and ``docs/performance.md`` shows: about ten minutes on two cores."""

TINY = Scale(
    runs=1,
    pending=500,
    inserted=200,
    claimed=20,
    messages=2,
    lines=50,
    series=5,
    stormed=2,
    reminders=400,
    a_second=50,
    steady=0.1,
)
"""Enough to see that each benchmark still runs; its figures mean nothing."""
