"""A fresh sandbox and house for each test."""

from collections.abc import AsyncIterator

import pytest

from sandbox import Sandbox
from tests.sandbox.house import House, furnish, point_discord_at


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """The bot may do everything, and no limits of rate are kept."""
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start()
    point_discord_at(sandbox, monkeypatch)
    made = furnish(sandbox)
    yield made
    await made.close()
