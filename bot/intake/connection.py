"""What the state of the gateway connections means for what has been read."""

from collections.abc import Callable

from bot.intake.watermarks import Watermarks


class Connection:
    """Passes on what the client is told: a lost session leaves gaps, a resumed one does not, a new one can be read."""

    def __init__(self, watermarks: Watermarks, catch_up: Callable[[], None]) -> None:
        self._watermarks, self._catch_up = watermarks, catch_up

    def cut_off(self, shard_id: int) -> None:
        """A connection is down; its session may yet be resumed."""
        self._watermarks.cut_off(shard_id)

    def resumed(self, shard_id: int) -> None:
        """Its session goes on, and Discord has replayed what was missed."""
        self._watermarks.resumed(shard_id)

    def begun(self, shard_id: int, shard_count: int) -> None:
        """It has a new session; nothing of it has been told yet, and nothing since the last one."""
        self._watermarks.shard_count = shard_count
        self._watermarks.lost(shard_id)

    def ready(self) -> None:
        """Every server of a new session is known, so that it can be read."""
        self._catch_up()

    def server_lost(self, guild_id: int) -> None:
        """Discord has lost a server for a while, or we have; it told nothing of what was written there."""
        self._watermarks.server_lost(guild_id)
