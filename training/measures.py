"""Counts with their intervals. Every figure in the docs comes out of here, none is written by hand."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from bot.crisis.assessment import Tier
from training.corpora import Line

_Z: Final = 1.959964
"""Of the standard normal, for 95 %."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def rate(self) -> float:
        """0 to 1; 0 of nothing."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval."""
        if not self.whole:
            return 0.0, 1.0
        spread = 1 + _Z**2 / self.whole
        middle = self.rate + _Z**2 / (2 * self.whole)
        reach = _Z * sqrt(self.rate * (1 - self.rate) / self.whole + _Z**2 / (4 * self.whole**2))
        return max(0.0, (middle - reach) / spread), min(1.0, (middle + reach) / spread)

    def __str__(self) -> str:
        low, high = self.interval
        digits = 3 if self.whole >= 5_000 else 1
        return (
            f"{self.part}/{self.whole} {100 * self.rate:.{digits}f} % ({100 * low:.{digits}f}-{100 * high:.{digits}f})"
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """A line and what a detector said of it."""

    line: Line
    tier: Tier


@dataclass(frozen=True, slots=True)
class Aim:
    """One row of the tables: which lines, what counts, and what is aimed at."""

    name: str
    of: Callable[[Line], bool]
    reached: Callable[[Tier], bool]
    least: float | None = None
    most: float | None = None

    def share(self, judged: Iterable[Judged]) -> Share:
        """Counted."""
        mine = [one for one in judged if self.of(one.line)]
        return Share(sum(self.reached(one.tier) for one in mine), len(mine))

    def is_kept(self, share: Share) -> bool | None:
        """Whether the aim is kept; None where there is none, or nothing to count."""
        if not share.whole or (self.least is None and self.most is None):
            return None
        return (self.least is None or share.rate >= self.least) and (self.most is None or share.rate <= self.most)

    @property
    def aimed(self) -> str:
        """As the tables say it."""
        if self.least is not None:
            return f"≥ {_percent(self.least)}"
        return f"≤ {_percent(self.most)}" if self.most is not None else ""


def _percent(rate: float) -> str:
    return f"{100 * rate:.4g} %"


def flagged(tier: Tier) -> bool:
    """Notify or page."""
    return tier >= Tier.NOTIFY


def paged(tier: Tier) -> bool:
    """Page."""
    return tier is Tier.PAGE


def expected(*tiers: Tier) -> Callable[[Line], bool]:
    """Lines of which one of these is what should come."""
    return lambda line: line.tier in tiers


def labelled(labels: str) -> Callable[[Line], bool]:
    """Lines with one of these labels."""
    return lambda line: line.label in tuple(labels)


SUITE: Final[Sequence[Aim]] = (
    Aim("never-miss lines at page", lambda line: line.never_miss, paged, least=0.98),
    Aim("expected at page: flagged", expected(Tier.PAGE), flagged, least=0.95),
    Aim("expected at page: at page", expected(Tier.PAGE), paged, least=0.85),
    Aim("expected at notify: flagged", expected(Tier.NOTIFY), flagged),
    Aim("harmless: at page", expected(Tier.NONE), paged, most=0.03),
    Aim("harmless: flagged", expected(Tier.NONE), flagged),
)
SPANISH: Final[Sequence[Aim]] = (
    Aim("expected at page or notify: flagged", expected(Tier.PAGE, Tier.NOTIFY), flagged, least=0.93),
    Aim("expected at page: at page", expected(Tier.PAGE), paged),
    Aim("harmless: at page", expected(Tier.NONE), paged, most=0.03),
)
REAL: Final[Sequence[Aim]] = (
    Aim("P: flagged", labelled("P"), flagged, least=0.95),
    Aim("P and I: flagged", labelled("PI"), flagged, least=0.90),
    Aim("P and I: at page", labelled("PI"), paged, least=0.80),
    Aim("T and S: flagged", labelled("TS"), flagged),
    Aim("H and N: at page", labelled("HN"), paged, most=0.15),
)
BENIGN: Final[Sequence[Aim]] = (
    Aim("at page", lambda _: True, paged, most=0.0010),
    Aim("flagged", lambda _: True, flagged, most=0.0050),
)
