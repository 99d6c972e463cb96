"""Runs the sandbox alone: ``python -m sandbox --port 8090``."""

import argparse
import asyncio
import json
import signal
import sys

from sandbox.clock import SandboxClock
from sandbox.permissions import Permission
from sandbox.server import Sandbox, serve_until
from sandbox.world.guilds import Guild

PEOPLE = ("Owner", "Rivera", "Chen", "Okafor", "Alex", "Bea", "Jo", "Sam")
STRANGER = "Stranger"


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=8090, help="0 takes any that is free")
    parser.add_argument("--token", default="sandbox-token", help="the bot's token")
    parser.add_argument("--shards", type=int, default=1, help="how many shards /gateway/bot advises")
    parser.add_argument("--empty", action="store_true", help="a server without any channel")
    parser.add_argument("--guild-id", type=int, default=None, help="the server's id")
    parser.add_argument("--guild-name", default="Riverside", help="the server's name")
    parser.add_argument("--people", default=",".join(PEOPLE), help="names of the members; the first owns the server")
    parser.add_argument("--no-rate-limits", action="store_true", help="let every request pass")
    return parser.parse_args(argv)


def seed(sandbox: Sandbox, names: list[str], *, guild_id: int | None, guild_name: str, empty: bool) -> Guild:
    """A server with these people and the bot, which may administer it; none has a role. A stranger stays outside."""
    world = sandbox.world
    users = [world.add_user(name.lower(), name) for name in names]
    guild = world.add_guild(guild_name, users[0], id=guild_id, starter_channel=None if empty else "general")
    for user in users[1:]:
        guild.add_member(user)
    world.add_user(STRANGER.lower(), STRANGER)
    world.add_bot_to_guild(guild, Permission.ADMINISTRATOR)
    return guild


async def _serve(arguments: argparse.Namespace) -> None:
    sandbox = Sandbox(
        SandboxClock(), token=arguments.token, shards=arguments.shards, rate_limits=not arguments.no_rate_limits
    )
    names = [name.strip() for name in arguments.people.split(",") if name.strip()]
    guild = seed(sandbox, names, guild_id=arguments.guild_id, guild_name=arguments.guild_name, empty=arguments.empty)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)

    def announce() -> None:
        facts = {
            "api_base": sandbox.api_base,
            "gateway": sandbox.gateway_url,
            "page": sandbox.page_url,
            "token": sandbox.token,
            "bot_id": str(sandbox.world.bot.id),
            "guild_id": str(guild.id),
            "people": {
                user.display_name: str(user.id)
                for user in sandbox.world.users.values()
                if not user.bot and user is not sandbox.world.developer
            },
        }
        print(json.dumps(facts), flush=True)

    await serve_until(stopped, sandbox, host=arguments.host, port=arguments.port, started=announce)


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT. Returns the exit status: 2 where it cannot serve there."""
    try:
        asyncio.run(_serve(_arguments(argv)))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
