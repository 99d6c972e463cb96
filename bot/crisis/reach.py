"""Where in a text a context holds, answered in constant time for each finding, however often the context occurs."""

from collections.abc import Sequence
from itertools import accumulate

from bot.crisis.lexicon import Context, Where
from bot.crisis.matcher import Match
from bot.crisis.normalise import Token

_BEFORE_QUOTE = 2
"""Words that may stand between ``she says`` and the quotation."""


class Reach:
    """One context's places in one text."""

    def __init__(self, context: Context, places: Sequence[Match], words: Sequence[Token]) -> None:
        self.context = context
        self._words = words
        self._sentences = {words[place.start].sentence for place in places}
        self._quotes: set[int] = set()
        self._touched: list[int] = []
        if context.where is Where.TOUCHING:
            self._touched = _covered(places, len(words))
        elif context.where is Where.QUOTED:
            self._quotes = _reported(places, words)

    def covers(self, match: Match) -> bool:
        """Whether the context holds where ``match`` stands."""
        match self.context.where:
            case Where.MESSAGE:
                return True
            case Where.SENTENCE:
                return self._words[match.start].sentence in self._sentences
            case Where.TOUCHING:
                return self._touched[match.end + 1] > self._touched[match.start]
            case Where.QUOTED:
                quote = self._words[match.start].quote
                return quote in self._quotes and self._words[match.end - 1].quote == quote


def _covered(places: Sequence[Match], count: int) -> list[int]:
    """How many of the gaps between words, from the first on, lie in or beside a place: running totals."""
    change = [0] * (count + 2)
    for place in places:
        change[place.start] += 1
        change[place.end + 1] -= 1
    return [0, *accumulate(1 if depth > 0 else 0 for depth in accumulate(change))]


def _reported(places: Sequence[Match], words: Sequence[Token]) -> set[int]:
    """The quotations that begin just after one of the places."""
    reported: set[int] = set()
    for place in places:
        for word in words[place.end : place.end + _BEFORE_QUOTE + 1]:
            if word.quote:
                reported.add(word.quote)
                break
    return reported
