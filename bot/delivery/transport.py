"""The road from the outbox to Discord, and the three ways an attempt can fail."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from bot.delivery.kinds import Deed, Post, Receipt
from bot.delivery.records import Delivery
from bot.delivery.rules import Outcome

IsKnown = Callable[[int], Awaitable[bool]]
"""Whether a message is on record as another delivery's already."""


class RefusedForGoodError(Exception):
    """Discord said no, and would say no again. Nothing was created."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


class TryLaterError(Exception):
    """Discord could not take it now. Nothing was created. ``seconds`` is what it asked us to wait, where it did."""

    def __init__(self, seconds: float | None = None) -> None:
        super().__init__("try later")
        self.seconds = seconds


class UnsureError(Exception):
    """No answer came: the message may be there or not."""


class NoRoad:
    """The transport of a process that writes rows and sends none: a command beside the running bot."""

    async def post(self, delivery: Delivery, post: Post) -> Receipt:
        """Leave it to the process that delivers."""
        del delivery, post
        raise TryLaterError

    async def do(self, delivery: Delivery, deed: Deed) -> Receipt:
        """Leave it to the process that delivers."""
        del delivery, deed
        raise TryLaterError

    async def look_up(self, delivery: Delivery, post: Post, since: datetime, is_known: IsKnown) -> Receipt | None:
        """Leave it to the process that delivers."""
        del delivery, post, since, is_known
        raise TryLaterError


class Transport(Protocol):
    """Creates messages on Discord."""

    async def post(self, delivery: Delivery, post: Post) -> Receipt:
        """Create the message under the delivery's nonce.

        Raises:
            RefusedForGoodError, TryLaterError, UnsureError: see there.
        """

    async def do(self, delivery: Delivery, deed: Deed) -> Receipt:
        """Carry out a deed.

        Raises:
            RefusedForGoodError, TryLaterError, UnsureError: see there.
        """

    async def look_up(self, delivery: Delivery, post: Post, since: datetime, is_known: IsKnown) -> Receipt | None:
        """Find in the channel's history what an earlier attempt (``since``, UTC) may have left there.

        A message that ``is_known`` to be another delivery's is not taken for this one's.

        Raises:
            RefusedForGoodError, TryLaterError, UnsureError: see there.
        """
