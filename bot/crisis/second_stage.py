"""A small statistical model that may raise what the rules found, and never lowers it.

Rules know the words they were given. This knows which words, pieces of words, neighbours and pairs of ideas stood in
lines of people in danger and which in harmless ones: logistic regression over hashed n-grams, learnt by
``python -m training.train``. Its weights are plain arrays of small integers, and it needs nothing to run but Python. It
keeps no words of anybody: an n-gram is a number, and nobody can read a text from the weights.

An *idea* is a class of words that mean alike for this purpose (``means``, ``farewell``; config/content/crisis/model/
ideas.txt). Pairs of ideas that stand near each other let it understand words it has never seen together.
"""

import hashlib
import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import sqrt
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

from bot.content.catalogue import content_folder
from bot.crisis.assessment import Category, Tier
from bot.crisis.folding import fold_word
from bot.crisis.normalise import Words
from bot.errors import ContentError

MODEL_FILE: Final = "model.json"
WEIGHTS_FILE: Final = "weights.bin"
IDEAS_FILE: Final = "ideas.txt"
FORMAT: Final = 2
"""Goes up when the same weights would be read differently: other n-grams, another hash."""

CATEGORY_SIZE: Final = 1 << 14
"""Weights of each category."""
WINDOW, STRIDE = 40, 10
"""Words. A longer text is read in overlapping stretches and counts as its gravest: a long letter does not dilute."""
REACH: Final = 5
"""Words between which ideas count as near each other."""
NEAR: Final = 4
"""Ideas before this one that it is paired with."""
_GRAMS: Final = (3, 4, 5)
"""Letters of a word, its boundaries among them."""
_LONGEST: Final = 24
"""Letters of a word that are looked at."""
_WORD, _NEIGHBOURS, _IDEA_FIRST, _IDEA_LAST = 1, 2, 3, 4
"""What the checksum starts from, so that a word is not also taken for a piece of one."""
_IDEA, _PAIR, _TRIPLE = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D
"""Odd multipliers that spread small numbers over the weights."""
_EDGE: Final = "^"
_MOST_REMEMBERED: Final = 20_000
"""Words whose own weight is remembered at most: all of them words of the lexicon, never of a person."""
_SHOWN: Final = 3
"""Places named as reasons."""


class Gram(NamedTuple):
    """The weight's number of one n-gram, and the words it reaches over, both included."""

    bucket: int
    first: int
    last: int


@dataclass(frozen=True)
class Ideas:
    """Which ideas a word may stand for, by number."""

    names: tuple[str, ...]
    of: Mapping[str, tuple[int, ...]]

    @classmethod
    def read(cls, text: str) -> "Ideas":
        """``name: word word word`` a line; ``#`` begins a comment. Raises ContentError for a line that is neither."""
        names: list[str] = []
        of: dict[str, list[int]] = {}
        for number, line in enumerate(text.splitlines(), start=1):
            said = line.partition("#")[0].strip()
            if not said:
                continue
            name, colon, members = said.partition(":")
            if not colon or not members.strip():
                raise ContentError(f"crisis/model/{IDEAS_FILE}, line {number}: expected `name: word word`.")
            names.append(name.strip())
            for word in dict.fromkeys(fold_word(member) for member in members.split()):
                of.setdefault(word, []).append(len(names) - 1)
        return cls(tuple(names), {word: tuple(numbers) for word, numbers in of.items()})


