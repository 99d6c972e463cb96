"""Matches every pattern against a text at once, in one walk over its words.

Patterns that begin alike share their beginning: together they are a tree, and a place in the tree, alive since some
word, is a state. A word moves the states on; nothing is ever tried again, so the work is at most words times places,
whatever the text is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.crisis.normalise import Token
from bot.crisis.patterns import Element, Kind, Pattern


class Edge(NamedTuple):
    """Words from one place up to ``end`` that carry ``labels``."""

    end: int
    labels: frozenset[str]


class Match(NamedTuple):
    """``owner`` matched the words from ``start`` up to ``end``."""

    owner: int
    start: int
    end: int


@dataclass(slots=True)
class _Place:
    """One place in the tree: what ends here, and where each kind of step leads."""

    owners: list[int] = field(default_factory=list)
    takes: dict[str, list[int]] = field(default_factory=dict)
    gaps: list[tuple[frozenset[str], int]] = field(default_factory=list)
    skips: list[int] = field(default_factory=list)
    tests: list[tuple[Element, int]] = field(default_factory=list)
    known: dict[Element, int] = field(default_factory=dict)


class Matcher:
    """All patterns together. Immutable once built."""

    def __init__(self, patterns: Iterable[Pattern], phrases: Mapping[tuple[str, ...], frozenset[str]]) -> None:
        """``phrases`` maps the words of each member of each class to its labels."""
        self._places = [_Place()]
        for pattern in patterns:
            self._plant(pattern)
        self._singles = {words[0]: labels for words, labels in phrases.items() if len(words) == 1}
        self._longer = {words: labels for words, labels in phrases.items() if len(words) > 1}
        self._prefixes = {words[:length] for words in self._longer for length in range(1, len(words))}

    def match(self, words: Sequence[Token]) -> tuple[list[Match], int]:
        """Every match in ``words``, and the steps it took, so that a test can hold them to linear."""
        count = len(words)
        edges = [self._edges(words, at) for at in range(count)]
        alive: list[dict[int, int]] = [{} for _ in range(count + 1)]
        found: dict[Match, None] = {}
        steps = 0
        for at in range(count + 1):
            fresh = at in (0, count) or words[at].sentence != words[at - 1].sentence
            clause = fresh or words[at].soft
            states = alive[at]
            if at < count:
                states[0] = at
            work = list(states.items())  # grows while it is walked: steps that use up no word stay at this place
            for number, start in work:
                steps += 1
                place = self._places[number]
                for owner in place.owners:
                    found[Match(owner, start, at)] = None
                ahead = [*place.skips]
                ahead += (target for element, target in place.tests if _holds(element, words, edges, at, clause=clause))
                for target in ahead:
                    if target not in states:
                        states[target] = start
                        work.append((target, start))
                if at < count and (start == at or not fresh):
                    steps += _consume(place, edges[at], at, start, alive)
            alive[at] = {}
        return list(found), steps

    def _plant(self, pattern: Pattern) -> None:
        here = 0
        for element in pattern.elements:
            place = self._places[here]
            if element not in place.known:
                place.known[element] = there = len(self._places)
                self._places.append(_Place())
                if element.kind is Kind.TAKE:
                    for label in element.labels:
                        place.takes.setdefault(label, []).append(there)
                elif element.kind is Kind.GAP:
                    place.gaps.append((element.labels, there))
                else:
                    place.tests.append((element, there))
                if element.optional:
                    place.skips.append(there)
                elif element.or_end:
                    place.tests.append((Element(Kind.END, frozenset()), there))
            here = place.known[element]
        if pattern.owner not in self._places[here].owners:
            self._places[here].owners.append(pattern.owner)

    def _edges(self, words: Sequence[Token], at: int) -> list[Edge]:
        """What can be read from word ``at`` on: its own labels, and those of longer members of classes."""
        labels: set[str] = set()
        for reading in words[at].readings:
            labels.add(f"={reading}")
            labels |= self._singles.get(reading, frozenset())
        edges = [Edge(at + 1, frozenset(labels))]
        paths: list[tuple[str, ...]] = [(reading,) for reading in words[at].readings if (reading,) in self._prefixes]
        end = at + 1
        while paths and end < len(words) and words[end].sentence == words[at].sentence:
            grown = [(*path, reading) for path in paths for reading in words[end].readings]
            end += 1
            edges += [Edge(end, self._longer[path]) for path in grown if path in self._longer]
            paths = [path for path in grown if path in self._prefixes]
        return edges


def _consume(place: _Place, edges: Sequence[Edge], at: int, start: int, alive: list[dict[int, int]]) -> int:
    """Move on from ``place`` by what stands at ``at``; returns the steps taken."""
    steps = 0
    for refused, target in place.gaps:
        steps += 1
        if not any(edge.end == at + 1 and edge.labels & refused for edge in edges):
            alive[at + 1].setdefault(target, start)
    if place.takes:
        for edge in edges:
            for label in edge.labels & place.takes.keys():
                for target in place.takes[label]:
                    steps += 1
                    alive[edge.end].setdefault(target, start)
    return steps


def _holds(element: Element, words: Sequence[Token], edges: Sequence[Sequence[Edge]], at: int, *, clause: bool) -> bool:
    """Whether a step that uses up no word may be taken at ``at``."""
    if element.kind in (Kind.START, Kind.END):
        return clause
    if element.kind is Kind.NOT_BEFORE:
        if at == 0 or words[at].sentence != words[at - 1].sentence:
            return True
        return not any(edge.end == at and edge.labels & element.labels for edge in edges[at - 1])
    if at == len(words) or (at > 0 and words[at].sentence != words[at - 1].sentence):
        return True
    return not any(edge.labels & element.labels for edge in edges[at])
