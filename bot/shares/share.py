"""A share as others see it: staff without its author, its author with their words."""

from dataclasses import dataclass
from datetime import datetime

from bot.moderation.judgement import Filter
from bot.moderation.service import Found
from bot.shares.records import SealRow, ShareRow
from bot.shares.rules import Request, SealReason, SealState, ShareState, Telling


@dataclass(frozen=True)
class Share:
    """What staff see: everything but whose it is, and but the words. ``language`` is staff's. Datetimes are UTC.

    ``found`` is None where the filters could not read it.
    """

    id: int
    guild_id: int
    group_name: str
    language: str
    state: ShareState
    found: tuple[Found, ...] | None
    sent_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    posted: tuple[int, int] | None
    is_unsealing: bool


@dataclass(frozen=True)
class Own:
    """What its author sees. ``unsealed`` is why the seal was opened, where it was and they are to know."""

    id: int
    guild_id: int
    group_name: str
    language: str
    state: ShareState
    words: str | None
    made_at: datetime
    posted: tuple[int, int] | None
    unsealed: SealReason | None


@dataclass(frozen=True)
class Seal:
    """A request to open a seal, for staff. ``language`` is staff's."""

    id: int
    share_id: int
    guild_id: int
    language: str
    group_name: str
    reason: SealReason
    state: SealState
    asked_by: int
    asked_at: datetime
    ends_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    telling: Telling | None


@dataclass(frozen=True)
class Unsealed:
    """Who wrote a share, for the two who opened its seal: never to be put anywhere but before their eyes."""

    seal: Seal
    author: int
    name: str
    words: str | None
    reason: str | None


def found_of(row: ShareRow) -> tuple[Found, ...] | None:
    """What the filters found, from its row."""
    if row.found is None:
        return None
    return tuple(Found(Filter(filter_), rule) for filter_, rule in row.found)


def posted_of(row: ShareRow) -> tuple[int, int] | None:
    """Where it stands in the group: (channel, message)."""
    if row.posted_channel_id is None or row.posted_message_id is None:
        return None
    return row.posted_channel_id, row.posted_message_id


def request_of(row: SealRow) -> Request:
    """A request, as far as its decision goes."""
    return Request(row.state, row.asked_by, row.ends_at, row.decided_by, row.decided_at)