class NGrams:
    """The n-grams of a text. ``size``, the count of weights, is a power of two."""

    def __init__(self, ideas: Ideas, size: int) -> None:
        self.ideas, self._mask = ideas, size - 1

    def of_word(self, word: str) -> list[int]:
        """Of one word by itself."""
        mask = self._mask
        letters = word[:_LONGEST]
        edged = f" {letters} ".encode("utf-8", "replace")
        found = [crc32(edged[at : at + size]) & mask for size in _GRAMS for at in range(len(edged) - size + 1)]
        found.append(crc32(letters.encode("utf-8", "replace"), _WORD) & mask)
        found += [(idea + 1) * _IDEA & mask for idea in self.ideas.of.get(word, ())]
        return found

    def before(self, words: Sequence[str], at: int, earlier: Sequence[tuple[int, Sequence[int]]]) -> Iterator[Gram]:
        """Of word ``at`` with what stands before it. ``earlier`` are the words before that stand for ideas."""
        mask = self._mask
        word = words[at]
        previous = words[at - 1] if at else _EDGE
        yield Gram(crc32(f"{previous} {word}".encode("utf-8", "replace"), _NEIGHBOURS) & mask, max(at - 1, 0), at)
        mine = self.ideas.of.get(word, ())
        if at:
            seed = crc32(previous.encode("utf-8", "replace"), _IDEA_LAST)
            for idea in mine:
                yield Gram((seed + (idea + 1) * _IDEA) & mask, at - 1, at)
            theirs = self.ideas.of.get(previous, ())
            if theirs:
                seed = crc32(word.encode("utf-8", "replace"), _IDEA_FIRST)
                for idea in theirs:
                    yield Gram((seed + (idea + 1) * _IDEA) & mask, at - 1, at)
        if not mine:
            return
        for place, others in earlier[-NEAR:]:
            if at - place > REACH:
                continue
            for other in others:
                for idea in mine:
                    yield Gram(((other + 1) * _PAIR + (idea + 1) * _IDEA) & mask, place, at)
        if len(earlier) > 1 and at - earlier[-2][0] <= REACH + 1:
            (place, first), (_, second) = earlier[-2], earlier[-1]
            for one in first[:2]:
                for two in second[:2]:
                    for idea in mine[:2]:
                        bucket = ((one + 1) * _TRIPLE + (two + 1) * _PAIR + (idea + 1) * _IDEA) & mask
                        yield Gram(bucket, place, at)

    def after(self, words: Sequence[str]) -> int:
        """Of the last word and the end."""
        return crc32(f"{words[-1]} $".encode("utf-8", "replace"), _NEIGHBOURS) & self._mask

    def all(self, words: Sequence[str]) -> list[int]:
        """Every n-gram of a stretch, as often as it occurs: what a line is to the training."""
        found: list[int] = []
        for at, grams in enumerate(self._walk(words)):
            found += self.of_word(words[at])
            found += [gram.bucket for gram in grams]
        if words:
            found.append(self.after(words))
        return found

    def _walk(self, words: Sequence[str]) -> Iterator[Iterator[Gram]]:
        earlier: list[tuple[int, Sequence[int]]] = []
        for at, word in enumerate(words):
            yield self.before(words, at, earlier)
            if mine := self.ideas.of.get(word):
                earlier.append((at, mine))


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
        """The logarithm of the odds that a text of these n-grams is about it."""
        weights, mask = self.weights, CATEGORY_SIZE - 1
        return self.bias + self.scale * sum([weights[bucket & mask] for bucket in buckets]) / sqrt(len(buckets))


class Raised(NamedTuple):
    """What the model is sure of, and the characters of the text, as it was written, that say so."""

    tier: Tier
    category: Category
    spans: tuple[tuple[int, int], ...]


