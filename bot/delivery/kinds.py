"""What a feature gives the outbox: kinds of delivery, which compose it, hear of its end, and have a fallback."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import discord
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.records import Delivery
from bot.delivery.rules import Outcome


@dataclass(frozen=True)
class Post:
    """A message to be created. ``view`` carries only buttons whose custom ids survive the process.

    ``plain`` is what a page says instead where Discord refuses its full form. ``channel_id`` is where it goes now, if
    that is another place than when it was drafted. ``files`` are names with their bytes. ``reply_to`` is the message of
    that channel which it answers; where that is gone it stands alone.
    """

    content: str = ""
    embed: discord.Embed | None = None
    view: discord.ui.View | None = None
    mentions: discord.AllowedMentions = field(default_factory=discord.AllowedMentions.none)
    plain: str | None = None
    channel_id: int | None = None
    files: tuple[tuple[str, bytes], ...] = ()
    reply_to: int | None = None


@dataclass(frozen=True)
class Receipt:
    """Where Discord put it. Both are None for a deed that leaves no message."""

    channel_id: int | None = None
    message_id: int | None = None


@dataclass(frozen=True)
class Deed:
    """Something other than a new message (an edit, a thread, a role) that does no harm when it is done twice."""

    run: Callable[[], Awaitable[Receipt]]


@dataclass(frozen=True)
class Errand:
    """Something done elsewhere than on Discord. ``run`` raises the three errors of ``bot.delivery.transport`` itself.

    It should do no harm when it is done twice: nobody can look up whether an attempt without an answer arrived.
    """

    run: Callable[[], Awaitable[Receipt]]


@dataclass(frozen=True)
class Postponed:
    """It is not its time yet: compose it again at ``until`` (UTC). That counts as no attempt."""

    until: datetime


@dataclass(frozen=True)
class Withdrawn:
    """It is not wanted any more."""

    reason: Outcome = Outcome.NOT_WANTED


class Kind(Protocol):
    """A renderer, registered by name. A kind holds no state of its own: a delivery may be tried by any process."""

    name: str
    gives_up_on: frozenset[Outcome]
    """Refusals that end even a page of this kind: those after which its fallback has taken over."""
    only_looks: bool
    """Whether composing it only reads: then all of it reads one view of the database, over one connection."""

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Deed | Errand | Postponed | Withdrawn:
        """Look once more whether it is still wanted (``now`` is UTC), and say what is to be sent."""

    async def sent(self, session: AsyncSession, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Take note, in the transaction that records it as sent."""

    async def arrived_late(self, session: AsyncSession, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """It was called off or taken over while it was on its way, and is there all the same: take note of it."""

    async def failed(self, session: AsyncSession, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """Take the fallback, in the transaction that records the outcome. A page may be tried again after this."""

    async def unanswered(self, session: AsyncSession, delivery: Delivery, now: datetime) -> None:
        """Take note, in the transaction that puts it back, that an attempt had no answer; it will be tried again."""


class QuietKind:
    """A base for kinds that have nothing to note and no other road."""

    gives_up_on: frozenset[Outcome] = frozenset()
    only_looks = False

    async def sent(self, session: AsyncSession, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Nothing to note."""

    async def arrived_late(self, session: AsyncSession, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Nothing to note."""

    async def failed(self, session: AsyncSession, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """No other road."""

    async def unanswered(self, session: AsyncSession, delivery: Delivery, now: datetime) -> None:
        """Nothing to note."""


class Kinds:
    """All kinds, by name."""

    def __init__(self, kinds: Iterable[Kind] = ()) -> None:
        self._kinds: dict[str, Kind] = {}
        for kind in kinds:
            self.add(kind)

    def add(self, kind: Kind) -> None:
        """Register ``kind``; two of one name are a fault in the building."""
        if kind.name in self._kinds:
            raise ValueError(f"two kinds are called {kind.name}")
        self._kinds[kind.name] = kind

    def find(self, name: str) -> Kind | None:
        """The kind called ``name``, or none: a row written by another version."""
        return self._kinds.get(name)
