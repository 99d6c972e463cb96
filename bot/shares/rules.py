"""The decisions about anonymous shares: where they are on, how many may wait, who may open a seal. Pure.

All datetimes are aware and UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.crisis.assessment import Tier

__all__ = [
    "AT_MOST_A_DAY",
    "DRAFT_KEPT",
    "LOOK_WITHIN",
    "SEAL_WITHIN",
    "STATES_OF_AN_END",
    "WAITING_AT_MOST",
    "WORDS_AT_MOST",
    "WORDS_KEPT",
    "Agreeing",
    "Decided",
    "Refusal",
    "SealReason",
    "SealState",
    "ShareState",
    "Telling",
    "agreeing",
    "goes_to_staff",
    "is_on",
    "may_look",
    "refusal",
]

WORDS_AT_MOST: Final = 1500
"""Characters of a share: it stands in one message, and is read in a minute."""
WAITING_AT_MOST: Final = 2
"""Shares of one person that may wait for staff at once."""
AT_MOST_A_DAY: Final = 3
"""Shares of one person in 24 hours, so that one voice does not pass for many."""
DRAFT_KEPT: Final = timedelta(hours=1)
"""How long words wait for their author to say whether they are to be sent."""
WORDS_KEPT: Final = timedelta(days=30)
"""How long words are kept once nothing is left to decide: as long as those of a held message."""
SEAL_WITHIN: Final = timedelta(hours=24)
"""How long a request to open a seal waits for a second one of staff."""
LOOK_WITHIN: Final = timedelta(days=7)
"""How long the two who opened a seal may look behind it."""


class ShareState(StrEnum):
    """Where a share stands."""

    DRAFT = "draft"
    """Its author has not said yet whether it is to be sent."""
    ASIDE = "aside"
    """It says that somebody is in danger: it is in nobody's queue until its author wants it there, and is safe."""
    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    REWORD = "reword"
    """Its author was asked to say it in another way."""
    WITHDRAWN = "withdrawn"
    """Its author took it back."""
    LAPSED = "lapsed"
    """Its author left the group before it was posted."""


STATES_OF_AN_END: Final = frozenset(
    {ShareState.APPROVED, ShareState.DECLINED, ShareState.REWORD, ShareState.WITHDRAWN, ShareState.LAPSED}
)
"""Nothing is left for staff to decide."""


class Decided(StrEnum):
    """What became of somebody's decision about a share."""

    DONE = "done"
    BEFORE = "before"
    """Somebody was quicker, or its author took it back."""
    GONE = "gone"
    """It is not to be posted any more."""
    OFF = "off"
    """Shares were turned off for the group meanwhile."""
    NOT_YOU = "not_you"
    """It is somebody else's to decide: nobody decides about their own."""


class Refusal(StrEnum):
    """Why a share is not taken. Its words were read for danger all the same."""

    OFF = "off"
    MINORS = "minors"
    TOO_MANY_WAIT = "too_many_wait"
    TOO_MANY_TODAY = "too_many_today"


class SealReason(StrEnum):
    """Why staff ask to open a seal: somebody's safety or the law, and nothing else."""

    THREAT = "threat"
    """Somebody may be about to hurt another person."""
    CARE = "care"
    """A child, or somebody who cannot protect themselves, may be harmed."""
    AUTHOR = "author"
    """Its author may be in danger, in a way that the words did not say outright."""
    LAW = "law"
    """The law asks for it."""


class SealState(StrEnum):
    """Where a request to open a seal stands. The first alone waits."""

    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    EXPIRED = "expired"


class Telling(StrEnum):
    """Whether the author is told afterwards that their seal was opened."""

    TELL = "tell"
    KEEP = "keep"
    """Telling them would put somebody in danger: whoever agreed says so, and it is on record that they did."""


class Agreeing(StrEnum):
    """What became of somebody's answer to a request."""

    DONE = "done"
    BEFORE = "before"
    NOT_YOU = "not_you"
    """Two different people open a seal, and neither is its author."""


def is_on(*, minors: bool, in_file: bool, by_staff: bool | None) -> bool:
    """Whether a group's members may share: never among minors; else as staff said last, else as the file says."""
    if minors:
        return False
    return in_file if by_staff is None else by_staff


def goes_to_staff(tier: Tier) -> bool:
    """Whether words go into the queue at once. Those that say danger do not: somebody is being looked after first."""
    return tier < Tier.NOTIFY


def refusal(waiting: int, sent_at: Sequence[datetime], now: datetime) -> Refusal | None:
    """Why this person may not send another share now, or none. ``sent_at``: when they sent those of late."""
    if waiting >= WAITING_AT_MOST:
        return Refusal.TOO_MANY_WAIT
    if sum(one > now - timedelta(hours=24) for one in sent_at) >= AT_MOST_A_DAY:
        return Refusal.TOO_MANY_TODAY
    return None


@dataclass(frozen=True)
class Request:
    """A request to open a seal, as far as its decision goes."""

    state: SealState
    asked_by: int
    ends_at: datetime
    decided_by: int | None
    decided_at: datetime | None


def agreeing(request: Request, staff_id: int, author: int, now: datetime) -> Agreeing:
    """Whether this one of staff may be the second: not who asked, and not whom it is about."""
    if request.state is not SealState.ASKED or now >= request.ends_at:
        return Agreeing.BEFORE
    return Agreeing.NOT_YOU if staff_id in {request.asked_by, author} else Agreeing.DONE


def may_look(request: Request, staff_id: int, now: datetime) -> bool:
    """Whether this one of staff may look behind an opened seal: one of the two, and not for ever."""
    if request.state is not SealState.AGREED or request.decided_at is None:
        return False
    return staff_id in {request.asked_by, request.decided_by} and now < request.decided_at + LOOK_WITHIN
