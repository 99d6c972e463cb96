"""A clinic in a sandbox of its own, set up and whole."""

import asyncio
import logging
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import discord
import pytest
import structlog
import yarl
from discord.gateway import DiscordWebSocket

from bot.db import Database
from bot.db.keys import parse_keys
from bot.db.migrate import migrate
from bot.observe.logs import QUIETED
from sandbox import Sandbox
from tests.cli.clinic import KEY, Clinic
from tests.cli.desk import Desk


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that is up to date and empty, under `clinic.KEY`: made once, because that takes longer than a test."""
    file = tmp_path_factory.mktemp("migrated") / "handrail.db"

    async def make() -> None:
        database = await Database.open(f"sqlite+aiosqlite:///{file}", parse_keys(KEY))
        await migrate(database)
        await database.close()

    asyncio.run(make())
    return file


@pytest.fixture
async def clinic(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Clinic]:
    """The programme was applied, and nothing is missing."""
    # discord.py keeps its addresses on its classes: put back after the test what it sets there.
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL("wss://gateway.discord.gg/"))
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start()
    made = Clinic.furnish(sandbox, tmp_path)
    shutil.copyfile(migrated, made.database_file)
    await made.apply()
    yield made
    await sandbox.stop()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, without the settings of whoever runs the tests."""
    for name in [name for name in os.environ if name.upper().startswith("HANDRAIL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def logs_put_back() -> Iterator[None]:
    """A command that runs in this process sets the whole process's logs."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in QUIETED:
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.reset_defaults()


@pytest.fixture
def desk(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """In an empty folder, with nothing set."""
    return Desk(capsys, monkeypatch)
