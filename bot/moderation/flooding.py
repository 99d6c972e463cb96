"""Too much at once from one person: the same text again, or many texts in a short time. Pure.

A few messages in a row are how people talk on Discord, and how somebody talks who is not well: the measure is generous,
and what it finds is at most held. Nobody is limited, timed out or removed by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

__all__ = ["Recent", "Sent", "mark"]

MANY = 8
"""Messages within ``MANY_WITHIN``, this one among them, that are a flood."""
MANY_WITHIN = timedelta(seconds=20)
SAME = 3
"""Times that the same text within ``SAME_WITHIN``, this one among them, is a flood."""
SAME_WITHIN = timedelta(minutes=5)


def mark(text: str) -> int:
    """A number that equal texts share, whatever their spaces and capitals: no word is kept to compare by."""
    plain = " ".join(text.casefold().split())
    return int.from_bytes(blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


@dataclass(frozen=True, slots=True)
class Sent:
    """One message: when it was sent (UTC), and the ``mark`` of its text."""

    at: datetime
    mark: int


@dataclass(frozen=True, slots=True)
class Recent:
    """What one person wrote in one channel lately, oldest first; the message that is judged is not among it.

    ``now`` (UTC) is when the message that is judged was sent.
    """

    now: datetime
    sent: tuple[Sent, ...] = ()

    def after(self, text: str) -> tuple[Sent, ...]:
        """What is to be kept for the next message, once ``text`` was sent at ``now``."""
        return (*_since(self.sent, self.now - SAME_WITHIN), Sent(self.now, mark(text)))[-MANY * 4 :]

    def rule(self, text: str) -> str | None:
        """``flooding/same`` or ``flooding/many`` where ``text`` makes it a flood."""
        same = mark(text)
        if text.strip() and sum(one.mark == same for one in _since(self.sent, self.now - SAME_WITHIN)) + 1 >= SAME:
            return "flooding/same"
        return "flooding/many" if len(_since(self.sent, self.now - MANY_WITHIN)) + 1 >= MANY else None


def _since(sent: Sequence[Sent], moment: datetime) -> tuple[Sent, ...]:
    return tuple(one for one in sent if one.at > moment)
