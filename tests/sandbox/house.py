"""A small server with its people, and the real discord.py client in it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import discord
import pytest
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket

from sandbox import Sandbox
from sandbox.permissions import Permission
from sandbox.world.channels import Channel
from sandbox.world.guilds import Guild, Member
from sandbox.world.users import User
from tests.sandbox.openapi import DOCUMENT, OpenApi, check


@cache
def published() -> OpenApi | None:
    """Discord's published document, where it lies beside the repository."""
    return OpenApi.load() if DOCUMENT.exists() else None


class Bot(discord.AutoShardedClient):
    """The client under test: it notes what it hears, and has a command tree."""

    def __init__(self, **options: Any) -> None:
        intents = options.pop("intents", None) or discord.Intents(
            guilds=True, members=True, messages=True, message_content=True, reactions=True, moderation=True
        )
        super().__init__(intents=intents, guild_ready_timeout=0.01, **options)
        self.tree = app_commands.CommandTree(self)
        self.heard: list[tuple[str, Any]] = []
        self.notify: Callable[[], None] = lambda: None

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Discord wants five seconds between two identifications; the sandbox does not mind."""

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        if not event_name.startswith("socket"):
            self.heard.append((event_name, args))
        super().dispatch(event_name, *args, **kwargs)
        self.notify()

    def names(self) -> list[str]:
        return [name for name, _ in self.heard]

    def last(self, name: str) -> Any:
        return next(args for heard, args in reversed(self.heard) if heard == name)

    def count(self, name: str) -> int:
        return self.names().count(name)


@dataclass(slots=True)
class House:
    """The sandbox, its one server, three people, a channel; and the bot, once it is started."""

    sandbox: Sandbox
    guild: Guild
    owner: User
    alex: User
    bea: User
    general: Channel
    me: Member
    bots: list[tuple[Bot, "asyncio.Task[None]"]] = field(default_factory=list)
    before: set["asyncio.Task[Any]"] = field(default_factory=asyncio.all_tasks)
    """The tasks that ran before; no other may be left in the end."""
    nonsense: set[str] = field(default_factory=set)
    """Paths that a test asked for on purpose although Discord has no such route."""

    async def start_bot(self, bot: Bot | None = None) -> Bot:
        """Run a client until it is ready."""
        client = bot or Bot()
        client.notify = self.sandbox.changes.notify
        ready = asyncio.Event()

        async def on_ready() -> None:
            ready.set()

        client.on_ready = on_ready  # type: ignore[attr-defined]  # discord.py finds it by name
        task = asyncio.create_task(client.start(self.sandbox.token), name="bot under test")
        self.bots.append((client, task))
        waiter = asyncio.create_task(ready.wait())
        await asyncio.wait({waiter, task}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        waiter.cancel()
        if task.done():
            task.result()
        assert ready.is_set(), "the client did not become ready"
        return client

    async def hears(self, bot: Bot, event: str, times: int = 1) -> Any:
        """Wait until the client dispatched an event so often; returns the latest one's arguments."""
        await self.sandbox.changed(lambda: bot.count(event) >= times, 5)
        return bot.last(event)

    async def caught_up(self, bot: Bot) -> None:
        """Wait until the client has read every event it was sent."""

        def is_level() -> bool:
            # The shards' places in the stream: discord.py shows their latency, and nothing of this.
            shards = bot._AutoShardedClient__shards  # type: ignore[attr-defined]  # named so by Python for its class
            sequences = {shard_id: shard.ws.sequence for shard_id, shard in shards.items()}
            return all(
                session.connected and sequences.get(session.shard_id) == session.sequence
                for session in self.sandbox.sessions
            )

        bot.notify()
        await self.sandbox.changed(is_level, 5)

    async def close(self) -> None:
        """Close the clients and the sandbox, and hold all that was asked and answered against Discord's document."""
        for bot, task in self.bots:
            await bot.close()
            await asyncio.wait({task}, timeout=5)
            assert task.done()
        await self.sandbox.stop()
        await asyncio.sleep(0)
        left = asyncio.all_tasks() - self.before - {asyncio.current_task()}
        assert left == set()
        api = published()
        if api is not None:
            departures = [
                str(problem)
                for record in self.sandbox.requests
                if record.path not in self.nonsense
                for problem in check(api, record)
            ]
            assert not departures, "\n".join(departures)


def furnish(sandbox: Sandbox, permissions: int = int(Permission.ADMINISTRATOR)) -> House:
    """A server with its owner, Alex and Bea, a channel, and the bot with these permissions."""
    world = sandbox.world
    owner = world.add_user("owner", "Owner")
    alex, bea = world.add_user("alex", "Alex"), world.add_user("bea", "Bea")
    guild = world.add_guild("Riverside", owner)
    guild.add_member(alex)
    guild.add_member(bea)
    general = guild.add_channel("general")
    me = world.add_bot_to_guild(guild, permissions)
    return House(sandbox, guild, owner, alex, bea, general, me)


def point_discord_at(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let discord.py talk to the sandbox for the length of a test."""
    monkeypatch.setattr(discord.http.Route, "BASE", sandbox.api_base)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(sandbox.gateway_url))
