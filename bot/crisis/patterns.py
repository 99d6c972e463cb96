"""The small language rules are written in, and the machine that matches all of them at once.

A pattern is elements with spaces between::

    [i] ~3 [wish] [die]      words of those classes; up to three other words between the first two
    bare|[class]             either
    now?                     may be there
    ~2                       up to two words, none of the class ``break``
    ~~2                      up to two words, whichever
    ~2[class]                up to two words, of that class only
    ^  $                     start and end of a clause; ``anymore|$`` is the word or the end
    -[class]                 the word before is not of that class (first element only)
    ![class]                 what follows is not of that class

A pattern never reaches over the end of a sentence. Matching walks the words once, holding the set of (pattern,
element) pairs that are alive; there is no backtracking, so the work is at most words times elements.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from bot.crisis.normalise import Token


class Kind(Enum):
    """What an element does."""

    TAKE = auto()
    GAP = auto()
    START = auto()
    END = auto()
    NOT_BEFORE = auto()
    NOT_NEXT = auto()


class Element(NamedTuple):
    """One step of a pattern. ``labels`` are those taken or, for a gap and the two negative kinds, refused.

    ``or_end`` lets the end of a clause stand for the word.
    """

    kind: Kind
    labels: frozenset[str]
    optional: bool = False
    or_end: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern; ``owner`` is the index of what it belongs to."""

    owner: int
    elements: tuple[Element, ...]

    def first_labels(self) -> frozenset[str]:
        """The labels that a match can begin with."""
        labels: set[str] = set()
        for element in self.elements:
            if element.kind is Kind.TAKE:
                labels |= element.labels
                if not element.optional:
                    break
        return frozenset(labels)


class Edge(NamedTuple):
    """Words from one place up to ``end`` that carry ``labels``."""

    end: int
    labels: frozenset[str]


class Match(NamedTuple):
    """``owner`` matched the words from ``start`` up to ``end``."""

    owner: int
    start: int
    end: int


class PatternError(ValueError):
    """A pattern that makes no sense; says why."""


def compile_pattern(source: str, owner: int, namespace: str, classes: Iterable[str]) -> Pattern:
    """Compile ``source``; class names are those of ``namespace`` (a language). Raises PatternError."""
    known = set(classes)
    elements: list[Element] = []

    def labels(text: str) -> frozenset[str]:
        return frozenset(_label(part, namespace, known) for part in text.split("|"))

    breaking = frozenset([f"{namespace}:break"])
    for word in source.split():
        if word in {"^", "$"}:
            elements.append(Element(Kind.START if word == "^" else Kind.END, frozenset()))
        elif word.startswith("~"):
            elements += _gap(word, labels, breaking)
        elif word.startswith("-["):
            if elements:
                raise PatternError(f"{word} may only come first")
            elements.append(Element(Kind.NOT_BEFORE, labels(word[1:])))
        elif word.startswith("!"):
            elements.append(Element(Kind.NOT_NEXT, labels(word[1:])))
        else:
            parts = word.removesuffix("?").split("|")
            taken = labels("|".join(part for part in parts if part != "$"))
            elements.append(Element(Kind.TAKE, taken, optional=word.endswith("?"), or_end="$" in parts))
    taking = [element for element in elements if element.kind is Kind.TAKE]
    if not any(not element.optional for element in taking):
        raise PatternError("a pattern must hold at least one word that has to be there")
    before = elements[: elements.index(taking[0])]
    if any(element.kind is Kind.GAP for element in before) and before[0].kind is not Kind.START:
        raise PatternError("a pattern cannot begin with a gap, unless after ^")
    return Pattern(owner, tuple(elements))


def _gap(
    word: str, labels: Callable[[str], frozenset[str]], breaking: frozenset[str]
) -> list[Element]:
    """``~n``, ``~~n`` or ``~n[class]`` as n optional steps."""
    count, bracket, rest = word.lstrip("~").partition("[")
    if not count.isdigit() or not 1 <= int(count) <= 12:
        raise PatternError(f"a gap is ~1 to ~12, not {word}")
    if bracket:
        step = Element(Kind.TAKE, labels(bracket + rest), optional=True)
    else:
        step = Element(Kind.GAP, frozenset() if word.startswith("~~") else breaking, optional=True)
    return [step] * int(count)


def literals(source: str) -> Iterable[str]:
    """The words written out in a pattern."""
    for word in source.split():
        for part in word.lstrip("!-").removesuffix("?").split("|"):
            if part and part[0] not in "[~^$":
                yield part


def _label(part: str, namespace: str, known: set[str]) -> str:
    if part.startswith("[") and part.endswith("]"):
        name = part[1:-1]
        if name not in known:
            raise PatternError(f"there is no class [{name}]")
        return f"{namespace}:{name}"
    if not part or not part.isalnum():
        raise PatternError(f"{part or 'nothing'} is not a word")
    return f"={part}"


