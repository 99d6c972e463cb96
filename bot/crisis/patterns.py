"""The small language that the detector's rules are written in.

A pattern is elements with spaces between::

    [i] ~3 [wish] [die]      words of those classes; up to three other words between the first two
    bare|two_words|[class]   any of them; an underscore joins words that belong together
    now?                     may be there
    ~2                       up to two words, none of the class ``break``
    ~~2                      up to two words, whichever
    ~2[class]                up to two words, of that class only
    <shape>                  any of the patterns of that shape: parts that several rules share
    ^  $                     start and end of a clause; ``anymore|$`` is the word or the end
    -[class]                 the word before is not of that class (first element only)
    ![class]                 what follows is not of that class (last element, or after the last but for ``$``)

A pattern never reaches over the end of a sentence. bot/crisis/matcher.py matches all of them at once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import NamedTuple

LONGEST_GAP = 12
MOST_EXPANSIONS = 600
"""Patterns that one may become once its shapes are written out."""


class Kind(Enum):
    """What an element does."""

    TAKE = auto()
    GAP = auto()


class Element(NamedTuple):
    """One word of a pattern. ``labels`` are those taken or, for a gap, refused."""

    kind: Kind
    labels: frozenset[str]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern; ``owner`` is the index of what it belongs to. Its last element has to be there."""

    owner: int
    elements: tuple[Element, ...]
    starts_clause: bool = False
    ends_clause: bool = False
    not_before: frozenset[str] = frozenset()
    """Labels that the word before must not carry."""
    not_next: frozenset[str] = frozenset()
    """Labels that the word after must not carry."""
    source: str = field(default="", compare=False)
    """As it was written, its shapes written out."""


class PatternError(ValueError):
    """A pattern that makes no sense; says why."""


def expand(source: str, shapes: Mapping[str, Sequence[str]]) -> list[str]:
    """``source`` with its shapes written out, every combination. Raises PatternError."""
    done: list[str] = []
    waiting = [source]
    if "<" not in source:
        return waiting
    while waiting:
        pattern = waiting.pop()
        begin, end = pattern.find("<"), pattern.find(">")
        if begin < 0:
            done.append(pattern)
        elif (name := pattern[begin + 1 : end]) not in shapes:
            raise PatternError(f"there is no shape <{name}>")
        else:
            waiting += [f"{pattern[:begin]}{form}{pattern[end + 1 :]}" for form in shapes[name]]
        if len(done) + len(waiting) > MOST_EXPANSIONS:
            raise PatternError(f"with its shapes written out it is more than {MOST_EXPANSIONS} patterns")
    return sorted(set(done))


class Compiler:
    """Compiles the patterns of one language; ``namespace`` is its name, ``classes`` those its patterns may name."""

    def __init__(self, namespace: str, classes: Iterable[str]) -> None:
        self._namespace = namespace
        self._classes = frozenset(classes)
        self._breaking = frozenset([f"{namespace}:break"])
        self._known: dict[str, frozenset[str]] = {}

    def compile(self, source: str, owner: int) -> list[Pattern]:
        """``source``, which holds no shape, for ``owner``: ``anymore|$`` makes two patterns of one.

        Raises PatternError.
        """
        words = source.split()
        starts = words[:1] == ["^"]
        not_before: frozenset[str] = frozenset()
        not_next: frozenset[str] = frozenset()
        elements: list[Element] = []
        ends = False
        versions: list[Pattern] = []
        for at, word in enumerate(words[starts:], start=int(starts)):
            sign = word[0]
            if not_next or ends:
                if sign == "!" and not not_next:
                    not_next = self._labels(word[1:])
                    continue
                raise PatternError(f"{word} may not follow what comes before it")
            if word == "^":
                raise PatternError("^ may only come first")
            if word == "$":
                ends = True
            elif sign == "~":
                elements += self._gap(word)
            elif sign == "-":
                if at:
                    raise PatternError(f"{word} may only come first")
                not_before = self._labels(word[1:])
            elif sign == "!":
                not_next = self._labels(word[1:])
            else:
                optional = word[-1] == "?"
                if "$" in word:
                    versions.append(Pattern(owner, tuple(elements), starts, True, not_before, source=source))
                elements.append(Element(Kind.TAKE, self._labels(word.removesuffix("?")), optional))
        versions.append(Pattern(owner, tuple(elements), starts, ends, not_before, not_next, source))
        return [_trimmed(version) for version in versions]

    def _labels(self, text: str) -> frozenset[str]:
        if text not in self._known:
            self._known[text] = frozenset(self._label(part) for part in text.split("|") if part != "$")
        return self._known[text]

    def _label(self, part: str) -> str:
        if part.startswith("[") and part.endswith("]"):
            name = part[1:-1]
            if name not in self._classes:
                raise PatternError(f"there is no class [{name}]")
            return f"{self._namespace}:{name}"
        if not part.replace("_", "").isalnum():
            raise PatternError(f"{part or 'nothing'} is not a word")
        return f"={part}"

    def _gap(self, word: str) -> list[Element]:
        """``~n``, ``~~n`` or ``~n[class]`` as n optional steps."""
        count, bracket, rest = word.lstrip("~").partition("[")
        if not count.isdigit() or not 1 <= int(count) <= LONGEST_GAP:
            raise PatternError(f"a gap is ~1 to ~{LONGEST_GAP}, not {word}")
        if bracket:
            step = Element(Kind.TAKE, self._labels(bracket + rest), optional=True)
        else:
            step = Element(Kind.GAP, frozenset() if word.startswith("~~") else self._breaking, optional=True)
        return [step] * int(count)


def _trimmed(pattern: Pattern) -> Pattern:
    """Without the optional steps at its end, which change nothing. Raises PatternError for what matches anything."""
    elements = list(pattern.elements)
    while elements and elements[-1].optional and not pattern.ends_clause:
        # What must not follow must not follow the last word that has to be there, and a gap would hide it.
        if pattern.not_next and elements[-1].kind is Kind.TAKE:
            break
        elements.pop()
    if not any(element.kind is Kind.TAKE and not element.optional for element in elements):
        raise PatternError("a pattern must hold at least one word that has to be there")
    if elements[0].kind is Kind.GAP and not pattern.starts_clause:
        raise PatternError("a pattern cannot begin with a gap, unless after ^")
    return pattern if len(elements) == len(pattern.elements) else replace(pattern, elements=tuple(elements))


def literals(source: str) -> Iterator[str]:
    """The words, and phrases joined by an underscore, that are written out in a pattern without shapes."""
    for word in source.split():
        for part in word.lstrip("!-").removesuffix("?").split("|"):
            if part and part[0] not in "[~^$":
                yield part
