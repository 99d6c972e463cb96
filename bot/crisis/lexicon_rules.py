"""The decisions about staff's own words: how long they last, who decides, when staff are reminded. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

DEFAULT_DAYS = 90
MOST_DAYS = 365
REMIND_BEFORE = timedelta(days=7)
MOST_TERMS = 200
"""Terms in use in one programme at most; each costs a little time on every message."""
REVIEW_TEXT_KEPT = timedelta(days=180)
"""How long the words of a missed message are kept at the most, for staff to learn from."""
_WORTH_RENEWING = timedelta(days=1)


class ProposalKind(StrEnum):
    """What is proposed."""

    ADD = "add"
    """Adding a term, or extending or changing one in use."""
    REMOVE = "remove"


class ProposalState(StrEnum):
    """Where a proposal stands."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ReviewKind(StrEnum):
    """Where the detector was wrong."""

    FALSE_ALARM = "false_alarm"
    MISS = "miss"


class ReviewState(StrEnum):
    """Whether anybody still has to look at an entry of the review list."""

    OPEN = "open"
    CLOSED = "closed"


class ReviewDone(StrEnum):
    """What was done about an entry."""

    TERM_ADDED = "term_added"
    TOLD_DEVELOPERS = "told_developers"
    NOTHING_TO_DO = "nothing_to_do"
    TOO_OLD = "too_old"
    """Nobody looked in time: the words went with the clock."""


def may_decide(proposed_by: int, staff_id: int) -> bool:
    """Whether ``staff_id`` may approve or decline: it takes a second person."""
    return proposed_by != staff_id


def is_in_use(expires_at: datetime, removed_at: datetime | None, now: datetime) -> bool:
    """Whether a term counts at ``now``; all times are UTC. One whose removal is only proposed still does."""
    return removed_at is None and now < expires_at


def extends(expires_at: datetime, now: datetime, days: int) -> bool:
    """Whether ``days`` from ``now`` on are worth proposing for a term in use that lasts until ``expires_at`` (UTC)."""
    return now + timedelta(days=days) >= expires_at + _WORTH_RENEWING


def reminder_at(expires_at: datetime, approved_at: datetime) -> datetime | None:
    """When staff are told that a term ends soon (UTC), or none for one that was taken for a week or less."""
    due = expires_at - REMIND_BEFORE
    return due if due > approved_at else None
