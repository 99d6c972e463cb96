"""A YAML text as a tree of scalars, lists and mappings, each knowing the line it stands on.

The tree is built from the parser's events and not by a YAML constructor, for three reasons: every scalar keeps the
text that was typed (``18:00`` stays ``18:00``, ``NO`` stays a word, an id of nineteen digits stays exact), every key
keeps its line, also one written twice, and nothing a file says can make an object or grow in memory. Aliases, tags
and several documents in one file are refused: a programme file needs none of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

DEEPEST: Final = 12
"""Levels of nesting that are read; the deepest thing a programme file says stands on the fourth."""

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as it was typed, without its quotes. ``plain`` says that it had none. Lines count from 1."""

    line: int
    text: str
    plain: bool

    @property
    def value(self) -> str | bool | None:
        """What YAML 1.2's core schema makes of it, numbers left as text: they are ids, times or durations here."""
        if self.plain and self.text in _NULL:
            return None
        if self.plain and self.text in _TRUE:
            return True
        if self.plain and self.text in _FALSE:
            return False
        return self.text


@dataclass(frozen=True, slots=True)
class Listing:
    """A YAML list."""

    line: int
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One ``key: value`` of a mapping; ``line`` is the key's."""

    key: str
    line: int
    value: "Node"


@dataclass(frozen=True, slots=True)
class Table:
    """A YAML mapping, in the order of the file, with every key that was typed, also one typed twice."""

    line: int
    entries: tuple[Entry, ...]

    def find(self, key: str) -> Entry | None:
        """The first entry under ``key``."""
        return next((entry for entry in self.entries if entry.key == key), None)


Node: TypeAlias = Scalar | Listing | Table


class YamlRefusedError(Exception):
    """The text is no YAML that is read here. ``line`` counts from 1; the sentence says what to do."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence


def read_tree(text: str) -> Node | None:
    """The tree of a YAML 1.2 text, or None where it holds nothing but comments.

    :raises YamlRefusedError: no YAML, or YAML with aliases, tags, several documents or bottomless nesting.
    """
    try:
        return _Builder(YAML(typ="safe", pure=True).parse(text)).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise YamlRefusedError(line, _sentence(error.problem or "")) from None
    except YAMLError:
        # The reader refuses characters that YAML forbids; it knows their offset, and no line.
        line = next((n for n, row in enumerate(text.split("\n"), start=1) if not row.isprintable()), 1)
        raise YamlRefusedError(line, "this line holds a control character; delete it") from None


def _sentence(problem: str) -> str:
    """What the person is told of a parser's complaint. Nothing of the file's text is repeated."""
    if "'\\t'" in problem:
        return "a tab is used to indent; use spaces"
    if "end of stream" in problem:
        return "a quotation mark or bracket opened here is never closed"
    if "mapping values are not allowed" in problem:
        return "a colon stands where none can; put the value in quotes, or check how far the line is indented"
    if "cannot start any token" in problem:
        return "a value cannot begin with this character; put the value in quotes"
    return "this is not YAML; check indentation, colons, brackets and quotation marks on this line and the one above"


class _Builder:
    """Turns one document's events into a tree."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events

    def document(self) -> Node | None:
        tree: Node | None = None
        documents = 0
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise YamlRefusedError(
                        _line(event), "a second document begins here; keep one file to one programme"
                    )
            elif isinstance(event, NodeEvent):
                tree = self._node(event, depth=1)
        if isinstance(tree, Scalar) and tree.value is None:
            return None
        return tree

    def _node(self, event: Event, depth: int) -> Node:
        line = _line(event)
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            raise YamlRefusedError(line, "anchors and aliases (& and *) are not read; write the value out")
        if getattr(event, "tag", None) is not None:
            raise YamlRefusedError(line, "tags (!) are not read; write the plain value")
        if depth > DEEPEST:
            raise YamlRefusedError(line, "this is nested too deeply; close the brackets before it")
        if isinstance(event, ScalarEvent):
            return Scalar(line=line, text=event.value, plain=bool(event.implicit[0]))
        if isinstance(event, SequenceStartEvent):
            return Listing(line=line, items=tuple(self._items(depth)))
        return Table(line=line, entries=tuple(self._entries(depth)))

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _entries(self, depth: int) -> Iterator[Entry]:
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise YamlRefusedError(key.line, "a key is one word; write it as `key: value`")
            yield Entry(key=key.text, line=key.line, value=self._node(next(self._events), depth + 1))


def _line(event: Event) -> int:
    mark = event.start_mark
    return int(mark.line) + 1


__all__ = ["Entry", "Listing", "Node", "Scalar", "Table", "YamlRefusedError", "read_tree"]
