"""Learn the second stage: ``python -m training.train``.

Two questions are learnt: whether a line pages, and whether it is to be flagged at all (page or notify); and for each
category whether a line is about it, so that the answer leads with what saves. What is learnt from: our own lines
(training/lines, the ``dev`` half of the suite), and, where ../shared/data/crisis is beside the clone, the labelled
messages and the benign lines.

Where to draw the line is not learnt but reckoned: the model is fitted anew on one half of the benign lines, and the
thresholds are those at which so many of the *other* half go over as the budget allows, and the other way about; the
shipped model is then fitted on all of them. Without the folder there is nothing to reckon with: the command says so.
"""

import argparse
import json
import multiprocessing
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from math import inf, sqrt
from pathlib import Path
from typing import Final

from bot.content.catalogue import content_folder
from bot.crisis.assessment import Category, Tier
from bot.crisis.folding import fold
from bot.crisis.lexicon import Lexicon
from bot.crisis.ngrams import IDEAS_FILE, Ideas, NGrams
from bot.crisis.normalise import read
from bot.crisis.second_stage import (
    CATEGORY_SIZE,
    FORMAT,
    MODEL_FILE,
    WEIGHTS_FILE,
    About,
    Head,
    SecondStage,
    digest_of,
    spoken,
)
from training.corpora import Line, benign, cases, own_lines, relabelled, shared
from training.logistic import Example, Fitted, fit

SIZE: Final = 1 << 20
"""Weights of each question."""
COST, BENIGN_WEIGHT, EPOCHS, SEED = 10.0, 6.0, 12, 20_261_122
LONGEST: Final = 60
"""Words of a line that are learnt from."""
_FARTHEST: Final = 8.0
"""How many times the usual weight one byte reaches."""
CATEGORIES: Final = {
    Category.OVERDOSE: ("overdose", "already-done", "use-until"),
    Category.WITHDRAWAL_DANGER: ("withdrawal",),
    Category.SELF_HARM: ("self-harm", "selfharm"),
    Category.HARM_FROM_OTHERS: (
        *("abuse", "violence", "locked", "scared", "stalk", "trafficking", "weapon", "danger-from-others"),
        *("danger-at-home", "sexual", "coercion", "teen-and-child"),
    ),
    Category.HARM_TO_OTHERS: ("intent-harm", "harm-to-others", "harm-others", "intent-to-harm", "harm-intent"),
    Category.THIRD_PERSON: ("third", "worried", "family-use", "beside", "other-overdose", "worry-other"),
    Category.LAPSE: ("lapse", "relapse"),
    Category.CRAVING: ("craving", "ansias"),
    Category.HOPELESSNESS: ("hopeless", "heavy-distress", "heavy-backstory"),
}
"""A line is about a category where the name of its class holds one of these."""


@dataclass(frozen=True)
class Drawn:
    """A line drawn across one question's answers: over it a text is raised to ``tier``."""

    tier: Tier
    question: str
    budget: float
    """Of the benign lines, how many may go over by the model alone. Rules have a budget of their own."""


QUESTIONS: Final = ("flag", "page")
"""In the order of their weights."""
DRAWN: Final = (
    Drawn(Tier.PAGE, "page", 0.0024),
    # A text that nearly pages is flagged: of lines that should page, that question finds more than the other.
    Drawn(Tier.NOTIFY, "page", 0.0050),
    Drawn(Tier.NOTIFY, "flag", 0.0022),
)


Lesson = tuple[Sequence[Line], Sequence[Example], str]
"""What is learnt from, and for which question."""


