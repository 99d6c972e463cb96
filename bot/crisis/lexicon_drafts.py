"""What staff's own words put into the outbox: the card of a proposal, its edits, the line before a term ends.

None carries the words: they are shown to whoever asks, privately.
"""

from datetime import datetime

from bot.crisis.lexicon_rules import ProposalState
from bot.crisis.records import ProposalRow, TermRow
from bot.delivery.service import Draft, Lane

CARD, CARD_EDIT, LINE = "lexicon.card", "lexicon.card-edit", "lexicon.line"


def subject(proposal_id: int) -> str:
    """How the deliveries of a proposal are found together."""
    return f"lexicon-proposal:{proposal_id}"


def card(row: ProposalRow, channel_id: int, now: datetime) -> Draft:
    """The card that asks for a second person. ``now`` is UTC, here and below."""
    return Draft(
        kind=CARD,
        lane=Lane.DIRECT,
        dedupe_key=f"lexicon-card:{row.id}",
        guild_id=row.guild_id,
        channel_id=channel_id,
        due_at=now,
        subject=subject(row.id),
        arguments={"proposal": row.id},
    )


def card_edit(proposal_id: int, guild_id: int, state: ProposalState, message: tuple[int, int], now: datetime) -> Draft:
    """Have a card, as (channel id, message id), say how its proposal stands."""
    return Draft(
        kind=CARD_EDIT,
        lane=Lane.DIRECT,
        dedupe_key=f"lexicon-edit:{proposal_id}:{state.value}:{message[1]}",
        guild_id=guild_id,
        channel_id=message[0],
        due_at=now,
        arguments={"proposal": proposal_id, "message": message[1]},
    )


def ending(row: TermRow, channel_id: int, due_at: datetime) -> Draft:
    """The line that a term ends soon; once for each end it is given. ``due_at`` is UTC."""
    ends = int(row.expires_at.timestamp())
    return Draft(
        kind=LINE,
        lane=Lane.DIRECT,
        dedupe_key=f"lexicon-ending:{row.id}:{ends}",
        guild_id=row.guild_id,
        channel_id=channel_id,
        due_at=due_at,
        arguments={"term": row.id, "ends": ends},
        expires_at=row.expires_at,
    )
