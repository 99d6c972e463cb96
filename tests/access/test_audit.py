"""The record of who saw what: chained, append-only, whole; on a migrated database."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import text

from bot.access.audit import Audit
from bot.access.rules import AuditAction
from bot.access.second_factor import Guess
from bot.access.service import AccessService
from bot.db import Database, KeyRing
from bot.db.migrate import migrate
from bot.timing import ManualClock
from tests.access.test_rules import NOON


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/record.db", KeyRing([os.urandom(32)]))
    await migrate(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def audit(database: Database) -> Audit:
    kept = Audit(database, ManualClock(NOON))
    for number in range(1, 6):
        async with database.write() as session:
            await kept.note(session, AuditAction.INCIDENT_VIEWED, "incident", number, actor=8001, person=9001)
    return kept


async def alter(database: Database, *statements: str) -> None:
    """What somebody who owns the database can do: take the triggers away, and change what they like."""
    async with database.write() as session:
        await session.execute(text("DROP TRIGGER IF EXISTS audit_is_not_changed"))
        await session.execute(text("DROP TRIGGER IF EXISTS audit_is_not_shortened"))
        for statement in statements:
            await session.execute(text(statement))


async def test_an_honest_record_is_whole(database: Database, audit: Audit) -> None:
    empty = Audit(database, ManualClock(NOON))
    verdict = await empty.verify()
    assert (verdict.rows, verdict.is_whole) == (5, True)
    assert (await audit.verify(verdict.newest)).knows_noted is True
    assert not (await audit.verify("f" * 64)).is_whole


SLIPPED_IN = (
    "INSERT INTO audit SELECT 6, at, action, object_kind, object_id, actor_id, person_id, guild_id, 'x' "
    "FROM audit WHERE id = 5"
)


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        ("UPDATE audit SET actor_id = 8002 WHERE id = 3", 3),
        ("UPDATE audit SET object_id = '9' WHERE id = 1", 1),
        ("UPDATE audit SET at = '2026-11-23 17:00:00.000001+00:00' WHERE id = 2", 2),
        ("DELETE FROM audit WHERE id = 2", 2),
        ("DELETE FROM audit WHERE id = 1", 1),
        ("DELETE FROM audit WHERE id = 5", 5),
        ("DELETE FROM audit", 1),
        (SLIPPED_IN, 6),
    ],
)
async def test_what_was_done_to_it_is_found(database: Database, audit: Audit, change: str, broken_at: int) -> None:
    await alter(database, change)
    verdict = await audit.verify()
    assert (verdict.is_whole, verdict.broken_at) == (False, broken_at)


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor_id = 1", "DELETE FROM audit WHERE id = 5"])
async def test_the_database_refuses_a_slip(database: Database, audit: Audit, statement: str) -> None:
    async def slip() -> None:
        async with database.write() as session:
            await session.execute(text(statement))

    with pytest.raises(Exception, match="append-only"):
        await slip()
    assert (await audit.verify()).is_whole


async def test_what_was_not_done_is_not_on_record(database: Database, audit: Audit) -> None:
    async def breaks_off() -> None:
        async with database.write() as session:
            await audit.note(session, AuditAction.CARD_SAVED, "contact-card", 1, actor=9001)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await breaks_off()
    verdict = await audit.verify()
    assert (verdict.rows, verdict.is_whole) == (5, True)


async def test_many_at_once_make_one_chain(database: Database, audit: Audit) -> None:
    async def look(number: int) -> None:
        async with database.write() as session:
            await audit.note(session, AuditAction.INCIDENT_VIEWED, "incident", number, actor=8001)

    await asyncio.gather(*(look(number) for number in range(20)))
    verdict = await audit.verify()
    assert (verdict.rows, verdict.is_whole) == (25, True)


async def test_sweeping_forgets_old_links_and_sessions_and_no_other(database: Database) -> None:
    clock = ManualClock(NOON)
    access = AccessService(database, clock, "https://pages.example.org")
    old = await access.link(700, 9001, "/me")
    assert old
    entered = await access.enter(old.rpartition("/")[2])
    clock.advance(hours=25)
    fresh = await access.link(700, 9001, "/me")
    assert fresh
    kept = await access.enter(fresh.rpartition("/")[2])
    await access.sweep()
    async with database.read() as session:
        counts = [
            (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()  # noqa: S608  # two names of ours
            for table in ("access_links", "access_sessions")
        ]
    assert counts == [1, 1]
    assert await access.visit(entered.token) is None
    assert await access.visit(kept.token) is not None


async def test_of_many_right_codes_at_once_one_is_taken(database: Database) -> None:
    clock = ManualClock(NOON)
    access = AccessService(database, clock, "https://pages.example.org")
    link = await access.link(700, 8001, "/me")
    assert link
    visit = await access.visit((await access.enter(link.rpartition("/")[2])).token)
    assert visit
    secret = await access.factor.offer(visit)
    assert secret
    code = pyotp.TOTP(secret).at(clock.now())
    answers = await asyncio.gather(*(access.factor.check(visit, code) for _ in range(4)))
    assert [answer.guess for answer in answers].count(Guess.RIGHT) == 1
