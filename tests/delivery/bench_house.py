"""An outbox on a real database file, with the real transport, against the sandbox: the ground of the tests here."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import discord
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import Database
from bot.db.keys import find_keys
from bot.db.migrate import migrate
from bot.delivery.discord_transport import DiscordTransport
from bot.delivery.records import DeliveryRow
from bot.delivery.service import Delivery, Draft, Kinds, Lane, Outbox, Outcome, Post, QuietKind, Withdrawn
from bot.delivery.transport import Transport
from bot.discord_address import use_address
from bot.timing import ManualClock

START = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


class Dms:
    """DM channels, in memory."""

    def __init__(self) -> None:
        self.known: dict[int, int] = {}

    async def find(self, user_id: int) -> int | None:
        return self.known.get(user_id)

    async def keep(self, user_id: int, channel_id: int) -> None:
        self.known[user_id] = channel_id

    async def forget(self, user_id: int) -> None:
        self.known.pop(user_id, None)


class Says(QuietKind):
    """Says what its arguments say."""

    def __init__(self, name: str = "test.says") -> None:
        self.name = name
        self.withdrawn = False
        self.failures: list[Outcome] = []

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        return Withdrawn() if self.withdrawn else Post(content=str(delivery.arguments["text"]))

    async def failed(self, session: AsyncSession, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        self.failures.append(outcome)


@dataclass
class Workshop:
    """The outbox and what is around it."""

    database: Database
    clock: ManualClock
    client: discord.Client
    outbox: Outbox
    says: Says
    transport: Transport
    dms: Dms = field(default_factory=Dms)

    def draft(self, key: str = "one", lane: Lane = Lane.BULK, **more: object) -> Draft:
        given: dict[str, object] = {
            "kind": "test.says",
            "guild_id": 1,
            "due_at": self.clock.now(),
            "arguments": {"text": f"hello {key}"},
        }
        return Draft(lane=lane, dedupe_key=key, **{**given, **more})  # type: ignore[arg-type]  # mixed values

    async def put(self, *drafts: Draft) -> None:
        async with self.database.write() as session:
            await self.outbox.put(session, drafts)

    async def drain(self) -> None:
        """Send what is due now, and what becomes due by that."""
        while await self.outbox.start_due() or not all(not tasks for tasks in self.outbox._under_way.values()):
            tasks = [task for tasks in self.outbox._under_way.values() for task in tasks]
            if tasks:
                await asyncio.wait(tasks)

    async def rows(self) -> list[DeliveryRow]:
        async with self.database.read() as session:
            return list((await session.scalars(select(DeliveryRow).order_by(DeliveryRow.id))).all())

    async def row(self) -> DeliveryRow:
        [row] = await self.rows()
        return row


@asynccontextmanager
async def open_workshop(
    folder: Path, api_base: str, token: str, *, clock: ManualClock | None = None, transport: Transport | None = None
) -> AsyncIterator[Workshop]:
    """Open the database in ``folder``, log in, and build an outbox."""
    url = f"sqlite+aiosqlite:///{folder / 'handrail.db'}"
    database = await Database.open(url, find_keys(url, None))
    await use_address(api_base)
    clock = clock or ManualClock(START)
    try:
        await migrate(database)
        async with discord.Client(intents=discord.Intents.none()) as client:
            await client.login(token)
            dms, says = Dms(), Says()
            road = transport or DiscordTransport(client, dms)
            outbox = Outbox(database, clock, road, Kinds([says]), jitter=lambda: 0.5)
            yield Workshop(database, clock, client, outbox, says, road, dms)
            await outbox.close()
    finally:
        await database.close()
