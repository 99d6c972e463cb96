"""A text made into words that rules can match, each knowing where it stood and what divides it from the one before.

Markup, spoilers, code and strike-through fall away; words spelt with spaces (``d i e``) are put together; emoji that
carry meaning are words. Every step looks at each character a bounded number of times. No word is kept once it is read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise

from bot.crisis.folding import Folded, fold, fold_word
from bot.crisis.spelling import Readings, Vocabulary

__all__ = ["Break", "Vocabulary", "Words", "fold_word", "quotations", "read"]

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SIGNS = re.compile(r"[^\W_][*@$!|+~_`]{1,4}[^\W_]|[@$][^\W_]")
"""A sign inside a word or before it: a masked letter, a letter's stand-in, markup, or two words without a space."""
_CLUSTER = re.compile(r"[@$]?[^\W_](?:['*@$!|+~_`]{0,4}[^\W_])*")
_SPELT = re.compile(r"\b\w[\W_]{1,4}\w[\W_]{1,4}\w\b")
"""Three letters written apart."""
_LINK = re.compile(r"\bhttps?://\S*")
_SENTENCE_ENDS = frozenset(".!?;。！？")
_SOFT = frozenset(",:()[]—–\n…/<>&")
_OPENING = frozenset("“«„")
_CLOSING = frozenset("”»")
_APART = 4
"""Characters at most from one letter of a word spelt with spaces to the end of the letter before."""
_SPELT_LEAST = 3
"""Letters."""
_LONGEST_SPELT = 64
_MOST_PICTURES = 32
"""Emoji read between two words: the rest of a wall of them says nothing more, and takes time."""


class Break(IntEnum):
    """What stands before a word."""

    NONE = 0
    CLAUSE = 1
    """A comma, dash, bracket or line break."""
    SENTENCE = 2


@dataclass(slots=True)
class Words:
    """The words of one text, side by side: what each may be, where it stood, and what stands before it.

    ``readings[i]`` is empty for a word that no rule knows. Offsets are those of the text as it was written.
    """

    readings: list[Readings] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    breaks: list[Break] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.starts)

    def add(self, readings: Readings, start: int, end: int, before: Break) -> None:
        """One more word."""
        self.readings.append(readings)
        self.starts.append(start)
        self.ends.append(end)
        self.breaks.append(before)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the words from ``start`` up to ``end`` (more than none) stood."""
        return self.starts[start], max(self.ends[start:end])


def read(text: str, vocabulary: Vocabulary) -> Words:
    """The words of ``text``, in order. Never raises; takes time linear in the length of the text."""
    folded = fold(text)
    if "://" in folded.text:
        folded = Folded(_LINK.sub(lambda link: " " * len(link.group()), folded.text), folded.places)
    reader = _Reader(folded, vocabulary)
    plain, known = folded.text, vocabulary.words
    has_signs = _SIGNS.search(plain) is not None
    end = -1
    for place in (_CLUSTER if has_signs else _WORD).finditer(plain):
        word = place.group()
        start, last = place.span()
        if start - end != 1 or plain[end] != " ":
            reader.between(max(end, 0), start)
        end = last
        if word in known:
            reader.add((word,), start, end)
            continue
        if "'" in word and word not in vocabulary.spellings:
            word = word.replace("'", "")
        if has_signs and not word.isalnum():
            reader.signs(place.group(), start)
        else:
            reader.odd(word, start, end)
    reader.between(max(end, 0), len(plain))
    return reader.finish()


class _Reader:
    """Puts words and what divides them together."""

    def __init__(self, folded: Folded, vocabulary: Vocabulary) -> None:
        self._folded, self._vocabulary = folded, vocabulary
        self._words = words = Words()
        self._readings, self._starts, self._ends, self._breaks = words.readings, words.starts, words.ends, words.breaks
        self._odd: dict[str, tuple[Readings, ...]] = {}
        self._pending = Break.NONE
        self._since_stop = 0
        self._stopped = False

    def add(self, readings: Readings, start: int, end: int) -> None:
        """One word, after what was pending."""
        pending = self._pending
        if pending:
            # A full stop after a single word ends nothing: "i. want. to." is somebody out of breath, or avoiding a
            # filter.
            if pending is Break.SENTENCE and self._since_stop < 2:
                pending = Break.CLAUSE
            if self._stopped:
                self._since_stop = 0
            self._pending, self._stopped = Break.NONE, False
        self._since_stop += 1
        self._readings.append(readings)
        self._starts.append(start)
        self._ends.append(end)
        self._breaks.append(pending)

    def odd(self, word: str, start: int, end: int) -> None:
        """Read a word that is not plainly one of the vocabulary's."""
        found = self._odd.get(word)
        if found is None:  # a text that says one odd word a thousand times has it looked into once
            found = self._odd[word] = self._vocabulary.readings(word)
        for readings in found:
            self.add(readings, start, end)

    def signs(self, cluster: str, start: int) -> None:
        """Read letters with signs among them: one word, where that makes sense, or several."""
        word = cluster.replace("'", "")
        whole = self._odd.get(word)
        if whole is None:
            whole = self._odd[word] = self._vocabulary.readings(word)
        if any(whole):
            for readings in whole:
                self.add(readings, start, start + len(cluster))
            return
        end = start
        for place in _WORD.finditer(cluster):
            self.between(end, start + place.start())
            end = start + place.end()
            self.odd(place.group().replace("'", ""), start + place.start(), end)

    def between(self, start: int, end: int) -> None:
        """Read what stands between two words: it may divide them, and emoji in it may be words."""
        text, pictures = self._folded.text, self._vocabulary.pictures
        shown = 0
        for at in range(start, end):
            character = text[at]
            if character in _SENTENCE_ENDS:
                dots = character == "." and (text[at - 1 : at] == "." or text[at + 1 : at + 2] == ".")
                self._pending = max(self._pending, Break.CLAUSE if dots else Break.SENTENCE)
                self._stopped = True
            elif character in _SOFT or (character == "-" and end - start > 1):
                twice = character == "\n" and text[at - 1 : at] == "\n"
                self._stopped = self._stopped or twice
                self._pending = max(self._pending, Break.SENTENCE if twice else Break.CLAUSE)
            elif character in pictures and shown < _MOST_PICTURES:
                shown += 1
                self.add((pictures[character],), at, at + 1)

    def finish(self) -> Words:
        words, folded = self._words, self._folded
        if _SPELT.search(folded.text):
            words = _join_spelt(words, folded.text, self._vocabulary)
        if folded.places is not None:
            spans = [folded.span(start, end) for start, end in zip(words.starts, words.ends, strict=True)]
            words.starts, words.ends = [start for start, _ in spans], [end for _, end in spans]
        return words


