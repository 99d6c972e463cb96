"""Measure the detector: ``python -m training.evaluate`` (``make eval-crisis``). With ``--write`` into the docs.

Beside Handrail's figures stand those of its rules alone, of twenty phrases, and of AutoMod with forty-five keywords. On
the labelled messages and the benign lines the second stage is fitted anew without the part that is measured, so that
no line is judged by a model that learnt it; the thresholds are the shipped ones.
"""

import argparse
import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bot.content.catalogue import content_folder
from bot.crisis.assessment import Tier
from bot.crisis.detector import Detector
from bot.crisis.lexicon import Lexicon
from bot.crisis.ngrams import IDEAS_FILE, Ideas
from bot.crisis.second_stage import SecondStage
from training.baselines import automod, phrases
from training.corpora import Line, benign, cases, functional, relabelled, shared
from training.measures import BENIGN, REAL, SPANISH, SUITE, Aim, Judged
from training.train import BENIGN_WEIGHT, QUESTIONS, Trainer, learnable

DOC: Final = Path(__file__).resolve().parent.parent / "docs" / "crisis-detection.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
FOLDS: Final = 5
Judge = Callable[[str], Tier]


@dataclass(frozen=True)
class Judges:
    """Handrail, and what stands beside it."""

    whole: Judge
    rules: Judge

    def beside(self) -> dict[str, Judge]:
        """By the name of the column."""
        return {
            "Handrail": self.whole,
            "rules alone": self.rules,
            "20 phrases": phrases,
            "AutoMod, 45 keywords": automod,
        }


class Refitted:
    """The second stage without some of what it learnt from."""

    def __init__(self, lexicon: Lexicon, shipped: SecondStage) -> None:
        folder = content_folder(None).joinpath("crisis", "model")
        self._trainer = Trainer(lexicon, Ideas.read(folder.joinpath(IDEAS_FILE).read_text(encoding="utf-8")))
        self._lexicon, self._shipped = lexicon, shipped
        own, real, harmless = learnable()
        self._lines = [*own, *real, *harmless]
        self._examples = [
            self._trainer.example(one, BENIGN_WEIGHT if one.kind == "benign" else 1.0) for one in self._lines
        ]

    def without(self, texts: frozenset[str]) -> Judge:
        """Handrail as it would be had it never seen these texts."""
        kept = [(line, one) for line, one in zip(self._lines, self._examples, strict=True) if line.text not in texts]
        lines, examples = [line for line, _ in kept], [one for _, one in kept]
        fitted = {question: self._trainer.fit(lines, examples, question) for question in QUESTIONS}
        second = self._trainer.second_stage(fitted, self._shipped.abouts)
        drawn = zip(second.heads, self._shipped.heads, strict=True)
        heads = [replace(head, threshold=shipped.threshold) for head, shipped in drawn]
        second = SecondStage(heads, self._shipped.abouts, self._shipped.ngrams, "refitted")
        detector = Detector(self._lexicon, second)
        return lambda text: detector.assess(text).tier


def judged(lines: Sequence[Line], judge: Judge) -> list[Judged]:
    """Every line with its verdict."""
    return [Judged(line, judge(line.text)) for line in lines]


def table(title: str, lines: Sequence[Line], columns: dict[str, list[Judged]], aims: Sequence[Aim]) -> Iterator[str]:
    """Aims by detectors, as Markdown."""
    yield f"### {title} ({len(lines):,} lines)\n"
    yield f"| | aim | {' | '.join(columns)} |"
    yield f"| :-- | --: |{' --: |' * len(columns)}"
    for aim in aims:
        cells = []
        for name, verdicts in columns.items():
            share = aim.share(verdicts)
            short = " **short**" if name.startswith("Handrail") and aim.is_kept(share) is False else ""
            cells.append(f"{share}{short}")
        yield f"| {aim.name} | {aim.aimed} | {' | '.join(cells)} |"
    yield ""


def confusion(columns: dict[str, list[Judged]]) -> Iterator[str]:
    """What should have come against what came."""
    yield f"| expected | lines | {' | '.join(f'{name}: none / log / notify / page' for name in columns)} |"
    yield f"| :-- | --: |{' --: |' * len(columns)}"
    for tier in sorted(Tier, key=lambda one: -one.rank):
        counts = [Counter(one.tier for one in verdicts if one.line.tier is tier) for verdicts in columns.values()]
        if total := counts[0].total():
            cells = [" / ".join(str(one[came]) for came in sorted(Tier, key=lambda one: one.rank)) for one in counts]
            yield f"| {tier.value} | {total} | {' | '.join(cells)} |"
    yield ""


