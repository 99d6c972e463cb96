"""A small statistical model that may raise what the rules found, and is asked by some rules for a second opinion.

Rules know the words they were given. This knows which words, pieces of words, neighbours and pairs of ideas stood in
lines of people in danger and which in harmless ones: logistic regression over hashed n-grams, learnt by
``python -m training.train``. Its weights are plain arrays of small integers, and it needs nothing to run but Python. It
keeps no words of anybody: an n-gram is a number, and nobody can read a text from the weights.
"""

import hashlib
import json
import sys
from array import array
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import sqrt
from pathlib import Path
from typing import Final, NamedTuple

from bot.content.catalogue import content_folder
from bot.crisis.assessment import Category, Tier
from bot.crisis.folding import fold_word
from bot.crisis.ngrams import IDEAS_FILE, Ideas, NGrams, Spoken
from bot.crisis.normalise import Break, Words
from bot.errors import ContentError

MODEL_FILE: Final = "model.json"
WEIGHTS_FILE: Final = "weights.bin"
FORMAT: Final = 2
"""Goes up when the same weights would be read differently: other n-grams, another hash."""

CATEGORY_SIZE: Final = 1 << 16
"""Weights of each category."""
LEAST: Final = 3
"""Words: "bye" and "tonight" stood in many grave lines and mean nothing alone. What two words can say, rules know."""
SHORT: Final = 20
"""Words up to which a text is read as one."""
WHOLE: Final = 60
"""Words up to which a text is read as a whole, too: the training saw no longer ones."""
STRETCHES: Final = ((16, 4), (40, 10))
"""A longer text is read in overlapping stretches of so many words, beginning so many words apart, and in its sentences.
It counts as its gravest stretch: a long letter does not dilute."""
ASKED_MORE: Final = 1.0
"""What a stretch has to score more than a whole text: a text has many, and each may be over the line by chance."""
FEW: Final = 5
"""Words under which a whole text is asked as much as a stretch: "see you tonight" says little."""
_SENTENCE: Final = 3
"""Words from which on a sentence is read by itself."""
_LEEWAY: Final = 2.7
"""How far under the line for paging a text scores that is plainly harmless: a fifteenth of the odds at that line."""
_LIKELY: Final = -1.5
"""Logarithm of the odds: over it a text is answered as about that category. An overdose answered as intent still gets
911 and 988; answered as what it is, it gets first what saves. So less than even odds are enough."""
_MOST_REMEMBERED: Final = 20_000
"""Words whose own weight is remembered at most: all of them words of the lexicon, never of a person."""
_CARRY: Final = 1 << 24
"""What the first question's weights are multiplied by to share a number with the second's: no sum reaches so far."""
_MOVED: Final = bytes(octet ^ 0x80 for octet in range(256))
_IS_NEGATIVE: Final = bytes(octet >> 7 for octet in range(256))
_SIGN: Final = bytes(0xFF if octet >> 7 else 0 for octet in range(256))
_SHOWN: Final = 3
"""Places named as reasons."""


@dataclass(frozen=True, slots=True)
class Head:
    """One question asked of a text. ``weights[i] * scale`` is what n-gram ``i`` says for it; ``threshold`` decides."""

    tier: Tier
    weights: "array[int]"
    scale: float
    bias: float
    threshold: float
    table: int = 0
    """The number of its weights: two heads may draw different lines across the same answers."""


@dataclass(frozen=True, slots=True)
class About:
    """What tells one category from the others, among texts that are grave."""

    category: Category
    weights: "array[int]"
    scale: float
    bias: float

    def score(self, buckets: Sequence[int]) -> float:
        """The logarithm of the odds that a text of these n-grams, cut to CATEGORY_SIZE, is about it."""
        return self.bias + self.scale * sum(map(self.weights.__getitem__, buckets)) / sqrt(len(buckets))


class Raised(NamedTuple):
    """What the model is sure of, and the characters of the text, as it was written, that say so."""

    tier: Tier
    category: Category
    spans: tuple[tuple[int, int], ...]


