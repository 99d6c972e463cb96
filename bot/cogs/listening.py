"""The door for words: every message, edit and thread title in a watched place, and every DM, goes to the intake."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import discord
from discord.ext import commands

from bot.intake.places import WatchedPlaces
from bot.intake.service import Intake, Origin
from bot.intake.watermarks import Watermarks
from bot.members.service import MemberService
from bot.observe.logs import get_logger
from bot.ui.words import words_of

log = get_logger(__name__)

RETRY_SECONDS = (1, 2, 5, 10, 15, 30)


@dataclass(frozen=True)
class Place:
    """Where a message stands: the channel, the watched channel it belongs to, and the server; a DM has neither."""

    channel_id: int
    parent_id: int | None
    guild_id: int | None
    is_dm: bool


class Listening(commands.Cog):
    """Hears, and does not give up on a message until it has been handled."""

    def __init__(self, intake: Intake, places: WatchedPlaces, watermarks: Watermarks, members: MemberService) -> None:
        self._intake, self._places, self._watermarks, self._members = intake, places, watermarks, members

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """A new message."""
        place = await self.place_of(message)
        if place is not None:
            await self.read(message, place)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """An edited message is read again: what it says now may be graver."""
        message = payload.message
        place = await self.place_of(message)
        if place is not None and not message.author.bot and words_of(message):
            await self._handle(message, place, "dm-edit" if place.is_dm else "edit")

    @commands.Cog.listener()
    async def on_thread_create(self, thread: discord.Thread) -> None:
        """A thread's title is words, too."""
        await self._read_title(thread)

    @commands.Cog.listener()
    async def on_thread_update(self, before: discord.Thread, after: discord.Thread) -> None:
        """And so is a changed one."""
        if before.name != after.name:
            await self._read_title(after)

    async def _read_title(self, thread: discord.Thread) -> None:
        guild_id = self._places.guild_of(thread.parent_id)
        if guild_id is None or thread.owner_id == thread.guild.me.id:
            return
        origin = Origin(guild_id, thread.owner_id, thread.id, "thread-title", key=f"thread:{thread.id}")
        await self._intake.handle(thread.name, origin)

    async def place_of(self, message: discord.Message) -> Place | None:
        """The watched place a message stands in, or none where nobody reads."""
        channel = message.channel
        if message.guild is None:
            return Place(channel.id, None, None, is_dm=True)
        if (guild_id := self._places.guild_of(channel.id)) is not None:
            return Place(channel.id, None, guild_id, is_dm=False)
        parent_id = channel.parent_id if isinstance(channel, discord.Thread) else None
        if parent_id is None and isinstance(channel, discord.PartialMessageable):
            parent_id = await self._parent_by_asking(message.guild, channel.id)
        guild_id = self._places.guild_of(parent_id) if parent_id is not None else None
        return Place(channel.id, parent_id, guild_id, is_dm=False) if guild_id is not None else None

    async def _parent_by_asking(self, guild: discord.Guild, channel_id: int) -> int | None:
        """A thread that is in no cache: ask Discord what it hangs under."""
        try:
            channel = await guild.fetch_channel(channel_id)
        except (discord.NotFound, discord.Forbidden):
            return None
        return channel.parent_id if isinstance(channel, discord.Thread) else None

    async def read(self, message: discord.Message, place: Place) -> None:
        """Handle one message; the watermark passes it when what had to be done is committed."""
        mark = self._watermarks.watch(place.channel_id, message.id - 1, place.parent_id)
        mark.begin(message.id)
        if not message.author.bot:
            if place.is_dm and await self._members.dms.find(message.author.id) != place.channel_id:
                await self._members.dms.keep(message.author.id, place.channel_id)
            source = "dm" if place.is_dm else "channel"
            if words_of(message):
                await self._handle(message, place, source)
            if message.attachments:
                await self._until_it_works(message, partial(self._unreadable, message, place, source))
        mark.done(message.id)

    async def _handle(self, message: discord.Message, place: Place, source: str) -> None:
        """Give the words to the intake."""

        async def hear() -> None:
            await self._intake.handle(words_of(message), await self._origin(message, place, source))

        await self._until_it_works(message, hear)

    async def _unreadable(self, message: discord.Message, place: Place, source: str) -> None:
        await self._intake.handle_unreadable(await self._origin(message, place, source))

    async def _origin(self, message: discord.Message, place: Place, source: str) -> Origin:
        guild_id = place.guild_id
        if guild_id is None:
            guild_id = await self._members.guild_of(message.author.id)
        return Origin(guild_id, message.author.id, place.channel_id, source, message.id)

    async def _until_it_works(self, message: discord.Message, work: Callable[[], Awaitable[None]]) -> None:
        """Try again and again where it fails: nothing but having been handled ends this."""
        attempt = 0
        while True:
            try:
                await work()
            except Exception:
                log.exception("listening.not_handled", message=message.id, attempt=attempt)
                await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
                attempt += 1
            else:
                return
