"""Marks the words of a text that no list can hold: numbers, doses, people's names, names on platforms. Pure.

Each gets one more reading, which the filled classes of bot/moderation/wording_file.py take.
"""

from collections.abc import Collection, Iterator, Set
from dataclasses import dataclass

from bot.crisis.folding import fold
from bot.crisis.normalise import Words
from bot.moderation.shape_words import ShapeWords

__all__ = ["STANDS_FOR", "Marks", "name_words"]

STANDS_FOR = "\u0651"
"""Ends the reading that stands for a filled class: folding takes it out of every text, so no text can hold it."""

_NUMBER, _DOSE, _NAME, _FULL_NAME, _ODD, _STRANGE = (
    f"{one}{STANDS_FOR}" for one in ("number", "dose", "name", "fullname", "odd", "strange")
)
_NO_READING = ((), (_STRANGE,))
_AROUND = ".,;:!?()[]{}\"'“”‘’*_@$"
"""What may stand before and after a name on a platform without being part of it."""
_LEAST, _MOST = 3, 40
"""Characters of a name on a platform; longer words are not looked into."""
_LETTERS_LEAST = 3
"""Letters that follow the figures which such a name begins with: "3pm" is none."""


def name_words(people: Collection[str], shapes: ShapeWords) -> frozenset[str]:
    """The words that the names of ``people`` are made of, plain; single letters and titles say nobody."""
    every = (word for name in people for word in fold(name).text.replace("'", "").replace("-", " ").split())
    return frozenset(word for word in every if len(word) > 1 and word not in shapes.titles)


@dataclass(frozen=True)
class Marks:
    """What marking needs to know. ``everyday`` words are strange to nobody."""

    shapes: ShapeWords
    everyday: frozenset[str]

    def mark(self, words: Words, text: str, names: Set[str]) -> None:
        """Add to the readings of ``words``, which were read from ``text``; ``names`` are ``name_words``."""
        odd = frozenset(_odd_places(text, self.shapes.units))
        for at in range(len(words)):
            if words.ends[at] - words.starts[at] <= _MOST:
                extra = tuple(self._marks(words, text, at, odd, names))
                if extra:
                    words.readings[at] = (*words.readings[at], *extra)

    def _marks(self, words: Words, text: str, at: int, odd: Set[int], names: Set[str]) -> Iterator[str]:
        start = words.starts[at]
        written = text[start : words.ends[at]]
        if written[0].isdigit():
            figures = fold(written).text
            if figures.isdigit():
                yield _NUMBER
            elif figures.lstrip("0123456789") in self.shapes.units:
                yield _DOSE
        if start in odd:
            yield _ODD
        if names and self._is_name(written, names):
            yield _NAME
        elif not words.readings[at] and written[0].isalpha():
            if at and words.readings[at - 1] in _NO_READING and text[words.ends[at - 1] : start] == " ":
                before = text[words.starts[at - 1] : words.ends[at - 1]]
                if self._may_be_of_a_name(before) and self._may_be_of_a_name(written):
                    yield _FULL_NAME
            if start not in odd and fold(written).text not in self.everyday:
                yield _STRANGE

    def _may_be_of_a_name(self, word: str) -> bool:
        return (
            len(word) > 1 and word[0].isupper() and word[1:].islower() and fold(word).text not in self.shapes.no_names
        )

    def _is_name(self, word: str, names: Set[str]) -> bool:
        plain = fold(word).text.replace("'", "")
        stem = plain if plain in names else plain.removesuffix("s")
        return stem in names and (stem not in self.shapes.also_words or word[:1].isupper())


def _odd_places(text: str, units: Set[str]) -> Iterator[int]:
    """Where words begin that look like a name on some platform."""
    at = 0
    for chunk in text.split():
        at = text.index(chunk, at)
        word = chunk.strip(_AROUND)
        if _LEAST <= len(word) <= _MOST and _is_odd(word, units):
            yield at + chunk.index(word[0])
        at += len(chunk)


def _is_odd(word: str, units: Set[str]) -> bool:
    """Letters with figures, lines or full stops among them; neither a dose nor an ordinal nor an hour."""
    letters = sum(character.isalpha() for character in word)
    if not letters or not all(character.isalnum() or character in "._-" for character in word):
        return False
    if word[0].isdigit():
        return letters >= _LETTERS_LEAST and word.lower().lstrip("0123456789.-") not in units
    return any(character.isdigit() or character in "._" for character in word)
