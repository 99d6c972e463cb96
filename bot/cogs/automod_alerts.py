"""Reads what Discord's own AutoMod stopped: the words stand in the alert that it posts in #mod-queue.

Discord documents the type of that message (24), and of its card no more than that there is one. What is used of it: the
author is who was stopped, the description is their words, and the fields ``rule_name`` and ``channel_id`` say which
rule, and where. What cannot be read stays where it is, for staff to see.
"""

from collections.abc import Awaitable, Callable

import discord

from bot.intake.service import Intake, Origin
from bot.moderation.native import what_fired
from bot.observe.logs import get_logger

__all__ = ["AutoModAlerts"]

log = get_logger(__name__)


class AutoModAlerts:
    """Puts stopped words through the intake, as if they had been posted: danger first."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def read(
        self, message: discord.Message, guild_id: int, parent_of: Callable[[int], Awaitable[int | None]]
    ) -> None:
        """Read one message of #mod-queue, if it is an alert; everything else there is staff's own.

        ``parent_of`` says what a thread hangs under. Raises where the words could not be handled.
        """
        if message.type is not discord.MessageType.auto_moderation_action:
            return
        words = "\n".join(embed.description for embed in message.embeds if embed.description) or message.content
        if not words:
            log.error("automod.alert_without_words", message=message.id)
            return
        fields = {field.name: field.value for embed in message.embeds for field in embed.fields}
        where = str(fields.get("channel_id") or "")
        channel_id = int(where) if where.isascii() and where.isdigit() else message.channel.id
        fired = what_fired(str(fields.get("rule_name") or ""))
        origin = Origin(
            guild_id=guild_id,
            author_id=message.author.id,
            channel_id=channel_id,
            source="stopped",
            message_id=message.id,
            parent_id=await parent_of(channel_id),
            stopped_by=fired.value if fired is not None else None,
        )
        await self._intake.read(words, origin)
