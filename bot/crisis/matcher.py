"""Matches every pattern against a text at once, in one walk over its words, in the same few steps for every word.

bot/crisis/layout.py says how a word moves all patterns on. Here the words become masks, states that occur often are
remembered with where each word leads from them, and a match found is traced back to where it begins. What is
remembered is derived from the rules and holds no text; forgetting it changes nothing but the time.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from threading import Lock
from typing import NamedTuple

from bot.crisis.layout import Layout
from bot.crisis.normalise import Break, Words
from bot.crisis.patterns import Kind, Pattern
from bot.crisis.prefilter import Prefilter
from bot.crisis.spelling import Readings

ROOM = 6 << 20
"""Bytes that the states remembered may take, and the words' masks again as many. Once there are more, all are
forgotten."""
_LEAST_REMEMBERED = 256
MOST_READINGS = 50_000
"""Sets of readings remembered at most, all of them words of the rules. After that the likeliest reading counts."""
_NO_LABELS: frozenset[str] = frozenset()


class Found(NamedTuple):
    """Pattern ``pattern`` (an index) matched words that end before word ``end``."""

    pattern: int
    end: int


class Edge(NamedTuple):
    """A class's member of several words: from word ``start`` on, read as symbol ``symbol``."""

    start: int
    symbol: int


class Hits(NamedTuple):
    """What matched, with what is needed to say where. ``steps`` counts moves: a test holds them to linear."""

    found: list[Found]
    symbols: list[int]
    edges: dict[int, list[Edge]]
    steps: int


class _Node(dict[str, "_Node"]):
    """A place in the tree of members of several words."""

    __slots__ = ("symbol",)

    def __init__(self, symbol: int | None = None) -> None:
        self.symbol = symbol


class _Memory:
    """States seen, and where each word leads from them."""

    def __init__(self) -> None:
        self.numbers: dict[int, int] = {0: 0}
        self.states: list[int] = [0]
        self.moves: list[dict[int, int]] = [{}]
        self.unions: dict[tuple[int, int], int] = {}
        self.accepted: list[tuple[int, ...]] = [()]


