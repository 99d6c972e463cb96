"""Staff's cards kept to a number that can be read, however much of one kind comes from one person.

Every message is read, held and told to its author all the same; what is bounded is cards. It is in memory alone: after
a restart there may be a card more, and never one less.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from bot.moderation.held_rules import Found
from bot.moderation.judgement import Filter

__all__ = ["CARDS_OF_THEIR_OWN", "STANDS_FOR", "Crowd", "Spoken"]

STANDS_FOR: Final = timedelta(hours=1)
"""For how long one card may stand for what comes after it, of the same person and the same filter."""
CARDS_OF_THEIR_OWN: Final = 3
"""Quiet cards of one person and filter within a clock hour; the next says that there is more, and is the hour's last.
A flood has one at most: each of its messages is the same occasion."""
_KEPT: Final = 2_000

Kind: TypeAlias = tuple[int, int, str]
"""A server, a person, and the gravest filter's name ("" where the filters broke)."""


def kind_of(guild_id: int, user_id: int, found: Sequence[Found]) -> Kind:
    """What messages have in common that one card may stand for."""
    return guild_id, user_id, found[0].filter.value if found else ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Which quiet card a message is due, by its occasion. ``is_more``: it stands for all that come after it, too."""

    occasion: str
    is_more: bool = False


@dataclass
class Crowd:
    """Who has had cards lately."""

    _flags: OrderedDict[tuple[Kind, str], dict[str, None]] = field(default_factory=OrderedDict)
    _leads: OrderedDict[tuple[Kind, str], tuple[int, datetime]] = field(default_factory=OrderedDict)

    def flag(self, kind: Kind, message_id: int, found: Sequence[Found], now: datetime, channel_id: int) -> Spoken:
        """The quiet card that a message is due (``now`` is UTC): its own, or the last one of its hour."""
        hour = f"{now:%Y%m%d%H}"
        if {one.filter for one in found} == {Filter.FLOODING}:
            return Spoken(f"flooding:{kind[1]}:{channel_id}:{hour}")
        own = f"{message_id}:{','.join(sorted(one.rule for one in found)) if found else 'unjudged'}"
        had = self._flags.setdefault((kind, hour), {})
        self._flags.move_to_end((kind, hour))
        if own in had or len(had) < CARDS_OF_THEIR_OWN:
            had[own] = None
            while len(self._flags) > _KEPT:
                self._flags.popitem(last=False)
            return Spoken(own)
        return Spoken(f"more:{':'.join(map(str, kind))}:{hour}", is_more=True)

    def lead(self, kind: Kind, card: str, now: datetime) -> int | None:
        """The row whose card of this sort ("held", "removed", "again") may stand for another one at ``now`` (UTC)."""
        found = self._leads.get((kind, card))
        return found[0] if found is not None and now - found[1] < STANDS_FOR else None

    def leads(self, kind: Kind, card: str, held_id: int, now: datetime) -> None:
        """This row has the card from now on."""
        self._leads[kind, card] = (held_id, now)
        self._leads.move_to_end((kind, card))
        while len(self._leads) > _KEPT:
            self._leads.popitem(last=False)
