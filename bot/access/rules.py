"""The decisions of access: how long a link and a session last, when guessing waits, what a row of the record covers.

All datetimes are aware and UTC; durations are timedeltas.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LINK_LASTS: Final = timedelta(minutes=10)
ACKNOWLEDGEMENT_LASTS: Final = timedelta(hours=24)
"""A page is answered from a phone that may have been asleep; the incident itself says whether it is too late."""
SESSION_IDLE: Final = timedelta(minutes=30)
SESSION_AT_MOST: Final = timedelta(hours=8)
SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly a session remembers when it was last used: a write a minute at most, not one a page."""

TOKEN_BYTES: Final = 32
FREE_GUESSES: Final = 5
FIRST_WAIT: Final = timedelta(minutes=5)
LONGEST_WAIT: Final = timedelta(hours=1)
STEP_SECONDS: Final = 30
"""How long a TOTP code lasts (RFC 6238, section 5.2, recommends 30 seconds)."""
DRIFT: Final = 1
"""One step to either side is let pass: clocks of phones differ (RFC 6238, section 5.2)."""

_PATH: Final = re.compile(r"/(?:[a-z0-9][a-z0-9-]*(?:/[a-z0-9][a-z0-9-]*)*)?")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")

GENESIS: Final = "0" * 64
"""What the first row of the record is chained to."""


class LinkKind(StrEnum):
    """What a one-time link is for."""

    PAGE = "page"
    """Opens a private page, by way of a session."""
    ACKNOWLEDGE = "acknowledge"
    """Takes an incident, from a phone, without a session."""
    ARRIVED = "arrived"
    """Says that a drill arrived on a road."""


class LinkState(StrEnum):
    """Where a link stands when somebody follows it."""

    GOOD = "good"
    USED = "used"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class AuditAction(StrEnum):
    """What the record says was done."""

    SESSION_BEGUN = "session.begun"
    FACTOR_SET_UP = "second-factor.set-up"
    FACTOR_PASSED = "second-factor.passed"
    FACTOR_REFUSED = "second-factor.refused"
    FACTOR_RESET = "second-factor.reset"
    INCIDENT_VIEWED = "incident.viewed"
    CARD_VIEWED = "contact-card.viewed"
    CARD_SAVED = "contact-card.saved"
    LINK_ACKNOWLEDGED = "link.acknowledged"
    LINK_ARRIVED = "link.arrived"
    HELD_VIEWED = "held-message.viewed"
    REPORT_VIEWED = "report.viewed"
    REPORTER_VIEWED = "report.reporter-viewed"
    CHECKIN_VIEWED = "check-in.viewed"
    UNHEARD_VIEWED = "unheard.viewed"
    TICKET_VIEWED = "ticket.viewed"
    CASES_VIEWED = "case-history.viewed"
    FILTER_SET = "filter.set"
    FILTER_GIVEN_BACK = "filter.given-back"
    SHARE_VIEWED = "share.viewed"
    SHARES_ON = "shares.turned-on"
    SHARES_OFF = "shares.turned-off"
    SEAL_ASKED = "seal.asked"
    SEAL_REFUSED = "seal.refused"
    SEAL_OPENED = "seal.opened"
    SEAL_OPENED_QUIETLY = "seal.opened-quietly"
    """Opened, and its author is not told: whoever agreed said that telling them would put somebody in danger."""
    SEAL_VIEWED = "seal.viewed"


@dataclass(frozen=True)
class Recorded:
    """One row of the record, as its hash covers it. ``actor_id`` is None for the operator's command line."""

    number: int
    at: datetime
    action: str
    object_kind: str
    object_id: str
    actor_id: int | None
    person_id: int | None
    guild_id: int | None


def is_local_path(path: str) -> bool:
    """Whether ``path`` is one of our own pages, and no way out: no host, no dots, no query."""
    return len(path) <= 200 and _PATH.fullmatch(path) is not None


def is_token(text: str) -> bool:
    """Whether ``text`` could be one of our tokens: 32 bytes in base64 without padding; nothing else is looked up."""
    return _TOKEN.fullmatch(text) is not None


def digest(token: str) -> str:
    """How a token is kept: by its SHA-256 in hex. It has 256 bits of its own, so it needs no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def state_of(used_at: datetime | None, expires_at: datetime, now: datetime) -> LinkState:
    """Where a link stands. One that was used is told as used, also when its time is over."""
    if used_at is not None:
        return LinkState.USED
    return LinkState.GOOD if now < expires_at else LinkState.EXPIRED


def is_alive(began_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session still holds: used within half an hour, and begun no more than eight hours ago."""
    return now - seen_at < SESSION_IDLE and now - began_at < SESSION_AT_MOST


def wait_after(wrong: int) -> timedelta:
    """How long to wait after the ``wrong``-th wrong code in a row: five are free, then 5 minutes, doubling to an hour.

    Three codes of a million are right at a time, so a day of guessing at this pace finds one in about 10,000 tries.
    """
    if wrong < FREE_GUESSES:
        return timedelta(0)
    doublings = min(wrong - FREE_GUESSES, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def step_of(now: datetime) -> int:
    """The number of the TOTP step at ``now`` (RFC 6238, section 4.2: steps of 30 seconds since 1970)."""
    return int(now.timestamp()) // STEP_SECONDS


def candidate_steps(now: datetime, last_used: int | None) -> tuple[int, ...]:
    """The steps whose code is taken at ``now``: this one, its neighbours, and none that was used or lies before one.

    RFC 6238, section 5.2: a verifier must not take the second attempt of a code.
    """
    here = step_of(now)
    return tuple(step for step in (here, here - DRIFT, here + DRIFT) if last_used is None or step > last_used)


def digits_of(written: str) -> str:
    """The digits of what somebody typed as their code: spaces and dashes are how people group them."""
    return "".join(written.replace("-", " ").split())[:12]


def row_hash(previous: str, row: Recorded) -> str:
    """The hash of a row: SHA-256 over the former row's hash and every field of this one, in one fixed form."""
    fields = [
        previous,
        row.number,
        row.at.isoformat(timespec="microseconds"),
        row.action,
        row.object_kind,
        row.object_id,
        row.actor_id,
        row.person_id,
        row.guild_id,
    ]
    return hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode()).hexdigest()
