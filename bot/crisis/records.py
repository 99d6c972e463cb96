"""Staff's own words, what is proposed about them, and the list of where the detector was wrong."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, delete, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.crisis.assessment import Category, Tier
from bot.crisis.lexicon_rules import ProposalKind, ProposalState, ReviewDone, ReviewKind, ReviewState
from bot.db import Base, Encrypted, EncryptedJson, Erase, RowId, Snowflake, UtcDateTime, about

_OPEN = "state = 'open'"


class TermRow(Base):
    """A few words that staff of this programme know to mean danger; in use until it expires or is removed."""

    __tablename__ = "lexicon_terms"
    __table_args__ = (
        {
            "info": about(
                person="proposed_by",
                plain={
                    "id": "row number; rules are named by it",
                    "guild_id": "the server",
                    "tier": "page or notify",
                    "category": "which answer fits; says nothing of anybody",
                    "proposed_by": "staff",
                    "approved_by": "staff",
                    "approved_at": "time of the last approval",
                    "expires_at": "time",
                    "removed_by": "the staff member who approved its removal",
                    "removed_at": "time",
                },
                erase=Erase.KEEP,
                why="A word of danger belongs to the programme: erased with its proposer, pages would be missed.",
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake, index=True)
    text: Mapped[str] = mapped_column(Encrypted("lexicon_terms.text"))
    tier: Mapped[Tier]
    category: Mapped[Category]
    proposed_by: Mapped[int] = mapped_column(Snowflake, index=True)
    approved_by: Mapped[int] = mapped_column(Snowflake)
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_by: Mapped[int | None] = mapped_column(Snowflake)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ProposalRow(Base):
    """What one staff member proposes about a term, until a second one decides."""

    __tablename__ = "lexicon_proposals"
    __table_args__ = (
        Index("ix_lexicon_proposals_guild_id_state", "guild_id", "state"),
        {
            "info": about(
                person="proposed_by",
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "kind": "add or remove",
                    "state": "pending, approved, declined or withdrawn",
                    "term_id": "the term to be removed, or the one that came of it",
                    "tier": "page or notify",
                    "category": "which answer fits; says nothing of anybody",
                    "days": "how long the term is to last",
                    "proposed_by": "staff",
                    "proposed_at": "time",
                    "decided_by": "staff",
                    "decided_at": "time",
                },
                erase=Erase.BLANK,
                why="That two people decided about a word is the record of how it came into use; the words go.",
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    kind: Mapped[ProposalKind]
    state: Mapped[ProposalState]
    term_id: Mapped[int | None] = mapped_column(ForeignKey("lexicon_terms.id"), index=True)
    text: Mapped[str | None] = mapped_column(Encrypted("lexicon_proposals.text"))
    tier: Mapped[Tier]
    category: Mapped[Category]
    days: Mapped[int] = mapped_column(Integer)
    proposed_by: Mapped[int] = mapped_column(Snowflake, index=True)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(Snowflake)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReviewRow(Base):
    """One place where the detector was wrong, for staff to look at. Nothing learns from it by itself."""

    __tablename__ = "detector_reviews"
    __table_args__ = (
        UniqueConstraint("guild_id", "source_key"),
        Index("ix_detector_reviews_open", "reported_at", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "kind": "false alarm or miss",
                    "state": "open or closed",
                    "source_key": "message or incident id, so that one occasion is listed once",
                    "user_id": "whose words; who typed them, where nobody else is known",
                    "incident_id": "which incident was a false alarm",
                    "reported_by": "staff",
                    "reported_at": "time",
                    "closed_by": "staff",
                    "closed_at": "time",
                    "done": "what was done, from a fixed list",
                },
                erase=Erase.BLANK,
                why="That the detector was wrong once stays on record, as the alert does; the words and reasons go.",
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    kind: Mapped[ReviewKind]
    state: Mapped[ReviewState]
    source_key: Mapped[str] = mapped_column(String(80))
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    text: Mapped[str | None] = mapped_column(Encrypted("detector_reviews.text"))
    verdict: Mapped[Any] = mapped_column(EncryptedJson("detector_reviews.verdict"), nullable=True)
    reported_by: Mapped[int] = mapped_column(Snowflake)
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by: Mapped[int | None] = mapped_column(Snowflake)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done: Mapped[ReviewDone | None]


class OwedAnswerRow(Base):
    """An answer that no road reached somebody with: no DM, no private thread. They have it at their next press."""

    __tablename__ = "owed_answers"
    __table_args__ = (
        UniqueConstraint("guild_id", "user_id"),
        {
            "info": about(
                person="user_id",
                plain={
                    "id": "row number",
                    "guild_id": "the server",
                    "user_id": "to whom it is owed; needed to give it",
                    "incident_id": "which incident its buttons are about",
                    "owed_since": "time",
                },
            )
        },
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake)
    user_id: Mapped[int] = mapped_column(Snowflake, index=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    owed_since: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[Any] = mapped_column(EncryptedJson("owed_answers.answer"))


# -- terms -------------------------------------------------------------------------------------------------------------


async def terms_in_use(session: AsyncSession, guild_id: int, now: datetime) -> Sequence[TermRow]:
    """The terms of a server that count at ``now`` (UTC), the oldest first."""
    query = select(TermRow).where(TermRow.guild_id == guild_id, TermRow.removed_at.is_(None), TermRow.expires_at > now)
    return (await session.scalars(query.order_by(TermRow.id))).all()


async def terms_ending(session: AsyncSession, after: datetime, until: datetime) -> Sequence[TermRow]:
    """The terms of every server that end in (``after``, ``until``], both UTC, unless they are removed."""
    query = select(TermRow).where(TermRow.removed_at.is_(None), TermRow.expires_at > after, TermRow.expires_at <= until)
    return (await session.scalars(query.order_by(TermRow.expires_at))).all()


async def term(session: AsyncSession, term_id: int) -> TermRow | None:
    """One term, to look at."""
    return await session.get(TermRow, term_id)


async def locked_term(session: AsyncSession, term_id: int) -> TermRow | None:
    """One term, to be changed: locked where the database locks rows."""
    query = select(TermRow).where(TermRow.id == term_id).with_for_update()
    return (await session.scalars(query)).one_or_none()


# -- proposals ---------------------------------------------------------------------------------------------------------


async def proposal(session: AsyncSession, proposal_id: int) -> ProposalRow | None:
    """One proposal, to look at."""
    return await session.get(ProposalRow, proposal_id)


async def locked_proposal(session: AsyncSession, proposal_id: int) -> ProposalRow | None:
    """One proposal, to be decided: locked where the database locks rows, so that one decision wins."""
    query = select(ProposalRow).where(ProposalRow.id == proposal_id).with_for_update()
    return (await session.scalars(query)).one_or_none()


async def pending(session: AsyncSession, guild_id: int) -> Sequence[ProposalRow]:
    """What waits for a second person in a server, the oldest first."""
    query = select(ProposalRow).where(ProposalRow.guild_id == guild_id, ProposalRow.state == ProposalState.PENDING)
    return (await session.scalars(query.order_by(ProposalRow.id))).all()


# -- the review list ---------------------------------------------------------------------------------------------------


async def review(session: AsyncSession, review_id: int) -> ReviewRow | None:
    """One entry, to look at."""
    return await session.get(ReviewRow, review_id)


async def locked_review(session: AsyncSession, review_id: int) -> ReviewRow | None:
    """One entry, to be closed: locked where the database locks rows."""
    query = select(ReviewRow).where(ReviewRow.id == review_id).with_for_update()
    return (await session.scalars(query)).one_or_none()


async def review_of(session: AsyncSession, guild_id: int, source_key: str) -> ReviewRow | None:
    """The entry about one occasion, or none."""
    query = select(ReviewRow).where(ReviewRow.guild_id == guild_id, ReviewRow.source_key == source_key)
    return (await session.scalars(query)).one_or_none()


async def list_review(session: AsyncSession, row: ReviewRow) -> bool:
    """Put an entry on the list; false where another process has just listed the same occasion."""
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


async def open_reviews(session: AsyncSession, guild_id: int, limit: int) -> Sequence[ReviewRow]:
    """The open entries of a server, the oldest first."""
    query = select(ReviewRow).where(ReviewRow.guild_id == guild_id, text(_OPEN))
    return (await session.scalars(query.order_by(ReviewRow.id).limit(limit))).all()


async def count_open(session: AsyncSession, guild_id: int) -> int:
    """How many entries of a server are open."""
    query = select(func.count()).select_from(ReviewRow).where(ReviewRow.guild_id == guild_id, text(_OPEN))
    return (await session.scalars(query)).one()


async def oldest_open(session: AsyncSession) -> datetime | None:
    """When the oldest open entry of any server was reported (UTC), or none."""
    query = select(ReviewRow.reported_at).where(text(_OPEN)).order_by(ReviewRow.reported_at).limit(1)
    return (await session.scalars(query)).one_or_none()


async def open_since(session: AsyncSession, until: datetime) -> Sequence[ReviewRow]:
    """The open entries of every server reported at ``until`` (UTC) or before, locked to be closed."""
    query = select(ReviewRow).where(text(_OPEN), ReviewRow.reported_at <= until)
    return (await session.scalars(query.order_by(ReviewRow.id).with_for_update(skip_locked=True))).all()


# -- what is owed ------------------------------------------------------------------------------------------------------


async def owed(session: AsyncSession, user_id: int) -> Sequence[OwedAnswerRow]:
    """The answers that are owed to somebody, in every server, the oldest first."""
    query = select(OwedAnswerRow).where(OwedAnswerRow.user_id == user_id)
    return (await session.scalars(query.order_by(OwedAnswerRow.id))).all()


async def owed_in(session: AsyncSession, guild_id: int, user_id: int) -> OwedAnswerRow | None:
    """The answer that is owed to somebody in one server, or none."""
    query = select(OwedAnswerRow).where(OwedAnswerRow.guild_id == guild_id, OwedAnswerRow.user_id == user_id)
    return (await session.scalars(query)).one_or_none()


async def given(session: AsyncSession, owed_id: int, owed_since: datetime) -> None:
    """That answer was given, unless another has taken its place since (UTC)."""
    gone = delete(OwedAnswerRow).where(OwedAnswerRow.id == owed_id, OwedAnswerRow.owed_since == owed_since)
    await session.execute(gone)
