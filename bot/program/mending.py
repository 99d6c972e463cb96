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


def mend(stored: Mapping[str, Any]) -> tuple[Programme, tuple[str, ...]]:
    """What is left of a stored programme, and the keys of what was left out of it (never their values)."""
    rest: dict[str, Any] = deepcopy(dict(stored))
    left_out: list[str] = []
    for _ in range(MOST_ROUNDS):
        try:
            return Programme.model_validate(rest), tuple(left_out)
        except ValidationError as error:
            places = sorted({each["loc"] for each in error.errors(include_input=False)}, key=_deepest)
        for place in places:
            left_out.append(".".join(map(str, place)))
            _leave_out(rest, place)
        facts = rest.get("program")
        known = facts if isinstance(facts, dict) else {}
        rest["program"] = FACTS_AT_WORST | {key: value for key, value in known.items() if value is not None}
    return Programme.model_validate({"program": FACTS_AT_WORST}), ("everything",)


def _deepest(place: tuple[str | int, ...]) -> tuple[int, tuple[tuple[bool, int, str], ...]]:
    """Later items of a list go first, so that the places of the earlier ones stay what they are."""
    return -len(place), tuple(
        (isinstance(part, str), -part if isinstance(part, int) else 0, str(part)) for part in place
    )


def _leave_out(tree: dict[str, Any], place: tuple[str | int, ...]) -> None:
    """Take out what stands at ``place``; where nothing stands there, a needed key is missing, and its owner goes."""
    owners: list[tuple[Any, str | int]] = []
    node: Any = tree
    for part in place:
        if not _has(node, part):
            break
        owners.append((node, part))
        node = node[part]
    if owners:
        owner, part = owners[-1]
        del owner[part]


def _has(node: Any, part: str | int) -> bool:  # noqa: ANN401  # whatever stands in the tree
    if isinstance(node, dict):
        return part in node
    return isinstance(node, list) and isinstance(part, int) and part < len(node)
