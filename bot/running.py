"""What the commands that touch the database or Discord do, each ending in an exit code."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import discord

from bot.app import App, keys_of
from bot.content import Content
from bot.db import Database
from bot.db.backup import backup
from bot.db.engine import sqlite_path
from bot.db.files import create_private
from bot.db.keys import add_key_to_file, key_file_for
from bot.db.migrate import migrate
from bot.db.restore import restore
from bot.db.rotate import rotate
from bot.delivery.service import Kinds, Outbox
from bot.delivery.transport import NoRoad
from bot.discord_address import use_address
from bot.errors import DiscordSetupError, SettingsError
from bot.observe.logs import get_logger
from bot.privacy.service import PrivacyService
from bot.program.discord_guild import DiscordGuild, pick_guild
from bot.program.file import load_programme
from bot.program.service import ProgrammeService
from bot.timing import SystemClock
from config.settings import Settings, token_of, unknown_variables

log = get_logger(__name__)


async def run(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; then finish what was claimed, and end within five seconds."""
    for sentence in unknown_variables():
        log.warning("settings.unknown", sentence=sentence)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    app = await App.build(settings)
    try:
        starting = asyncio.create_task(app.start(), name="handrail: starting")
        asked = asyncio.create_task(stopped.wait(), name="handrail: asked to stop")
        await asyncio.wait({starting, asked}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            return 0
        await starting
        ended = asyncio.create_task(app.wait(), name="handrail: watching")
        await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if ended.done():
            await ended  # raises what went wrong
            log.error("app.ended_by_itself")
            return 1
        ended.cancel()
        return 0
    finally:
        await app.close()


async def apply(settings: Settings, file: Path, *, dry_run: bool) -> int:
    """Bring a server in line with a programme file, over REST alone; a running bot sees it at its next look."""
    programme = load_programme(file)
    token = token_of(settings)
    await use_address(settings.discord.api_base)
    database = await Database.open(settings.database.url, keys_of(settings))
    try:
        await migrate(database)
        async with _logged_in(settings.discord.api_base, token) as client:
            guild = DiscordGuild(client, await pick_guild(client, programme))
            report = await ProgrammeService(database, SystemClock()).apply(programme, guild, dry_run=dry_run)
    finally:
        await database.close()
    for line in report.lines():
        print(line)
    for obstacle in report.obstacles:
        print(f"In the way: {obstacle}")
    print(_summary(len(report.changes), dry_run=dry_run))
    return 1 if report.obstacles else 0


@asynccontextmanager
async def _logged_in(api_base: str, token: str) -> AsyncIterator[discord.Client]:
    """A client for REST alone. Raises DiscordSetupError where Discord refuses the token or does not answer."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nothing here speaks
    try:
        async with discord.Client(intents=discord.Intents(guilds=True)) as client:
            await client.login(token)
            yield client
    except discord.LoginFailure:
        raise DiscordSetupError(
            "Discord refuses the token in HANDRAIL_DISCORD__TOKEN: copy it anew from the application's page."
        ) from None
    except discord.HTTPException as error:
        raise DiscordSetupError(f"Discord did not answer as it should (HTTP {error.status}): try again.") from error
    except (aiohttp.ClientError, OSError) as error:
        raise DiscordSetupError(
            f"Discord cannot be reached at {api_base} ({type(error).__name__}): "
            "look at the network, or at HANDRAIL_DISCORD__API_BASE."
        ) from error


def _summary(changes: int, *, dry_run: bool) -> str:
    if changes == 0:
        return "Nothing to do: the server is as the programme file says."
    steps = "1 step" if changes == 1 else f"{changes} steps"
    return f"{steps} would be taken; nothing was changed." if dry_run else f"Done: {steps}."


async def migrate_database(settings: Settings) -> int:
    """Bring the database up to date."""
    database = await Database.open(settings.database.url, keys_of(settings))
    try:
        applied = await migrate(database)
    finally:
        await database.close()
    print(f"Applied {', '.join(applied)}." if applied else "The database is up to date.")
    return 0


async def back_up(settings: Settings, file: Path) -> int:
    """Write a backup."""
    keys = keys_of(settings)
    database = await Database.open(settings.database.url, keys)
    try:
        info = await backup(database, file, keys)
    finally:
        await database.close()
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
    database = await Database.open(settings.database.url, keys_of(settings))
    try:
        await migrate(database)
        outbox = Outbox(database, SystemClock(), NoRoad(), Kinds())
        copy = await PrivacyService(database, SystemClock(), Content.load(), outbox).export(user_id)
    finally:
        await database.close()
    try:
        with create_private(file) as target:
            target.write(copy)
    except FileExistsError:
        raise SettingsError(f"{file} is there already: name a file that is not.") from None
    print(f"Wrote {file}. It holds everything in the clear: hand it over by a safe road, then remove it.")
    return 0


async def rotate_keys(settings: Settings) -> int:
    """Encrypt everything anew under the newest key."""
    keys = keys_of(settings)
    path = sqlite_path(settings.database.url)
    if settings.security.keys is None and path is not None:
        keys = add_key_to_file(key_file_for(path))
    database = await Database.open(settings.database.url, keys)
    try:
        await migrate(database)
        report = await rotate(database)
    finally:
        await database.close()
    for table, rows in report.rows.items():
        print(f"{table}: {rows}")
    print("Everything is under the newest key; the older ones may be taken off the list.")
    return 0
