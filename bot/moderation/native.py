"""Discord's own AutoMod, for what must never be seen even for a moment: which rules a server is to have. Pure.

Such a rule stops a message before anybody, the bot too, is told of it. So there are few, none of them looks for words
of danger, and each tells of what it stopped in #mod-queue: there the bot reads it, also after it was away, and there a
human sees it while the bot is gone. See docs/decisions/0019-what-discord-itself-stops.md.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from bot.moderation.changing import GroupFilters
from bot.moderation.judgement import Deed, Filter

__all__ = ["LONGEST_SAYING", "MOST_EXEMPT", "Native", "NativeRule", "NativeState", "native_rules", "what_fired"]

MOST_EXEMPT: Final = 50
"""Channels that a rule may leave out (Discord's documentation of the auto moderation resource)."""
LONGEST_SAYING: Final = 150
"""Characters of what Discord shows to whoever was stopped (the same)."""
SLURS: Final = 3
"""The number of Discord's own list of slurs. Its list of sexual words is not used: it would stop a disclosure."""


class Native(StrEnum):
    """A rule of ours at Discord. A group gets it where its filter of that kind removes."""

    SLURS = "slurs"
    INVITES = "invites"
    """Invites to elsewhere. Telephone numbers are not among it: no pattern tells a helpline's from somebody's own."""

    @property
    def filter(self) -> Filter:
        """The group's filter that wants it."""
        return Filter.HARASSMENT if self is Native.SLURS else Filter.CONTACT

    @property
    def rule_name(self) -> str:
        """What the rule is called at Discord; what it stopped is known by it."""
        return f"Handrail: {self.value}"

    @property
    def trigger(self) -> int:
        """Discord's number of what sets it off: 4 for a list of Discord's own, 1 for words of ours.

        A bot's rule is found again by its maker and this: there is one of each.
        """
        return 4 if self is Native.SLURS else 1


class NativeState(StrEnum):
    """How it stands with Discord's own rules in a server."""

    OFF = "off"
    KEPT = "kept"
    NOT_ALLOWED = "not_allowed"
    """The bot may not manage the server."""
    REFUSED = "refused"
    """Discord takes no such rule: there is one of somebody else's, or too many channels are to be left out."""


@dataclass(frozen=True)
class NativeRule:
    """One rule, without what only Discord knows. ``places`` are the channels in which it holds, and
    ``alert`` is #mod-queue.
    """

    native: Native
    words: tuple[str, ...]
    places: frozenset[int]
    alert: int
    exempt_roles: tuple[int, ...]

    def exempt(self, channels: Iterable[int]) -> tuple[int, ...]:
        """Every channel of the server in which it does not hold."""
        return tuple(sorted(set(channels) - self.places))


def native_rules(
    groups: Iterable[GroupFilters],
    places: dict[str, Collection[int]],
    alert: int,
    staff_role: int | None,
    invites: Collection[str],
) -> tuple[NativeRule, ...]:
    """The rules that these groups want; ``places`` are their channels by key, ``invites`` hosts of invites."""
    every = tuple(groups)
    rules = []
    for native in Native:
        wanting = [one.group.key for one in every if one.settings.deed(native.filter) is Deed.REMOVE]
        channels = frozenset(channel for key in wanting for channel in places.get(key, ()))
        if channels:
            words = tuple(f"*{host}/*" for host in sorted(invites)) if native is Native.INVITES else ()
            roles = (staff_role,) if staff_role is not None else ()
            rules.append(NativeRule(native, words, channels, alert, roles))
    return tuple(rules)


def digest(rules: Iterable[NativeRule]) -> str:
    """A short mark that equal rules share."""
    said = [(one.native, one.words, sorted(one.places), one.alert, one.exempt_roles) for one in rules]
    return sha256(repr(said).encode()).hexdigest()[:16]


def what_fired(rule_name: str) -> Native | None:
    """Which rule of ours it was, by the name that Discord gives; None for one of somebody else's."""
    return next((native for native in Native if native.rule_name == rule_name), None)