class Trainer:
    """Turns lines into examples, by one lexicon and one set of ideas."""

    def __init__(self, lexicon: Lexicon, ideas: Ideas) -> None:
        self._lexicon = lexicon
        self._ngrams = NGrams(ideas, SIZE)

    def example(self, line: Line, weight: float = 1.0) -> Example:
        """What the training sees of a line."""
        words = spoken(line.text, read(line.text, self._lexicon.vocabulary))
        return Example(array("I", self._ngrams.all(words[:LONGEST])), weight)

    def scores(self, second: SecondStage, line: Line) -> list[float]:
        """What a model's heads give a line, as the detector would ask them."""
        words = read(line.text, self._lexicon.vocabulary)
        return second.scores(spoken(line.text, words), words)

    def second_stage(self, fitted: Mapping[str, Fitted], abouts: Sequence[About] = ()) -> SecondStage:
        """A model of these weights, as it would be shipped but for the thresholds: it raises nothing."""
        tables = {question: small(fitted[question].weights) for question in QUESTIONS}
        heads = [
            Head(drawn.tier, *tables[drawn.question], fitted[drawn.question].bias, inf, QUESTIONS.index(drawn.question))
            for drawn in DRAWN
        ]
        return SecondStage(heads, abouts, self._ngrams, "in training")

    def fit(self, lines: Sequence[Line], examples: Sequence[Example], question: str) -> Fitted:
        """Weights for one question: ``page`` or ``flag``."""
        wanted = [line.tier is Tier.PAGE if question == "page" else line.tier >= Tier.NOTIFY for line in lines]
        return fit(examples, wanted, SIZE, cost=COST, epochs=EPOCHS, seed=SEED)

    def fit_all(self, wanted: Sequence[Lesson]) -> dict[str, Fitted]:
        """Weights for each question, each learnt in a process of its own: same seed, same weights as one by one."""
        fork = multiprocessing.get_context("fork")  # the examples are shared, not copied
        with ProcessPoolExecutor(len(wanted), fork, _lessons.extend, ([(self, one) for one in wanted],)) as several:
            found = list(several.map(_fitted, range(len(wanted))))
        return {question: one for (_, _, question), one in zip(wanted, found, strict=True)}

    def categories(self, lines: Sequence[Line], examples: Sequence[Example]) -> dict[Category, Fitted]:
        """Weights for each category, over fewer n-grams: asked only where something was found."""
        urgent = [
            (line, one) for line, one in zip(lines, examples, strict=True) if line.tier >= Tier.NOTIFY and line.kind
        ]
        mask = CATEGORY_SIZE - 1
        folded = [Example(array("I", [bucket & mask for bucket in one.buckets])) for _, one in urgent]
        found = {}
        for category, names in CATEGORIES.items():
            about = [any(name in line.kind.replace("_", "-") for name in names) for line, _ in urgent]
            found[category] = fit(folded, about, CATEGORY_SIZE, cost=10.0, epochs=EPOCHS, seed=SEED)
        return found


_lessons: list[tuple[Trainer, Lesson]] = []
"""What a process that fits has at hand: too large to be handed over."""


def _fitted(number: int) -> Fitted:
    trainer, lesson = _lessons[number]
    return trainer.fit(*lesson)


def threshold(scores: Iterable[float], budget: float) -> float:
    """The score that only ``budget`` (a part of one) of these go over."""
    ranked = sorted(scores, reverse=True)
    return ranked[int(len(ranked) * budget)]


def learnable() -> tuple[list[Line], list[Line], list[Line]]:
    """Own lines, real messages, and the benign ones. The last two are empty without the shared folder.

    An own line that says the same as one of the suite's unseen halves is left out: somebody had the same thought twice.
    """
    suite = cases()
    measured = {_plain(line.text) for line in suite if line.split != "dev"}
    own = [line for line in own_lines() if _plain(line.text) not in measured]
    own += [line for line in suite if line.split == "dev"]
    folder = shared()
    if folder is None:
        return own, [], []
    first, second = benign(folder)
    return own, relabelled(folder), [*first, *second]