class Matcher:
    """All patterns together. ``match`` also tells how many steps it took, so that a test can hold it to linear."""

    def __init__(self, patterns: Sequence[Pattern], phrases: Mapping[tuple[str, ...], frozenset[str]]) -> None:
        """``phrases`` maps the words of each member of each class to its labels."""
        self._patterns = tuple(patterns)
        self._starts: dict[str, list[int]] = {}
        self._openings: list[int] = []
        for number, pattern in enumerate(self._patterns):
            if pattern.elements[0].kind is Kind.START and pattern.elements[1].kind is Kind.GAP:
                self._openings.append(number)
                continue
            for label in pattern.first_labels():
                self._starts.setdefault(label, []).append(number)
        self._singles = {words[0]: labels for words, labels in phrases.items() if len(words) == 1}
        self._longer: dict[tuple[str, ...], frozenset[str]] = {k: v for k, v in phrases.items() if len(k) > 1}
        self._prefixes = {words[:length] for words in self._longer for length in range(1, len(words))}

    def match(self, words: Sequence[Token]) -> tuple[list[Match], int]:
        """Every match in ``words``, and the steps it took."""
        count = len(words)
        edges = [self._edges(words, at) for at in range(count)]
        alive: list[dict[tuple[int, int], int]] = [{} for _ in range(count + 1)]
        found: dict[Match, None] = {}
        steps = 0
        for at in range(count + 1):
            states = alive[at]
            work = [(number, element, start) for (number, element), start in states.items()]
            fresh = at == count or at == 0 or words[at].sentence != words[at - 1].sentence
            if at < count:
                openings = self._openings if fresh or words[at].soft else ()
                for number in (*self._beginning(edges[at]), *openings):
                    states[number, 0] = at
                    work.append((number, 0, at))
            while work:
                number, index, start = work.pop()
                steps += 1
                elements = self._patterns[number].elements
                if index == len(elements):
                    found[Match(self._patterns[number].owner, start, at)] = None
                    continue
                element = elements[index]
                kind = element.kind
                if kind is Kind.TAKE or kind is Kind.GAP:
                    if at < count and (start == at or not fresh):
                        self._consume(element, edges[at], at, (number, index + 1), start, alive)
                    passes = element.optional or (element.or_end and (fresh or words[at].soft))
                else:
                    passes = self._holds(element, words, edges, at, clause=fresh or words[at].soft)
                key = (number, index + 1)
                if passes and key not in states:
                    states[key] = start
                    work.append((number, index + 1, start))
            alive[at] = {}
        return list(found), steps

    @staticmethod
    def _consume(
        element: Element,
        edges: Sequence[Edge],
        at: int,
        key: tuple[int, int],
        start: int,
        alive: list[dict[tuple[int, int], int]],
    ) -> None:
        if element.kind is Kind.GAP:
            if not any(edge.end == at + 1 and edge.labels & element.labels for edge in edges):
                alive[at + 1].setdefault(key, start)
            return
        for edge in edges:
            if edge.labels & element.labels:
                alive[edge.end].setdefault(key, start)

    @staticmethod
    def _holds(
        element: Element, words: Sequence[Token], edges: Sequence[Sequence[Edge]], at: int, *, clause: bool
    ) -> bool:
        if element.kind in (Kind.START, Kind.END):
            return clause
        if element.kind is Kind.NOT_BEFORE:
            if at == 0 or words[at].sentence != words[at - 1].sentence:
                return True
            return not any(edge.end == at and edge.labels & element.labels for edge in edges[at - 1])
        if at == len(words) or (at > 0 and words[at].sentence != words[at - 1].sentence):
            return True
        return not any(edge.labels & element.labels for edge in edges[at])

    def _beginning(self, edges: Sequence[Edge]) -> Iterable[int]:
        seen: set[int] = set()
        for edge in edges:
            for label in edge.labels:
                seen.update(self._starts.get(label, ()))
        return seen

    def _edges(self, words: Sequence[Token], at: int) -> list[Edge]:
        """What can be read from word ``at`` on: its own labels, and those of longer members of classes."""
        labels: set[str] = set()
        for reading in words[at].readings:
            labels.add(f"={reading}")
            labels |= self._singles.get(reading, frozenset())
        edges = [Edge(at + 1, frozenset(labels))]
        paths = [(reading,) for reading in words[at].readings if (reading,) in self._prefixes]
        end = at + 1
        while paths and end < len(words) and words[end].sentence == words[at].sentence:
            grown = [(*path, reading) for path in paths for reading in words[end].readings]
            end += 1
            edges += [Edge(end, self._longer[path]) for path in grown if path in self._longer]
            paths = [path for path in grown if path in self._prefixes]
        return edges
