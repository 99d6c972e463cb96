"""Which places are watched: the groups' channels and what hangs under them, and #welcome's private threads."""

from bot.program.layout import MOD_QUEUE, ON_CALL, STAFF_ROOM, ObjectKind
from bot.program.service import ProgrammeService

STAFF_PLACES = frozenset({ON_CALL, MOD_QUEUE, STAFF_ROOM})


class WatchedPlaces:
    """A map from channel to server, kept in memory for the busiest path and refreshed when a programme is applied.

    Every channel that was ever made for members is in it, also one of a group that left the programme file: for as long
    as somebody may write there, it is read. Staff rooms are not: staff's own words are not read.
    """

    def __init__(self, programmes: ProgrammeService) -> None:
        self._programmes = programmes
        self._guild_of: dict[int, int] = {}
        self._alerts: dict[int, int] = {}

    async def refresh(self) -> bool:
        """Read the programmes' channels again; true where there are new ones, in which words may stand unread."""
        found: dict[int, int] = {}
        alerts: dict[int, int] = {}
        for running in await self._programmes.all():
            for made, channel_id in (await self._programmes.object_ids(running.guild_id)).items():
                if made.kind is ObjectKind.CHANNEL and made.key not in STAFF_PLACES:
                    found[channel_id] = running.guild_id
                if made.kind is ObjectKind.CHANNEL and made.key == MOD_QUEUE:
                    alerts[channel_id] = running.guild_id
        new = not found.keys() <= self._guild_of.keys()
        self._guild_of, self._alerts = found, alerts
        return new

    def guild_of(self, channel_id: int) -> int | None:
        """The server whose watched channel this is, or none."""
        return self._guild_of.get(channel_id)

    def alerts_of(self, channel_id: int) -> int | None:
        """The server whose #mod-queue this is, or none: there Discord tells of what its own AutoMod stopped."""
        return self._alerts.get(channel_id)

    def server_of(self, channel_id: int) -> int | None:
        """The server of any channel of which messages are heard."""
        return self._guild_of.get(channel_id, self._alerts.get(channel_id))

    def alerts(self) -> list[int]:
        """Every channel with such alerts."""
        return list(self._alerts)

    def channels(self) -> list[int]:
        """Every watched channel, threads not counted."""
        return list(self._guild_of)
