"""After a start, or a gateway session that was lost: read every place of which something may be unread."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import discord

from bot.cogs.listening import FIRST_LOOK, Listening, Place
from bot.intake.places import WatchedPlaces
from bot.intake.rules import Watermark
from bot.intake.watermarks import Watermarks
from bot.members.service import MemberService
from bot.observe.logs import get_logger
from bot.timing import Clock

log = get_logger(__name__)

LOOK_BACK: Final = timedelta(minutes=5)
"""How far before the watermark reading begins: ids of one moment do not always arrive in their order."""
EDITS_BACK: Final = timedelta(days=7)
"""How old an edit may be that is still looked at; one that was heard while we ran is known again by its key."""
NEWEST: Final = 50
"""Messages in the first look at a place, and how many before the watermark are looked at for edits."""
AT_ONCE: Final = 4
RETRY_SECONDS: Final = (1, 2, 5, 10, 15, 30)
REFUSED_RETRY_SECONDS: Final = 300
"""A place that we may not read is tried again this much later: permissions are changed by hand."""
EVERYWHERE: Final = 0
"""In the place of a channel's id: a round that could not even begin is begun again for all places."""


class IncompleteError(Exception):
    """Something in a place was not handled; what comes after it was."""


class CatchUp:
    """Downtime delays a page, and never loses one. Messages are known by id, so reading twice does nothing twice.

    A round tries each place once, and those alone whose watermark says that something may be unread. So what fails
    holds up nothing that works: it is tried again by itself, after a pause which the next wish to catch up cuts short.
    """

    def __init__(
        self,
        client: discord.Client,
        listening: Listening,
        places: WatchedPlaces,
        watermarks: Watermarks,
        members: MemberService,
        clock: Clock,
    ) -> None:
        self._client, self._listening, self._places = client, listening, places
        self._watermarks, self._members, self._clock = watermarks, members, clock
        self._wanted = asyncio.Event()
        self._busy = False
        self._attempts: dict[int, int] = {}
        self._due: dict[int, float] = {}
        """Place → when it is tried again, in seconds of the event loop's clock."""

    def want(self) -> None:
        """Catch up soon."""
        self._wanted.set()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being read or asked for. A place that waits for its next try is not being read."""
        return not self._busy and not self._wanted.is_set()

    async def run(self) -> None:
        """Catch up whenever it is wanted, or something is due for another try, until cancelled."""
        while True:
            only = await self._until_wanted_or_due()
            self._busy = True
            if only is None:
                self._wanted.clear()
            try:
                await self.once(only)
            except Exception:
                log.exception("catchup.failed")
                self._later(EVERYWHERE)
            else:
                self._attempts.pop(EVERYWHERE, None)
            finally:
                self._busy = False

    async def _until_wanted_or_due(self) -> frozenset[int] | None:
        """The places whose next try has come; None where all are wanted."""
        loop = asyncio.get_running_loop()
        nearest = min(self._due.values(), default=None)
        try:
            async with asyncio.timeout_at(nearest):
                await self._wanted.wait()
        except TimeoutError:
            due = frozenset(place for place, at in self._due.items() if at <= loop.time())
            return None if EVERYWHERE in due else due
        return None

    async def once(self, only: frozenset[int] | None = None) -> None:
        """Read the places of which something may be unread, or ``only`` those among them."""
        await self._places.refresh()
        dms = await self._members.dms.every()
        if only is None:
            self._due.clear()
        slots = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as tasks:

            def begin(channel_id: int, work: Callable[[], Awaitable[None]]) -> None:
                tasks.create_task(self._try(channel_id, slots, work), name=f"handrail: catch-up {channel_id}")

            def begin_thread(place: Place) -> None:
                begin(place.channel_id, partial(self._read, place))

            channels = [channel_id for channel_id in self._places.channels() if self._is_wanted(channel_id, only)]
            for channel_id in channels:
                begin(channel_id, partial(self._read_with_threads, channel_id, begin_thread))
            for place in self._threads_by_themselves(frozenset(channels)):
                if self._is_wanted(place.channel_id, only):
                    begin_thread(place)
            for channel_id in self._places.alerts():
                if self._is_wanted(channel_id, only):
                    guild_id = self._places.alerts_of(channel_id)
                    begin(
                        channel_id, partial(self._read, Place(channel_id, None, guild_id, is_dm=False, is_alerts=True))
                    )
            for channel_id in dms:
                if self._is_wanted(channel_id, only):
                    begin(channel_id, partial(self._read, Place(channel_id, None, None, is_dm=True)))
        await self._watermarks.flush()

    def _is_wanted(self, channel_id: int, only: frozenset[int] | None) -> bool:
        mark = self._watermarks.find(channel_id)
        return (only is None or channel_id in only) and (mark is None or mark.unread)

    def _threads_by_themselves(self, channels: frozenset[int]) -> list[Place]:
        """Threads that are read before, in channels of which nothing is unread: those others find their own."""
        return [
            Place(thread_id, channel_id, self._places.guild_of(channel_id), is_dm=False)
            for channel_id in self._places.channels()
            if channel_id not in channels
            for thread_id in self._watermarks.threads_of(channel_id)
        ]

    async def _try(self, channel_id: int, slots: asyncio.Semaphore, work: Callable[[], Awaitable[None]]) -> None:
        """Do ``work``; what fails leaves its gap open, gives its slot to others, and comes again."""
        async with slots:
            try:
                await work()
            except discord.NotFound:
                log.warning("catchup.place_gone", channel=channel_id)
                self._watermarks.forget(channel_id)
            except discord.Forbidden:
                log.error("catchup.not_allowed_to_read", channel=channel_id)  # noqa: TRY400  # no trace is wanted
                self._later(channel_id, REFUSED_RETRY_SECONDS)
                return
            except Exception:
                log.exception("catchup.again", channel=channel_id, attempt=self._attempts.get(channel_id, 0))
                self._later(channel_id)
                return
        self._attempts.pop(channel_id, None)
        self._due.pop(channel_id, None)

    def _later(self, channel_id: int, seconds: float | None = None) -> None:
        attempt = self._attempts.get(channel_id, 0)
        self._attempts[channel_id] = attempt + 1
        pause = RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)] if seconds is None else seconds
        self._due[channel_id] = asyncio.get_running_loop().time() + pause

    # -- threads -------------------------------------------------------------------------------------------------------

    async def _read_with_threads(self, channel_id: int, begin_thread: Callable[[Place], None]) -> None:
        """Read a channel and find its threads; it is read when both are done, for new threads begin where it stood."""
        place = Place(channel_id, None, self._places.guild_of(channel_id), is_dm=False)
        mark = self._watch(place)
        epoch, safe, failure, highest = mark.epoch, mark.safe, None, 0
        try:
            highest = await self._history(place, mark)
        except Exception as error:  # noqa: BLE001  # raised below: the threads need not wait for it
            failure = error
        for thread in await self._threads(place, safe):
            begin_thread(thread)
        if failure is not None:
            raise failure
        mark.caught_up(highest, epoch)

    async def _threads(self, place: Place, safe: int) -> list[Place]:
        """The threads under a channel in which something may have been written since ``safe``."""
        channel = self._client.get_channel(place.channel_id)
        known = set(self._watermarks.threads_of(place.channel_id))
        found: set[int] = set()
        if isinstance(channel, discord.TextChannel):
            since = discord.utils.snowflake_time(safe) - LOOK_BACK
            public, _ = await _archived_since(channel, since, private=False)
            threads = [*channel.threads, *public]
            is_complete = True
            if known - {thread.id for thread in threads}:
                private, is_complete = await _archived_since(channel, since, private=True)
                threads += private
            for thread in threads:
                found.add(thread.id)
                if thread.id not in known:
                    if thread.created_at is None or thread.created_at >= since:
                        await self._listening.read_title(thread)
                    self._watermarks.watch(thread.id, max(thread.id, safe), place.channel_id, place.guild_id)
            if is_complete:
                # Archived before we last looked, and not written in since: a word would have woken them.
                for thread_id in known - found:
                    self._watermarks.forget(thread_id)
        elif self._is_away(place.guild_id):
            raise IncompleteError
        return [
            Place(thread_id, place.channel_id, place.guild_id, is_dm=False)
            for thread_id in self._watermarks.threads_of(place.channel_id)
            if (mark := self._watermarks.find(thread_id)) is not None and mark.unread
        ]

    def _is_away(self, guild_id: int | None) -> bool:
        guild = self._client.get_guild(guild_id) if guild_id is not None else None
        return guild is not None and guild.unavailable

    # -- words ---------------------------------------------------------------------------------------------------------

    def _watch(self, place: Place) -> Watermark:
        start = discord.utils.time_snowflake(self._clock.now() - FIRST_LOOK)
        if not place.is_dm:
            start = max(start, place.channel_id)
        return self._watermarks.watch(place.channel_id, start, place.parent_id, place.guild_id)

    async def _read(self, place: Place) -> None:
        mark = self._watch(place)
        epoch = mark.epoch
        mark.caught_up(await self._history(place, mark), epoch)

    async def _history(self, place: Place, mark: Watermark) -> int:
        """Read a place from its watermark on, and what was edited before it; the id of the newest message.

        Raises:
            IncompleteError: where a message could not be handled.
        """
        safe = mark.safe
        channel = self._client.get_partial_messageable(place.channel_id)
        after = discord.utils.time_snowflake(discord.utils.snowflake_time(safe) - LOOK_BACK)
        highest, failed = 0, 0

        async def hear(message: discord.Message) -> None:
            nonlocal highest, failed
            try:
                if message.id > after:
                    await self._listening.read(message, place)
                if message.id <= safe and self._was_edited_since(message, safe):
                    await self._listening.read_edit(message, place)
            except Exception:
                log.exception("catchup.message_not_handled", message=message.id)
                failed += 1
            highest = max(highest, message.id)

        newest = [message async for message in channel.history(limit=NEWEST)]
        if len(newest) < NEWEST or newest[-1].id <= after:
            for message in reversed(newest):
                await hear(message)
        else:
            async for message in channel.history(limit=NEWEST, before=discord.Object(after + 1)):
                await hear(message)
            async for message in channel.history(after=discord.Object(after), limit=None, oldest_first=True):
                await hear(message)
        if failed:
            raise IncompleteError
        return highest

    def _was_edited_since(self, message: discord.Message, safe: int) -> bool:
        since = max(discord.utils.snowflake_time(safe), self._clock.now() - EDITS_BACK)
        return message.edited_at is not None and message.edited_at >= since


async def _archived_since(
    channel: discord.TextChannel, since: datetime, *, private: bool
) -> tuple[list[discord.Thread], bool]:
    """The threads archived since, and whether we may know of all of them."""
    threads: list[discord.Thread] = []
    try:
        async for thread in channel.archived_threads(limit=None, private=private):
            if thread.archive_timestamp < since:
                break
            threads.append(thread)
    except (discord.Forbidden, discord.NotFound) as refused:
        log.warning("catchup.no_archived_threads", channel=channel.id, code=refused.code)
        return threads, False
    return threads, True
