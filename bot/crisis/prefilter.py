"""Which texts cannot match any pattern, told from what stands in them alone, whatever its order.

A pattern can only match where something that each of its necessary elements asks for stands in the text. Every match
fulfils that condition, so a text that does not fulfil it for any pattern has no match: nothing is hidden, only time
saved.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from bot.crisis.patterns import Kind, Pattern


class Prefilter:
    """What each pattern needs. Labels that an element takes are a bit; what a pattern needs is a set of bits."""

    def __init__(
        self,
        patterns: Iterable[Pattern],
        phrases: Mapping[tuple[str, ...], frozenset[str]],
        common: AbstractSet[str],
    ) -> None:
        """``common`` words change how much time is saved, never which texts pass."""
        often: dict[str, int] = {}
        for words, labels in phrases.items():
            if len(words) == 1:
                for label in labels:
                    often[label] = often.get(label, 0) + (100 if words[0] in common else 1)
        numbers: dict[frozenset[str], int] = {}
        anchored: dict[frozenset[str], set[int]] = {}
        for pattern in patterns:
            needed = dict.fromkeys(
                element.labels for element in pattern.elements if element.kind is Kind.TAKE and not element.optional
            )
            for labels in needed:
                numbers.setdefault(labels, len(numbers))
            rarest = min(needed, key=lambda labels: (sum(often.get(label, 0) for label in labels), numbers[labels]))
            anchored.setdefault(rarest, set()).add(sum(1 << numbers[labels] for labels in needed))
        self._groups: dict[str, int] = {}
        for labels, number in numbers.items():
            for label in labels:
                self._groups[label] = self._groups.get(label, 0) | 1 << number
        needs: dict[str, set[int]] = {}
        for labels, several in anchored.items():
            for label in labels:
                needs.setdefault(label, set()).update(several)
        self._needs = {label: _least(several) for label, several in needs.items()}

    def groups(self, labels: AbstractSet[str]) -> int:
        """Which elements a word, or several words together, may stand for."""
        found = 0
        for label in labels:
            found |= self._groups.get(label, 0)
        return found

    def needs(self, labels: AbstractSet[str]) -> tuple[int, ...]:
        """What the patterns need of which these labels may be the rarest element."""
        several = {need for label in labels for need in self._needs.get(label, ())}
        return _least(several)


def _least(needs: AbstractSet[int]) -> tuple[int, ...]:
    """Without those that need all that another needs, and more."""
    kept: list[int] = []
    for need in sorted(needs, key=int.bit_count):
        if not any(other & need == other for other in kept):
            kept.append(need)
    return tuple(kept)
