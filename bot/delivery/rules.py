"""The decisions of delivery: which lane, how long a lease, when to try again, when a doubt must be looked up."""

from datetime import datetime, timedelta
from enum import StrEnum


class Lane(StrEnum):
    """Who goes first. A lower lane never takes a turn that a higher one waits for."""

    CRISIS = "crisis"
    ROADS = "roads"
    """Roads that do not lead over Discord. They share no slot with it, so neither waits for the other."""
    DIRECT = "direct"
    BULK = "bulk"


LANES = (Lane.CRISIS, Lane.ROADS, Lane.DIRECT, Lane.BULK)
URGENT = frozenset({Lane.CRISIS, Lane.ROADS})
"""The lanes that carry pages."""
OVER_DISCORD = frozenset(LANES) - {Lane.ROADS}


class State(StrEnum):
    """Where a delivery stands. The last four are ends."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    DEAD = "dead"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """Why a delivery ended, or why an attempt came to nothing."""

    DM_CLOSED = "dm_closed"
    TARGET_GONE = "target_gone"
    NO_ACCESS = "no_access"
    REFUSED = "refused"
    LATE = "late"
    NOT_WANTED = "not_wanted"
    ACKNOWLEDGED = "acknowledged"
    UNKNOWN_KIND = "unknown_kind"


LEASE = {
    Lane.CRISIS: timedelta(seconds=5),
    Lane.ROADS: timedelta(seconds=5),
    Lane.DIRECT: timedelta(seconds=30),
    Lane.BULK: timedelta(seconds=30),
}

# Discord drops the second of two messages with one nonce "for a few minutes"; past two we look instead of trusting it.
NONCE_TRUSTED_FOR = timedelta(minutes=2)

_PAGE_WAITS = (1, 2, 5, 10, 15)
_PAGE_WAIT_AFTER = 30
_OTHER_WAITS = (2, 5, 15, 30, 60, 120)
_OTHER_WAIT_AFTER = 300


def wait_before_retry(lane: Lane, attempts: int, jitter: float) -> timedelta:
    """How long to wait after ``attempts`` attempts that came to nothing.

    ``jitter`` in 0..1 spreads the wait by up to a fifth, so that what failed together does not return together. A page
    never waits longer than half a minute, and never gives up.
    """
    waits, after = (_PAGE_WAITS, _PAGE_WAIT_AFTER) if lane in URGENT else (_OTHER_WAITS, _OTHER_WAIT_AFTER)
    seconds = waits[attempts - 1] if 1 <= attempts <= len(waits) else after
    if lane in URGENT:
        return timedelta(seconds=seconds * (1 - 0.2 * jitter))
    return timedelta(seconds=seconds * (0.9 + 0.2 * jitter))


def must_look_first(unsure_since: datetime | None, now: datetime) -> bool:
    """Whether an earlier attempt may have arrived unseen so long ago that the nonce no longer protects (both UTC)."""
    return unsure_since is not None and now - unsure_since > NONCE_TRUSTED_FOR


def is_too_late(expires_at: datetime | None, now: datetime) -> bool:
    """Whether the moment of a delivery has passed (both UTC); what has no end, such as a page, is never too late."""
    return expires_at is not None and now >= expires_at


def ends_for_good(lane: Lane, outcome: Outcome) -> bool:
    """Whether an attempt that ended so is not repeated.

    A page outlives what may be a fault of the moment: a missing permission, a refused body or a channel that seems gone
    is tried again while its fallback goes out beside it. Only a closed DM ends it: then another road has been taken.
    An outside road that was refused stays so until the ladder's next step tries it anew.
    """
    if lane is Lane.CRISIS:
        return outcome in {Outcome.DM_CLOSED, Outcome.NOT_WANTED, Outcome.ACKNOWLEDGED}
    return True