class SecondStage:
    """The model. ``heads`` ask the graver question first. Safe to share: it keeps nothing of what it reads."""

    def __init__(self, heads: Sequence[Head], abouts: Sequence[About], ngrams: NGrams, version: str) -> None:
        self.heads, self.abouts, self.ngrams, self.version = tuple(heads), tuple(abouts), ngrams, version
        self._own: dict[str, tuple[int, ...]] = {}

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

    def raised(self, text: Sequence[str], above: Tier, known: Mapping[str, object], words: Words) -> Raised | None:
        """The gravest tier over ``above`` that the model is sure of, or None.

        ``text`` are the words as read, ``words`` where they stand; those among ``known`` may be remembered. Takes time
        linear in their number.
        """
        heads = [head for head in self.heads if head.tier > above]
        if not heads or not text:
            return None
        for head, scores in zip(heads, self._scores(heads, text, known), strict=True):
            best = max(range(len(scores)), key=scores.__getitem__)
            if scores[best] >= head.threshold:
                first = best * STRIDE
                end = min(first + WINDOW, len(text))
                category = self._category(head.tier, text[first:end])
                return Raised(head.tier, category, self._reasons(head, text, first, end, words))
        return None

    def _category(self, tier: Tier, stretch: Sequence[str]) -> Category:
        """What it is most likely about; where nothing is likely, what is answered most carefully."""
        buckets = self.ngrams.all(stretch)
        scored = [(about.score(buckets), about.category) for about in self.abouts]
        best = max(scored, default=(-1.0, Category.IMPLICIT_INTENT))
        if best[0] > 0:
            return best[1]
        return Category.IMPLICIT_INTENT if tier is Tier.PAGE else Category.HOPELESSNESS

    def scores(self, text: Sequence[str]) -> dict[Tier, float]:
        """What each head gives, at the gravest stretch: the logarithm of the odds. For measuring and for thresholds."""
        if not text:
            return {head.tier: head.bias for head in self.heads}
        found = self._scores(self.heads, text, {})
        return {head.tier: max(scores) for head, scores in zip(self.heads, found, strict=True)}

    def _scores(self, heads: Sequence[Head], text: Sequence[str], known: Mapping[str, object]) -> list[list[float]]:
        """For each head, what it gives each stretch."""
        of: Mapping[str, Sequence[int]] = self.ngrams.ideas.of
        own, of_word, before = self._own, self.ngrams.of_word, self.ngrams.before
        counts: list[int] = []
        sums: list[list[int]] = [[] for _ in heads]
        weights = [head.weights for head in heads]
        earlier: list[tuple[int, Sequence[int]]] = []
        for at, word in enumerate(text):
            grams = own.get(word)
            if grams is None:
                grams = tuple(of_word(word))
                if word in known and len(own) < _MOST_REMEMBERED:
                    own[word] = grams
            buckets = [*grams, *[gram.bucket for gram in before(text, at, earlier)]]
            if word in of:
                earlier.append((at, of[word]))
            counts.append(len(buckets))
            for table, column in zip(weights, sums, strict=True):
                column.append(sum([table[bucket] for bucket in buckets]))
        last = self.ngrams.after(text)
        counts[-1] += 1
        for table, column in zip(weights, sums, strict=True):
            column[-1] += table[last]
        stretches = list(_stretches(len(text)))
        totals = [0, *accumulate(counts)]
        found: list[list[float]] = []
        for head, column in zip(heads, sums, strict=True):
            running = [0, *accumulate(column)]
            found.append(
                [
                    head.bias + head.scale * (running[end] - running[start]) / sqrt(totals[end] - totals[start])
                    for start, end in stretches
                ]
            )
        return found

    def _reasons(
        self, head: Head, text: Sequence[str], first: int, end: int, words: Words
    ) -> tuple[tuple[int, int], ...]:
        """Where the n-grams stand that say most for it, put together where they touch."""
        stretch = text[first:end]
        weighed: dict[tuple[int, int], int] = {}
        for at, grams in enumerate(self.ngrams._walk(stretch)):
            place = (at, at)
            weighed[place] = weighed.get(place, 0) + sum(
                head.weights[bucket] for bucket in self.ngrams.of_word(stretch[at])
            )
            for gram in grams:
                place = (gram.first, gram.last)
                weighed[place] = weighed.get(place, 0) + head.weights[gram.bucket]
        best = sorted(weighed, key=lambda place: (-weighed[place], place))[:_SHOWN]
        merged: list[tuple[int, int]] = []
        for start, last in sorted(best):
            if merged and start <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((start, last))
        return tuple(words.span(first + start, first + last + 1) for start, last in merged)


def _stretches(count: int) -> Iterator[tuple[int, int]]:
    """The stretches that a text of ``count`` words is read in; one, for most."""
    if count <= WINDOW:
        yield 0, count
        return
    for start in range(0, count - WINDOW + STRIDE, STRIDE):
        yield start, min(start + WINDOW, count)


def digest_of(weights: bytes, ideas: str) -> str:
    """What model.json says of the files beside it: SHA-256, in hexadecimal."""
    return hashlib.sha256(weights + ideas.encode("utf-8")).hexdigest()


def spoken(text: str, words: Words) -> list[str]:
    """The words of ``text`` as the model takes them: as the rules read them, and as written where no rule knows them."""
    return [
        readings[0] if readings else fold_word(text[start:end])
        for readings, start, end in zip(words.readings, words.starts, words.ends, strict=True)
    ]
