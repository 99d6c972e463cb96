import asyncio
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.db import Database, KeyRing
from bot.db.backup import restore
from bot.errors import BackupError
from tests.db.house import altered, bytes_of, counted, files, overwrite, repack, rows, ruin
from tests.db.tables import NOON, counters


class TestRestore:
    async def test_does_not_overwrite_unasked(self, taken: Path, url: str, ring: KeyRing, full_house: Database) -> None:
        assert full_house.path is not None
        before = files(full_house.path.parent)
        with pytest.raises(BackupError, match="is not empty: restore with --replace"):
            await restore(taken, url, ring)
        assert files(full_house.path.parent) == before

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
