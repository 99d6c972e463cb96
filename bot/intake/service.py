"""``Intake.handle``: the one way in for words. It reads them for danger before anything else is done with them."""

from dataclasses import dataclass
from typing import Protocol

from bot.crisis.assessment import Tier
from bot.crisis.service import CrisisService, Spoken

__all__ = ["Heard", "Intake", "Moderation", "Origin"]


@dataclass(frozen=True)
class Origin:
    """Where words came from.

    ``source`` names the door (``channel``, ``dm``, ``edit``, ``form:checkin``, ``command:ask`` …). ``guild_id`` is None
    for a stranger's DM where no server could be found. ``message_id`` is None for forms and commands; ``key`` then says
    what makes the occasion unique (the interaction's id), so that words handled twice open nothing twice.
    """

    guild_id: int | None
    author_id: int
    channel_id: int | None
    source: str
    message_id: int | None = None
    key: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class Heard:
    """What came of it. ``reply`` is to be said to the person at once and privately, before the feature's own answer."""

    tier: Tier
    incident_id: int | None = None
    reply: str | None = None


class Moderation(Protocol):
    """What reads a text second; it may hide it from the group, never from the crisis path."""

    async def review(self, text: str, origin: Origin) -> None:
        """Review ``text``."""


class Intake:
    """Crisis assessment first, moderation second; the feature goes third, when ``handle`` has returned."""

    def __init__(self, crisis: CrisisService, moderation: Moderation | None = None) -> None:
        self._crisis, self._moderation = crisis, moderation

    async def handle_unreadable(self, origin: Origin) -> None:
        """Something came that cannot be read; its author is told so once."""
        await self._crisis.cannot_read(origin.guild_id, origin.author_id, origin.language)

    async def handle(self, text: str, origin: Origin) -> Heard:
        """Read ``text``. When this returns, what had to be done for somebody's safety is committed."""
        response = await self._crisis.hear(
            Spoken(
                text=text,
                guild_id=origin.guild_id,
                author_id=origin.author_id,
                channel_id=origin.channel_id,
                message_id=origin.message_id,
                key=origin.key or f"message:{origin.message_id}",
                source=origin.source,
                language=origin.language,
            )
        )
        if self._moderation is not None:
            await self._moderation.review(text, origin)
        return Heard(response.tier, response.incident_id, response.reply)
