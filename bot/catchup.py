"""After a start, or a gateway session that could not be resumed: read every watched place from its watermark on."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

import discord

from bot.cogs.listening import Listening, Place
from bot.intake.places import WatchedPlaces
from bot.intake.watermarks import Watermarks
from bot.members.service import MemberService
from bot.observe.logs import get_logger
from bot.timing import Clock

log = get_logger(__name__)

LOOK_BACK = timedelta(minutes=5)
FIRST_LOOK = timedelta(hours=24)  # how far back a place is read that was never read before
AT_ONCE = 4
RETRY_SECONDS = (1, 2, 5, 10, 15, 30)


class CatchUp:
    """Downtime delays a page, and never loses one. Messages are known by id, so reading twice does nothing twice."""

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

    def want(self) -> None:
        """Catch up soon."""
        self._wanted.set()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being caught up on, or waits to be."""
        return not self._busy and not self._wanted.is_set()

    async def run(self) -> None:
        """Catch up whenever it is wanted, until cancelled."""
        while True:
            await self._wanted.wait()
            self._busy = True
            self._wanted.clear()
            try:
                await self.once()
            except Exception:
                log.exception("catchup.failed")
                await asyncio.sleep(RETRY_SECONDS[1])
                self._wanted.set()
            finally:
                self._busy = False

    async def once(self) -> None:
        """Read every watched place from its watermark."""
        await self._places.refresh()
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(place: Place, last: int | None) -> None:
            async with slots:
                await self._read(place, last)

        async with asyncio.TaskGroup() as tasks:
            for place, last in [*await self._in_servers(), *await self._dms()]:
                tasks.create_task(one(place, last), name=f"handrail: catch-up {place.channel_id}")
        await self._watermarks.flush()

    async def _dms(self) -> list[tuple[Place, int | None]]:
        return [(Place(channel_id, None, None, is_dm=True), None) for channel_id in await self._members.dms.every()]

    async def _in_servers(self) -> Iterable[tuple[Place, int | None]]:
        found: dict[int, tuple[Place, int | None]] = {}
        for channel_id in self._places.channels():
            guild_id = self._places.guild_of(channel_id)
            channel = self._client.get_channel(channel_id)
            last = channel.last_message_id if isinstance(channel, discord.TextChannel) else None
            found[channel_id] = (Place(channel_id, None, guild_id, is_dm=False), last)
            for thread_id in self._watermarks.threads_of(channel_id):
                found[thread_id] = (Place(thread_id, channel_id, guild_id, is_dm=False), None)
            if isinstance(channel, discord.TextChannel):
                for thread in [*channel.threads, *await self._archived(channel)]:
                    place = Place(thread.id, channel_id, guild_id, is_dm=False)
                    found[thread.id] = (place, thread.last_message_id)
        return found.values()

    async def _archived(self, channel: discord.TextChannel) -> list[discord.Thread]:
        """The threads that were archived since the channel was last read: opened and closed while nobody looked."""
        mark = self._watermarks.find(channel.id)
        since = discord.utils.snowflake_time(mark.safe) if mark else self._clock.now() - FIRST_LOOK
        threads: list[discord.Thread] = []
        try:
            async for thread in channel.archived_threads(limit=50):
                if thread.archive_timestamp < since - LOOK_BACK:
                    break
                threads.append(thread)
        except discord.HTTPException as refused:
            log.warning("catchup.no_archived_threads", channel=channel.id, code=refused.code)
        return threads

    async def _read(self, place: Place, last: int | None) -> None:
        start = discord.utils.time_snowflake(self._clock.now() - FIRST_LOOK)
        mark = self._watermarks.watch(place.channel_id, max(start, place.channel_id), place.parent_id)
        if last is not None and last <= mark.safe:
            mark.close_gap(last)
            return
        after = discord.utils.time_snowflake(discord.utils.snowflake_time(mark.safe) - LOOK_BACK)
        attempt = 0
        while True:
            try:
                highest = await self._read_history(place, after)
            except discord.NotFound:
                log.warning("catchup.place_gone", channel=place.channel_id)
                self._watermarks.forget(place.channel_id)
                return
            except discord.Forbidden:
                # The gap stays open: nothing is taken as read that was not.
                log.error("catchup.not_allowed_to_read", channel=place.channel_id)  # noqa: TRY400  # no trace is wanted
                return
            except Exception:
                log.exception("catchup.again", channel=place.channel_id, attempt=attempt)
                await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
                attempt += 1
            else:
                mark.close_gap(highest)
                return

    async def _read_history(self, place: Place, after: int) -> int:
        channel = self._client.get_partial_messageable(place.channel_id)
        highest = 0
        async for message in channel.history(after=discord.Object(after), limit=None, oldest_first=True):
            await self._listening.read(message, place)
            highest = message.id
        return highest
