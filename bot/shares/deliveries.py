"""What shares put into the outbox: the names of their kinds, and their rows. None names an author, or carries a word.

A delivery's row says in the clear whom it goes to. So what is told to an author goes to no person there: the row names
the share, and whose it is is looked up, and unsealed, at the moment of sending.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from bot.delivery.service import Draft, Lane
from bot.shares.records import SealRow, ShareRow

CARD, CARD_EDIT = "shares.card", "shares.card-edit"
POST, UNPOST = "shares.post", "shares.unpost"
NEWS = "shares.news"
SEAL, SEAL_EDIT = "shares.seal", "shares.seal-edit"
LINE = "shares.line"


class News(StrEnum):
    """What an author is told that there is news of; what it is they read where they press."""

    POSTED = "posted"
    DECIDED = "decided"
    UNSEALED = "unsealed"
    WORRIED = "worried"
    """Somebody who read it worries about whoever wrote it: the numbers that help, and nothing about who."""


def subject_of(share_id: int) -> str:
    """What the cards of a share, and what its author is told, belong to."""
    return f"share:{share_id}"


def subject_of_post(share_id: int) -> str:
    """What stands in the group belongs to."""
    return f"share-post:{share_id}"


def subject_of_seal(seal_id: int) -> str:
    """What the cards of a request to open a seal belong to."""
    return f"share-seal:{seal_id}"


def card(row: ShareRow, room: int, now: datetime, *, reminder: bool = False) -> Draft:
    """The card in #mod-queue, or the same again where it has waited for long."""
    again = f":again:{int(now.timestamp())}" if reminder else ""
    return Draft(
        kind=CARD,
        lane=Lane.DIRECT,
        dedupe_key=f"share-card:{row.id}{again}",
        guild_id=row.guild_id,
        channel_id=room,
        subject=subject_of(row.id),
        due_at=now,
        arguments={"share": row.id, "reminder": int(reminder)},
    )


def edits(row: ShareRow, messages: Iterable[tuple[int, int]], occasion: str, now: datetime) -> list[Draft]:
    """Has every card of a share say how it is now; ``occasion`` tells one change from the next.

    They belong to nothing that is called off: after an erasure they have the cards say that nothing is there.
    """
    return [
        Draft(
            kind=CARD_EDIT,
            lane=Lane.DIRECT,
            dedupe_key=f"share-edit:{row.id}:{occasion}:{message}",
            guild_id=row.guild_id,
            channel_id=channel,
            due_at=now,
            arguments={"share": row.id, "message": message},
        )
        for channel, message in messages
    ]


def post(row: ShareRow, channel_id: int, now: datetime) -> Draft:
    """What staff approved, for the group."""
    return Draft(
        kind=POST,
        lane=Lane.DIRECT,
        dedupe_key=f"share-post:{row.id}",
        guild_id=row.guild_id,
        channel_id=channel_id,
        subject=subject_of_post(row.id),
        due_at=now,
        arguments={"share": row.id},
    )


def unposts(guild_id: int, messages: Iterable[tuple[int, int]], now: datetime) -> list[Draft]:
    """Takes what was posted out of the group. It is never too late for that."""
    return [
        Draft(
            kind=UNPOST,
            lane=Lane.DIRECT,
            dedupe_key=f"share-unpost:{message}",
            guild_id=guild_id,
            channel_id=channel,
            due_at=now,
            arguments={"message": message},
        )
        for channel, message in messages
    ]


def news(row: ShareRow, what: News, room: int, now: datetime) -> Draft:
    """Tells the author, by direct message, that there is something to read. ``room`` stands for the server."""
    return Draft(
        kind=NEWS,
        lane=Lane.DIRECT,
        dedupe_key=f"share-news:{row.id}:{what.value}",
        guild_id=row.guild_id,
        channel_id=room,
        subject=subject_of(row.id),
        due_at=now,
        arguments={"share": row.id, "what": what.value},
    )


def line(row: ShareRow, room: int, key: str, now: datetime) -> Draft:
    """One line in #mod-queue about a share: something did not go as it should."""
    return Draft(
        kind=LINE,
        lane=Lane.DIRECT,
        dedupe_key=f"share-line:{row.id}:{key}",
        guild_id=row.guild_id,
        channel_id=room,
        subject=subject_of(row.id),
        due_at=now,
        arguments={"share": row.id, "key": key},
    )


def seal(row: SealRow, room: int, now: datetime) -> Draft:
    """The card of a request to open a seal, for a second one of staff."""
    return Draft(
        kind=SEAL,
        lane=Lane.DIRECT,
        dedupe_key=f"share-seal:{row.id}",
        guild_id=row.guild_id,
        channel_id=room,
        subject=subject_of_seal(row.id),
        due_at=now,
        arguments={"seal": row.id},
    )


def seal_edits(
    guild_id: int, seal_id: int, messages: Iterable[tuple[int, int]], occasion: str, now: datetime
) -> list[Draft]:
    """Has the cards of a request say how it is now."""
    return [
        Draft(
            kind=SEAL_EDIT,
            lane=Lane.DIRECT,
            dedupe_key=f"share-seal-edit:{seal_id}:{occasion}:{message}",
            guild_id=guild_id,
            channel_id=channel,
            due_at=now,
            arguments={"seal": seal_id, "message": message},
        )
        for channel, message in messages
    ]
