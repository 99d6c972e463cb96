"""Small pieces that cards and answers of moderation are put together from."""

from datetime import datetime

import discord

from bot.moderation.service import PART

EMBED_AT_MOST = 4_096
"""Characters of an embed's text that Discord takes."""


def named(name: str, user_id: int) -> str:
    """What somebody chose to be called, for a card; who chose nothing is shown as Discord shows them. It pings nobody.

    An id of 0 is nobody we know.
    """
    if name:
        harmless = discord.utils.escape_mentions(discord.utils.escape_markdown(" ".join(name.split())))
        return f"**{harmless}**"
    return f"<@{user_id}>" if user_id else "?"


def place(guild_id: int, channel_id: int, message_id: int) -> str:
    """The link to a message."""
    return f"https://discord.com/channels/{guild_id}/{channel_id}/{message_id}"


def timestamp(moment: datetime) -> str:
    """An instant as everybody's own Discord shows it, with how long ago."""
    return discord.utils.format_dt(moment, "R")


def inside(words: str) -> list[str]:
    """Somebody's words, cut where one message is full, with nothing of them taken for Discord's own signs."""
    parts = [words[start : start + PART] for start in range(0, len(words), PART)] or [""]
    escaped = [discord.utils.escape_markdown(part, ignore_links=True) for part in parts]
    return [safe if len(safe) <= EMBED_AT_MOST else part for safe, part in zip(escaped, parts, strict=True)]
