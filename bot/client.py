"""The Discord client: intents, cogs from a list, presses to one place, commands kept in step, one error handler."""

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, final

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.content import Content
from bot.delivery.pacing import Pacer, current_lane
from bot.errors import NotAllowedError
from bot.observe.logs import get_logger
from bot.program.permissions import INTENTS
from bot.ui.safe import Presses, Reply, answer_failure

log = get_logger(__name__)

UNAUTHORISED = 401


async def _open_to_all(_interaction: discord.Interaction[Any]) -> None:
    """Before there are doors there is no gate."""


class SafeTree(app_commands.CommandTree["HandrailClient"]):
    """Slash commands that answer the person whatever fails; groups of one name, in several cogs, are one group."""

    def add_command(self, command: Any, /, **options: Any) -> None:  # noqa: ANN401  # passed on as they are
        """Add a command; the commands of a group whose name is there already join that group."""
        there = self.get_command(command.name) if isinstance(command, app_commands.Group) else None
        if not isinstance(there, app_commands.Group):
            super().add_command(command, **options)
            return
        for one in command.commands:
            there.add_command(one)

    async def interaction_check(self, interaction: discord.Interaction["HandrailClient"], /) -> bool:
        """Whether this person may use this command at all, said to them where they may not."""
        client = interaction.client
        try:
            await client.gate(interaction)
        except NotAllowedError as refused:
            await answer_failure(Reply(interaction), client.content, client.numbers, refused)
            return False
        return True

    async def on_error(
        self, interaction: discord.Interaction["HandrailClient"], error: app_commands.AppCommandError, /
    ) -> None:
        """Say it to whoever ran the command, and log it."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        client = interaction.client
        await answer_failure(Reply(interaction), client.content, client.numbers, cause)


class ConnectionTold(Protocol):
    """Who is told how the gateway connections fare. A connection is called a shard, and carries some of the servers."""

    def cut_off(self, shard_id: int) -> None:
        """A connection is down; its session may yet be resumed."""

    def resumed(self, shard_id: int) -> None:
        """Its session goes on, and Discord has replayed what was missed."""

    def begun(self, shard_id: int, shard_count: int) -> None:
        """It has a new session; nothing of it has been told yet, and nothing since the last one."""

    def ready(self) -> None:
        """Every server of a new session is known, so that it can be read."""

    def server_lost(self, guild_id: int) -> None:
        """Discord has lost a server for a while, or we have; it tells nothing of what is written there."""


@final
class HandrailClient(commands.AutoShardedBot):
    """The one connection to Discord. It holds doors, not rules; what it is given at construction is all it knows."""

    def __init__(
        self, content: Content, presses: Presses, pacer: Pacer, *, guilds_within: float, identify_after: float
    ) -> None:
        intents = discord.Intents.none()
        for need in INTENTS:
            setattr(intents, need.name, True)
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nothing here speaks
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=SafeTree,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,  # nothing here reads a cached message; edits come raw
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_ratelimit_timeout=30,
            guild_ready_timeout=guilds_within,
        )
        self.content = content
        self._presses, self._pacer, self.numbers = presses, pacer, presses.numbers
        self._identify_after = identify_after
        self.gate: Callable[[discord.Interaction[Any]], Awaitable[None]] = _open_to_all
        """Asked before a command; set where the doors are made."""
        self._cogs_to_load: Sequence[commands.Cog] = ()
        self._connection_told: ConnectionTold | None = None
        self._on_joined: Callable[[discord.Guild], Awaitable[None]] | None = None
        self._before_connecting: Callable[[], Awaitable[None]] | None = None
        self._commands_known: Callable[[], Awaitable[str | None]] | None = None
        self._commands_noted: Callable[[str], Awaitable[None]] | None = None
        self._on_place_lost: Callable[[int], Awaitable[None]] | None = None
        self._commands_in_step = False
        self._servers_away: set[int] = set()
        self.token_is_refused = False
        """Whether Discord refused our token at the last request that it judged."""
        self._pace_requests()

    def equip(
        self,
        cogs: Sequence[commands.Cog],
        *,
        before_connecting: Callable[[], Awaitable[None]],
        connection: ConnectionTold,
        on_joined: Callable[[discord.Guild], Awaitable[None]],
        on_place_lost: Callable[[int], Awaitable[None]],
        commands_known: Callable[[], Awaitable[str | None]],
        commands_noted: Callable[[str], Awaitable[None]],
    ) -> None:
        """Give the client its cogs, and tell it whom to tell. Called once, by the composition root."""
        self._cogs_to_load, self._before_connecting = cogs, before_connecting
        self._connection_told, self._on_joined = connection, on_joined
        self._commands_known, self._commands_noted = commands_known, commands_noted
        self._on_place_lost = on_place_lost

    def _pace_requests(self) -> None:
        """Every request to Discord takes its turn, in the lane of the work it belongs to."""
        unpaced, pacer = self.http.request, self._pacer

        async def paced(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # passed through as they are
            await pacer.turn(current_lane.get())
            try:
                answer = await unpaced(*args, **kwargs)
            except discord.HTTPException as error:
                if error.status == UNAUTHORISED and not self.token_is_refused:
                    log.error("discord.token_refused")  # noqa: TRY400  # a trace would say no more
                self.token_is_refused |= error.status == UNAUTHORISED
                raise
            self.token_is_refused = False
            return answer

        self.http.request = paced  # type: ignore[method-assign]  # discord.py has no hook for this

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:  # noqa: ARG002  # its name
        """Keep the time between two identifications that Discord asks for (5 s for each of its concurrent slots)."""
        if not initial:
            await asyncio.sleep(self._identify_after)

    # -- before the gateway --------------------------------------------------------------------------------------------

    async def setup_hook(self) -> None:
        """Logged in, not yet connected: load the cogs, set the server up, keep the commands in step."""
        for cog in self._cogs_to_load:
            await self.add_cog(cog)
        if self._before_connecting is not None:
            await self._before_connecting()
        await self.keep_commands_in_step()

    async def keep_commands_in_step(self) -> None:
        """Send the commands only where they differ from what was last sent, so that a restart writes nothing.

        Where Discord does not take them the ones it has go on working; to be called again until it does.
        """
        if self._commands_in_step or self.application_id is None:  # there is no login yet
            return
        try:
            await self._send_commands()
        except (discord.DiscordException, aiohttp.ClientError, OSError) as refused:
            # Without a trace: what Discord says of a refused command is long, and the commands are not secret.
            log.error("client.commands_not_in_step", error=type(refused).__name__, said=str(refused)[:200])  # noqa: TRY400
        else:
            self._commands_in_step = True

    async def _send_commands(self) -> None:
        wanted = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        digest = hashlib.sha256(json.dumps(wanted, sort_keys=True, default=str).encode()).hexdigest()
        known = await self._commands_known() if self._commands_known is not None else None
        there = {(command.name, command.type.value) for command in await self.tree.fetch_commands()}
        if known == digest and there == {(command["name"], command["type"]) for command in wanted}:
            return
        await self.tree.sync()
        if self._commands_noted is not None:
            await self._commands_noted(digest)

    # -- what comes in -------------------------------------------------------------------------------------------------

    async def on_message(self, message: discord.Message, /) -> None:
        """Messages are heard by the listening cog; there are no commands in them."""

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Buttons, choices and forms."""
        if interaction.type in {discord.InteractionType.component, discord.InteractionType.modal_submit}:
            await self._presses.handle(interaction)

    async def on_ready(self) -> None:
        """A new gateway session, on every shard: whatever happened meanwhile was not told to us."""
        log.info("client.ready", guilds=len(self.guilds), shards=len(self.shards))
        if self._connection_told is not None:
            self._connection_told.ready()

    async def on_shard_connect(self, shard_id: int) -> None:
        """One shard has a new session, of which nothing has been heard yet. (A resumed one does not come by here.)"""
        if self._connection_told is not None:
            self._connection_told.begun(shard_id, self.shard_count or 1)

    async def on_shard_ready(self, shard_id: int) -> None:  # noqa: ARG002  # discord.py passes it
        """One shard knows its servers again (at the first start ``on_ready`` says so for all)."""
        if self._connection_told is not None and self.is_ready():
            self._connection_told.ready()

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """From here on something may be missed."""
        if self._connection_told is not None:
            self._connection_told.cut_off(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Discord has replayed what was missed."""
        if self._connection_told is not None:
            self._connection_told.resumed(shard_id)

    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        """Discord has an outage that takes this server along."""
        log.warning("client.server_unavailable", guild=guild.id)
        self._servers_away.add(guild.id)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """It is back. (This is also said of every server of a new session; then ``on_shard_ready`` follows.)"""
        if guild.id in self._servers_away and self._connection_told is not None:
            self._servers_away.discard(guild.id)
            self._connection_told.server_lost(guild.id)
            self._connection_told.ready()

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot was invited to a server."""
        if self._connection_told is not None:
            self._connection_told.server_lost(guild.id)
        if self._on_joined is not None:
            await self._on_joined(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed from a server: whoever relies on it there is on their own."""
        log.error("client.removed_from_server", guild=guild.id)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A channel went; where it was one of ours, it is made again."""
        if self._on_place_lost is not None:
            await self._on_place_lost(channel.guild.id)

    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """A role went; where it was one of ours, it is made again."""
        if self._on_place_lost is not None:
            await self._on_place_lost(role.guild.id)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401, ARG002
        """A fault in an event's handler: the event's name and the traceback, never its contents."""
        log.exception("client.event_failed", event_name=event_method)  # noqa: LOG004  # called while it is handled

    def gateway_silent_for(self) -> float | None:
        """Seconds since the gateway last said anything, by the shard that has been silent longest; None without one.

        Every heartbeat is answered, so a living connection speaks at least every 41 seconds. discord.py keeps the
        moment to itself (``KeepAliveHandler``, by ``time.perf_counter``): it shows latency, which stays as it was when
        the answers stop.
        """
        sockets = [shard._parent.ws for shard in self.shards.values()]  # noqa: SLF001  # see above
        heard: list[float] = []
        for socket in sockets:
            keeper = getattr(socket, "_keep_alive", None)
            if keeper is None:
                return None
            heard.append(keeper._last_recv)  # noqa: SLF001  # see above
        return time.perf_counter() - min(heard) if heard else None

    async def close(self) -> None:
        """Close the connection; what waits for a turn is cancelled by its owner."""
        self._pacer.close()
        await super().close()


def is_event_task(task: "asyncio.Task[Any]") -> bool:
    """Whether this task is discord.py handling something that came in, so that a house knows when all is quiet."""
    return task.get_name().startswith(("discord.py:", "CommandTree-invoker"))
