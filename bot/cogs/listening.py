"""The door for words: every message, edit and thread title in a watched place, and every DM, goes to the intake."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

import discord
from discord.ext import commands

from bot.cogs.automod_alerts import AutoModAlerts
from bot.intake.places import WatchedPlaces
from bot.intake.rules import Watermark
from bot.intake.service import Hung, Intake, Origin
from bot.intake.watermarks import Watermarks
from bot.members.service import MemberService
from bot.observe.logs import get_logger
from bot.ui.words import words_of

log = get_logger(__name__)

_T = TypeVar("_T")

RETRY_SECONDS = (1, 2, 5, 10, 15, 30)
FIRST_LOOK = timedelta(hours=24)
"""How far back a place is read that was never read before."""


@dataclass(frozen=True)
class Place:
    """Where a message stands: the channel, the watched channel it belongs to, and the server; a DM has neither.

    ``is_alerts``: it is staff's, and of it only what Discord tells of its own AutoMod is read.
    """

    channel_id: int
    parent_id: int | None
    guild_id: int | None
    is_dm: bool
    is_alerts: bool = False


class Listening(commands.Cog):
    """Hears, and does not give up on a message until it has been handled."""

    def __init__(self, intake: Intake, places: WatchedPlaces, watermarks: Watermarks, members: MemberService) -> None:
        self._intake, self._places, self._watermarks, self._members = intake, places, watermarks, members
        self._alerts = AutoModAlerts(intake)
        self.on_new_place: Callable[[], None] = lambda: None
        """Called for a DM or a thread in which we hear somebody for the first time: there may be older words in it."""
        self.on_home: Callable[[int, int], None] = lambda _user_id, _guild_id: None
        """Called with a person who writes by DM, and the server they belong to."""

    # -- what comes in -------------------------------------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """A new message. Its watermark knows of it before anything is awaited, and passes it when it is handled."""
        if not self._may_be_watched(message):
            return
        is_new = self._watermarks.find(message.channel.id) is None
        mark = self._mark(message)
        mark.begin(message.id)
        place = await self._until_it_works("message", message.id, partial(self._handle_live, message))
        if place is None:
            self._watermarks.forget(message.channel.id)
            return
        self._watermarks.watch(place.channel_id, mark.safe, place.parent_id)
        mark.done(message.id)
        if is_new:
            self.on_new_place()

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """An edited message is read again: what it says now may be graver. A link that got its preview is no edit."""
        message = payload.message
        if message.edited_at is not None and self._may_be_watched(message):
            await self._until_it_works("edit", message.id, partial(self._handle_edit, message))

    @commands.Cog.listener()
    async def on_thread_create(self, thread: discord.Thread) -> None:
        """A thread's title is words, too."""
        await self._until_it_works("title", thread.id, partial(self.read_title, thread))

    @commands.Cog.listener()
    async def on_thread_update(self, before: discord.Thread, after: discord.Thread) -> None:
        """And so is a changed one."""
        if before.name != after.name:
            await self._until_it_works("title", after.id, partial(self.read_title, after))

    # -- one try each; whoever calls tries again -----------------------------------------------------------------------

    async def read(self, message: discord.Message, place: Place) -> None:
        """Handle one message; the watermark passes it when what had to be done is committed. Raises where it fails."""
        mark = self._watermarks.watch(place.channel_id, message.id - 1, place.parent_id, place.guild_id)
        mark.begin(message.id)
        await self._handle(message, place)
        mark.done(message.id)

    async def read_edit(self, message: discord.Message, place: Place) -> None:
        """Handle what a message says since it was edited. Raises where it fails."""
        if place.is_alerts or message.edited_at is None or message.author.bot or not (words := words_of(message)):
            return
        # Each edit is an occasion of its own: the words it brings may be of the same tier, and other ones.
        key = f"message:{message.id}:{int(message.edited_at.timestamp() * 1000)}"
        origin = self._origin(message, place, "dm-edit" if place.is_dm else "edit", key)
        await self._intake.read(words, origin, self._with_server)

    async def read_title(self, thread: discord.Thread) -> None:
        """Read a thread's title, unless we gave it ourselves. Raises where it fails."""
        guild_id = self._places.guild_of(thread.parent_id)
        if guild_id is None or thread.owner_id == getattr(thread.guild.me, "id", None):  # none while it is unavailable
            return
        origin = Origin(guild_id, thread.owner_id, thread.id, "thread-title", key=f"thread:{thread.id}")
        await self._intake.read(thread.name, origin)

    async def _handle_live(self, message: discord.Message) -> Place | None:
        place = await self._place_of(message)
        if place is not None:
            await self._handle(message, place)
        return place

    async def _handle_edit(self, message: discord.Message) -> None:
        place = await self._place_of(message)
        if place is not None:
            await self.read_edit(message, place)

    async def _handle(self, message: discord.Message, place: Place) -> None:
        """First the words; last what is only for the next start."""
        if place.is_alerts and place.guild_id is not None:
            await self._alerts.read(message, place.guild_id, partial(self._parent, message))
            return
        if message.author.bot:
            return
        source = "dm" if place.is_dm else "channel"
        words = words_of(message)
        if words:
            await self._intake.read(words, self._origin(message, place, source), self._with_server)
        if message.attachments:
            origin = await self._with_server(self._origin(message, place, source))
            await self._intake.handle_unreadable(origin, has_words=bool(words))
        if place.is_dm and await self._members.dms.find(message.author.id) != place.channel_id:
            await self._members.dms.keep(message.author.id, place.channel_id)

    def _origin(self, message: discord.Message, place: Place, source: str, key: str | None = None) -> Origin:
        return Origin(
            guild_id=place.guild_id,
            author_id=message.author.id,
            channel_id=place.channel_id,
            source=source,
            message_id=message.id,
            key=key,
            parent_id=place.parent_id,
            attachments=tuple(attachment.content_type or "" for attachment in message.attachments),
            edited_at=message.edited_at,
            files=tuple(Hung(one.url, one.filename, one.size) for one in message.attachments),
            reply_to=message.reference.message_id if _is_reply(message) and message.reference is not None else None,
        )

    async def _with_server(self, origin: Origin) -> Origin:
        """The origin with the server meant: in a DM, the one that this person belongs to."""
        if origin.guild_id is not None:
            return origin
        guild_id = await self._members.guild_of(origin.author_id)
        if guild_id is not None:
            self.on_home(origin.author_id, guild_id)
        return replace(origin, guild_id=guild_id)

    # -- where ---------------------------------------------------------------------------------------------------------

    def _may_be_watched(self, message: discord.Message) -> bool:
        """Whether a message stands where we read, or in a thread of which only Discord can say whose it is."""
        channel = message.channel
        if _is_dm(channel) or self._places.server_of(channel.id) is not None:
            return True
        parent_id = self._parent_at_hand(channel)
        if parent_id is not None:
            return self._places.guild_of(parent_id) is not None
        return isinstance(channel, discord.PartialMessageable)

    def _mark(self, message: discord.Message) -> Watermark:
        """The message's watermark. A new one starts early enough for words that nobody has told us of."""
        start = discord.utils.time_snowflake(message.created_at - FIRST_LOOK)
        if not _is_dm(message.channel):
            start = max(start, message.channel.id)
        guild_id = message.guild.id if message.guild is not None else None
        return self._watermarks.watch(message.channel.id, start, self._parent_at_hand(message.channel), guild_id)

    def _parent_at_hand(self, channel: object) -> int | None:
        if isinstance(channel, discord.Thread):
            return channel.parent_id
        return self._watermarks.parent_of(channel.id) if isinstance(channel, discord.PartialMessageable) else None

    async def _place_of(self, message: discord.Message) -> Place | None:
        """The watched place a message stands in, or none where nobody reads. Raises where Discord does not say."""
        channel = message.channel
        if _is_dm(channel):
            return Place(channel.id, None, None, is_dm=True)
        if (guild_id := self._places.guild_of(channel.id)) is not None:
            return Place(channel.id, None, guild_id, is_dm=False)
        if (guild_id := self._places.alerts_of(channel.id)) is not None:
            return Place(channel.id, None, guild_id, is_dm=False, is_alerts=True)
        parent_id = self._parent_at_hand(channel)
        if parent_id is None and message.guild is not None:
            parent_id = await self._parent_by_asking(message.guild, channel.id)
        guild_id = self._places.guild_of(parent_id) if parent_id is not None else None
        return Place(channel.id, parent_id, guild_id, is_dm=False) if guild_id is not None else None

    async def _parent(self, message: discord.Message, channel_id: int) -> int | None:
        """What a thread hangs under; none for a channel, and for what is gone."""
        if message.guild is None or self._places.guild_of(channel_id) is not None:
            return None
        known = message.guild.get_thread(channel_id)
        return known.parent_id if known is not None else await self._parent_by_asking(message.guild, channel_id)

    async def _parent_by_asking(self, guild: discord.Guild, channel_id: int) -> int | None:
        """A thread that is in no cache: ask Discord what it hangs under."""
        try:
            channel = await guild.fetch_channel(channel_id)
        except (discord.NotFound, discord.Forbidden):
            return None
        return channel.parent_id if isinstance(channel, discord.Thread) else None

    async def _until_it_works(self, what: str, id_: int, work: Callable[[], Awaitable[_T]]) -> _T:
        """Try again and again where it fails: nothing but having been handled ends this."""
        attempt = 0
        while True:
            try:
                return await work()
            except Exception:
                log.exception("listening.not_handled", what=what, id=id_, attempt=attempt)
                await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
                attempt += 1


def _is_dm(channel: object) -> bool:
    """A channel without a server. One whose server is not in the cache is none."""
    if isinstance(channel, discord.PartialMessageable):
        return channel.guild_id is None
    return isinstance(channel, discord.DMChannel)


def _is_reply(message: discord.Message) -> bool:
    """Whether it answers another message; what it forwards is no answer."""
    return message.type is discord.MessageType.reply