class SecondStage:
    """The model. ``heads`` ask the graver question first. Safe to share: it keeps nothing of what it reads."""

    def __init__(self, heads: Sequence[Head], abouts: Sequence[About], ngrams: NGrams, version: str) -> None:
        self.heads, self.abouts, self.ngrams, self.version = tuple(heads), tuple(abouts), ngrams, version
        self._own: dict[str, tuple[Spoken, int]] = {}
        first, second = ({head.table: head.weights for head in self.heads}[table] for table in (0, 1))
        self._both = _joined(first, second)

    @classmethod
    def load(cls, folder: Path | None = None) -> "SecondStage":
        """Read ``folder`` (the content folder; by default the one that comes with Handrail).

        Raises ContentError where the model is missing, damaged, or made for another version of this code.
        """
        root = content_folder(folder).joinpath("crisis", "model")
        try:
            described = json.loads(root.joinpath(MODEL_FILE).read_text(encoding="utf-8"))
            content = root.joinpath(WEIGHTS_FILE).read_bytes()
            ideas = root.joinpath(IDEAS_FILE).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise ContentError(f"crisis/model: the second stage cannot be read: {error}.") from error
        if described.get("format") != FORMAT:
            raise ContentError("crisis/model: the second stage was trained for another version; train it anew.")
        digest = digest_of(content, ideas)
        if described.get("sha256") != digest:
            raise ContentError("crisis/model: the weights and ideas are not those that model.json describes.")
        size = described["size"]
        tables = [array("b", content[at * size : (at + 1) * size]) for at in range(described["tables"])]
        heads = [
            Head(
                Tier(head["tier"]), tables[head["table"]], head["scale"], head["bias"], head["threshold"], head["table"]
            )
            for head in described["heads"]
        ]
        abouts = []
        for at, about in enumerate(described["categories"]):
            begin = size * len(tables) + at * CATEGORY_SIZE
            weights = array("b", content[begin : begin + CATEGORY_SIZE])
            abouts.append(About(Category(about["category"]), weights, about["scale"], about["bias"]))
        return cls(heads, abouts, NGrams(Ideas.read(ideas), size), f"m{FORMAT}-{digest[:8]}")

    def raised(
        self, text: Sequence[str], above: Tier, known: AbstractSet[str], words: Words, *, explained: bool = False
    ) -> Raised | None:
        """The gravest tier over ``above`` that the model is sure of, or None.

        ``text`` are the words as read, ``words`` where they stand; those among ``known`` may be remembered. Where a
        context has ``explained`` what rules found (somebody else said it, it is long past), it has to be surer. Takes
        time linear in their number.
        """
        more = ASKED_MORE if explained else 0.0
        heads = [head for head in self.heads if head.tier > above]
        if not heads or len(text) < LEAST:
            return None
        stretches = list(_stretches(len(text), words.breaks))
        for head, scores in zip(heads, self._scores(heads, text, known, stretches), strict=True):
            best = max(range(len(scores)), key=scores.__getitem__)
            if scores[best] >= head.threshold + more:
                first, end = stretches[best]
                category = self._category(head.tier, text[first:end])
                return Raised(head.tier, category, self._reasons(head, text, first, end, words))
        return None

    def doubts(self, text: Sequence[str], known: AbstractSet[str], words: Words) -> bool:
        """Whether even the gravest stretch of a text is plainly harmless, as far as this can tell.

        Asked about a text for which a rule would page that asks for a second opinion. It doubts nothing of few words.
        """
        if len(text) < LEAST:
            return False
        stretches = list(_stretches(len(text), words.breaks))
        page = self.heads[0]
        (scores,) = self._scores((page,), text, known, stretches, asked_more=0.0)
        return max(scores) < page.threshold - _LEEWAY

    def _category(self, tier: Tier, stretch: Sequence[str]) -> Category:
        """What it is most likely about; where nothing is likely, what is answered most carefully."""
        buckets = [bucket & (CATEGORY_SIZE - 1) for bucket in self.ngrams.all(stretch)]
        scored = [(about.score(buckets), about.category) for about in self.abouts]
        best = max(scored, default=(_LIKELY, Category.IMPLICIT_INTENT))
        if best[0] > _LIKELY:
            return best[1]
        return Category.IMPLICIT_INTENT if tier is Tier.PAGE else Category.HOPELESSNESS

    def scores(self, text: Sequence[str], words: Words) -> list[float]:
        """What each head gives, at the gravest stretch: the logarithm of the odds. For measuring and for thresholds."""
        if not text:
            return [head.bias for head in self.heads]
        stretches = list(_stretches(len(text), words.breaks))
        return [max(scores) for scores in self._scores(self.heads, text, frozenset(), stretches)]

    def _scores(
        self,
        heads: Sequence[Head],
        text: Sequence[str],
        known: AbstractSet[str],
        stretches: Sequence[tuple[int, int]],
        asked_more: float = ASKED_MORE,
    ) -> list[list[float]]:
        """For each head, what it gives each stretch."""
        both = self._both
        at_weight = both.__getitem__
        words = [self._spoken(word, known) for word in text]
        counts: list[int] = []
        sums: list[int] = []
        for (word, own), (near, far) in zip(words, self.ngrams.walk([word for word, _ in words]), strict=True):
            buckets = near
            for _, several in far:
                buckets += several
            counts.append(len(word.own) + len(buckets))
            sums.append(own + sum(map(at_weight, buckets)))
        counts[-1] += 1
        sums[-1] += both[self.ngrams.after(words[-1][0])]
        totals, running = [0, *accumulate(counts)], [0, *accumulate(sums)]
        parts = [
            (_parted(running[end] - running[start]), sqrt(totals[end] - totals[start])) for start, end in stretches
        ]
        asked = [0.0 if FEW <= end - start == len(text) else asked_more for start, end in stretches]
        return [
            [
                head.bias + head.scale * tables[head.table] / root - more
                for (tables, root), more in zip(parts, asked, strict=True)
            ]
            for head in heads
        ]

    def _spoken(self, word: str, known: AbstractSet[str]) -> tuple[Spoken, int]:
        """A word, and what its own n-grams weigh."""
        found = self._own.get(word)
        if found is None:
            spoken = self.ngrams.of_word(word)
            found = (spoken, sum(map(self._both.__getitem__, spoken.own)))
            if word in known and len(self._own) < _MOST_REMEMBERED:
                self._own[word] = found
        return found

    def _reasons(
        self, head: Head, text: Sequence[str], first: int, end: int, words: Words
    ) -> tuple[tuple[int, int], ...]:
        """Where the n-grams stand that say most for it, put together where they touch."""
        weights = head.weights
        stretch = [self.ngrams.of_word(word) for word in text[first:end]]
        weighed: dict[tuple[int, int], int] = {}
        for at, (word, (near, far)) in enumerate(zip(stretch, self.ngrams.walk(stretch), strict=True)):
            for place, several in ((at, word.own), (max(at - 1, 0), near), *far):
                reach = (place, at)
                weighed[reach] = weighed.get(reach, 0) + sum(weights[bucket] for bucket in several)
        best = sorted(weighed, key=lambda place: (-weighed[place], place))[:_SHOWN]
        merged: list[tuple[int, int]] = []
        for start, last in sorted(best):
            if merged and start <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((start, last))
        return tuple(words.span(first + start, first + last + 1) for start, last in merged)


