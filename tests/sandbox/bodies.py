"""Bodies of requests to vary, each right as it stands, and what the sandbox's checks say of one."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from sandbox import validate
from sandbox.validate import EmptyMessage, Invalid

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
BUTTON = {"type": 2, "style": 1, "label": "Check in", "custom_id": "checkin:open:1"}
OPTION = {"label": "Calm", "value": "calm"}
SELECT = {"type": 3, "custom_id": "need", "options": [OPTION]}
TEXT = {"type": 4, "custom_id": "note", "style": 2}
SLASH = {"name": "skill", "description": "A coping skill"}


def paths(tree: dict[str, Any], at: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if key == "_errors":
            yield from ((at, error["code"]) for error in value)
        else:
            yield from paths(value, f"{at}.{key}" if at else key)


def refusals(check: Callable[..., None], body: object, **extra: Any) -> list[tuple[str, str]]:
    """Paths and codes of what is wrong with a body; empty where it is taken, or is merely empty."""
    try:
        check(body, **extra)
    except EmptyMessage:
        return []
    except Invalid as invalid:
        return sorted(paths(invalid.body["errors"]))
    return []


def member_edit(body: object) -> None:
    validate.member_edit(body, now=NOW)


def row(*components: object) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def buttons(count: int) -> list[dict[str, Any]]:
    return [BUTTON | {"custom_id": str(n)} for n in range(count)]


def message(**parts: Any) -> tuple[Callable[..., None], dict[str, Any]]:
    return validate.message_create, {"content": "Good morning"} | parts


def embed(**parts: Any) -> tuple[Callable[..., None], dict[str, Any]]:
    return message(embeds=[parts])


def layout(*components: object) -> tuple[Callable[..., None], dict[str, Any]]:
    return message(components=[row(*components)])


def form(*components: object, **parts: Any) -> tuple[Callable[..., None], dict[str, Any]]:
    return validate.modal, {"custom_id": "checkin", "title": "Check in", "components": list(components)} | parts


def label(component: object, **parts: Any) -> dict[str, Any]:
    return {"type": 18, "label": "How is it?", "component": component} | parts


def slash(**parts: Any) -> tuple[Callable[..., None], dict[str, Any]]:
    return validate.command, SLASH | parts


def option(kind: int, name: str = "need", **parts: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "description": "Which"} | parts


def channel(**parts: Any) -> tuple[Callable[..., None], dict[str, Any]]:
    return validate.channel_create, {"name": "morning-check-in"} | parts


Case = tuple[Callable[..., None], dict[str, Any]]
