"""What the filters say about one text: what to do with it, and for which reasons. Pure."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Deed", "Filter", "Finding", "Judgement"]


class Filter(StrEnum):
    """A kind of thing that a group may not want among its words. The names are those of the programme file."""

    CONTACT = "contact"
    """Ways to reach somebody outside: telephone numbers, e-mail, addresses of streets, handles, invites."""
    SOURCING = "sourcing"
    """Buying, selling, giving or asking for drugs or pills."""
    METHOD = "method"
    """Doses and the how-to of drugs or self-harm. Never a reason not to page: the words were read for danger first."""
    HARASSMENT = "harassment"
    """Slurs, insults and threats aimed at somebody."""
    NAMES = "names"
    """Other people named together with their treatment."""
    LINKS = "links"
    """Links to a host that is not on the group's list."""
    FLOODING = "flooding"
    """The same text again and again, or many in a short time."""
    MEDIA = "media"
    """Images, recordings and files, which nobody can read for danger."""


class Deed(StrEnum):
    """What becomes of a text. Ordered: ``Deed.OFF < Deed.FLAG < Deed.HOLD < Deed.REMOVE``."""

    OFF = "off"
    """Nothing; it is not even looked for."""
    FLAG = "flag"
    """It stays where it is; staff see a card."""
    HOLD = "hold"
    """It leaves the channel until staff have decided; its author gets the text back and is told why."""
    REMOVE = "remove"
    """It leaves the channel; its author gets the text back and is told why."""

    @property
    def rank(self) -> int:
        """0 for off, up to 3 for remove."""
        return _RANKS[self.value]

    def __lt__(self, other: str) -> bool:
        return self.rank < Deed(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Deed(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Deed(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Deed(other).rank


_RANKS = {"off": 0, "flag": 1, "hold": 2, "remove": 3}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. It holds none of the text's words.

    ``rule`` names what fired, as ``contact/phone`` or ``en/asks-for-drugs``. ``span`` is a half-open range of
    characters in the text as it was written; ``(0, 0)`` where it is not about words (an image).
    """

    filter: Filter
    rule: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What to do with a text, and why: the gravest filter's findings first, then by place."""

    deed: Deed
    findings: tuple[Finding, ...] = ()

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The filters that found something, without repeats, the gravest first."""
        return tuple(dict.fromkeys(finding.filter for finding in self.findings))

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that fired, without repeats: for records and cards, as they hold none of the words."""
        return tuple(dict.fromkeys(finding.rule for finding in self.findings))
