"""Reading a stored programme that does not fit the rules any more: what it says of people's safety must still hold.

Rules grow stricter, and a programme was stored under the older ones. Refusing it would leave a server unwatched and its
staff unpaged. So whatever does not fit is left out, piece by piece, and the rest counts.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from pydantic import ValidationError

from bot.program.schema import Programme

MOST_ROUNDS: Final = 50
"""Each round leaves out at least one piece; pydantic names all it sees in one round."""

FACTS_AT_WORST: Final = {"name": "Programme", "timezone": "UTC", "country": "US"}
"""In the place of facts that a programme cannot be without."""

Place = tuple[int | str, ...]
"""Where something stands in the tree: keys, and numbers of list items."""


def mend(stored: Mapping[str, Any]) -> tuple[Programme, tuple[str, ...]]:
    """What is left of a stored programme, and the keys of what was left out of it (never their values)."""
    rest: dict[str, Any] = deepcopy(dict(stored))
    left_out: list[str] = []
    for _ in range(MOST_ROUNDS):
        try:
            return Programme.model_validate(rest), tuple(left_out)
        except ValidationError as error:
            places = sorted({each["loc"] for each in error.errors(include_input=False)}, key=_later_first)
        left_out += [".".join(map(str, place)) for place in places]
        # Two keys that an item lacks are one item too many.
        for place in sorted({_standing(rest, place) for place in places}, key=_later_first):
            _leave_out(rest, place)
        facts = rest.get("program")
        known = facts if isinstance(facts, dict) else {}
        rest["program"] = FACTS_AT_WORST | {key: value for key, value in known.items() if value is not None}
    return Programme.model_validate({"program": FACTS_AT_WORST}), ("everything",)


def _later_first(place: Place) -> tuple[int, tuple[tuple[int, str], ...]]:
    """The deeper first, and of a list's items the later first: so every place stays where it was named."""
    return -len(place), tuple((-part, "") if isinstance(part, int) else (0, part) for part in place)


def _standing(tree: Any, place: Place) -> Place:  # noqa: ANN401  # whatever stands in the tree
    """As much of ``place`` as is there; where a needed key is missing, that is what it is missing from."""
    for depth, part in enumerate(place):
        if not _has(tree, part):
            return place[:depth]
        tree = tree[part]
    return place


def _leave_out(tree: Any, place: Place) -> None:  # noqa: ANN401
    for part in place[:-1]:
        tree = tree[part]
    if place:
        del tree[place[-1]]


def _has(node: Any, part: str | int) -> bool:  # noqa: ANN401  # whatever stands in the tree
    if isinstance(node, dict):
        return part in node
    return isinstance(node, list) and isinstance(part, int) and part < len(node)
