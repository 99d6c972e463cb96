"""All patterns side by side in one long integer, a bit for each element, and how a word moves them on.

A set bit says that the words up to here are what the pattern asks for up to this element. A word moves every pattern
on by one shift and one mask (the extended shift-and method of Navarro and Raffinot, which also does optional
elements). Nothing is ever tried again, and the work for a word is the same whatever the text is.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from bot.crisis.patterns import Kind, Pattern

_FEW = 200
"""Places up to which they take less room than a mask of all."""


class Layout:
    """Where each pattern's elements lie, and which words each of them takes. Immutable once built."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        takes: dict[str, list[int]] = {}
        refuses: dict[str, list[int]] = {}
        denies: dict[str, list[int]] = {}
        gaps: list[int] = []
        optional: list[int] = []
        before_optional: list[int] = []
        last_optional: list[int] = []
        starts: list[int] = []
        clause_starts: list[int] = []
        self._accepting: dict[int, list[int]] = {}
        bit = 0
        for number, pattern in enumerate(patterns):
            # The first bit of a pattern stands before its first element.
            (clause_starts if pattern.starts_clause else starts).append(bit)
            for label in pattern.not_before:
                denies.setdefault(label, []).append(bit)
            previous = False
            for element in pattern.elements:
                if element.optional and not previous:
                    before_optional.append(bit)
                if previous and not element.optional:
                    last_optional.append(bit)
                previous = element.optional
                bit += 1
                if element.kind is Kind.GAP:
                    gaps.append(bit)
                table = takes if element.kind is Kind.TAKE else refuses
                for label in element.labels:
                    table.setdefault(label, []).append(bit)
                if element.optional:
                    optional.append(bit)
            if previous:
                last_optional.append(bit)
            for index in range(len(pattern.elements), 0, -1):
                self._accepting.setdefault(bit - len(pattern.elements) + index, []).append(number)
                if not pattern.elements[index - 1].optional:
                    break
            bit += 1
        self.bits = bit
        """How long the integer is. Every word costs a few operations on so many bits."""
        self._takes = _Masks(takes, bit)
        self._refuses = _Masks(refuses, bit)
        self._denies = _Masks(denies, bit)
        self._gaps, self._optional = _mask(gaps, bit), _mask(optional, bit)
        self._before_optional, self._last_optional = _mask(before_optional, bit), _mask(last_optional, bit)
        self._starts = _mask(starts, bit)
        self._clause_starts = self._starts | _mask(clause_starts, bit)
        self._accepts = _mask(self._accepting, bit)

    def word(self, labels: AbstractSet[str], *, several: bool) -> int:
        """The elements that a word of these labels may be; of ``several`` words together none is a gap."""
        mask = self._takes.of(labels)
        return mask if several else mask | self._gaps ^ (self._gaps & self._refuses.of(labels))

    def denied(self, labels: AbstractSet[str]) -> int:
        """The patterns that may not begin after a word of these labels."""
        return self._denies.of(labels)

    def advance(self, state: int, word: int, denied: int, *, starts_clause: bool) -> int:
        """``state`` after one more word, given the masks of that word and of what the word before it denies."""
        state |= self._clause_starts if starts_clause else self._starts
        if denied:
            state ^= state & denied
        # Every optional element whose predecessor is reached is reached too: subtracting carries through each run of
        # them up to its last, and stops there.
        ends = state | self._last_optional
        state |= self._optional & ~((ends - self._before_optional) ^ ends)
        return (state << 1) & word

    def accepted(self, state: int) -> tuple[int, ...]:
        """The patterns whose last element is reached."""
        numbers: list[int] = []
        bits = state & self._accepts
        while bits:
            lowest = bits & -bits
            numbers += self._accepting[lowest.bit_length() - 1]
            bits ^= lowest
        return tuple(numbers)


class _Masks:
    """A mask for each label. Most labels stand in a few patterns only: of theirs, the places are kept."""

    def __init__(self, table: Mapping[str, Sequence[int]], size: int) -> None:
        self._size = size
        self._places = {label: array("I", bits) for label, bits in table.items() if len(bits) <= _FEW}
        self._whole = {label: _mask(bits, size) for label, bits in table.items() if len(bits) > _FEW}

    def of(self, labels: AbstractSet[str]) -> int:
        """What any of the labels sets."""
        mask = 0
        places: list[int] = []
        for label in labels:
            if label in self._places:
                places += self._places[label]
            else:
                mask |= self._whole.get(label, 0)
        return mask | _mask(places, self._size) if places else mask


def _mask(bits: Iterable[int], size: int) -> int:
    octets = bytearray(size // 8 + 1)
    for bit in bits:
        octets[bit >> 3] |= 1 << (bit & 7)
    return int.from_bytes(octets, "little")
