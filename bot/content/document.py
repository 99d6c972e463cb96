"""One YAML 1.2 file, read so that every complaint about it can name file, line and key.

YAML 1.2 because ``NO`` is a word there and ``18:00`` is not 1080. libyaml splits the file into nodes, many times as
fast as a parser in Python; what a plain scalar is, is told here, by the core schema of YAML 1.2 (section 10.3.2).
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any, NoReturn, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from yaml import MappingNode, MarkedYAMLError, Node, SequenceNode, YAMLError

try:
    from yaml import CBaseLoader as BaseLoader
except ImportError:  # an installation of PyYAML without libyaml: the same nodes, slowly
    from yaml import BaseLoader  # type: ignore[assignment]  # another class, with the same methods

from bot.errors import ContentError

Model = TypeVar("Model", bound=BaseModel)
Path = tuple[str | int, ...]
Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]


class _Core(BaseLoader):
    """Nodes whose plain scalars are null, a truth value, a whole number, or text."""


_Core.add_implicit_resolver("null", re.compile(r"(?:~|null|Null|NULL|)\Z"), ["~", "n", "N", ""])
_Core.add_implicit_resolver("bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), list("tTfF"))
_Core.add_implicit_resolver("int", re.compile(r"[-+]?[0-9]+\Z"), list("-+0123456789"))


@dataclass(frozen=True, slots=True)
class Document:
    """What one file says, and where: ``value`` is plain Python, ``lines`` the 1-based line of each path into it."""

    name: str
    value: Plain
    lines: dict[Path, int]

    @classmethod
    def read(cls, file: Traversable, name: str) -> "Document":
        """Read ``file``, called ``name`` in errors. Raises ContentError for what is not YAML or names a key twice."""
        try:
            root = _compose(file.read_text(encoding="utf-8"))
        except MarkedYAMLError as problem:
            mark = problem.problem_mark or problem.context_mark
            line = mark.line + 1 if mark is not None else 1
            raise ContentError(f"{name}, line {line}: this is not valid YAML ({problem.problem}).") from problem
        except (YAMLError, UnicodeDecodeError, OSError) as problem:
            raise ContentError(f"{name}: the file cannot be read ({type(problem).__name__}).") from problem
        lines: dict[Path, int] = {(): 1}
        return cls(name, _plain(root, (), lines, name), lines)

    def fail(self, path: Path, sentence: str) -> NoReturn:
        """Raise ContentError about what stands at ``path``."""
        raise ContentError(self.complaint(path, sentence))

    def complaint(self, path: Path, sentence: str) -> str:
        """The sentence, with file, line and key before it."""
        known = path
        while known not in self.lines:
            known = known[:-1]
        key = f', key "{".".join(map(str, path))}"' if path else ""
        return f"{self.name}, line {self.lines[known]}{key}: {sentence}"

    def parse(self, model: type[Model]) -> Model:
        """The document as ``model``. Raises ContentError naming line and key, and the key that may be meant."""
        try:
            return model.model_validate(self.value)
        except ValidationError as problem:
            # A key nobody knows is told first: the key that seems to be missing is often that one, misspelt.
            found = problem.errors(include_url=False)
            first = next((error for error in found if error["type"] == "extra_forbidden"), found[0])
            path = tuple(first["loc"])
            if first["type"] == "extra_forbidden":
                self.fail(path, f"unknown key{nearest(str(path[-1]), _fields(model, path[:-1]))}.")
            self.fail(path, f"{first['msg'][0].lower()}{first['msg'][1:]}.")


def nearest(word: str, known: Iterable[str]) -> str:
    """``; did you mean "…"?`` for the known key closest to ``word``, or nothing where none is close."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{found[0]}"?' if found else ""


def _compose(text: str) -> Node | None:
    """The one document in ``text``. Raises YAMLError."""
    loader = _Core(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _plain(node: Node | None, path: Path, lines: dict[Path, int], name: str) -> Plain:
    if node is None:
        return None
    if path:
        lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        result: dict[str, Plain] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in result:
                raise ContentError(f'{name}, line {line}, key "{key}": the key is there twice.')
            lines[(*path, key)] = line
            result[key] = _plain(value_node, (*path, key), lines, name)
        return result
    if isinstance(node, SequenceNode):
        return [_plain(item, (*path, index), lines, name) for index, item in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: Node) -> Plain:
    kind = str(node.tag).rpartition(":")[2]
    value = str(node.value)
    if kind == "null":
        return None
    if kind == "bool":
        return value.lower() == "true"
    if kind == "int":
        return int(value)
    # Dates and fractions stay as they are written: the schema of the place decides what they are.
    return value


def _fields(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that ``model`` knows at ``path``."""
    current: type[BaseModel] | None = model
    for step in path:
        if isinstance(step, int) or current is None:
            continue
        field = current.model_fields.get(step)
        current = _model_in(field.annotation) if field is not None else None
    return list(current.model_fields) if current is not None else []


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - an annotation may be any form of typing's
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        if (found := _model_in(part)) is not None:
            return found
    return None
