"""The book of DM channels: Discord does not list them."""

from bot.db import Database
from bot.members import records
from bot.members.records import DmChannelRow


class DmChannels:
    """The book of DM channels, for the transport and for catch-up."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, user_id: int) -> int | None:
        """The DM channel of ``user_id``, where it was opened before."""
        async with self._database.read() as session:
            return await records.dm_channel(session, user_id)

    async def keep(self, user_id: int, channel_id: int) -> None:
        """Remember the DM channel of ``user_id``."""
        async with self._database.write() as session:
            await session.merge(DmChannelRow(user_id=user_id, channel_id=channel_id))

    async def forget(self, user_id: int) -> None:
        """The channel is no more."""
        async with self._database.write() as session:
            await records.forget_dm(session, user_id)

    async def is_dm(self, channel_id: int) -> bool:
        """Whether this channel is somebody's DM with the bot."""
        return await self.owner(channel_id) is not None

    async def owner(self, channel_id: int) -> int | None:
        """Whose DM with the bot this channel is, or none."""
        async with self._database.read() as session:
            return await records.dm_owner(session, channel_id)

    async def every(self) -> dict[int, int]:
        """All DM channels: channel id → user id."""
        async with self._database.read() as session:
            return {channel: user for user, channel in await records.dm_channels(session)}