def _joined(first: "array[int]", second: "array[int]") -> "array[int]":
    """Both questions' weights in one number, ``first * _CARRY + second``, so that each n-gram is looked up once.

    There are a million: they are put together as bytes, the second's sign spread over the lower three, and taken from
    the first as one subtraction of two long numbers, where it is below zero.
    """
    low = second.tobytes()
    borrowed = int.from_bytes(low.translate(_IS_NEGATIVE), "little")
    # Moved up by 128, no byte is below zero, and none borrows from the next.
    high = int.from_bytes(first.tobytes().translate(_MOVED), "little") - borrowed
    octets = bytearray(4 * len(low))
    octets[0::4] = low
    octets[1::4] = octets[2::4] = low.translate(_SIGN)
    octets[3::4] = high.to_bytes(len(low), "little").translate(_MOVED)
    both = array("i", bytes(octets))
    if sys.byteorder == "big":
        both.byteswap()
    return both


def _parted(both: int) -> tuple[int, int]:
    """The two sums that one number carries."""
    second = (both + _CARRY // 2) % _CARRY - _CARRY // 2
    return (both - second) // _CARRY, second


def _stretches(count: int, breaks: Sequence[Break]) -> Iterator[tuple[int, int]]:
    """A text of ``count`` words, whole, or the stretches it is read in, or both. ``breaks`` stand before each word."""
    if count <= WHOLE:
        yield 0, count
    if count <= SHORT:
        return
    begins = [0, *(at for at, before in enumerate(breaks) if at and before is Break.SENTENCE), count]
    yield from ((start, end) for start, end in pairwise(begins) if _SENTENCE <= end - start <= WHOLE)
    for length, stride in STRETCHES:
        if length < count:
            starts = dict.fromkeys((*range(0, count - length, stride), count - length))
            yield from ((start, start + length) for start in starts)


def digest_of(weights: bytes, ideas: str) -> str:
    """What model.json says of the files beside it: SHA-256, in hexadecimal."""
    return hashlib.sha256(weights + ideas.encode("utf-8")).hexdigest()


def spoken(text: str, words: Words) -> list[str]:
    """The words of ``text`` as the model takes them: as the rules read them, or as written where no rule does."""
    return [
        readings[0] if readings else fold_word(text[start:end])
        for readings, start, end in zip(words.readings, words.starts, words.ends, strict=True)
    ]
