"""The watermarks of many places: whom a connection concerns, and what is stored."""

from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copy2

import pytest

from bot.db import Database
from bot.db.keys import find_keys
from bot.intake.watermarks import Watermarks

EVEN, ODD = 2 << 22, 3 << 22
"""Servers which, of two connections, the first and the second carry."""
SERVERS = {10: EVEN, 11: ODD}
THREAD, DM = 12, 13


@pytest.fixture
async def database(tmp_path: Path, template: Path) -> AsyncIterator[Database]:
    for file in template.iterdir():
        copy2(file, tmp_path / file.name)
    url = f"sqlite+aiosqlite:///{tmp_path / 'handrail.db'}"
    database = await Database.open(url, find_keys(url, None))
    yield database
    await database.close()


@pytest.fixture
def marks(database: Database) -> Watermarks:
    """A channel of each server, a thread of the second, and a DM, of which nothing is unread."""
    marks = Watermarks(database, SERVERS.get)
    marks.shard_count = 2
    for channel, parent in ((10, None), (11, None), (THREAD, 11), (DM, None)):
        mark = marks.watch(channel, 100, parent)
        mark.caught_up(100, mark.epoch)
    return marks


def written(marks: Watermarks, *, up_to: int) -> set[int]:
    """A message comes everywhere; the places whose watermark it moves."""
    for channel in (10, 11, THREAD, DM):
        mark = marks.watch(channel, 0)
        mark.begin(up_to)
        mark.done(up_to)
    return {channel for channel, safe in marks.safe().items() if safe == up_to}


def test_a_cut_connection_stops_its_own_servers_only(marks: Watermarks) -> None:
    marks.cut_off(1)
    assert written(marks, up_to=110) == {10, DM}
    marks.resumed(0)
    assert written(marks, up_to=120) == {10, DM}, "another connection's session says nothing of this one"
    marks.resumed(1)
    assert written(marks, up_to=130) == {10, 11, THREAD, DM}


def test_a_lost_session_leaves_its_own_servers_unread(marks: Watermarks) -> None:
    marks.lost(0)
    assert written(marks, up_to=110) == {11, THREAD}
    marks.resumed(0)
    assert written(marks, up_to=120) == {11, THREAD}


def test_a_server_that_was_away_is_unread(marks: Watermarks) -> None:
    marks.server_lost(ODD)
    assert written(marks, up_to=110) == {10, DM}


def test_a_place_that_turns_up_while_its_connection_is_down_waits_for_it(marks: Watermarks) -> None:
    marks.cut_off(0)
    mark = marks.watch(14, 100, guild_id=EVEN)
    mark.caught_up(110, mark.epoch)
    assert mark.safe == 100
    marks.resumed(0)
    assert mark.safe == 110


async def test_what_is_stored_is_there_at_the_next_start_and_what_is_forgotten_is_not(
    database: Database, marks: Watermarks
) -> None:
    written(marks, up_to=110)
    await marks.flush()
    marks.forget(DM)
    await marks.flush()
    later = Watermarks(database, SERVERS.get)
    await later.load()
    assert dict(later.safe()) == {10: 110, 11: 110, THREAD: 110}
    assert later.threads_of(11) == [THREAD]
    assert written(later, up_to=120) == set(), "all of it begins unread"


async def test_a_place_forgotten_and_seen_again_is_stored_again(database: Database, marks: Watermarks) -> None:
    await marks.flush()
    marks.forget(THREAD)
    await marks.flush()
    marks.watch(THREAD, 105, 11)
    await marks.flush()
    later = Watermarks(database)
    await later.load()
    assert later.safe()[THREAD] == 105
