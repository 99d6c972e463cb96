"""A house in which Alex and Bea have left something in every table."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.content import Content
from bot.db import Database, KeyRing
from bot.db.models import load_models
from bot.delivery.kinds import Deed, Kinds, Post, Receipt
from bot.delivery.records import Delivery
from bot.delivery.service import Outbox
from bot.delivery.transport import IsKnown
from bot.members.service import MemberService
from bot.privacy.service import PrivacyService
from bot.program.service import ProgrammeService
from bot.timing import ManualClock
from tests.privacy.people import NOON, Person, fill


class NoRoad:
    """A transport nothing is sent by: what erasing writes is looked at in the outbox itself."""

    async def post(self, delivery: Delivery, post: Post) -> Receipt:
        raise AssertionError(delivery.kind, post)

    async def do(self, delivery: Delivery, deed: Deed) -> Receipt:
        raise AssertionError(delivery.kind, deed)

    async def look_up(self, delivery: Delivery, post: Post, since: object, is_known: IsKnown) -> Receipt | None:
        raise AssertionError(delivery.kind, post, since, is_known)


@dataclass
class Archive:
    """The service, its database, and the two whose rows are in it."""

    database: Database
    outbox: Outbox
    privacy: PrivacyService
    members: MemberService
    alex: Person
    bea: Person


@pytest.fixture(scope="session")
def content() -> Content:
    return Content.load()


@pytest.fixture
async def archive(tmp_path: Path, content: Content) -> AsyncIterator[Archive]:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/handrail.db", KeyRing([os.urandom(32)]))
    clock = ManualClock(NOON)
    outbox = Outbox(database, clock, NoRoad(), Kinds())
    members = MemberService(database, clock, content, outbox, ProgrammeService(database, clock))
    alex, bea = Person(101, "quail-lantern"), Person(102, "copper-meadow")
    async with database.write() as session:
        await (await session.connection()).run_sync(load_models().create_all)
        await fill(session, alex)
        await fill(session, bea)
    yield Archive(database, outbox, PrivacyService(database, clock, content, outbox), members, alex, bea)
    await database.close()
