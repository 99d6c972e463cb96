"""The watermarks of all watched channels: in memory while running, in the database in time for the next start."""

from collections.abc import Mapping

from bot.db import Database
from bot.intake import records
from bot.intake.records import WatermarkRow
from bot.intake.rules import Watermark


class Watermarks:
    """Reading is idempotent by message id, so a stored watermark may lag behind; it is never ahead."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._marks: dict[int, Watermark] = {}
        self._parents: dict[int, int | None] = {}
        self._stored: dict[int, int] = {}

    async def load(self) -> None:
        """Read the stored ones; all begin with a gap."""
        async with self._database.read() as session:
            for channel_id, (message_id, parent_id) in (await records.every(session)).items():
                self._marks[channel_id] = Watermark(message_id)
                self._parents[channel_id] = parent_id
                self._stored[channel_id] = message_id

    def watch(self, channel_id: int, start: int, parent_id: int | None = None) -> Watermark:
        """The watermark of a channel; one that is new to us begins at ``start``."""
        if channel_id not in self._marks:
            self._marks[channel_id] = Watermark(start)
        self._parents.setdefault(channel_id, parent_id)
        return self._marks[channel_id]

    def find(self, channel_id: int) -> Watermark | None:
        """The watermark of a channel, or none where it is not read."""
        return self._marks.get(channel_id)

    def threads_of(self, parent_id: int) -> list[int]:
        """The threads under a channel that were read before."""
        return [thread for thread, parent in self._parents.items() if parent == parent_id]

    def open_gaps(self) -> None:
        """The gateway session was lost: anything may have been missed, anywhere."""
        for mark in self._marks.values():
            mark.open_gap()

    def close_gaps(self) -> None:
        """The gateway session was resumed: Discord has replayed what was missed, and it was handled as it came."""
        for mark in self._marks.values():
            mark.close_gap(0)

    def safe(self) -> Mapping[int, int]:
        """Channel id → read up to."""
        return {channel_id: mark.safe for channel_id, mark in self._marks.items()}

    def forget(self, channel_id: int) -> None:
        """A channel is gone."""
        self._marks.pop(channel_id, None)

    async def flush(self) -> None:
        """Store what has moved."""
        moved = {channel: safe for channel, safe in self.safe().items() if self._stored.get(channel) != safe}
        if not moved:
            return
        async with self._database.write() as session:
            for channel_id, message_id in moved.items():
                row = WatermarkRow(
                    channel_id=channel_id, parent_id=self._parents.get(channel_id), message_id=message_id
                )
                await session.merge(row)
        self._stored.update(moved)
