"""How fast the outbox's table is, through the bot's own queries on a real file, every commit on disk."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from bot.bench.figures import Figure, Table, Unit
from bot.bench.rows import drafts, fill, migrated
from bot.bench.scale import Scale
from bot.db import Database, KeyRing
from bot.db.keys import new_key, parse_keys
from bot.delivery import records
from bot.delivery.records import Delivery, DeliveryRow
from bot.delivery.rules import LEASE, Lane, State

_IN_ONE_UNIT: Final = 1_000
_LOOKS: Final = 40
_FEW: Final = 1_000


def measure(scale: Scale) -> Table:
    """Insert, find the nearest, claim, finish; and the same without SQLAlchemy where that says something."""
    with TemporaryDirectory(prefix="handrail-bench-") as folder:
        figures = asyncio.run(_measure(scale, Path(folder), parse_keys(new_key())))
    return Table("Outbox", tuple(figures))


async def _measure(scale: Scale, folder: Path, keys: KeyRing) -> Sequence[Figure]:
    inserted, beside_plain = [], []
    for run in range(scale.runs):
        path, plain = folder / f"{run}.db", folder / f"{run}-plain.db"
        async with migrated(path, keys) as database:
            inserted.append(await _insert(database, scale.inserted))
        async with migrated(plain, keys):
            pass
        beside_plain.append(inserted[-1] / await asyncio.to_thread(_insert_plainly, path, plain))
        path.unlink()
        plain.unlink()
    few, many = folder / "few.db", folder / "many.db"
    await fill(few, keys, min(_FEW, scale.pending))
    await fill(many, keys, scale.pending)
    async with migrated(few, keys) as small, migrated(many, keys) as full:
        looks = [(await _nearest(full), await _nearest(small)) for _ in range(_LOOKS * scale.runs)]
        rounds = [await _round(full, run, scale.claimed) for run in range(scale.runs)]
    claims = [each.claim for each in rounds]
    rows = f"{scale.pending:,} rows"
    return (
        Figure(f"Insert {scale.inserted:,} rows, {_IN_ONE_UNIT:,} a commit", tuple(inserted), Unit.SECONDS, design=3),
        Figure("… against plain sqlite3, same rows", tuple(beside_plain), Unit.TIMES),
        Figure(f"Nearest of {rows}", tuple(one for one, _ in looks), Unit.MILLISECONDS, design=0.5),
        Figure(f"… against nearest of {_FEW:,} rows", tuple(one / two for one, two in looks), Unit.TIMES),
        Figure(f"Claim {scale.claimed:,} of {rows}", tuple(claims), Unit.MILLISECONDS, design=104),
        Figure("… against plain sqlite3", tuple(each.claim / each.plain_claim for each in rounds), Unit.TIMES),
        Figure(f"Finish {scale.claimed:,}, a commit each", tuple(each.one_by_one for each in rounds), Unit.SECONDS),
        Figure(f"Finish {scale.claimed:,}, one commit", tuple(each.at_once for each in rounds), Unit.SECONDS),
    )


async def _insert(database: Database, count: int) -> float:
    """Seconds, with everything that a cause does: drafts, encryption, statements, commits."""
    now = datetime.now(UTC)
    waiting = drafts(count, "insert", now + timedelta(days=1), timedelta(seconds=1))
    began = perf_counter()
    while batch := list(islice(waiting, _IN_ONE_UNIT)):
        async with database.write() as session:
            await records.put(session, batch, now)
    return perf_counter() - began


def _insert_plainly(source: Path, target: Path) -> float:
    """Seconds for the rows of ``source``, as they are, into the empty ``target``: what SQLite itself takes."""
    names = [column.name for column in DeliveryRow.__table__.columns]
    columns = ", ".join(names)
    statement = f"INSERT INTO deliveries ({columns}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608  # names of the model
    with closing(sqlite3.connect(source)) as connection:
        rows = connection.execute(f"SELECT {columns} FROM deliveries").fetchall()  # noqa: S608  # as above
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        began = perf_counter()
        for start in range(0, len(rows), _IN_ONE_UNIT):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(statement, rows[start : start + _IN_ONE_UNIT])
            connection.execute("COMMIT")
        return perf_counter() - began


async def _nearest(database: Database) -> float:
    """Milliseconds, with opening and closing the unit of work."""
    began = perf_counter()
    async with database.read() as session:
        found = await records.nearest(session)
    took = perf_counter() - began
    if found is None:
        raise RuntimeError("an outbox that was filled has no nearest row")
    return took * 1000


@dataclass(frozen=True)
class _Round:
    """One round on a full outbox. ``claim`` and ``plain_claim`` are milliseconds, both ways to finish are seconds."""

    claim: float
    plain_claim: float
    one_by_one: float
    at_once: float


async def _round(database: Database, run: int, count: int) -> _Round:
    await _make_due(database, f"{run}-a", count)
    claim, claimed = await _claim(database, count)
    began = perf_counter()
    for delivery in claimed:
        async with database.write() as session:
            await records.finish(session, delivery, State.SENT, datetime.now(UTC))
    one_by_one = perf_counter() - began
    await _make_due(database, f"{run}-b", count)
    _, claimed = await _claim(database, count)
    began = perf_counter()
    async with database.write() as session:
        for delivery in claimed:
            await records.finish(session, delivery, State.SENT, datetime.now(UTC))
    at_once = perf_counter() - began
    await _make_due(database, f"{run}-c", count)
    assert database.path is not None  # noqa: S101  # a file, made above: for the type
    plain_claim = await asyncio.to_thread(_claim_plainly, database.path, count)
    return _Round(claim, plain_claim, one_by_one, at_once)


async def _make_due(database: Database, occasion: str, count: int) -> None:
    now = datetime.now(UTC)
    async with database.write() as session:
        await records.put(session, drafts(count, occasion, now), now)


async def _claim(database: Database, count: int) -> tuple[float, Sequence[Delivery]]:
    """Milliseconds, with the commit; and what was claimed, which must be as many as there were."""
    began = perf_counter()
    async with database.write() as session:
        claimed = await records.claim(session, Lane.BULK, count, datetime.now(UTC))
    took = perf_counter() - began
    if len(claimed) != count:
        raise RuntimeError(f"{len(claimed)} rows were claimed where {count} were due")
    return took * 1000, claimed


def _claim_plainly(path: Path, count: int) -> float:
    """Milliseconds for the same update on the bare driver, with the commit."""
    now, until = (
        f"{at:%Y-%m-%d %H:%M:%S.%f}+00:00" for at in (datetime.now(UTC), datetime.now(UTC) + LEASE[Lane.BULK])
    )
    statement = (
        "UPDATE deliveries SET state = 'claimed', lease_until = :until, next_at = :until, fence = fence + 1, "
        "attempts = attempts + 1 WHERE id IN (SELECT id FROM deliveries WHERE state IN ('pending', 'claimed') "
        "AND lane = 'bulk' AND next_at <= :now ORDER BY next_at LIMIT :count) RETURNING *"
    )
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        began = perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        claimed = connection.execute(statement, {"now": now, "until": until, "count": count}).fetchall()
        connection.execute("COMMIT")
        took = perf_counter() - began
    if len(claimed) != count:
        raise RuntimeError(f"{len(claimed)} rows were claimed where {count} were due")
    return took * 1000
