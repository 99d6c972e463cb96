"""The decisions about held messages and reports: what may still be decided, and when staff are reminded. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.moderation.judgement import Deed, Filter, Finding, Judgement

__all__ = [
    "HELD_WITHIN",
    "WORDS_KEPT",
    "Fault",
    "Found",
    "HeldState",
    "ReportReason",
    "ReportState",
    "found_in",
    "softened",
]

HELD_WITHIN = timedelta(hours=4)
"""How long something may wait for a decision before staff are reminded, where the programme says nothing."""

WORDS_KEPT = timedelta(days=30)
"""How long words are kept once nothing is left to decide: as long as somebody may ask why."""


class HeldState(StrEnum):
    """Where a message stands that left its channel, or was to. The first alone waits for a decision."""

    HELD = "held"
    REMOVED = "removed"
    """By the group's own setting; there is nothing to decide."""
    APPROVED = "approved"
    DECLINED = "declined"
    REWORD = "reword"
    """Its author was asked to say it in another way."""
    WITHDRAWN = "withdrawn"
    """Its author took it back."""
    CLEARED = "cleared"
    """It could not be taken away, and its author has changed it since: it stands, and nothing in it is to be held."""
    LAPSED = "lapsed"
    """Its author left the group meanwhile."""


class Fault(StrEnum):
    """Why a message did not leave its channel by our hand."""

    NOT_ALLOWED = "not_allowed"
    """Discord refuses: it still stands there."""
    GONE = "gone"
    """It was gone before; somebody else took it away."""


class ReportState(StrEnum):
    """Where a report stands."""

    OPEN = "open"
    CLOSED = "closed"


class ReportReason(StrEnum):
    """Why somebody reports a message, in plain choices."""

    UNKIND = "unkind"
    PRESSURE = "pressure"
    """Asking for contact, money or something sexual outside the group."""
    SUBSTANCES = "substances"
    PRIVATE = "private"
    """It tells what is somebody else's to tell."""
    WORRIED = "worried"
    """They worry about whoever wrote it: that pages the person on call beside the report."""
    OTHER = "other"


@dataclass(frozen=True)
class Found:
    """What a filter found, as it is kept: the filter and the rule, without any word."""

    filter: Filter
    rule: str


TOWARDS_THE_PERSON = frozenset({Filter.FLOODING, Filter.MEDIA, Filter.LINKS, Filter.HARASSMENT})
"""Filters that, of somebody who is being looked after, only tell staff: that person is never silenced. What gives
method, a way to buy, a telephone number or another's name may be hidden still, for the others' sake and their own."""


def softened(judgement: Judgement, deed_of: Callable[[Filter], Deed], *, is_followed: bool) -> Judgement:
    """The judgement as it may be carried out, ``is_followed`` where an incident of its author is open.

    ``deed_of`` is what the group does about each filter. Nothing of theirs is removed without a human, and nothing is
    hidden for how often or how harshly they write.
    """
    if not is_followed or judgement.deed <= Deed.FLAG:
        return judgement
    graver = [
        min(deed_of(one.filter), Deed.HOLD, key=lambda deed: deed.rank)
        for one in judgement.findings
        if one.filter not in TOWARDS_THE_PERSON
    ]
    return Judgement(max([Deed.FLAG, *graver], key=lambda deed: deed.rank), judgement.findings)


def found_in(findings: Sequence[Finding]) -> tuple[Found, ...]:
    """What is kept of findings, without repeats, in their order."""
    return tuple(dict.fromkeys(Found(one.filter, one.rule) for one in findings))
