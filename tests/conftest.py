"""What every test may ask for."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from hypothesis import settings

from tests.harness.house import House, make_template, open_house

# No property fails for being slow: machines are shared, and what has to be fast is measured by a benchmark.
settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a migrated, empty database and its key file."""
    folder = tmp_path_factory.mktemp("template")
    asyncio.run(make_template(folder))
    return folder


@pytest.fixture
def discord_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put discord.py's addresses back when the test is over."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)


@pytest.fixture
async def empty_house(tmp_path: Path, template: Path, discord_address: None) -> AsyncIterator[House]:
    """A house whose bot has not been started."""
    async with open_house(tmp_path, template) as house:
        yield house


@pytest.fixture
async def house(empty_house: House) -> House:
    """A house whose bot runs the fictional programme; nobody is enrolled yet."""
    await empty_house.start()
    return empty_house
