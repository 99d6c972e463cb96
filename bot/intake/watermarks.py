"""The watermarks of all watched places: in memory while running, in the database in time for the next start."""

from collections.abc import Callable, Iterator, Mapping

from bot.db import Database
from bot.intake import records
from bot.intake.records import WatermarkRow
from bot.intake.rules import Watermark


def _no_server(_channel_id: int) -> int | None:
    return None


class Watermarks:
    """Reading is idempotent by message id, so a stored watermark may lag behind; it is never ahead.

    ``guild_of`` says which server a watched channel belongs to: a gateway connection ("shard") carries some servers
    only, and tells nothing about the others.
    """

    def __init__(self, database: Database, guild_of: Callable[[int], int | None] = _no_server) -> None:
        self._database = database
        self._guild_of = guild_of
        self._marks: dict[int, Watermark] = {}
        self._parents: dict[int, int | None] = {}
        self._guilds: dict[int, int] = {}
        self._stored: dict[int, int] = {}
        self._gone: set[int] = set()
        self._cut: set[int] = set()
        self.shard_count = 1
        """How many connections there are; Discord says so before the first."""

    async def load(self) -> None:
        """Read the stored ones; all begin unread."""
        async with self._database.read() as session:
            for channel_id, (message_id, parent_id) in (await records.every(session)).items():
                self._marks[channel_id] = Watermark(message_id)
                self._parents[channel_id] = parent_id
                self._stored[channel_id] = message_id

    # -- one place -----------------------------------------------------------------------------------------------------

    def watch(
        self, channel_id: int, start: int, parent_id: int | None = None, guild_id: int | None = None
    ) -> Watermark:
        """The watermark of a place; one that is new to us begins at ``start``, unread."""
        if guild_id is not None:
            self._guilds[channel_id] = guild_id
        if self._parents.get(channel_id) is None:
            self._parents[channel_id] = parent_id
        if channel_id not in self._marks:
            self._gone.discard(channel_id)
            self._marks[channel_id] = Watermark(start, cut=self._shard_of(channel_id) in self._cut)
        return self._marks[channel_id]

    def find(self, channel_id: int) -> Watermark | None:
        """The watermark of a place, or none where it is not read."""
        return self._marks.get(channel_id)

    def parent_of(self, channel_id: int) -> int | None:
        """The channel that a thread we have read hangs under."""
        return self._parents.get(channel_id)

    def threads_of(self, parent_id: int) -> list[int]:
        """The threads under a channel that were read before."""
        return [thread for thread in self._marks if self._parents.get(thread) == parent_id]

    def forget(self, channel_id: int) -> None:
        """A place is gone, or has long been silent."""
        if self._marks.pop(channel_id, None) is not None and channel_id in self._stored:
            self._gone.add(channel_id)
        self._parents.pop(channel_id, None)
        self._guilds.pop(channel_id, None)

    # -- one connection ------------------------------------------------------------------------------------------------

    def cut_off(self, shard_id: int) -> None:
        """A connection is down: from here on something may be missed in its servers."""
        self._cut.add(shard_id)
        for mark in self._of_shard(shard_id):
            mark.cut_off()

    def resumed(self, shard_id: int) -> None:
        """Its session was resumed: Discord has replayed what was missed, and it was handled as it came."""
        self._cut.discard(shard_id)
        for mark in self._of_shard(shard_id):
            mark.resumed()

    def lost(self, shard_id: int) -> None:
        """It has a new session: anything may have been missed in its servers since the one before."""
        self._cut.discard(shard_id)
        for mark in self._of_shard(shard_id):
            mark.lost()

    def server_lost(self, guild_id: int) -> None:
        """Discord itself had lost this server for a while."""
        for channel_id, mark in self._marks.items():
            if self._server_of(channel_id) == guild_id:
                mark.lost()

    def _of_shard(self, shard_id: int) -> Iterator[Watermark]:
        return (mark for channel_id, mark in self._marks.items() if self._shard_of(channel_id) == shard_id)

    def _server_of(self, channel_id: int) -> int | None:
        known = self._guilds.get(channel_id)
        return known if known is not None else self._guild_of(self._parents.get(channel_id) or channel_id)

    def _shard_of(self, channel_id: int) -> int:
        """By Discord's rule (Gateway documentation, "Sharding"); what is in no server, a DM, comes by the first."""
        return ((self._server_of(channel_id) or 0) >> 22) % self.shard_count

    # -- the database --------------------------------------------------------------------------------------------------

    def safe(self) -> Mapping[int, int]:
        """Channel id → read up to."""
        return {channel_id: mark.safe for channel_id, mark in self._marks.items()}

    async def flush(self) -> None:
        """Store what has moved, and drop what is gone."""
        moved = {channel: safe for channel, safe in self.safe().items() if self._stored.get(channel) != safe}
        gone = set(self._gone)
        if not moved and not gone:
            return
        parents = {channel: self._parents.get(channel) for channel in moved}
        async with self._database.write() as session:
            for channel_id, message_id in moved.items():
                await session.merge(
                    WatermarkRow(channel_id=channel_id, parent_id=parents[channel_id], message_id=message_id)
                )
            await records.drop(session, gone)
        self._stored.update(moved)
        for channel_id in gone - moved.keys():
            self._stored.pop(channel_id, None)
        self._gone -= gone
