"""Reads a programme file and says, in one go, everything that is wrong with it.

Each problem is one sentence on a line of its own, with file, line and key, and what to do about it::

    riverside.yaml, line 9, groups.trak: this key is not known; did you mean track?

A file with any problem is refused whole.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.errors import ProgrammeFileError
from bot.program.cross_checks import cross_check
from bot.program.notation import REFUSED, nearest
from bot.program.problems import Problems
from bot.program.schema import (
    Checkin,
    Group,
    MeetingSource,
    OnCall,
    ProgramFacts,
    Programme,
    Prompt,
    Rota,
    Rung,
    Section,
    Session,
)
from bot.program.yaml_tree import Listing, Node, Scalar, Table, YamlRefusedError, read_tree

LARGEST: Final = 1_000_000
"""Bytes of a file that is read."""

_SECTIONS: Final[dict[str, type[Section]]] = {
    "": Programme,
    "program": ProgramFacts,
    "groups": Group,
    "checkins": Checkin,
    "prompts": Prompt,
    "sessions": Session,
    "meetings": MeetingSource,
    "oncall": OnCall,
    "oncall.rota": Rota,
    "oncall.ladder": Rung,
}

_EXPECTED: Final = {
    "model_type": "keys with values are expected here, one `key: value` to a line",
    "tuple_type": "a list is expected here, such as [a, b]",
    "mapping_type": "keys with values are expected here, one `key: value` to a line",
    "dict_type": "keys with values are expected here, one `key: value` to a line",
    "bool_type": "write true or false, without quotes",
}


def load_programme(path: Path) -> Programme:
    """The programme of the file at ``path``.

    :raises ProgrammeFileError: the file cannot be read, or something in it is wrong; every problem on its own line.
    """
    name = path.name
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise ProgrammeFileError(f"{path}: there is no such file; check the path.") from None
    except IsADirectoryError:
        raise ProgrammeFileError(f"{path}: this is a directory; name the programme file in it.") from None
    except OSError as error:
        raise ProgrammeFileError(
            f"{path}: the file cannot be read ({error.strerror}); check its permissions."
        ) from None
    if len(content) > LARGEST:
        raise ProgrammeFileError(f"{name}: the file is larger than 1 MB; this is no programme file.")
    try:
        # Windows editors put a byte order mark in front of UTF-8; it means nothing.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ProgrammeFileError(f"{name}, line {line}: this is not UTF-8; save the file as UTF-8 text.") from None
    return parse_programme(text, name)


def parse_programme(text: str, name: str) -> Programme:
    """The programme that ``text`` describes; ``name`` is what errors call the file.

    :raises ProgrammeFileError: something is wrong; every problem on its own line.
    """
    problems = Problems(name)
    if len(text) > LARGEST:
        raise ProgrammeFileError(f"{name}: the file is larger than 1 MB; this is no programme file.")
    try:
        tree = read_tree(text.removeprefix("\ufeff"))
    except YamlRefusedError as error:
        problems.add(error.line, "", error.sentence)
        raise problems.error() from None
    if tree is None:
        raise ProgrammeFileError(f"{name}: the file is empty; begin with config/program.example.yaml.")
    if not isinstance(tree, Table):
        problems.add(tree.line, "", "the file begins with keys such as `program:`, not with a list or a single value")
        raise problems.error()
    programme = _validated(tree, problems)
    cross_check(tree, problems)
    if programme is None or problems:
        raise problems.error()
    return programme


def digest_of(programme: Programme) -> str:
    """A fingerprint of everything the programme says, for telling whether it changed. Reveals nothing."""
    return sha256(programme.model_dump_json(context={"secrets": True}).encode()).hexdigest()


def _validated(tree: Table, problems: Problems) -> Programme | None:
    try:
        return Programme.model_validate(_plain(tree, "", problems))
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            _report(detail, tree, problems)
    return None


def _plain(node: Node, path: str, problems: Problems) -> Any:  # noqa: ANN401 # a file's values have no one type
    """The tree as lists, dicts and scalars. A key written twice is reported, and its first value kept."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Listing):
        return [_plain(item, path, problems) for item in node.items]
    plain: dict[str, Any] = {}
    for entry in node.entries:
        below = f"{path}.{entry.key}".lstrip(".")
        if entry.key in plain:
            problems.add(entry.line, below, "this key stands here twice; keep one")
        else:
            plain[entry.key] = _plain(entry.value, below, problems)
    return plain


def _report(detail: ErrorDetails, tree: Table, problems: Problems) -> None:
    spot = _locate(tree, detail["loc"])
    kind = detail["type"]
    if kind == "missing":
        problems.add(spot.line, spot.key, "this is missing; add it")
    elif kind == "extra_forbidden":
        section = _SECTIONS.get(spot.key.rpartition(".")[0])
        known = tuple(section.model_fields) if section is not None else ()
        word = spot.key.rpartition(".")[2]
        problems.add(spot.line, spot.key, f"this key is not known; {nearest(word, known)}")
    elif kind == REFUSED:
        problems.add(spot.line, spot.key, str(detail["msg"]))
    else:
        problems.add(spot.line, spot.key, _EXPECTED.get(kind, "this value does not fit here"))


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place in the file: its line and its key, list positions left out (the line tells them apart)."""

    line: int
    key: str


def _locate(tree: Table, loc: tuple[str | int, ...]) -> _Spot:
    """The place that pydantic calls ``loc``, or the nearest thing around it that the file has."""
    node: Node = tree
    line = tree.line
    keys: list[str] = []
    for step in loc:
        if step == "[key]":  # pydantic's way to say that a mapping's key is meant, not the value
            break
        if isinstance(step, str):
            keys.append(step)
            entry = node.find(step) if isinstance(node, Table) else None
            if entry is None:
                break
            node = entry.value
            written = not isinstance(node, Scalar) or node.value is not None
            line = node.line if written and isinstance(node, Scalar) else entry.line
        elif isinstance(node, Listing) and step < len(node.items):
            node = node.items[step]
            line = node.line
    return _Spot(line, ".".join(keys))
