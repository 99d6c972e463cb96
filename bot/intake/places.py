"""Which places are watched: the groups' channels and what hangs under them, and #welcome's private threads."""

from bot.program.layout import WELCOME, ObjectKind, check_in_key, coping_key
from bot.program.service import ProgrammeService


class WatchedPlaces:
    """A map from channel to server, kept in memory for the busiest path and refreshed when a programme is applied.

    Staff rooms are not in it: staff's own words are not read.
    """

    def __init__(self, programmes: ProgrammeService) -> None:
        self._programmes = programmes
        self._guild_of: dict[int, int] = {}

    async def refresh(self) -> None:
        """Read the programmes' channels again."""
        found: dict[int, int] = {}
        for running in await self._programmes.all():
            keys = [WELCOME]
            for group in running.programme.groups:
                keys += [check_in_key(group.key), coping_key(group.key)]
            for key in keys:
                channel_id = await self._programmes.object_id(running.guild_id, ObjectKind.CHANNEL, key)
                if channel_id is not None:
                    found[channel_id] = running.guild_id
        self._guild_of = found

    def guild_of(self, channel_id: int) -> int | None:
        """The server whose watched channel this is, or none."""
        return self._guild_of.get(channel_id)

    def channels(self) -> list[int]:
        """Every watched channel, threads not counted."""
        return list(self._guild_of)
