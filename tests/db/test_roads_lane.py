"""The migration that gives the outbox the lane of outside roads keeps what stands in it, and every rule about it."""

from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import IntegrityError

from bot.db import Database, KeyRing
from bot.db.migrate import configuration, migrate
from bot.db.models import load_models
from bot.db.work import Database as Opened
from bot.delivery.records import DeliveryRow


def row(lane: str, key: str) -> DeliveryRow:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    return DeliveryRow(
        dedupe_key=key,
        lane=lane,
        kind="k",
        guild_id=1,
        user_id=2,
        arguments={"said": "secret"},
        due_at=now,
        next_at=now,
        nonce=key,
        created_at=now,
    )


def down(connection: Connection) -> None:
    command.downgrade(configuration(connection), "0006")


def up(connection: Connection) -> None:
    command.upgrade(configuration(connection), "0007")


def shape(connection: Connection) -> object:
    found = inspect(connection)
    return (
        sorted(str(one["name"]) for one in found.get_check_constraints("deliveries")),
        sorted((str(one["name"]), tuple(one["column_names"])) for one in found.get_indexes("deliveries")),
        sorted(str(one["name"]) for one in found.get_unique_constraints("deliveries")),
        sorted((one["name"], one["nullable"]) for one in found.get_columns("deliveries")),
    )


async def test_rows_and_rules_survive_both_ways(url: str, ring: KeyRing) -> None:
    load_models()
    database: Opened = await Database.open(url, ring)
    try:
        await migrate(database)
        async with database.write() as session:
            session.add_all([row("crisis", "a"), row("bulk", "b"), row("roads", "c")])
        async with database.read() as session:
            before = await (await session.connection()).run_sync(shape)
        async with database._writer.begin() as connection:
            await connection.run_sync(down)
        async with database.read() as session:
            kept = (await session.execute(text("SELECT dedupe_key FROM deliveries ORDER BY id"))).scalars().all()
            assert list(kept) == ["a", "b"], "an earlier version knows no roads"
        with pytest.raises(IntegrityError):
            async with database.write() as session:
                session.add(row("roads", "d"))
        async with database._writer.begin() as connection:
            await connection.run_sync(up)
        async with database.write() as session:
            session.add(row("roads", "d"))
        with pytest.raises(IntegrityError):
            async with database.write() as session:
                session.add(row("boats", "e"))
        async with database.read() as session:
            found = (await session.get(DeliveryRow, 1), await (await session.connection()).run_sync(shape))
        assert found[0] is not None
        assert found[0].arguments == {"said": "secret"}, "the encrypted is copied as it lies"
        assert found[1] == before
    finally:
        await database.close()
