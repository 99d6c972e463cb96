"""The n-grams of a text that the second stage weighs: pieces of words, words, neighbours, and ideas near each other.

An *idea* is a class of words that mean alike for this purpose (``means``, ``farewell``; config/content/crisis/model/
ideas.txt). Pairs of ideas let a model understand words it has never seen together. An n-gram is a number, a checksum
cut to the count of weights; no text can be read from it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from zlib import crc32

from bot.crisis.folding import fold_word
from bot.errors import ContentError

IDEAS_FILE: Final = "ideas.txt"
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


class Spoken(NamedTuple):
    """What the n-grams need to know of one word, reckoned once."""

    own: tuple[int, ...]
    """The numbers of its own n-grams."""
    octets: bytes
    before: int
    """The checksum that a word after it goes on from."""
    first: int
    last: int
    """Checksums of it as what follows, and as what goes before, an idea."""
    ideas: tuple[int, ...]
    """What each of its ideas adds as the last of a pair or triple, …"""
    earlier: tuple[int, ...]
    """… as the one before, …"""
    earliest: tuple[int, ...]
    """… and as the first of a triple."""


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
        self._edge = self.of_word(_EDGE)

    def of_word(self, word: str) -> Spoken:
        """One word by itself."""
        mask = self._mask
        octets = word[:_LONGEST].encode("utf-8", "replace")
        edged = b" " + octets + b" "
        own = [crc32(edged[at : at + size]) & mask for size in _GRAMS for at in range(len(edged) - size + 1)]
        own.append(crc32(octets, _WORD) & mask)
        numbers = self.ideas.of.get(word, ())
        own += [(idea + 1) * _IDEA & mask for idea in numbers]
        return Spoken(
            tuple(own),
            octets,
            crc32(octets + b" ", _NEIGHBOURS),
            crc32(octets, _IDEA_FIRST),
            crc32(octets, _IDEA_LAST),
            tuple((idea + 1) * _IDEA for idea in numbers),
            tuple((idea + 1) * _PAIR for idea in numbers),
            tuple((idea + 1) * _TRIPLE for idea in numbers),
        )

    def walk(self, words: Sequence[Spoken]) -> Iterator[tuple[list[int], list[tuple[int, list[int]]]]]:
        """For each word, the n-grams it makes with its neighbour, and those with ideas further back, by their place."""
        mask = self._mask
        previous = self._edge
        ideas: list[tuple[int, Spoken]] = []
        for at, word in enumerate(words):
            mine = word.ideas
            near = [crc32(word.octets, previous.before) & mask]
            far: list[tuple[int, list[int]]] = []
            if at:
                near += [(previous.last + idea) & mask for idea in mine]
                near += [(word.first + idea) & mask for idea in previous.ideas]
            if mine:
                for place, other in ideas[-NEAR:]:
                    if at - place <= REACH:
                        far.append((place, [(one + idea) & mask for one in other.earlier for idea in mine]))
                if len(ideas) > 1 and at - ideas[-2][0] <= REACH + 1:
                    (place, one), (_, two) = ideas[-2:]
                    triples = [first + second for first in one.earliest[:2] for second in two.earlier[:2]]
                    far.append((place, [(both + idea) & mask for both in triples for idea in mine[:2]]))
                ideas.append((at, word))
            yield near, far
            previous = word

    def after(self, last: Spoken) -> int:
        """Of the last word and the end."""
        return crc32(b"$", last.before) & self._mask

    def all(self, words: Sequence[str]) -> list[int]:
        """Every n-gram of a stretch, as often as it occurs: what a line is to the training."""
        spoken = [self.of_word(word) for word in words]
        found: list[int] = []
        for word, (near, far) in zip(spoken, self.walk(spoken), strict=True):
            found += word.own
            found += near
            for _, several in far:
                found += several
        if spoken:
            found.append(self.after(spoken[-1]))
        return found
