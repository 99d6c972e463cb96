"""A clinic in a sandbox of its own, set up and whole."""

from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket

from sandbox import Sandbox
from tests.cli.clinic import Clinic


@pytest.fixture
async def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Clinic]:
    """The programme was applied, and nothing is missing."""
    # discord.py keeps its addresses on its classes: put back after the test what it sets there.
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL("wss://gateway.discord.gg/"))
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start()
    made = Clinic.furnish(sandbox, tmp_path)
    await made.apply()
    yield made
    await sandbox.stop()