class Matcher:
    """All patterns together. Safe to share; it keeps nothing of what it reads."""

    def __init__(
        self,
        patterns: Iterable[Pattern],
        phrases: Mapping[tuple[str, ...], frozenset[str]],
        common: AbstractSet[str] = frozenset(),
        together: Sequence[AbstractSet[int]] = (),
    ) -> None:
        """``phrases`` maps the words of each member of each class, and each word written in a pattern, to labels.

        ``common`` words are those that most texts hold. They change how fast the matcher is, never what it finds.
        ``together`` are sets of owners that count only where every one of a set is found; else they are not reported.
        """
        self.patterns = tuple(patterns)
        self.layout = Layout(self.patterns)
        phrases = _told_apart(phrases, self.patterns)
        self._prefilter = Prefilter(self.patterns, phrases, common, together)
        self._singles = {words[0]: labels for words, labels in phrases.items() if len(words) == 1}
        self._by_readings: dict[Readings, int] = {}
        # Of each symbol, by its number: what its words may be labelled, and what follows from that.
        self._labels: list[frozenset[str]] = []
        self._groups: list[int] = []
        self._needs: list[tuple[int, ...]] = []
        self._parts: list[tuple[tuple[int, int], ...]] = []
        self._denials: list[int] = []
        self._nodes: dict[int, tuple[_Node, ...]] = {}
        self._masks: dict[int, int] = {}
        self._denied = [0]
        self._memory = _Memory()
        self._most = max(_LEAST_REMEMBERED, ROOM * 8 // max(self.layout.bits, 1))
        self._lock = Lock()
        self._tree = self._planted({words: labels for words, labels in phrases.items() if len(words) > 1})

    def match(self, words: Words) -> Hits:
        """Every place where a pattern ends in ``words``."""
        known = list(map(self._by_readings.get, words.readings))
        symbols = [
            self._symbol(one) if symbol is None else symbol for one, symbol in zip(words.readings, known, strict=True)
        ]
        edges = self._edges(words, symbols)
        every = [*symbols, *(edge.symbol for several in edges.values() for edge in several)] if edges else symbols
        if self._may_match(every):
            return self._walk(words, symbols, edges)
        return Hits([], symbols, edges, len(symbols))

    def match_slowly(self, words: Words) -> Hits:
        """As ``match``, without what saves time: what tests hold it against."""
        symbols = [self._symbol(one) for one in words.readings]
        self._memory = _Memory()
        return self._walk(words, symbols, self._edges(words, symbols))

    def start(self, one: Found, words: Words, hits: Hits) -> int:
        """The word that a match begins with; where there are several, the first."""
        pattern = self.patterns[one.pattern]
        elements = pattern.elements
        first = one.end
        seen = {(len(elements), one.end)}
        work = list(seen)
        for index, at in work:  # grows while it is walked
            if index == 0:
                if at < first and self._may_start(pattern, at, words, hits.symbols):
                    first = at
                continue
            kind, labels, optional = elements[index - 1]
            before = [at] if optional else []
            if at and (at == one.end or words.breaks[at] is not Break.SENTENCE):
                if self._labels[hits.symbols[at - 1]].isdisjoint(labels) is (kind is Kind.GAP):
                    before.append(at - 1)
                if kind is Kind.TAKE:
                    edges = hits.edges.get(at, ())
                    before += (edge.start for edge in edges if not self._labels[edge.symbol].isdisjoint(labels))
            for place in before:
                if (index - 1, place) not in seen:
                    seen.add((index - 1, place))
                    work.append((index - 1, place))
        return first

    # -- words ---------------------------------------------------------------------------------------------------------

    def _planted(self, phrases: Mapping[tuple[str, ...], frozenset[str]]) -> _Node:
        root = _Node()
        symbols: dict[frozenset[str], int] = {}
        for words, labels in phrases.items():
            node = root
            for word in words:
                node = node.setdefault(word, _Node())
            if labels not in symbols:
                symbols[labels] = self._fresh(labels)
            node.symbol = symbols[labels]
        _share_ends(root, {})
        return root

    def _symbol(self, readings: Readings) -> int:
        """The number that stands for a word of these readings: one a set, so that all it may be is known by it."""
        if len(self._by_readings) >= MOST_READINGS and len(readings) > 1:
            readings = readings[:1]
        if readings not in self._by_readings:
            symbol = self._fresh(_NO_LABELS.union(*(self._singles.get(one, _NO_LABELS) for one in readings)))
            if nodes := tuple(self._tree[one] for one in readings if one in self._tree):
                self._nodes[symbol] = nodes
            self._by_readings[readings] = symbol
        return self._by_readings[readings]

    def _fresh(self, labels: frozenset[str]) -> int:
        groups, needs = self._prefilter.groups(labels), self._prefilter.needs(labels)
        parts = self._prefilter.parts(labels)
        denied = self.layout.denied(labels)
        with self._lock:
            if denied not in self._denied:
                self._denied.append(denied)
            self._denials.append(self._denied.index(denied))
            self._groups.append(groups)
            self._needs.append(needs)
            self._parts.append(parts)
            self._labels.append(labels)
            return len(self._labels) - 1

    def _edges(self, words: Words, symbols: Sequence[int]) -> dict[int, list[Edge]]:
        """The members of several words that stand in the text, by where they end."""
        edges: dict[int, list[Edge]] = {}
        nodes, readings, breaks = self._nodes, words.readings, words.breaks
        count = len(symbols)
        for at, symbol in enumerate(symbols):
            places = nodes.get(symbol)
            if places is None:
                continue
            end = at + 1
            while end < count and breaks[end] is not Break.SENTENCE:
                options = readings[end]
                if len(places) == 1 == len(options):
                    place = places[0].get(options[0])
                    if place is None:
                        break
                    places = (place,)
                else:
                    places = tuple(place[one] for place in places for one in options if one in place)
                    if not places:
                        break
                end += 1
                for place in places:
                    if place.symbol is not None:
                        edges.setdefault(end, []).append(Edge(at, place.symbol))
        return edges

    def _may_match(self, symbols: Sequence[int]) -> bool:
        """Whether what some pattern cannot do without is there; see bot/crisis/prefilter.py."""
        groups, needs = self._groups, self._needs
        present = 0
        for symbol in symbols:
            present |= groups[symbol]
        for symbol in symbols:
            for need in needs[symbol]:
                if need & present == need:
                    return True
        found = 0
        for symbol in symbols:
            for part, need in self._parts[symbol]:
                if need & present == need:
                    found |= part
        return bool(found) and self._prefilter.is_complete(found)

    # -- moves ---------------------------------------------------------------------------------------------------------

    def _walk(self, words: Words, symbols: list[int], edges: dict[int, list[Edge]]) -> Hits:
        if len(self._memory.states) > self._most:
            self._memory = _Memory()
        memory = self._memory
        denials, breaks, moves, accepted = self._denials, words.breaks, memory.moves, memory.accepted
        found: list[Found] = []
        reached: list[int] = []
        number = denied = 0
        steps = len(symbols)
        for at, symbol in enumerate(symbols):
            before = breaks[at]
            if before is Break.SENTENCE:
                number = denied = 0
            key = symbol << 12 | denied << 1 | (before > 0 or at == 0)
            following = moves[number].get(key)
            if following is None:
                following = self._move(memory, number, key)
            for edge in edges.get(at + 1, ()):
                steps += 1
                following = self._union(memory, following, self._leap(memory, edge, words, symbols, reached))
            number, denied = following, denials[symbol]
            reached.append(number)
            if accepted[number]:
                found += self._confirmed(accepted[number], at + 1, words, symbols)
        return Hits(self._reported(found), symbols, edges, steps)

    def _reported(self, found: list[Found]) -> list[Found]:
        """Without those that count only together, where no set of them is whole."""
        parts = [self._prefilter.part(self.patterns[one.pattern].owner) for one in found]
        together = 0
        for part in parts:
            together |= part
        if not together or self._prefilter.is_complete(together):
            return found
        return [one for one, part in zip(found, parts, strict=True) if not part]

    def _move(self, memory: _Memory, number: int, key: int, *, several: bool = False) -> int:
        """Where symbol, denial and clause start, packed in ``key``, lead from a state."""
        symbol = key >> 12
        marked = symbol << 1 | several
        mask = self._masks.get(marked)
        if mask is None:
            if len(self._masks) > self._most:
                self._masks = {}
            mask = self._masks[marked] = self.layout.word(self._labels[symbol], several=several)
        denied = self._denied[key >> 1 & 0x7FF]
        state = self.layout.advance(memory.states[number], mask, denied, starts_clause=bool(key & 1))
        following = self._remember(memory, state)
        memory.moves[number][-key - 1 if several else key] = following
        return following

    def _leap(self, memory: _Memory, edge: Edge, words: Words, symbols: Sequence[int], reached: Sequence[int]) -> int:
        """Where several words together lead, from the state before the first of them."""
        at = edge.start
        fresh = at == 0 or words.breaks[at] is Break.SENTENCE
        number = 0 if fresh else reached[at - 1]
        denied = 0 if fresh else self._denials[symbols[at - 1]]
        key = edge.symbol << 12 | denied << 1 | (fresh or words.breaks[at] > 0)
        following = memory.moves[number].get(-key - 1)
        return self._move(memory, number, key, several=True) if following is None else following

    def _union(self, memory: _Memory, one: int, other: int) -> int:
        if one == other or not other:
            return one
        key = (one, other)
        if key not in memory.unions:
            memory.unions[key] = self._remember(memory, memory.states[one] | memory.states[other])
        return memory.unions[key]

    def _remember(self, memory: _Memory, state: int) -> int:
        number = memory.numbers.get(state)
        if number is None:
            accepted = self.layout.accepted(state)
            with self._lock:
                number = len(memory.states)
                memory.moves.append({})
                memory.accepted.append(accepted)
                memory.states.append(state)
                memory.numbers[state] = number
        return number

    # -- what ends and begins ------------------------------------------------------------------------------------------

    def _confirmed(self, numbers: Sequence[int], end: int, words: Words, symbols: Sequence[int]) -> list[Found]:
        """Those whose conditions on what follows hold."""
        after = Break.SENTENCE if end == len(words) else words.breaks[end]
        kept = []
        for number in numbers:
            pattern = self.patterns[number]
            if pattern.ends_clause and not after:
                continue
            if pattern.not_next and after is not Break.SENTENCE:
                if not self._labels[symbols[end]].isdisjoint(pattern.not_next):
                    continue
                if self._begins(end, pattern.not_next, words, symbols):
                    continue
            kept.append(Found(number, end))
        return kept

    def _begins(self, at: int, labels: frozenset[str], words: Words, symbols: Sequence[int]) -> bool:
        """Whether a member of several words, of one of the classes, begins at word ``at``."""
        places = self._nodes.get(symbols[at], ())
        end = at + 1
        while places and end < len(words) and words.breaks[end] is not Break.SENTENCE:
            places = tuple(place[one] for place in places for one in words.readings[end] if one in place)
            if any(place.symbol is not None and not self._labels[place.symbol].isdisjoint(labels) for place in places):
                return True
            end += 1
        return False

    def _may_start(self, pattern: Pattern, at: int, words: Words, symbols: Sequence[int]) -> bool:
        if pattern.starts_clause and at and not words.breaks[at]:
            return False
        if not pattern.not_before or at == 0 or words.breaks[at] is Break.SENTENCE:
            return True
        return self._labels[symbols[at - 1]].isdisjoint(pattern.not_before)


def _told_apart(
    phrases: Mapping[tuple[str, ...], frozenset[str]], patterns: Iterable[Pattern]
) -> dict[tuple[str, ...], frozenset[str]]:
    """The phrases that some pattern asks for, each with those labels that any does; equal sets are one set."""
    asked: set[str] = set()
    for pattern in patterns:
        asked.update(pattern.not_before, pattern.not_next, *(element.labels for element in pattern.elements))
    same: dict[frozenset[str], frozenset[str]] = {}
    found = {}
    for words, labels in phrases.items():
        if kept := labels & asked:
            found[words] = same.setdefault(kept, kept)
    return found


def _share_ends(node: _Node, ends: dict[int | None, _Node]) -> None:
    """Have one node stand for all ends of the tree that mean the same: most places are ends."""
    for word, following in node.items():
        if following:
            _share_ends(following, ends)
        else:
            node[word] = ends.setdefault(following.symbol, following)
