"""The doctor, the keys and the database; the settings; and that looking changes nothing on this machine."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.db import Database
from bot.db.keys import key_file_for, new_key, parse_keys
from bot.db.migrate import migrate
from bot.db.schema import MIGRATIONS, known_revisions
from bot.doctor import storage
from bot.doctor.findings import Level
from bot.doctor.storage import room_finding
from config.settings import DatabaseSettings, SecuritySettings, Settings, WebSettings
from tests.cli.clinic import Clinic

GB = 1024**3


def with_keys(settings: Settings, keys: str | None) -> Settings:
    secret = None if keys is None else SecretStr(keys)
    return settings.model_copy(update={"security": SecuritySettings(keys=secret)})


def key_file(clinic: Clinic, mode: int) -> Path:
    """The clinic's key in a file beside its database."""
    file = key_file_for(clinic.database_file)
    file.write_text(f"{clinic.key}\n")
    file.chmod(mode)
    return file


def content_of(folder: Path) -> dict[str, bytes]:
    """Every file, but for what SQLite keeps beside a database while somebody looks at it."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if not file.name.endswith(("-wal", "-shm"))}


class TestLookingChangesNothing:
    async def test_in_an_installation_that_runs(self, clinic: Clinic) -> None:
        before = content_of(clinic.folder)
        await clinic.examined()
        assert content_of(clinic.folder) == before

    async def test_before_the_first_start(self, clinic: Clinic) -> None:
        for file in clinic.folder.glob("handrail.db*"):
            file.unlink()
        report = await clinic.examined(with_keys(clinic.settings, None))
        assert [file.name for file in clinic.folder.iterdir()] == [clinic.file.name]
        assert report.failed() == set()
        assert "no key yet" in report.of("keys", Level.WARN).sentence
        # The server is there already, so that this installation would take up what it finds.
        assert report.is_well("database", "server", "permissions", "roles and channels", "on-call cover")

    async def test_in_a_folder_that_is_not_there(self, clinic: Clinic) -> None:
        nowhere = clinic.folder / "deep" / "down" / "handrail.db"
        settings = clinic.settings.model_copy(
            update={"database": DatabaseSettings(url=f"sqlite+aiosqlite:///{nowhere}"), "program": None}
        )
        assert (await clinic.examined(settings)).is_well("database")
        assert not nowhere.parent.exists()


class TestKeys:
    async def test_a_key_file_is_to_be_moved(self, clinic: Clinic) -> None:
        file = key_file(clinic, 0o600)
        report = await clinic.examined(with_keys(clinic.settings, None))
        assert report.failed() == set()
        finding = report.of("keys", Level.WARN)
        assert str(file) in finding.sentence
        assert "HANDRAIL_SECURITY__KEYS" in finding.advice
        assert clinic.key not in str(report.findings)

    async def test_one_that_others_may_read(self, clinic: Clinic) -> None:
        key_file(clinic, 0o644)
        report = await clinic.examined(with_keys(clinic.settings, None))
        assert report.failed() == {"keys"}
        assert "mode 0644" in report.of("keys", Level.FAIL).sentence

    async def test_one_that_was_left_behind(self, clinic: Clinic) -> None:
        key_file(clinic, 0o600)
        assert "is not used" in (await clinic.examined()).of("keys", Level.WARN).sentence

    async def test_one_that_is_gone(self, clinic: Clinic) -> None:
        report = await clinic.examined(with_keys(clinic.settings, None))
        assert report.failed() == {"keys", "database"}
        assert str(key_file_for(clinic.database_file)) in report.of("keys", Level.FAIL).advice

    async def test_another_key_than_the_databases(self, clinic: Clinic) -> None:
        report = await clinic.examined(with_keys(clinic.settings, new_key()))
        assert report.failed() == {"database"}
        assert "key" in report.of("database", Level.FAIL).sentence
        assert report.is_well("keys", "token", "permissions", "on-call cover")
        assert "could not be compared" in report.of("roles and channels", Level.WARN).sentence

    async def test_a_key_that_is_none_is_not_shown(self, clinic: Clinic) -> None:
        report = await clinic.examined(with_keys(clinic.settings, f"{clinic.key},hunter2"))
        assert "keys" in report.failed()
        assert "key 2 is not 32 bytes" in report.of("keys", Level.FAIL).sentence
        assert "hunter2" not in str(report.findings)


class TestDatabase:
    async def test_steps_that_are_missing(self, clinic: Clinic, tmp_path: Path) -> None:
        later = [f"{number}_*" for number in known_revisions()[1:]]
        first = shutil.copytree(MIGRATIONS, tmp_path / "first", ignore=shutil.ignore_patterns("__pycache__", *later))
        clinic.database_file.unlink()
        database = await Database.open(clinic.settings.database.url, parse_keys(clinic.key))
        await migrate(database, Path(first))
        await database.close()
        report = await clinic.examined()
        assert report.failed() == set()
        finding = report.of("database", Level.WARN)
        assert f"is at revision {known_revisions()[0]}" in finding.sentence
        assert "python -m bot migrate" in finding.advice
        assert report.is_well("programme", "server", "permissions", "on-call cover")
        assert "could not be compared" in report.of("roles and channels", Level.WARN).sentence

    async def test_one_that_was_begun_and_never_migrated(self, clinic: Clinic) -> None:
        clinic.database_file.unlink()
        await (await Database.open(clinic.settings.database.url, None)).close()
        with closing(sqlite3.connect(clinic.database_file)) as connection:
            connection.execute("CREATE TABLE something (number INTEGER)")
        report = await clinic.examined()
        assert report.failed() == set()
        assert "was never migrated" in report.of("database", Level.WARN).sentence
        assert report.is_well("roles and channels")

    async def test_damage(self, clinic: Clinic) -> None:
        with closing(sqlite3.connect(clinic.database_file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA writable_schema = ON")
            find = "SELECT rootpage FROM sqlite_master WHERE name = 'staff_grants'"
            page = connection.execute(find).fetchone()[0]
            size = connection.execute("PRAGMA page_size").fetchone()[0]
        with clinic.database_file.open("r+b") as file:
            file.seek((page - 1) * size)
            file.write(b"\xff" * size)
        report = await clinic.examined()
        assert "database" in report.failed()
        assert "damaged" in report.of("database", Level.FAIL).sentence

    async def test_somebody_else_holds_it(self, clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(storage, "PATIENCE", 0.05)
        with closing(sqlite3.connect(clinic.database_file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            report = await clinic.examined()
        assert report.failed() == {"database"}
        assert "busy" in report.of("database", Level.FAIL).sentence
        assert report.is_well("programme", "roles and channels")

    async def test_something_else_by_its_name(self, clinic: Clinic) -> None:
        clinic.database_file.write_bytes(b"a shopping list " * 100)
        report = await clinic.examined()
        assert report.failed() == {"database"}
        assert "not a SQLite database" in report.of("database", Level.FAIL).sentence
        assert clinic.database_file.read_bytes() == b"a shopping list " * 100

    async def test_another_database_that_cannot_be_opened(self, clinic: Clinic) -> None:
        elsewhere = DatabaseSettings(url="postgresql+asyncpg://operator:hunter2@127.0.0.1:9/handrail")
        settings = with_keys(clinic.settings.model_copy(update={"database": elsewhere}), None)
        report = await clinic.examined(settings)
        assert report.failed() == {"keys", "database"}
        assert "HANDRAIL_SECURITY__KEYS" in report.of("keys", Level.FAIL).sentence
        assert "hunter2" not in str(report.findings)

    @pytest.mark.parametrize(
        ("free", "size", "level"),
        [
            (50 * GB, 1 * GB, Level.OK),
            (3 * GB, 1 * GB, Level.OK),
            (3 * GB - 1, 1 * GB, Level.WARN),
            (1 * GB - 1, 0, Level.WARN),
            (99 * 1024**2, 0, Level.FAIL),
        ],
    )
    def test_room_for_a_backup(self, free: int, size: int, level: Level) -> None:
        assert room_finding(free, size).level is level


class TestConfiguration:
    async def test_a_slip_of_the_pen_in_the_environment_and_in_the_file(self, clinic: Clinic) -> None:
        (clinic.folder / ".env").write_text("HANDRAIL_WEB__BASE_ULR=https://a.example\nOTHER=1\n")
        (clinic.folder / ".env").chmod(0o600)
        report = await clinic.examined(HANDRAIL_LOG_LEVEL="secret-value", HANDRAIL_LOG__FORMAT="json", PATH="/bin")
        assert [(each.level, each.sentence.rstrip("?.")) for each in report.about("settings")] == [
            (Level.WARN, "HANDRAIL_LOG_LEVEL is no setting of Handrail; did you mean HANDRAIL_LOG__LEVEL"),
            (Level.WARN, "HANDRAIL_WEB__BASE_ULR is no setting of Handrail; did you mean HANDRAIL_WEB__BASE_URL"),
        ]
        assert "secret-value" not in str(report.findings)

    async def test_a_file_of_settings_that_others_may_read(self, clinic: Clinic) -> None:
        (clinic.folder / ".env").write_text("OTHER=1\n")
        (clinic.folder / ".env").chmod(0o640)
        assert "mode 0640" in (await clinic.examined()).of("settings", Level.WARN).sentence

    @pytest.mark.parametrize(
        ("address", "said"),
        [
            (None, "scored features are not offered"),
            ("http://pages.riverside.example", "not https"),
            ("http://127.0.0.1:8080", None),
            ("https://pages.riverside.example", None),
        ],
    )
    async def test_private_pages(self, clinic: Clinic, address: str | None, said: str | None) -> None:
        report = await clinic.examined(clinic.settings.model_copy(update={"web": WebSettings(base_url=address)}))
        if said is None:
            assert report.is_well("private pages")
        else:
            assert said in report.of("private pages", Level.WARN).sentence
