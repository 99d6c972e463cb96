"""Reading a request's body field by field, and collecting what is wrong with it in Discord's nested form.

Discord answers a body it refuses with code 50035, "Invalid Form Body", and a tree that follows the body's own shape:
keys, and positions in lists as strings, down to ``_errors``. The codes and wordings here are those it has been seen to
use; for a rule whose code is not known the nearest general one stands in.

Keys that no rule asks for are ignored, and ``null`` counts as absent, as with Discord. Ids and sets of permissions
may be numbers or strings of digits; everything else must have its own type, although Discord would turn some values
into it: a client that relies on that has a bug worth seeing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

WEB: Final = ("http", "https")
"""Schemes that a link may have."""

MEDIA: Final = ("http", "https", "attachment")
"""Schemes that a picture's address in an embed may have: also a file sent along."""

Value = TypeVar("Value")

_MAX_SNOWFLAKE: Final = 2**64 - 1
_MAX_PERMISSIONS: Final = 2**63 - 1


class Invalid(Exception):  # noqa: N818 - reads as what Discord says of the body
    """Discord refuses the body; `body` is that of the reply, which has status 400."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__(body["message"])
        self.body = body


class EmptyMessage(Exception):  # noqa: N818 - reads as what Discord says of the message
    """Nothing in the message would show; `body` (code 50006) is that of the reply, which has status 400."""

    def __init__(self) -> None:
        self.body: dict[str, Any] = {"message": "Cannot send an empty message", "code": 50006}
        super().__init__(self.body["message"])


@dataclass(frozen=True, slots=True)
class Problems:
    """Everything found wrong with one body so far, as the tree of Discord's reply."""

    tree: dict[str, Any] = field(default_factory=dict)

    def add(self, path: tuple[str, ...], code: str, message: str) -> None:
        """Note one problem of the value at `path`.

        Discord complains either of a value as a whole or of what is in it, never of both: the first one noted stays.
        """
        node = self.tree
        for key in path:
            if "_errors" in node:
                return
            node = node.setdefault(key, {})
        if not node or "_errors" in node:
            node.setdefault("_errors", []).append({"code": code, "message": message})

    def raise_if_any(self) -> None:
        """Refuse the body if anything was noted.

        Raises:
            Invalid: something was.
        """
        if self.tree:
            raise Invalid({"code": 50035, "message": "Invalid Form Body", "errors": self.tree})