def by_class(columns: dict[str, list[Judged]]) -> Iterator[str]:
    """Handrail class by class, and how many of each class the rules alone flag."""
    yield "<details><summary>Class by class</summary>\n"
    yield "| class | expected | lines | none | log | notify | page | not accepted | rules alone: flagged |"
    yield "| :-- | :-- | --: | --: | --: | --: | --: | --: | --: |"
    whole, rules = columns["Handrail"], columns["rules alone"]
    classes: dict[tuple[str, str], list[int]] = {}
    for one, other in zip(whole, rules, strict=True):
        row = classes.setdefault((one.line.kind, one.line.tier.value), [0] * 6)
        row[one.tier.rank] += 1
        row[4] += one.tier not in one.line.right
        row[5] += other.tier >= Tier.NOTIFY
    for (kind, tier), row in sorted(classes.items()):
        yield f"| {kind} | {tier} | {sum(row[:4])} | {' | '.join(map(str, row))} |"
    yield "\n</details>\n"


def suites(judges: Judges, folder: Path | None) -> Iterator[str]:
    """Our own suite, both halves, and the functional one."""
    own = cases()
    parts = [
        ("Own suite, read while rules were written", [line for line in own if line.split == "dev"]),
        ("Own suite, hold-out", [line for line in own if line.split == "holdout"]),
        ("Own suite, sealed: written by others, scored, never read", [line for line in own if line.split == "sealed"]),
    ]
    if folder is not None:
        parts.append(("functional_dev (read while rules were written)", functional(folder)))
    for title, lines in parts:
        columns = {name: judged(lines, judge) for name, judge in judges.beside().items()}
        yield from table(title, lines, columns, SUITE)
        yield from confusion(columns)
        spanish = {name: [one for one in several if one.line.language == "es"] for name, several in columns.items()}
        if spanish["Handrail"]:
            yield from table(f"{title}: Spanish alone", [one.line for one in spanish["Handrail"]], spanish, SPANISH)
        yield from by_class(columns)


_at_hand: list[Refitted] = []
"""What this process refits: set where a process begins, as it is too large to be handed over with each part."""


def _judged_apart(part: Sequence[Line]) -> list[Judged]:
    return judged(part, _at_hand[0].without(frozenset(line.text for line in part)))


def apart(refitted: Refitted, parts: Sequence[Sequence[Line]]) -> list[list[Judged]]:
    """Each part judged by a model that has not seen it; as many at once as there are processors, four at most."""
    with ProcessPoolExecutor(
        min(os.cpu_count() or 1, 4),
        mp_context=multiprocessing.get_context("fork"),  # the examples are shared, not copied
        initializer=_at_hand.append,
        initargs=(refitted,),
    ) as several:
        return list(several.map(_judged_apart, parts))


def real(judges: Judges, refitted: Refitted, folder: Path) -> Iterator[str]:
    """The labelled messages and the benign lines, each judged by a model that has not seen it."""
    lines = relabelled(folder)
    folds = [lines[fold::FOLDS] for fold in range(FOLDS)]
    sources = [[line for line in lines if line.source == source] for source in sorted({line.source for line in lines})]
    halves = benign(folder)
    found = apart(refitted, [*halves, *folds, *sources])  # the longest first
    by_half, by_fold, by_source = found[:2], found[2 : 2 + FOLDS], found[2 + FOLDS :]
    beside = judges.beside()
    columns = {
        "Handrail, five-fold": [one for part in by_fold for one in part],
        "Handrail, source left out": [one for part in by_source for one in part],
        **{name: judged(lines, judge) for name, judge in beside.items() if name != "Handrail"},
    }
    yield from table("relabelled: real messages", lines, columns, REAL)
    yield from confusion(columns)
    every = [*halves[0], *halves[1]]
    columns = {
        "Handrail, each half by a model that did not learn it": [one for part in by_half for one in part],
        "Handrail, as shipped": judged(every, judges.whole),
        **{name: judged(every, judge) for name, judge in beside.items() if name != "Handrail"},
    }
    yield from table("benign_20k: the base rate", every, columns, BENIGN)


def report(*, refit: bool = True) -> str:
    """Every table, as Markdown. Without ``refit`` the parts that fit the model anew are left out."""
    lexicon, second = Lexicon.load(), SecondStage.load()
    whole, rules = Detector(lexicon, second), Detector(lexicon)
    judges = Judges(lambda text: whole.assess(text).tier, lambda text: rules.assess(text).tier)
    folder = shared()
    lines = [f"Version `{whole.version}`. Shares with Wilson's 95 % interval.\n", *suites(judges, folder)]
    if folder is None:
        lines.append("The labelled messages and the benign lines are not beside this clone, and were not measured.\n")
    elif refit:
        lines += real(judges, Refitted(lexicon, second), folder)
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables, or write them into the docs."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help=f"put the tables into docs/{DOC.name}")
    parser.add_argument("--quick", action="store_true", help="without what fits the model anew")
    given = parser.parse_args(arguments)
    found = report(refit=not given.quick)
    if not given.write:
        sys.stdout.write(found)
        return 0
    before, begin, rest = DOC.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.stderr.write(f"docs/{DOC.name} has no place for the figures: {BEGIN} … {END}.\n")
        return 2
    DOC.write_text(f"{before}{BEGIN}\n\n{found}\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
