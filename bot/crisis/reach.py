"""Where in a text a context holds, answered in constant time for each finding, however often the context occurs."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from bot.crisis.lexicon import Context, Where
from bot.crisis.normalise import Words

_BEFORE_QUOTE = 2
"""Words that may stand between ``she says`` and the quotation."""


class Match(NamedTuple):
    """What owner ``owner`` means stands in the words from ``start`` up to ``end``."""

    owner: int
    start: int
    end: int


class Divisions(NamedTuple):
    """For each word: the number of its clause, of its sentence, and of its quotation (0 for none)."""

    clauses: Sequence[int]
    sentences: Sequence[int]
    quotes: Sequence[int]


class Reach:
    """One context's places in one text."""

    def __init__(self, context: Context, places: Sequence[Match], words: Words, divisions: Divisions) -> None:
        self.context = context
        self._divisions = divisions
        self._quotes: set[int] = set()
        self._touched: list[int] = []
        self._parts: set[int] = set()
        match context.where:
            case Where.TOUCHING:
                self._touched = _covered(places, len(words))
            case Where.QUOTED:
                self._quotes = _reported(places, divisions.quotes)
            case Where.CLAUSE:
                self._parts = {divisions.clauses[at] for place in places for at in (place.start, place.end - 1)}
            case Where.SENTENCE:
                self._parts = {divisions.sentences[place.start] for place in places}

    def covers(self, match: Match) -> bool:
        """Whether the context holds where ``match`` stands."""
        match self.context.where:
            case Where.MESSAGE:
                return True
            case Where.SENTENCE:
                return self._divisions.sentences[match.start] in self._parts
            case Where.CLAUSE:
                return self._divisions.clauses[match.end - 1] in self._parts
            case Where.TOUCHING:
                return self._touched[match.end] > self._touched[match.start]
            case Where.QUOTED:
                quote = self._divisions.quotes[match.start]
                return quote in self._quotes and self._divisions.quotes[match.end - 1] == quote


def _covered(places: Sequence[Match], count: int) -> list[int]:
    """How many of the words before each one, and of all, lie in a place: running totals."""
    change = [0] * (count + 1)
    for place in places:
        change[place.start] += 1
        change[place.end] -= 1
    return [0, *accumulate(1 if depth > 0 else 0 for depth in accumulate(change[:-1]))]


def _reported(places: Sequence[Match], quotes: Sequence[int]) -> set[int]:
    """The quotations that begin just after one of the places."""
    reported: set[int] = set()
    for place in places:
        for quote in quotes[place.end : place.end + _BEFORE_QUOTE + 1]:
            if quote:
                reported.add(quote)
                break
    return reported
