import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace as but
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from bot.db import Database, KeyRing, archive
from bot.db.backup import BackupInfo, backup, read_info, restore
from bot.db.migrate import head
from bot.errors import BackupError, DatabaseError
from tests.db.tables import NOON, Note, counters, make_tables

LONG = "words that fill pages " * 40


@pytest.fixture
async def house(database: Database) -> Database:
    await make_tables(database)
    async with database.write() as session:
        await session.execute(insert(counters).values(id=1, value=0))
        session.add_all(Note(member_id=number, at=NOON, words=f"{number} {LONG}") for number in range(50))
    return database


@pytest.fixture
async def taken(house: Database, ring: KeyRing, tmp_path: Path) -> Path:
    """A backup of the house, which is closed."""
    info = await backup(house, tmp_path / "house.backup", ring)
    await house.close()
    return info.path


@pytest.fixture
def elsewhere(tmp_path: Path) -> str:
    """The address of a database that is not there yet."""
    return f"sqlite+aiosqlite:///{tmp_path}/elsewhere/handrail.db"


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as it lies in the file."""
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}  # noqa: S608 # names of the file's own


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


class TestBackup:
    async def test_restored_it_is_the_same_database(
        self, house: Database, ring: KeyRing, tmp_path: Path, elsewhere: str
    ) -> None:
        assert house.path is not None
        before = rows(house.path)
        info = await backup(house, tmp_path / "house.backup", ring, now=NOON)
        assert info == BackupInfo(tmp_path / "house.backup", NOON, head(), ring.key_id, info.path.stat().st_size)
        assert read_info(info.path) == info

        done = await restore(info.path, elsewhere, ring)
        assert (done.created_at, done.revision, done.moved_to) == (NOON, head(), None)
        assert rows(done.path) == before
        restored = await Database.open(elsewhere, ring)
        async with restored.read() as session:
            assert (await session.scalars(select(Note.words).where(Note.id == 8))).one() == f"7 {LONG}"
        await restored.close()

    async def test_of_a_database_that_is_being_written_is_one_moment_of_it(
        self, house: Database, ring: KeyRing, tmp_path: Path, elsewhere: str
    ) -> None:
        """Every unit of work adds a note and counts it: in any one moment the two agree."""
        stop = asyncio.Event()

        async def keep_writing() -> int:
            written = 0
            while not stop.is_set():
                async with house.write() as session:
                    session.add(Note(member_id=1, at=NOON, words=LONG))
                    await session.flush()
                    await session.execute(update(counters).values(value=counters.c.value + 1))
                written += 1
            return written

        writing = asyncio.create_task(keep_writing())
        while not (await counted(house))[0]:
            pass
        first, _ = await counted(house)
        for number in range(3):
            await backup(house, tmp_path / f"{number}.backup", ring)
        last, _ = await counted(house)
        stop.set()
        assert await writing >= last > first, "nothing was written meanwhile, and the test says nothing"
        for number in range(3):
            await restore(tmp_path / f"{number}.backup", elsewhere, ring, replace=True)
            restored = await Database.open(elsewhere, ring)
            count, notes = await counted(restored)
            await restored.close()
            assert notes == count + 50
            assert first <= count <= last

    async def test_nothing_of_anybody_can_be_read_in_it(self, house: Database, ring: KeyRing, tmp_path: Path) -> None:
        async with house.write() as session:
            await session.execute(text("CREATE TABLE plain (words TEXT)"))
            await session.execute(text("INSERT INTO plain VALUES ('canary')"))
        await backup(house, tmp_path / "house.backup", ring)
        content = (tmp_path / "house.backup").read_bytes()
        assert b"canary" not in content
        assert b"SQLite" not in content
        assert stat.S_IMODE((tmp_path / "house.backup").stat().st_mode) == 0o600

    async def test_what_was_erased_is_not_in_it(self, house: Database, ring: KeyRing, tmp_path: Path) -> None:
        before = await backup(house, tmp_path / "before.backup", ring)
        async with house.write() as session:
            await session.execute(delete(Note).where(Note.id > 1))
        after = await backup(house, tmp_path / "after.backup", ring)
        assert after.size < before.size - 40 * len(LONG)

    async def test_leaves_nothing_beside_it_nor_beside_the_database(
        self, house: Database, ring: KeyRing, tmp_path: Path
    ) -> None:
        target = tmp_path / "backups"
        target.mkdir()
        info = await backup(house, target, ring, now=NOON)
        assert [file.name for file in target.iterdir()] == ["handrail-20261122T120000Z.handrail-backup"]
        assert info.path.parent == target
        assert house.path is not None
        assert set(files(house.path.parent)) == {"handrail.db", "handrail.db-wal", "handrail.db-shm"}

    async def test_takes_the_place_of_an_older_one_but_of_nothing_else(
        self, house: Database, ring: KeyRing, tmp_path: Path
    ) -> None:
        target = tmp_path / "house.backup"
        await backup(house, target, ring, now=NOON)
        later = NOON + timedelta(days=1)
        assert (await backup(house, target, ring, now=later)).created_at == read_info(target).created_at == later
        letter = tmp_path / "letter"
        letter.write_text("dear Sam")
        with pytest.raises(BackupError, match="is not a backup: choose another name"):
            await backup(house, letter, ring)
        assert letter.read_text() == "dear Sam"

    async def test_cancelled_it_leaves_nothing(self, house: Database, ring: KeyRing, tmp_path: Path) -> None:
        target = tmp_path / "backups"
        target.mkdir()
        task = asyncio.create_task(backup(house, target / "house.backup", ring))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert list(target.iterdir()) == []
        assert house.path is not None
        assert not [file for file in house.path.parent.iterdir() if "backup" in file.name]

    @pytest.mark.parametrize("moment", ["snapshot", "encrypted"])
    async def test_killed_it_leaves_no_half_backup_and_the_next_one_clears_up(
        self, house: Database, ring: KeyRing, tmp_path: Path, url: str, moment: str
    ) -> None:
        """A process of its own takes a backup and is killed: once the snapshot lies there; just before the rename."""
        target = tmp_path / "backups"
        target.mkdir()
        older = await backup(house, target / "house.backup", ring, now=NOON)
        program = (
            "import asyncio, os, signal, sys\n"
            "from pathlib import Path\n"
            "from bot.db import Database, archive, files\n"
            "from bot.db.backup import backup\n"
            "from bot.db.keys import parse_keys\n"
            "url, keys, target, moment = sys.argv[1:]\n"
            "def watch(event, args):\n"
            "    if moment == 'snapshot' and event == 'open' and str(args[0]).endswith('.part'):\n"
            "        os.kill(os.getpid(), signal.SIGKILL)\n"
            "    if moment == 'encrypted' and event == 'os.rename':\n"
            "        os.kill(os.getpid(), signal.SIGKILL)\n"
            "async def main():\n"
            "    database = await Database.open(url, parse_keys(keys))\n"
            "    sys.addaudithook(watch)\n"
            "    await backup(database, Path(target), parse_keys(keys))\n"
            "asyncio.run(main())\n"
        )
        ended = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", program, url, key_of(ring), str(older.path), moment],
            check=False,
            timeout=30,
            capture_output=True,
        )
        assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
        assert house.path is not None
        left = house.path.with_name(".handrail.db.backup") / "snapshot.db"
        assert left.exists(), "the process was not killed where the test means it to be"
        assert stat.S_IMODE(left.parent.stat().st_mode) == 0o700
        assert read_info(older.path) == older
        newer = await backup(house, older.path, ring, now=NOON + timedelta(days=1))
        assert read_info(older.path) == newer != older
        assert not left.parent.exists()

    async def test_two_at_once_do_not_meddle_with_each_other(
        self, house: Database, ring: KeyRing, tmp_path: Path, elsewhere: str
    ) -> None:
        both = await asyncio.gather(
            *(backup(house, tmp_path / f"{number}.backup", ring) for number in range(2)), return_exceptions=True
        )
        for outcome in both:
            if isinstance(outcome, BackupInfo):
                await restore(outcome.path, elsewhere, ring, replace=True)
            else:
                assert "Another backup" in str(outcome)
        assert any(isinstance(outcome, BackupInfo) for outcome in both)

    async def test_that_cannot_be_written_says_so(self, house: Database, ring: KeyRing, tmp_path: Path) -> None:
        with pytest.raises(BackupError, match="cannot be written: No such file or directory"):
            await backup(house, tmp_path / "no" / "such" / "folder.backup", ring)

    async def test_of_a_damaged_database_is_not_written(self, house: Database, ring: KeyRing, tmp_path: Path) -> None:
        assert house.path is not None
        await house.close()
        whole = house.path.read_bytes()
        house.path.write_bytes(whole[: 4096 * 8] + b"\xa5" * 4096 * 6 + whole[4096 * 14 :])
        with pytest.raises(DatabaseError, match="is damaged"):
            await backup(house, tmp_path / "house.backup", ring)
        assert not (tmp_path / "house.backup").exists()


class TestRestore:
    async def test_does_not_overwrite_unasked(self, taken: Path, url: str, ring: KeyRing, house: Database) -> None:
        assert house.path is not None
        before = files(house.path.parent)
        with pytest.raises(BackupError, match="is not empty: restore with --replace"):
            await restore(taken, url, ring)
        assert files(house.path.parent) == before

    async def test_moves_aside_what_it_replaces(self, taken: Path, url: str, ring: KeyRing) -> None:
        changed = await Database.open(url, ring)
        async with changed.write() as session:
            await session.execute(update(counters).values(value=7))
        await changed.close()
        for again in ("", "-2"):
            done = await restore(taken, url, ring, replace=True, now=NOON)
            assert done.moved_to is not None
            assert done.moved_to.name == f"handrail.db.replaced-20261122T120000Z{again}"
            assert rows(done.moved_to)["counters"] == ([(1, 7)] if not again else [(1, 0)])
            assert rows(done.path)["counters"] == [(1, 0)]
        assert {file.name for file in done.path.parent.iterdir()} == {
            "handrail.db",
            "handrail.db.replaced-20261122T120000Z",
            "handrail.db.replaced-20261122T120000Z-2",
        }

    async def test_moves_aside_what_was_not_yet_in_the_file(
        self, taken: Path, url: str, ring: KeyRing, tmp_path: Path
    ) -> None:
        """A bot that was killed leaves its last units of work in the log beside the file."""
        program = (
            "import os, signal, sqlite3, sys\n"
            "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
            "connection.execute('UPDATE counters SET value = 7')\n"
            "os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        path = tmp_path / "house" / "handrail.db"
        await asyncio.to_thread(subprocess.run, [sys.executable, "-c", program, str(path)], check=False)
        assert path.with_name("handrail.db-wal").stat().st_size > 0
        done = await restore(taken, url, ring, replace=True)
        assert done.moved_to is not None
        assert rows(done.moved_to)["counters"] == [(1, 7)]
        assert rows(done.path)["counters"] == [(1, 0)]

    async def test_moves_aside_even_what_is_beyond_repair(
        self, taken: Path, url: str, ring: KeyRing, tmp_path: Path
    ) -> None:
        path = ruin(tmp_path / "house")
        done = await restore(taken, url, ring, replace=True)
        assert done.moved_to is not None
        assert done.moved_to.read_bytes() == b"\xa5" * 8192
        assert done.moved_to.with_name(f"{done.moved_to.name}-wal").read_bytes() == b"\x5a" * 100
        assert rows(path)["counters"] == [(1, 0)]

    async def test_does_not_touch_a_database_that_is_in_use(self, taken: Path, url: str, ring: KeyRing) -> None:
        running = await Database.open(url, ring)
        try:
            assert await counted(running) == (0, 50)
            with pytest.raises(BackupError, match="is in use: stop the bot"):
                await restore(taken, url, ring, replace=True)
            async with running.write() as session:
                await session.execute(update(counters).values(value=7))
            assert await counted(running) == (7, 50)
        finally:
            await running.close()
        assert set(files(taken.parent / "house")) == {"handrail.db"}

    async def test_is_for_its_owner_alone(self, taken: Path, elsewhere: str, ring: KeyRing) -> None:
        done = await restore(taken, elsewhere, ring)
        assert stat.S_IMODE(done.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(done.path.parent.stat().st_mode) == 0o700
        assert [file.name for file in done.path.parent.iterdir()] == ["handrail.db"]

    async def test_under_a_newer_key_with_the_old_one_still_listed(
        self, taken: Path, elsewhere: str, ring: KeyRing
    ) -> None:
        both = KeyRing([os.urandom(32), *ring._keys.values()])
        await restore(taken, elsewhere, both)
        restored = await Database.open(elsewhere, both)
        assert await counted(restored) == (0, 50)
        await restored.close()


class TestRefused:
    """Whatever is wrong with a backup, one sentence says so and the database that is there stays as it is."""

    @pytest.fixture(autouse=True)
    async def _closed(self, taken: Path) -> None:
        """The house is closed, and its backup taken."""

    async def refuse(self, taken: Path, url: str, ring: KeyRing, sentence: str) -> None:
        folder = taken.parent / "house"
        before = files(folder)
        with pytest.raises(BackupError, match=sentence) as refused:
            await restore(taken, url, ring, replace=True)
        assert "\n" not in str(refused.value)
        assert files(folder) == before

    async def test_what_is_not_there(self, taken: Path, url: str, ring: KeyRing) -> None:
        await self.refuse(taken.with_name("nowhere"), url, ring, "No such file")

    @pytest.mark.parametrize("content", [b"", b"HANDRAIL", b"a letter", b"SQLite format 3\0" + bytes(4096)])
    async def test_what_is_no_backup(self, taken: Path, url: str, ring: KeyRing, content: bytes) -> None:
        overwrite(taken, content)
        await self.refuse(taken, url, ring, "is not a backup made by Handrail")

    async def test_a_newer_format(self, taken: Path, url: str, ring: KeyRing) -> None:
        overwrite(taken, bytes_of(taken).replace(b"HANDRAIL-BACKUP\x01", b"HANDRAIL-BACKUP\x02"))
        await self.refuse(taken, url, ring, "made by a newer Handrail")

    @pytest.mark.parametrize("kept", [25, 60, 400, -1, -16, -2000])
    async def test_one_cut_short(self, taken: Path, url: str, ring: KeyRing, kept: int) -> None:
        overwrite(taken, bytes_of(taken)[:kept])
        await self.refuse(taken, url, ring, "is cut short")

    async def test_one_with_something_added(self, taken: Path, url: str, ring: KeyRing) -> None:
        overwrite(taken, bytes_of(taken) + b"\0")
        await self.refuse(taken, url, ring, "damaged or altered")

    @pytest.mark.parametrize("place", [16, 30, 120, 400, -20, -1])
    async def test_one_with_a_byte_changed(self, taken: Path, url: str, ring: KeyRing, place: int) -> None:
        content = bytearray(bytes_of(taken))
        content[place] ^= 0x01
        overwrite(taken, bytes(content))
        await self.refuse(taken, url, ring, "damaged or altered|cut short")

    async def test_one_under_another_key(self, taken: Path, url: str, ring: KeyRing) -> None:
        await self.refuse(
            taken, url, KeyRing([os.urandom(32)]), f"under the key {ring.key_id}.*HANDRAIL_SECURITY__KEYS"
        )

    async def test_one_whose_rows_are_under_another_key(self, taken: Path, url: str, ring: KeyRing) -> None:
        other = KeyRing([os.urandom(32)])
        repack(taken, taken.parent / "house" / "handrail.db", other)
        await self.refuse(taken, url, other, f"does not fit. The database was encrypted under the key {ring.key_id}")

    async def test_one_of_a_newer_schema(self, taken: Path, url: str, ring: KeyRing, tmp_path: Path) -> None:
        newer = altered(tmp_path, "UPDATE alembic_version SET version_num = '9999'")
        repack(taken, newer, ring, revision="9999")
        await self.refuse(taken, url, ring, "does not fit. The database is at revision 9999.*update Handrail")

    async def test_one_that_belies_its_revision(self, taken: Path, url: str, ring: KeyRing) -> None:
        repack(taken, taken.parent / "house" / "handrail.db", ring, revision="0000")
        await self.refuse(taken, url, ring, "is damaged")

    async def test_one_that_holds_no_database(self, taken: Path, url: str, ring: KeyRing, tmp_path: Path) -> None:
        letter = tmp_path / "letter"
        letter.write_bytes(b"dear Sam " * 2000)
        repack(taken, letter, ring)
        await self.refuse(taken, url, ring, "holds no database of Handrail's")

    async def test_one_that_holds_a_damaged_database(
        self, taken: Path, url: str, ring: KeyRing, tmp_path: Path
    ) -> None:
        whole = (tmp_path / "house" / "handrail.db").read_bytes()
        torn = tmp_path / "torn"
        torn.write_bytes(whole[: 4096 * 8] + b"\xa5" * 4096 * 6 + whole[4096 * 14 :])
        repack(taken, torn, ring)
        await self.refuse(taken, url, ring, "is damaged|holds no database")

    async def test_one_with_rows_that_refer_to_nothing(
        self, taken: Path, url: str, ring: KeyRing, tmp_path: Path
    ) -> None:
        repack(taken, altered(tmp_path, "INSERT INTO pairs VALUES (1, '2026', 9999, NULL)"), ring)
        await self.refuse(taken, url, ring, "is damaged")

    async def test_where_the_swap_fails(self, taken: Path, url: str, ring: KeyRing, tmp_path: Path) -> None:
        """The last step fails: what was moved aside is back."""
        folder = tmp_path / "house"
        ruin(folder)
        # The log can be put aside; what lies beside it cannot: something by that name is in its way, and is no file.
        (folder / "handrail.db.replaced-20261122T120000Z-shm").mkdir()
        before = files(folder)
        with pytest.raises(BackupError, match="was not restored: Is a directory"):
            await restore(taken, url, ring, replace=True, now=NOON)
        assert files(folder) == before


class TestArchive:
    """Chunks: more than one, and whole ones only."""

    @pytest.mark.parametrize("size", [0, 1, archive.CHUNK - 1, archive.CHUNK, archive.CHUNK + 1, 2 * archive.CHUNK])
    def test_every_length_comes_back(self, tmp_path: Path, ring: KeyRing, size: int) -> None:
        packed = self.pack(tmp_path, ring, size)
        with packed.open("rb") as file:
            header, pieces = archive.read(file, "it", ring)
            assert b"".join(pieces) == content(size)
        assert (header.size, header.created_at) == (size, NOON)

    def test_chunks_cannot_change_places(self, tmp_path: Path, ring: KeyRing) -> None:
        packed = self.pack(tmp_path, ring, 3 * archive.CHUNK)
        whole = packed.read_bytes()
        step = archive.CHUNK + 16
        start = len(whole) - 3 * step
        first, second, third = (whole[start + step * number :][:step] for number in range(3))
        for order in ((second, first, third), (first, first, third), (first, third, second), (third, second, first)):
            packed.write_bytes(whole[:start] + b"".join(order))
            self.unreadable(packed, ring)

    def test_a_chunk_cannot_be_taken_out_with_the_length_made_to_fit(self, tmp_path: Path, ring: KeyRing) -> None:
        packed = self.pack(tmp_path, ring, 2 * archive.CHUNK)
        whole = packed.read_bytes()
        with packed.open("rb") as file:
            header = archive.read_header(file, "it")
        shorter = but(header, size=archive.CHUNK).to_bytes()
        packed.write_bytes(shorter + whole[len(header.to_bytes()) :][: archive.CHUNK + 16])
        self.unreadable(packed, ring)

    def test_a_chunk_of_another_backup_does_not_fit(self, tmp_path: Path, ring: KeyRing) -> None:
        one, other = self.pack(tmp_path, ring, 100).read_bytes(), self.pack(tmp_path, ring, 100).read_bytes()
        (tmp_path / "mixed").write_bytes(one[:-116] + other[-116:])
        self.unreadable(tmp_path / "mixed", ring)

    def pack(self, folder: Path, ring: KeyRing, size: int) -> Path:
        plain, packed = folder / "plain", folder / "packed"
        plain.write_bytes(content(size))
        repack(packed, plain, ring)
        return packed

    def unreadable(self, packed: Path, ring: KeyRing) -> None:
        with packed.open("rb") as file, pytest.raises(BackupError, match="damaged or altered"):
            b"".join(archive.read(file, "it", ring)[1])


def ruin(folder: Path) -> Path:
    """Leave of the database nothing that SQLite could open."""
    path = folder / "handrail.db"
    path.write_bytes(b"\xa5" * 8192)
    path.with_name("handrail.db-wal").write_bytes(b"\x5a" * 100)
    path.with_name("handrail.db-shm").write_bytes(b"\x5b" * 100)
    return path


def bytes_of(path: Path) -> bytes:
    return path.read_bytes()


def overwrite(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def content(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def repack(target: Path, plain: Path, ring: KeyRing, revision: str | None = None) -> None:
    """A backup made by hand of whatever `plain` is."""
    size = plain.stat().st_size
    header = archive.Header(NOON, revision or head(), ring.key_id, archive.new_salt(), size)
    with plain.open("rb") as file, target.open("wb") as into:
        archive.write(file, into, header, ring, lambda: None)


def altered(folder: Path, statement: str) -> Path:
    """A copy of the house's database in which somebody ran a statement."""
    copy = folder / "altered.db"
    copy.write_bytes((folder / "house" / "handrail.db").read_bytes())
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute(statement)
        connection.execute("PRAGMA journal_mode = DELETE")
    return copy


def key_of(ring: KeyRing) -> str:
    return next(iter(ring._keys.values())).hex()


async def counted(database: Database) -> tuple[int, int]:
    """What the counter says, and how many notes there are."""
    async with database.read() as session:
        count = await session.scalar(select(counters.c.value))
        notes = await session.scalar(select(func.count()).select_from(Note))
    return count or 0, notes or 0
