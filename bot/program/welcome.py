"""The one message in #welcome: neutral, posted once for each channel of that name that is made."""

from datetime import datetime

from bot.delivery.service import Draft, Lane

KIND = "program.welcome"


def welcome(guild_id: int, channel_id: int, now: datetime) -> Draft:
    """The message for a #welcome; a second one for the same channel is passed over. ``now`` is UTC."""
    return Draft(
        kind=KIND,
        lane=Lane.BULK,
        dedupe_key=f"welcome:{guild_id}:{channel_id}",
        guild_id=guild_id,
        channel_id=channel_id,
        due_at=now,
    )
