import asyncio
import signal
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update

from bot.db import Database, KeyRing
from bot.db.backup import BackupInfo, backup, read_info, restore
from bot.db.migrate import head
from bot.errors import BackupError, DatabaseError
from tests.db.house import LONG, counted, files, key_of, rows
from tests.db.tables import NOON, Note, counters


class TestBackup:
    async def test_restored_it_is_the_same_database(
        self, full_house: Database, ring: KeyRing, tmp_path: Path, elsewhere: str
    ) -> None:
        assert full_house.path is not None
        before = rows(full_house.path)
        info = await backup(full_house, tmp_path / "house.backup", ring, now=NOON)
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
        self, full_house: Database, ring: KeyRing, tmp_path: Path, elsewhere: str
    ) -> None:
        """Every unit of work adds a note and counts it: in any one moment the two agree."""
        stop = asyncio.Event()

        async def keep_writing() -> int:
            written = 0
            while not stop.is_set():
                async with full_house.write() as session:
                    session.add(Note(member_id=1, at=NOON, words=LONG))
                    await session.flush()
                    await session.execute(update(counters).values(value=counters.c.value + 1))
                written += 1
            return written

        writing = asyncio.create_task(keep_writing())
        while not (await counted(full_house))[0]:
            pass
        first, _ = await counted(full_house)
        for number in range(3):
            await backup(full_house, tmp_path / f"{number}.backup", ring)
        last, _ = await counted(full_house)
        stop.set()
        assert await writing >= last > first, "nothing was written meanwhile, and the test says nothing"
        for number in range(3):
            await restore(tmp_path / f"{number}.backup", elsewhere, ring, replace=True)
            restored = await Database.open(elsewhere, ring)
            count, notes = await counted(restored)
            await restored.close()
            assert notes == count + 50
            assert first <= count <= last

    async def test_nothing_can_be_read_in_it(self, full_house: Database, ring: KeyRing, tmp_path: Path) -> None:
        async with full_house.write() as session:
            await session.execute(text("CREATE TABLE plain (words TEXT)"))
            await session.execute(text("INSERT INTO plain VALUES ('canary')"))
        await backup(full_house, tmp_path / "house.backup", ring)
        content = (tmp_path / "house.backup").read_bytes()
        assert b"canary" not in content
        assert b"SQLite" not in content
        assert stat.S_IMODE((tmp_path / "house.backup").stat().st_mode) == 0o600

    async def test_what_was_erased_is_not_in_it(self, full_house: Database, ring: KeyRing, tmp_path: Path) -> None:
        before = await backup(full_house, tmp_path / "before.backup", ring)
        async with full_house.write() as session:
            await session.execute(delete(Note).where(Note.id > 1))
        after = await backup(full_house, tmp_path / "after.backup", ring)
        assert after.size < before.size - 40 * len(LONG)

    async def test_leaves_nothing_beside_it_nor_beside_the_database(
        self, full_house: Database, ring: KeyRing, tmp_path: Path
    ) -> None:
        target = tmp_path / "backups"
        target.mkdir()
        info = await backup(full_house, target, ring, now=NOON)
        assert [file.name for file in target.iterdir()] == ["handrail-20261122T120000Z.handrail-backup"]
        assert info.path.parent == target
        assert full_house.path is not None
        assert set(files(full_house.path.parent)) == {"handrail.db", "handrail.db-wal", "handrail.db-shm"}

    async def test_takes_the_place_of_an_older_one_but_of_nothing_else(
        self, full_house: Database, ring: KeyRing, tmp_path: Path
    ) -> None:
        target = tmp_path / "house.backup"
        await backup(full_house, target, ring, now=NOON)
        later = NOON + timedelta(days=1)
        assert (await backup(full_house, target, ring, now=later)).created_at == read_info(target).created_at == later
        letter = tmp_path / "letter"
        letter.write_text("dear Sam")
        with pytest.raises(BackupError, match="is not a backup: choose another name"):
            await backup(full_house, letter, ring)
        assert letter.read_text() == "dear Sam"

    async def test_cancelled_it_leaves_nothing(self, full_house: Database, ring: KeyRing, tmp_path: Path) -> None:
        target = tmp_path / "backups"
        target.mkdir()
        task = asyncio.create_task(backup(full_house, target / "house.backup", ring))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert list(target.iterdir()) == []
        assert full_house.path is not None
        assert not [file for file in full_house.path.parent.iterdir() if "backup" in file.name]

    @pytest.mark.parametrize("moment", ["snapshot", "encrypted"])
    async def test_killed_it_leaves_no_half_backup_and_the_next_one_clears_up(
        self, full_house: Database, ring: KeyRing, tmp_path: Path, url: str, moment: str
    ) -> None:
        """A process of its own takes a backup and is killed: once the snapshot lies there; just before the rename."""
        target = tmp_path / "backups"
        target.mkdir()
        older = await backup(full_house, target / "house.backup", ring, now=NOON)
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
        assert full_house.path is not None
        left = full_house.path.with_name(".handrail.db.backup") / "snapshot.db"
        assert left.exists(), "the process was not killed where the test means it to be"
        assert stat.S_IMODE(left.parent.stat().st_mode) == 0o700
        assert read_info(older.path) == older
        newer = await backup(full_house, older.path, ring, now=NOON + timedelta(days=1))
        assert read_info(older.path) == newer != older
        assert not left.parent.exists()

    async def test_two_at_once_do_not_meddle_with_each_other(
        self, full_house: Database, ring: KeyRing, tmp_path: Path, elsewhere: str
    ) -> None:
        both = await asyncio.gather(
            *(backup(full_house, tmp_path / f"{number}.backup", ring) for number in range(2)), return_exceptions=True
        )
        for outcome in both:
            if isinstance(outcome, BackupInfo):
                await restore(outcome.path, elsewhere, ring, replace=True)
            else:
                assert "Another backup" in str(outcome)
        assert any(isinstance(outcome, BackupInfo) for outcome in both)

    async def test_that_cannot_be_written_says_so(self, full_house: Database, ring: KeyRing, tmp_path: Path) -> None:
        with pytest.raises(BackupError, match="cannot be written: No such file or directory"):
            await backup(full_house, tmp_path / "no" / "such" / "folder.backup", ring)

    async def test_of_a_damaged_one_is_not_written(self, full_house: Database, ring: KeyRing, tmp_path: Path) -> None:
        assert full_house.path is not None
        await full_house.close()
        whole = full_house.path.read_bytes()
        full_house.path.write_bytes(whole[: 4096 * 8] + b"\xa5" * 4096 * 6 + whole[4096 * 14 :])
        with pytest.raises(DatabaseError, match="is damaged"):
            await backup(full_house, tmp_path / "house.backup", ring)
        assert not (tmp_path / "house.backup").exists()
