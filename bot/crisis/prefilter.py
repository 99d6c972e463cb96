"""Which texts cannot match any pattern, told from what stands in them alone, whatever its order.

A pattern can only match where something that each of its necessary elements asks for stands in the text. Every match
fulfils that condition, so a text that does not fulfil it for any pattern has no match: nothing is hidden, only time
saved.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from bot.crisis.patterns import Kind, Pattern


class Prefilter:
    """What each pattern needs, kept with its rarest element: where that stands, the others are asked for.

    Labels that an element takes are a bit; what a pattern needs beside its rarest element is a set of bits.
    """

    def __init__(
        self,
        patterns: Iterable[Pattern],
        phrases: Mapping[tuple[str, ...], frozenset[str]],
        common: AbstractSet[str],
        together: Sequence[AbstractSet[int]] = (),
    ) -> None:
        """``common`` words change how much time is saved, never which texts pass.

        Patterns of owners named in ``together`` count only where those of a whole set of them match.
        """
        self._bits = {owner: 1 << at for at, owner in enumerate(sorted(set().union(*together)))}
        self._sets = [sum(self._bits[owner] for owner in owners) for owners in together]
        often: dict[str, int] = {}
        for words, labels in phrases.items():
            if len(words) == 1:
                for label in labels:
                    often[label] = often.get(label, 0) + (100 if words[0] in common else 1)
        anchored: list[tuple[frozenset[str], int, list[frozenset[str]]]] = []
        beside: Counter[frozenset[str]] = Counter()
        first: dict[frozenset[str], int] = {}
        for pattern in patterns:
            needed = dict.fromkeys(
                element.labels for element in pattern.elements if element.kind is Kind.TAKE and not element.optional
            )
            for labels in needed:
                first.setdefault(labels, len(first))
            rarest = min(needed, key=lambda labels: (sum(often.get(label, 0) for label in labels), first[labels]))
            others = [labels for labels in needed if labels != rarest]
            beside.update(others)
            anchored.append((rarest, self._bits.get(pattern.owner, 0), others))
        # Those that most patterns need get the lowest bits, so that what a pattern needs is a short number.
        numbers = {labels: number for number, (labels, _) in enumerate(beside.most_common())}
        self._groups: dict[str, int] = {}
        for labels, number in numbers.items():
            for label in labels:
                self._groups[label] = self._groups.get(label, 0) | 1 << number
        self._needs: dict[str, set[tuple[int, int]]] = {}
        same: dict[tuple[int, int], tuple[int, int]] = {}
        for rarest, part, others in anchored:
            one = (part, sum(1 << numbers[labels] for labels in others))
            one = same.setdefault(one, one)
            for label in rarest:
                self._needs.setdefault(label, set()).add(one)

    def groups(self, labels: AbstractSet[str]) -> int:
        """Which elements a word, or several words together, may stand for."""
        found = 0
        for label in labels:
            found |= self._groups.get(label, 0)
        return found

    def needs(self, labels: AbstractSet[str]) -> tuple[int, ...]:
        """What else the patterns need of which these labels may be the rarest element."""
        return _least({need for label in labels for part, need in self._needs.get(label, ()) if not part})

    def parts(self, labels: AbstractSet[str]) -> tuple[tuple[int, int], ...]:
        """The same of patterns that count only together: whose part it is, and what is needed."""
        return tuple(sorted({one for label in labels for one in self._needs.get(label, ()) if one[0]}))

    def is_complete(self, parts: int) -> bool:
        """Whether these parts hold all of any set."""
        return any(parts & one == one for one in self._sets)

    def part(self, owner: int) -> int:
        """The part that an owner is; 0 for one that counts by itself."""
        return self._bits.get(owner, 0)


def _least(needs: AbstractSet[int]) -> tuple[int, ...]:
    """Without those that need all that another needs, and more."""
    kept: list[int] = []
    for need in sorted(needs, key=int.bit_count):
        if not any(other & need == other for other in kept):
            kept.append(need)
    return tuple(kept)