def _join_spelt(words: Words, text: str, vocabulary: Vocabulary) -> Words:
    """Letters written apart become the words they spell, where they spell words the vocabulary knows."""
    joined = Words()
    run: list[int] = []
    for at in range(len(words) + 1):
        letter = at < len(words) and words.ends[at] - words.starts[at] == 1 and text[words.starts[at]].isalpha()
        if run and not (letter and words.starts[at] - words.ends[run[-1]] <= _APART and len(run) < _LONGEST_SPELT):
            _spell(run, words, text, vocabulary, joined)
            run = []
        if letter:
            run.append(at)
        elif at < len(words):
            joined.add(words.readings[at], words.starts[at], words.ends[at], words.breaks[at])
    return joined


def _spell(run: Sequence[int], words: Words, text: str, vocabulary: Vocabulary, joined: Words) -> None:
    pieces = _pieces(run, words) if len(run) >= _SPELT_LEAST else [run]
    for piece in pieces:
        letters = "".join(text[words.starts[at]] for at in piece)
        parts = vocabulary.joins(letters) if len(run) >= _SPELT_LEAST else None
        taken = 0
        for part in parts or letters:
            first, last = piece[taken], piece[taken + len(part) - 1]
            readings = (part,) if parts else words.readings[first]
            joined.add(readings, words.starts[first], words.ends[last], words.breaks[first])
            taken += len(part)


def _pieces(run: Sequence[int], words: Words) -> list[list[int]]:
    """Letters written apart, cut where the gap is wider than the narrowest."""
    gaps = [words.starts[after] - words.ends[before] for before, after in pairwise(run)]
    narrow = min(gaps)
    pieces = [[run[0]]]
    for gap, at in zip(gaps, run[1:], strict=True):
        if gap > narrow:
            pieces.append([])
        pieces[-1].append(at)
    return pieces


def quotations(text: str, words: Words) -> list[int]:
    """For each word 0, or the number of the quotation it stands in. A quotation that is never closed is none."""
    numbers: list[int] = []
    current = count = at = 0
    for start, end in zip(words.starts, words.ends, strict=True):
        for character in text[at:start]:
            if character in _OPENING or (character == '"' and not current):
                count += 1
                current = count
            elif character in _CLOSING or character == '"':
                current = 0
        numbers.append(current)
        at = max(at, end)
    if current and not any(character in _CLOSING or character == '"' for character in text[at:]):
        return [0 if number == current else number for number in numbers]
    return numbers
