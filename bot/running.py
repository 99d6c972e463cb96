"""What `run` and `apply` do, each ending in an exit code."""

import asyncio
import signal
from pathlib import Path

import discord

from bot.app import App
from bot.db.migrate import migrate
from bot.discord_address import log_in, use_address
from bot.observe.logs import get_logger
from bot.opening import opened
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
    async with opened(settings) as database:
        await migrate(database)
        async with discord.Client(intents=discord.Intents(guilds=True)) as client:
            await log_in(client, token, settings.discord.api_base)
            guild = DiscordGuild(client, await pick_guild(client, programme))
            report = await ProgrammeService(database, SystemClock()).apply(programme, guild, dry_run=dry_run)
    for line in report.lines():
        print(line)
    for obstacle in report.obstacles:
        print(f"In the way: {obstacle}")
    print(_summary(len(report.changes), dry_run=dry_run))
    return 1 if report.obstacles else 0


def _summary(changes: int, *, dry_run: bool) -> str:
    if changes == 0:
        return "Nothing to do: the server is as the programme file says."
    steps = "1 step" if changes == 1 else f"{changes} steps"
    return f"{steps} would be taken; nothing was changed." if dry_run else f"Done: {steps}."