class Form:
    """One object of a body, at its `path`. Each method reads a key, notes what is wrong and returns what is usable."""

    def __init__(self, body: object, problems: Problems | None = None, path: tuple[str, ...] = ()) -> None:
        self.problems = Problems() if problems is None else problems
        self.path = path
        self.body: Mapping[str, Any] = {}
        if isinstance(body, Mapping):
            self.body = body
        else:
            self.refuse("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")

    def refuse(self, code: str, message: str, *keys: str) -> None:
        """Note a problem of this object, or of the value under `keys` in it."""
        self.problems.add((*self.path, *keys), code, message)

    def missing(self, key: str) -> None:
        """Note that a value is wanted under `key`."""
        self.refuse("BASE_TYPE_REQUIRED", "This field is required", key)

    def has(self, key: str) -> bool:
        """Whether a value was given under `key`."""
        return self.body.get(key) is not None

    def text(self, key: str, most: int, *, least: int = 0, required: bool = False) -> str | None:
        """A text of `least` to `most` characters. A required one that may be empty by length may not be blank."""
        value = self._given(key, required)
        if value is None:
            return None
        if not isinstance(value, str):
            self.refuse("STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.', key)
            return None
        if required and not least and not value.strip():
            self.missing(key)
        self._length(len(value) if value.strip() else 0, least, most, key)
        return value

    def integer(
        self, key: str, *, least: int | None = None, most: int | None = None, required: bool = False
    ) -> int | None:
        """A whole number in a range."""
        value = self._given(key, required)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse("NUMBER_TYPE_COERCE", f'Value "{value}" is not int.', key)
            return None
        self._range(value, least, most, key)
        return value

    def number(self, key: str) -> float | None:
        """A number, whole or not."""
        value = self._given(key, required=False)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse("NUMBER_TYPE_COERCE", f'Value "{value}" is not float.', key)
            return None
        return value

    def choice(self, key: str, allowed: Collection[Value], *, required: bool = False) -> Value | None:
        """One of the values in `allowed`; anything else is refused, also of another type."""
        value = self._given(key, required)
        if value is None:
            return None
        for each in allowed:
            if type(each) is type(value) and each == value:
                return each
        listed = ", ".join(repr(each) for each in allowed)
        self.refuse("BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.", key)
        return None

    def flag(self, key: str) -> bool | None:
        """True or false."""
        value = self._given(key, required=False)
        if value is not None and not isinstance(value, bool):
            self.refuse("BOOLEAN_TYPE_CONVERT", "Must be either true or false.", key)
            return None
        return value

    def snowflake(self, key: str, *, required: bool = False) -> int | None:
        """An id: a number or a string of digits."""
        return self._digits(key, _MAX_SNOWFLAKE, "snowflake", required=required)

    def permissions(self, key: str) -> int | None:
        """A set of permissions: a number or a string of digits."""
        return self._digits(key, _MAX_PERMISSIONS, "int", required=False)

    def moment(self, key: str) -> datetime | None:
        """A date and time in ISO 8601, with or without a zone."""
        value = self._given(key, required=False)
        if value is None:
            return None
        try:
            return datetime.fromisoformat(str(value))
        except ValueError:
            self.refuse("DATE_TIME_TYPE_PARSE", f'Could not parse "{value}". Should be ISO8601.', key)
            return None

    def url(self, key: str, schemes: tuple[str, ...], *, most: int = 2048, required: bool = False) -> str | None:
        """An address, well-formed and of one of the `schemes`."""
        value = self.text(key, most, required=required)
        if not value:
            return value
        scheme, well_formed = _address(value)
        if not scheme or not well_formed:
            self.refuse("URL_TYPE_INVALID_URL", "Not a well formed URL.", key)
        elif scheme not in schemes:
            self.refuse("URL_TYPE_INVALID_SCHEME", f'Scheme "{scheme}" must be one of {schemes}.', key)
        return value

    def child(self, key: str, *, required: bool = False) -> Form | None:
        """The object under `key`."""
        value = self._given(key, required)
        return None if value is None else Form(value, self.problems, (*self.path, key))

    def values(self, key: str, *, most: int, least: int = 0, required: bool = False) -> list[Any]:
        """The list under `key`, of `least` to `most` items; empty where absent or no list."""
        value = self._given(key, required)
        if value is None:
            return []
        if not isinstance(value, list):
            self.refuse("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType", key)
            return []
        self._length(len(value), least, most, key)
        return value

    def children(self, key: str, *, most: int, least: int = 0, required: bool = False) -> Iterator[Form]:
        """The objects of the list under `key`, each at its own path; a list too long is still read to its end."""
        items = self.values(key, most=most, least=least, required=required)
        return iter([Form(item, self.problems, (*self.path, key, str(n))) for n, item in enumerate(items)])

    def choices(self, key: str, allowed: Collection[Value], *, most: int = 100, least: int = 0) -> list[Value]:
        """A list whose every item is one of `allowed`."""
        items = self._items(key, most, least)
        found = [items.choice(name, allowed) for name in items.body]
        return [value for value in found if value is not None]

    def snowflakes(self, key: str, *, most: int, unique: bool = True) -> list[int]:
        """A list of ids, no one twice where `unique`."""
        items = self._items(key, most, 0)
        found: list[int] = []
        for name in items.body:
            value = items.snowflake(name)
            if unique and value is not None and value in found:
                items.refuse("SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value", name)
            elif value is not None:
                found.append(value)
        return found

    def _items(self, key: str, most: int, least: int) -> Form:
        """The list under `key` as an object whose keys are positions: lists of plain values are read like fields."""
        by_position = {str(n): item for n, item in enumerate(self.values(key, most=most, least=least))}
        return Form(by_position, self.problems, (*self.path, key))

    def _given(self, key: str, required: bool) -> object:
        value = self.body.get(key)
        if value is None and required:
            self.missing(key)
        return value

    def _digits(self, key: str, most: int, kind: str, *, required: bool) -> int | None:
        value = self._given(key, required)
        if value is None:
            return None
        text = str(value)
        if isinstance(value, bool) or not (text.isascii() and text.isdigit()):
            self.refuse("NUMBER_TYPE_COERCE", f'Value "{value}" is not {kind}.', key)
            return None
        self._range(int(text), 0, most, key)
        return int(text)

    def _length(self, length: int, least: int, most: int, key: str) -> None:
        if least and not least <= length <= most:
            self.refuse("BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.", key)
        elif length > most:
            self.refuse("BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.", key)

    def _range(self, value: int, least: int | None, most: int | None, key: str) -> None:
        if least is not None and value < least:
            self.refuse("NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.", key)
        if most is not None and value > most:
            self.refuse("NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.", key)


def _address(value: str) -> tuple[str, bool]:
    """The scheme of an address, and whether the rest is sound: no blank, and somewhere to go."""
    if any(character.isspace() for character in value):
        return "", False
    try:
        parts = urlsplit(value)
        host = parts.netloc and (parts.hostname or "")
        parts.port  # noqa: B018 - reading it is the check: a port that is no number raises
    except ValueError:
        return "", False
    return parts.scheme, bool(host)