def _plain(text: str) -> str:
    """What is left of a line when only its letters count."""
    return "".join(character for character in fold(text).text if character.isalnum())


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, and write the model into the content folder or ``--to``."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__.partition("\n")[0])
    parser.add_argument("--to", type=Path, default=None, help="folder to write to (default: the one Handrail reads)")
    given = parser.parse_args(arguments)
    folder = given.to or Path(str(content_folder(None).joinpath("crisis", "model")))
    ideas_text = folder.joinpath(IDEAS_FILE).read_text(encoding="utf-8")
    own, real, harmless = learnable()
    if not harmless:
        print("The benign lines are not beside this clone: there is nothing to set thresholds by.", file=sys.stderr)
        return 2
    trainer = Trainer(Lexicon.load(), Ideas.read(ideas_text))
    lines = [*own, *real]
    examples = [trainer.example(line) for line in lines]
    quiet = [trainer.example(line, BENIGN_WEIGHT) for line in harmless]
    thresholds = _thresholds(trainer, lines, examples, harmless, quiet)
    everything, every = [*lines, *harmless], [*examples, *quiet]
    heads = trainer.fit_all([(everything, every, question) for question in QUESTIONS])
    about = trainer.categories(own, examples[: len(own)])
    write(folder, ideas_text, heads, thresholds, about, {"own": len(own), "real": len(real), "benign": len(harmless)})
    print(f"learnt from {len(everything):,} lines; thresholds {[round(one, 2) for one in thresholds.values()]}")
    return 0


def _thresholds(
    trainer: Trainer,
    lines: Sequence[Line],
    examples: Sequence[Example],
    harmless: Sequence[Line],
    quiet: Sequence[Example],
) -> dict[Drawn, float]:
    """Each half of the benign lines scored by a model that did not see it; the two thresholds' mean."""
    half = len(harmless) // 2
    found: dict[Drawn, list[float]] = {drawn: [] for drawn in DRAWN}
    for seen, unseen in ((slice(0, half), slice(half, None)), (slice(half, None), slice(0, half))):
        taught, shown = [*lines, *harmless[seen]], [*examples, *quiet[seen]]
        second = trainer.second_stage(trainer.fit_all([(taught, shown, question) for question in QUESTIONS]))
        scores = [trainer.scores(second, line) for line in harmless[unseen]]
        for place, drawn in enumerate(DRAWN):
            found[drawn].append(threshold((one[place] for one in scores), drawn.budget))
    return {drawn: sum(several) / len(several) for drawn, several in found.items()}


def write(
    folder: Path,
    ideas: str,
    heads: dict[str, Fitted],
    thresholds: dict[Drawn, float],
    about: dict[Category, Fitted],
    learnt: dict[str, int],
) -> None:
    """Write weights and description. ``ideas`` is the text that is in the folder already."""
    content = bytearray()
    described: dict[str, object] = {"format": FORMAT, "size": SIZE, "seed": SEED, "learnt_from": learnt}
    scales = {}
    for question in QUESTIONS:
        octets, scales[question] = small(heads[question].weights)
        content += octets.tobytes()
    entries = [
        {
            "tier": drawn.tier.value,
            "table": QUESTIONS.index(drawn.question),
            "scale": scales[drawn.question],
            "bias": heads[drawn.question].bias,
            "threshold": round(thresholds[drawn], 4),
        }
        for drawn in DRAWN
    ]
    kinds = []
    for category, fitted in about.items():
        octets, scale = small(fitted.weights)
        content += octets.tobytes()
        kinds.append({"category": category.value, "scale": scale, "bias": fitted.bias})
    described |= {
        "tables": len(QUESTIONS),
        "heads": entries,
        "categories": kinds,
        "sha256": digest_of(bytes(content), ideas),
    }
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath(WEIGHTS_FILE).write_bytes(bytes(content))
    folder.joinpath(MODEL_FILE).write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")


def small(weights: "array[float]") -> tuple["array[int]", float]:
    """Weights as one byte each, and what one of them is worth."""
    # The few weights far out are cut: what they would say more is less than what all others lose by coarser steps.
    size = sum(weight * weight for weight in weights) / max(sum(1 for weight in weights if weight), 1)
    scale = max(_FARTHEST * sqrt(size), 1e-9) / 127
    return array("b", [max(-127, min(127, round(weight / scale))) for weight in weights]), scale


if __name__ == "__main__":
    sys.exit(main())
