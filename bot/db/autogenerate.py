"""How revisions are compared and written: our own types by name, tables changed in batches where SQLite needs it."""

from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import MetaData

from bot.db.types import Encrypted, EncryptedJson, RowId, Sealed, Snowflake, UtcDateTime

_PLAIN_TYPES = (UtcDateTime, Snowflake, RowId)


def options(metadata: MetaData | None) -> dict[str, Any]:
    """What Alembic's `context.configure` is told, the same for running, comparing and writing revisions."""
    return {
        "target_metadata": metadata,
        "render_item": render_item,
        "render_as_batch": True,
        "compare_type": True,
        "compare_server_default": True,
        "user_module_prefix": None,
    }


def render_item(kind: str, item: object, context: AutogenContext) -> str | Literal[False]:
    """Write a column type of ours as `UtcDateTime()`, `Encrypted("table.column")`, with its import; others as usual."""
    if kind != "type" or not isinstance(item, (*_PLAIN_TYPES, Sealed)):
        return False
    name = type(item).__name__
    context.imports.add(f"from bot.db.types import {name}")
    return f'{name}("{item.context}")' if isinstance(item, Encrypted | EncryptedJson) else f"{name}()"
