"""What the commands on the database do, each ending in an exit code. None needs Discord, or the app to be whole."""

from pathlib import Path

from bot.content import Content
from bot.db.backup import backup
from bot.db.engine import sqlite_path
from bot.db.files import create_private
from bot.db.keys import add_key_to_file, key_file_for
from bot.db.migrate import migrate
from bot.db.restore import refuse_running, restore
from bot.db.rotate import rotate
from bot.errors import SettingsError
from bot.opening import keys_of, opened
from bot.timing import SystemClock
from config.settings import Settings


async def migrate_database(settings: Settings) -> int:
    """Bring the database up to date."""
    async with opened(settings) as database:
        applied = await migrate(database)
    print(f"Applied {', '.join(applied)}." if applied else "The database is up to date.")
    return 0


async def back_up(settings: Settings, file: Path) -> int:
    """Write a backup."""
    keys = keys_of(settings)
    async with opened(settings, keys) as database:
        info = await backup(database, file, keys)
    print(f"Wrote {info.path}. It opens with the keys of this installation only, and does not contain them.")
    return 0


async def put_back(settings: Settings, file: Path, *, replace: bool) -> int:
    """Put a backup back."""
    info = await restore(file, settings.database.url, keys_of(settings), replace=replace)
    print(f"Restored {info.path}.")
    if info.moved_to is not None:
        print(f"What was there before is kept as {info.moved_to}.")
    return 0


async def export(settings: Settings, user_id: int, file: Path) -> int:
    """Write everything that is kept of one person, for the operator to hand to them."""
    async with opened(settings) as database:
        await migrate(database)
        # Imported here: the outbox brings discord.py along, and the other commands do without.
        from bot.delivery.service import Kinds, Outbox  # noqa: PLC0415
        from bot.delivery.transport import NoRoad  # noqa: PLC0415
        from bot.privacy.service import PrivacyService  # noqa: PLC0415

        outbox = Outbox(database, SystemClock(), NoRoad(), Kinds())
        copy = await PrivacyService(database, SystemClock(), Content.load(), outbox).export(user_id)
    try:
        with create_private(file) as target:
            target.write(copy)
    except FileExistsError:
        raise SettingsError(f"{file} is there already: name a file that is not.") from None
    print(f"Wrote {file}. It holds everything in the clear: hand it over by a safe road, then remove it.")
    return 0


async def verify_audit(settings: Settings, noted: str | None) -> int:
    """Hold the record of who saw what against itself. Exit 1 where it is not whole."""
    from bot.access.audit import Audit  # noqa: PLC0415  # only this command needs the room

    async with opened(settings) as database:
        await migrate(database)
        verdict = await Audit(database, SystemClock()).verify(noted)
    if verdict.broken_at is not None:
        print(f"The record does not hold from row {verdict.broken_at} on: rows were altered, put in or taken out.")
    elif verdict.knows_noted is False:
        print(f"The record holds against itself, but the hash that was noted is not in it. Rows: {verdict.rows}.")
    else:
        print(f"The record is whole. Rows: {verdict.rows}. Write the newest hash down elsewhere: {verdict.newest}")
    return 0 if verdict.is_whole else 1


async def reset_factor(settings: Settings, user_id: int) -> int:
    """Take somebody's second factor away and end their sessions; their next visit sets up a new one."""
    from bot.access.service import AccessService  # noqa: PLC0415

    async with opened(settings) as database:
        await migrate(database)
        had = await AccessService(database, SystemClock(), None).factor.reset(user_id)
    if not had:
        print("This person has no second factor; nothing was changed but that their pages are closed.")
        return 1
    print("Done. Their next visit sets up a new second factor; be sure that it is they who asked.")
    return 0


async def rotate_keys(settings: Settings) -> int:
    """Encrypt everything anew under the newest key."""
    keys = keys_of(settings)
    path = sqlite_path(settings.database.url)
    if settings.security.keys is None and path is not None:
        # A running bot has read the key file already, and could not read what is written under the new key.
        refuse_running(path, "rotate its keys")
        keys = add_key_to_file(key_file_for(path))
    async with opened(settings, keys) as database:
        await migrate(database)
        report = await rotate(database)
    for table, rows in report.rows.items():
        print(f"{table}: {rows}")
    print("Everything is under the newest key; the older ones may be taken off the list.")
    return 0
