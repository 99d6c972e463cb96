"""The keys and the database: found, fitting each other, whole, up to date, and with room to grow.

Looking makes nothing: where there is no database yet none is begun, and no key file is written.
"""

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from bot.db import Database, KeyRing
from bot.db.engine import sqlite_path
from bot.db.keys import exposed, find_keys, key_file_for, load_or_make_key_file, parse_keys
from bot.db.migrate import current, pending
from bot.doctor.findings import Finding, Findings, counted, fail, look, look_here, ok, warn
from bot.errors import DatabaseError, HandrailError
from config.settings import Settings

KEYS, DATABASE = "keys", "database"

PATIENCE = 2.0
"""Seconds to wait for a database that another process holds."""
CHECK_PATIENCE = 60.0
"""Seconds that reading a whole database through may take."""
LEAST_ROOM = 100 * 1024**2
"""Bytes under which nothing can be relied on to be stored."""
ENOUGH_ROOM = 1024**3

_MOVE = "Move what is in it to HANDRAIL_SECURITY__KEYS, and keep a copy apart from the database and its backups."


@dataclass(frozen=True, slots=True)
class Store:
    """What was found of the database, and the database itself where it can be read."""

    findings: Findings
    database: Database | None = None
    """None where it cannot be opened, or is not up to date: its tables cannot be relied on."""
    is_blank: bool = False
    """Whether nothing was ever stored."""


async def key_findings(settings: Settings) -> tuple[Findings, KeyRing | None]:
    """Where the keys are and who may read them, and the keys."""
    path = sqlite_path(settings.database.url)
    file = None if path is None else key_file_for(path)
    there = file is not None and file.is_file()
    findings: list[Finding] = []
    keys: KeyRing | None = None
    try:
        if settings.security.keys is not None:
            keys = parse_keys(settings.security.keys.get_secret_value())
            findings.append(
                ok(KEYS, f"{counted(len(keys.key_ids), 'key is', 'keys are')} set; {keys.key_id} encrypts.")
            )
            if there:
                findings.append(
                    warn(KEYS, f"The key file {file} is still there, and is not used.", "Keep it somewhere else.")
                )
        elif path is None:
            find_keys(settings.database.url, None)  # raises: only SQLite may do without the setting
        elif file is not None and there:
            keys = load_or_make_key_file(file)
            findings.append(warn(KEYS, f"The key is in a file beside the database, {file}.", _MOVE))
        elif path.is_file() and path.stat().st_size:
            findings += await _gone(settings, path)
        else:
            findings.append(
                warn(
                    KEYS,
                    "There is no key yet: the first start writes one into a file beside the database.",
                    "Better set HANDRAIL_SECURITY__KEYS before; `python -m bot keys new` prints a key.",
                )
            )
    except HandrailError as error:
        findings.append(fail(KEYS, str(error)))
    if file is not None and there and (sentence := exposed(file)) is not None:
        findings.append(fail(KEYS, sentence))
    return findings, keys


async def _gone(settings: Settings, path: Path) -> Findings:
    """There is a database and no key for it: harmless as long as nothing in it is encrypted."""
    try:
        await (await Database.open(settings.database.url, None, patience=PATIENCE)).close()
    except HandrailError as error:
        return [fail(KEYS, str(error), f"Or put its key file {key_file_for(path)} back.")]
    return [warn(KEYS, "There is no key yet: the next start writes one into a file beside the database.")]


@asynccontextmanager
async def opened(url: str, keys: KeyRing | None) -> AsyncIterator[Store]:
    """Look at the database at ``url``, and keep it open for the other checks."""
    path = sqlite_path(url)
    if path is not None and not (path.is_file() and path.stat().st_size):
        none = ok(DATABASE, f"There is no database at {path} yet: the first start makes it.")
        yield Store([none, *look_here(DATABASE, lambda: _room_findings(path))], is_blank=True)
        return
    try:
        database = await Database.open(url, keys, patience=PATIENCE)
    except DatabaseError as error:
        yield Store([fail(DATABASE, str(error))])
        return
    try:
        at, missing = await current(database), await pending(database)
        findings = [
            _revision_finding(database, at, missing),
            *await look(DATABASE, _writing_findings(database)),
            *await look(DATABASE, _whole_findings(database), patience=CHECK_PATIENCE),
        ]
        if path is not None:
            findings += look_here(DATABASE, lambda: _room_findings(path))
        yield Store(findings, None if missing else database, is_blank=at is None)
    finally:
        await database.close()


def _revision_finding(database: Database, at: str | None, missing: Sequence[str]) -> Finding:
    if not missing:
        return ok(DATABASE, f"{database.name} opens and is up to date (revision {at}).")
    where = "was never migrated" if at is None else f"is at revision {at}"
    sentence = f"{database.name} opens and {where}: {counted(len(missing), 'step is', 'steps are')} missing."
    if database.path is None:
        return fail(DATABASE, sentence, "Run `python -m bot migrate`.")
    return warn(DATABASE, sentence, "Run `python -m bot migrate`; the next start does the same.")


async def _writing_findings(database: Database) -> Findings:
    """Take the turn to write, and give it back without having written."""
    async with database.write() as session:
        await session.execute(text("SELECT 1"))
        await session.rollback()
    return [ok(DATABASE, "It can be written.")]


async def _whole_findings(database: Database) -> Findings:
    if database.path is None:
        return []
    async with database.read() as session:
        answer = await (await session.connection()).exec_driver_sql("PRAGMA quick_check(1)")
        whole = answer.scalar() == "ok"
    if whole:
        return [ok(DATABASE, "It is whole.")]
    return [fail(DATABASE, f"The database {database.name} is damaged.", "Stop the bot and restore a backup.")]


def _room_findings(path: Path) -> Findings:
    folder = next(each for each in path.parents if each.is_dir())
    return [room_finding(shutil.disk_usage(folder).free, path.stat().st_size if path.is_file() else 0)]


def room_finding(free: int, size: int) -> Finding:
    """Whether ``free`` bytes do for a database of ``size``: a backup needs as much again while it is written."""
    said = f"{free / 1024**3:.1f} GB are free on its disk."
    advice = "Make room: a backup needs as much as the database while it is written."
    if free < LEAST_ROOM:
        return fail(DATABASE, f"Only {free // 1024**2} MB are free on its disk.", advice)
    if free < max(ENOUGH_ROOM, 3 * size):
        return warn(DATABASE, f"Only {said}", advice)
    return ok(DATABASE, said)
