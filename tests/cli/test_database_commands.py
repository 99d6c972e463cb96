"""`migrate`, `backup`, `restore` and `keys`, each as the operator runs it."""

import asyncio
from pathlib import Path

from bot.db import Database
from bot.db.keys import key_file_for, new_key, parse_keys
from bot.db.schema import known_revisions
from bot.ledger import Ledger
from tests.cli.desk import Desk
from tests.cli.shell import handrail

FILE = Path("data") / "handrail.db"
"""Where the database is when nothing else is set, in the folder one is in."""


def write(note: str, *keys: str) -> None:
    """Keep a note in the database, encrypted under the first of the keys."""

    async def work() -> None:
        database = await Database.open(f"sqlite+aiosqlite:///{FILE}", parse_keys(",".join(keys)))
        await Ledger(database).write("note", note)
        await database.close()

    asyncio.run(work())


def read(*keys: str) -> str | None:
    """The note that is kept."""

    async def work() -> str | None:
        database = await Database.open(f"sqlite+aiosqlite:///{FILE}", parse_keys(",".join(keys)))
        try:
            return await Ledger(database).read("note")
        finally:
            await database.close()

    return asyncio.run(work())


class TestMigrate:
    def test_once_it_applies_and_twice_it_has_nothing_to_do(self, desk: Desk, folder: Path) -> None:
        desk.set_keys(new_key())
        assert desk.runs("migrate") == 0
        assert desk.out == f"Applied {', '.join(known_revisions())}.\n"
        assert (folder / FILE).is_file()
        assert desk.runs("migrate") == 0
        assert (desk.out, desk.err) == ("The database is up to date.\n", "")

    def test_without_keys_it_writes_a_key_file_that_nobody_else_may_read(self, desk: Desk, folder: Path) -> None:
        assert desk.runs("migrate") == 0
        file = key_file_for(folder / FILE)
        assert file.stat().st_mode & 0o777 == 0o600
        file.unlink()
        assert str(file) in desk.is_refused("migrate")

    def test_as_a_process_of_its_own_it_says_one_line_and_ends(self, folder: Path) -> None:
        done = handrail("migrate", folder=folder, settings={"SECURITY__KEYS": new_key()})
        assert (done.code, done.err, done.out.count("\n")) == (0, "", 1)


class TestBackupAndRestore:
    def test_what_was_written_after_the_backup_is_gone_after_the_restore(self, desk: Desk, folder: Path) -> None:
        key = new_key()
        desk.set_keys(key)
        desk.runs("migrate")
        write("before", key)
        assert desk.runs("backup", "house.backup") == 0
        assert "house.backup" in desk.out
        write("after", key)

        assert "--replace" in desk.is_refused("restore", "house.backup")
        assert read(key) == "after"

        assert desk.runs("restore", "house.backup", "--replace") == 0
        kept = next(folder.glob("data/handrail.db.replaced-*"))
        assert str(kept) in desk.out
        assert read(key) == "before"
        assert desk.runs("migrate") == 0

    def test_a_backup_into_a_folder_is_named_by_its_moment_and_fills_an_empty_place(self, desk: Desk) -> None:
        key = new_key()
        desk.set_keys(key)
        desk.runs("migrate")
        write("before", key)
        assert desk.runs("backup") == 0
        file = next(Path().glob("handrail-*.handrail-backup"))
        assert b"before" not in file.read_bytes()
        FILE.rename("elsewhere.db")
        assert desk.runs("restore", file) == 0
        assert read(key) == "before"

    def test_another_key_does_not_open_it_and_nothing_is_touched(self, desk: Desk) -> None:
        key, other = new_key(), new_key()
        desk.set_keys(key)
        desk.runs("migrate")
        write("before", key)
        desk.runs("backup", "house.backup")
        before = FILE.read_bytes()
        desk.set_keys(other)
        said = desk.is_refused("restore", "house.backup", "--replace")
        assert parse_keys(key).key_id in said
        assert key not in said
        assert FILE.read_bytes() == before

    def test_what_is_no_backup(self, desk: Desk) -> None:
        desk.set_keys(new_key())
        Path("notes.txt").write_text("a shopping list")
        assert "notes.txt" in desk.is_refused("restore", "notes.txt")
        assert "nowhere" in desk.is_refused("restore", "nowhere")
        assert not FILE.exists()


class TestKeys:
    def test_a_new_key_is_one_that_the_setting_takes(self, desk: Desk) -> None:
        keys = []
        for _ in range(2):
            assert desk.runs("keys", "new") == 0
            keys.append(desk.out.removesuffix("\n"))
        assert len(set(keys)) == 2
        assert len(parse_keys(",".join(keys)).key_ids) == 2

    def test_rotation_from_the_old_key_to_the_new_one(self, desk: Desk) -> None:
        old, new = new_key(), new_key()
        desk.set_keys(old)
        desk.runs("migrate")
        write("kept", old)

        desk.set_keys(new)
        assert parse_keys(old).key_id in desk.is_refused("keys", "rotate")

        desk.set_keys(new, old)
        assert desk.runs("keys", "rotate") == 0
        assert "meta: 2\n" in desk.out
        desk.set_keys(new)
        assert desk.runs("migrate") == 0
        assert read(new) == "kept"
        desk.set_keys(old)
        assert parse_keys(new).key_id in desk.is_refused("migrate")

    def test_rotation_of_a_key_file_puts_a_new_key_before_the_old_one(self, desk: Desk, folder: Path) -> None:
        desk.runs("migrate")
        file = key_file_for(folder / FILE)
        old = keys_in(file)
        write("kept", *old)
        assert desk.runs("keys", "rotate") == 0
        both = keys_in(file)
        assert both[1:] == old
        assert file.stat().st_mode & 0o777 == 0o600
        assert read(both[0]) == "kept"


def keys_in(file: Path) -> list[str]:
    return [line for line in file.read_text().splitlines() if not line.startswith("#")]
