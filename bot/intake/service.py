"""``Intake``: the one way in for words. It reads them for danger before anything else is done with them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.crisis.assessment import Tier
from bot.crisis.service import CrisisService, Response, Spoken, Worry
from bot.intake.in_doubt import InDoubt
from bot.observe.logs import get_logger

__all__ = ["Heard", "Hung", "Intake", "Moderation", "Origin"]

log = get_logger(__name__)

PATIENCE_SECONDS = 5.0
"""How long somebody who sent a form waits for an answer while the words cannot be handled."""
RETRY_SECONDS = (0.2, 0.5, 1, 2, 5, 10, 15, 30)


@dataclass(frozen=True)
class Hung:
    """A file that hangs on a message: its address at Discord, its name, and its size in bytes."""

    url: str
    name: str
    size: int


@dataclass(frozen=True)
class Origin:
    """Where words came from.

    ``source`` names the door (``channel``, ``dm``, ``edit``, ``form:checkin``, ``command:ask`` …). ``guild_id`` is None
    for a stranger's DM where no server could be found. ``message_id`` is None for forms and commands; ``key`` then says
    what makes the occasion unique (the interaction's id), so that words handled twice open nothing twice.

    ``parent_id`` is the channel that a thread hangs under. ``attachments`` are the media types of what hangs on a
    message, "" for one that is unknown, and ``files`` where they are. ``edited_at`` (UTC) says which version of it this
    is; None is the first. ``reply_to`` is the message it answers, where it answers one.
    ``stopped_by`` is the rule of ours by which Discord itself kept it from being posted; the message is then its alert.
    """

    guild_id: int | None
    author_id: int
    channel_id: int | None
    source: str
    message_id: int | None = None
    key: str | None = None
    language: str | None = None
    parent_id: int | None = None
    attachments: tuple[str, ...] = ()
    edited_at: datetime | None = None
    files: tuple[Hung, ...] = ()
    reply_to: int | None = None
    stopped_by: str | None = None


@dataclass(frozen=True)
class Heard:
    """What came of it. ``reply`` is to be said to the person at once and privately, before the feature's own answer."""

    tier: Tier
    incident_id: int | None = None
    reply: str | None = None


Found = Callable[[Origin], Awaitable[Origin]]
"""Looks up what of an origin is not at hand: the server meant by a DM."""


class Moderation(Protocol):
    """What reads a text second; it may hide it from the group, never from the crisis path."""

    async def review(self, text: str, origin: Origin) -> None:
        """Review ``text``."""


async def _nobody_third(_text: str, _origin: Origin) -> None:
    """No feature goes by what is written in places."""


def _spoken(text: str, origin: Origin) -> Spoken:
    return Spoken(
        text=text,
        guild_id=origin.guild_id,
        author_id=origin.author_id,
        channel_id=origin.channel_id,
        message_id=origin.message_id,
        key=origin.key or f"message:{origin.message_id}",
        source=origin.source,
        language=origin.language,
    )


def _say_nothing(_origin: Origin) -> str | None:
    return None


class Intake:
    """Crisis assessment first, moderation second; the feature goes third, when the words have been handled.

    ``read`` is for whoever tries again by themselves, because the words stay at Discord. ``handle`` is for forms and
    commands, whose words are nowhere else: it does not lose them, whatever fails. ``not_yet`` is what is said to the
    person where handling takes too long: the numbers that help without us.
    """

    def __init__(
        self,
        crisis: CrisisService,
        moderation: Moderation | None = None,
        not_yet: Callable[[Origin], str | None] = _say_nothing,
        in_doubt: InDoubt | None = None,
    ) -> None:
        self._crisis, self._moderation, self._not_yet, self._in_doubt = crisis, moderation, not_yet, in_doubt
        self._unhandled: set[asyncio.Task[Heard]] = set()
        self.patience = PATIENCE_SECONDS
        """Seconds for which ``handle`` waits before it answers that the words could not be read yet."""
        self.third: Callable[[str, Origin], Awaitable[None]] = _nobody_third
        """The feature that goes third, by what is written in places: the tickets. It may hear of the same twice."""

    @property
    def is_idle(self) -> bool:
        """Whether no words wait to be handled."""
        return not self._unhandled

    async def handle_unreadable(self, origin: Origin, *, has_words: bool = True) -> None:
        """Something came that cannot be read; its author is told so once. With words it was moderated by those."""
        await self._crisis.cannot_read(origin.guild_id, origin.author_id, origin.language)
        if self._moderation is not None and not has_words:
            await self._moderation.review("", origin)
        if not has_words:
            await self.third("", origin)

    async def handle(self, text: str, origin: Origin) -> Heard:
        """Read the words of a form or a command, and keep at it where that fails, also when nobody waits any more.

        When this returns, what had to be done for somebody's safety is committed; or else the words are held by a task
        of ours that goes on until they are handled, and what is returned counts as grave, for nobody knows better.
        """
        task = asyncio.create_task(self._until_handled(text, origin), name=f"handrail: words of {origin.key}")
        self._unhandled.add(task)
        task.add_done_callback(self._unhandled.discard)
        await asyncio.wait({task}, timeout=self.patience)
        if task.done():
            return task.result()
        log.error("intake.not_handled_in_time", source=origin.source, key=origin.key)
        return Heard(Tier.PAGE, None, self._not_yet(origin))

    async def worry(self, about: Worry) -> str | None:
        """Somebody worries about whoever wrote a message: staff are paged, whatever fails; nobody reads a word of it.

        What to say to whoever asked, or None where it goes from memory and is not written down yet.
        """
        return await (self._crisis if self._in_doubt is None else self._in_doubt).worry(about)

    async def read(self, text: str, origin: Origin, find: Found | None = None) -> Heard:
        """Read ``text``. When this returns, what had to be done for somebody's safety is committed; raises else.

        ``find`` completes the origin first. Where the database takes nothing, grave words page from memory meanwhile.
        """

        async def work() -> Response:
            nonlocal origin
            if find is not None:
                origin = await find(origin)
            return await self._crisis.hear(_spoken(text, origin))

        if self._in_doubt is None:
            response = await work()
        else:
            response = await self._in_doubt.hear(_spoken(text, origin), work)
        if self._moderation is not None:
            await self._moderation.review(text, origin)
        await self.third(text, origin)
        return Heard(response.tier, response.incident_id, response.reply)

    async def close(self, grace: float) -> None:
        """Give words that wait ``grace`` seconds to be handled; those that are not are lost, and that is said."""
        if self._unhandled:
            await asyncio.wait(set(self._unhandled), timeout=grace)
        for task in list(self._unhandled):
            log.error("intake.lost_at_shutdown", task=task.get_name())
            task.cancel()
            await asyncio.wait({task})

    async def _until_handled(self, text: str, origin: Origin) -> Heard:
        attempt = 0
        while True:
            try:
                return await self.read(text, origin)
            except Exception:
                log.exception("intake.again", source=origin.source, key=origin.key, attempt=attempt)
                await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
                attempt += 1
