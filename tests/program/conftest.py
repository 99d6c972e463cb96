"""A real database, and for the Discord side a real client against the sandbox."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import discord
import pytest
from sqlalchemy import Table

from bot.db import Base, Database, KeyRing
from bot.program.records import ProgrammeRow, ServerObjectRow, StaffGrantRow
from bot.program.restraint_records import RestraintRow
from bot.program.service import ProgrammeService
from bot.timing import ManualClock
from sandbox import Sandbox

TABLES = [cast("Table", row.__table__) for row in (ProgrammeRow, RestraintRow, ServerObjectRow, StaffGrantRow)]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/handrail.db", KeyRing([os.urandom(32)]))
    async with opened.write() as session:
        connection = await session.connection()
        await connection.run_sync(lambda sync: Base.metadata.create_all(sync, tables=TABLES))
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 23, 14, tzinfo=UTC))


@pytest.fixture
def service(database: Database, clock: ManualClock) -> ProgrammeService:
    return ProgrammeService(database, clock)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    running = Sandbox(rate_limits=False)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def client(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[discord.Client]:
    """Logged in, without a gateway."""
    monkeypatch.setattr(discord.http.Route, "BASE", sandbox.api_base)
    client = discord.Client(intents=discord.Intents.none())
    await client.login(sandbox.token)
    yield client
    await client.close()
