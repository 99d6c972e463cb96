"""Real files, real SQLite, random keys."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.db import Database, KeyRing
from bot.db.migrate import migrate


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing([os.urandom(32)])


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/house/handrail.db"


@pytest.fixture
async def database(url: str, ring: KeyRing) -> AsyncIterator[Database]:
    """Open and migrated."""
    opened = await Database.open(url, ring)
    await migrate(opened)
    yield opened
    await opened.close()
