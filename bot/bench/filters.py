"""How well the filters tell what a group may not want from harmless talk, and how fast: they read every message."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter, thread_time
from typing import Final

from bot.bench.assess import everyday_lines
from bot.bench.figures import Figure, Table, Unit
from bot.bench.scale import Scale
from bot.moderation.filters import Filters
from bot.moderation.judgement import Filter
from bot.moderation.settings import FilterSettings

SETTINGS: Final = FilterSettings.of({}, ("aa.org", "na.org", "smartrecovery.org"))
"""What the labelled lines were labelled by."""
PEOPLE: Final = ("Alex", "Bea", "Jo", "Sam")
"""Whose names the labelled lines use."""
CASES: Final = Path("tests/moderation/cases.jsonl")
"""The labelled lines, from the folder that holds the project: all of them our own, nobody ever sent them."""
UNSEEN: Final = Path("tests/moderation/unseen.jsonl")
"""Lines by somebody who knew nothing of the rules. They are counted and not read: whoever mends a rule on them has to
have others written."""

_LONGEST: Final = 4_000
_PROMISED_MILLISECONDS: Final = 25
PIECES: Final = (
    *(
        "a",
        "i ",
        "percs ",
        "5 ",
        "*a",
        "i.",
        "d1e ",
        "k!l!l ",
        "💊",
        "🔌💊 ",
        "5mg ",
        "a_7 ",
        "who ",
        "you are such a ",
    ),
    *("Ab Cd ", "j o ", "p e r c s ", "@", "@a", "a@", "a.", "a.b", "http://", "www.", "five ", "555-", "5 calle "),
    *("calle a ", "1 a ", "dot com ", "at gmail ", "#1234", "a-", "<@1", "aa@bb.", "ñ", "\u200b5", "Bea ", "call 5 "),
    *("a@b.co ", "discord. gg ", "http://a.co ", "discord.gg/a ", "@abc ", "aa#1234 ", "oh ", "five, "),
    *("Bea is in ", "selling ", "20 mg ", "614 555 ", "discord .", "\n5", "a_", "+1 ", "x" * 39 + " ", "' "),
)
"""What the longest messages are made of: whatever costs most."""


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled line: which filters have to find something in it. None means that it is harmless."""

    id: str
    text: str
    filters: frozenset[Filter]
    language: str


@dataclass(frozen=True, slots=True)
class Share:
    """How one filter did: lines found that should be, missed, and found that should not be."""

    found: int = 0
    missed: int = 0
    wrong: int = 0

    @property
    def precision(self) -> float:
        """The share of what was found that should be."""
        return self.found / max(self.found + self.wrong, 1)

    @property
    def recall(self) -> float:
        """The share of what should be found that was."""
        return self.found / max(self.found + self.missed, 1)


def cases(file: Path | None = None) -> tuple[Case, ...]:
    """The labelled lines. Raises OSError where this is not the project's folder."""
    lines = (json.loads(line) for line in (file or CASES).read_text(encoding="utf-8").splitlines())
    return tuple(
        Case(line["id"], line["text"], frozenset(map(Filter, line["filters"])), line["language"]) for line in lines
    )


def shares(filters: Filters, every: Sequence[Case]) -> Mapping[Filter, Share]:
    """How each filter over words does on the labelled lines."""
    pairs = [(case.filters, frozenset(filters.judge(case.text, SETTINGS, people=PEOPLE).filters)) for case in every]
    return {
        one: Share(
            found=sum(one in wanted and one in got for wanted, got in pairs),
            missed=sum(one in wanted and one not in got for wanted, got in pairs),
            wrong=sum(one not in wanted and one in got for wanted, got in pairs),
        )
        for one in sorted({one for wanted, _ in pairs for one in wanted})
    }


def _left_alone(filters: Filters, every: Sequence[Case]) -> float:
    """The share of harmless lines in which nothing was found."""
    harmless = [case for case in every if not case.filters]
    passed = sum(not filters.judge(case.text, SETTINGS, people=PEOPLE).filters for case in harmless)
    return passed / max(len(harmless), 1)


def measure(scale: Scale) -> Table:
    """Precision and recall by filter, everyday messages a second, and the longest messages made to be hard."""
    began = perf_counter()
    filters = Filters.load()
    loaded = perf_counter() - began
    every = cases() if CASES.is_file() else ()  # an installed copy comes without them
    unseen = cases(UNSEEN) if UNSEEN.is_file() else ()
    everyday = everyday_lines(scale.lines)
    rates, worst = [], []
    for _ in range(scale.runs):
        began = perf_counter()
        for text in everyday:
            filters.judge(text, SETTINGS, people=PEOPLE)
        rates.append(len(everyday) / (perf_counter() - began))
        worst.append(max(_milliseconds(partial(filters.judge, text, SETTINGS, people=PEOPLE)) for text in hostile()))
    mean = sum(len(text.encode()) for text in everyday) / len(everyday)
    return Table(
        f"Filters, on {len(every)} labelled lines",
        (
            *(
                figure
                for one, share in shares(filters, every).items()
                for figure in (
                    Figure(f"{one.value}: precision", (share.precision * 100,), Unit.PERCENT),
                    Figure(f"{one.value}: recall", (share.recall * 100,), Unit.PERCENT),
                )
            ),
            *(
                Figure(f"{one.value}: recall on {len(unseen)} unseen lines", (share.recall * 100,), Unit.PERCENT)
                for one, share in shares(filters, unseen).items()
            ),
            Figure(
                f"Harmless ones of {len(unseen)} unseen lines, left alone",
                (_left_alone(filters, unseen) * 100,),
                Unit.PERCENT,
            ),
            Figure("Load the filters", (loaded,), Unit.SECONDS),
            Figure(f"Everyday messages of {mean:.0f} bytes", tuple(rates), Unit.A_SECOND),
            Figure(
                f"The worst of {_LONGEST:,} characters made to be hard, processor time",
                tuple(worst),
                Unit.MILLISECONDS,
                below=_PROMISED_MILLISECONDS,
            ),
        ),
    )


def hostile() -> list[str]:
    """The longest messages Discord takes from anybody, made of what costs most."""
    return [(piece * _LONGEST)[:_LONGEST] for piece in PIECES]


def _milliseconds(work: Callable[[], object]) -> float:
    """The processor's time, the best of three: what the machine does beside it is not the filters' doing."""
    times = []
    for _ in range(3):
        began = thread_time()
        work()
        times.append(thread_time() - began)
    return min(times) * 1000
