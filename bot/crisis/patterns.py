"""The small language that the detector's rules are written in.

A pattern is elements with spaces between::

    [i] ~3 [wish] [die]      words of those classes; up to three other words between the first two
    bare|two_words|[class]   any of them; an underscore joins words that belong together
    now?                     may be there
    ~2                       up to two words, none of the class ``break``
    ~~2                      up to two words, whichever
    ~2[class]                up to two words, of that class only
    ^  $                     start and end of a clause; ``anymore|$`` is the word or the end
    -[class]                 the word before is not of that class (first element only)
    ![class]                 what follows is not of that class

A pattern never reaches over the end of a sentence. bot/crisis/matcher.py matches all of them at once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple


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


def _gap(word: str, labels: Callable[[str], frozenset[str]], breaking: frozenset[str]) -> list[Element]:
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
    """The words, and phrases joined by an underscore, that are written out in a pattern."""
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
    if not part.replace("_", "").isalnum():
        raise PatternError(f"{part or 'nothing'} is not a word")
    return f"={part}"
