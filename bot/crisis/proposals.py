"""Proposals about staff's own words, and terms in use, as values that doors may hold."""

from dataclasses import dataclass
from datetime import datetime

from bot.crisis.assessment import Assessment, Category, Tier
from bot.crisis.lexicon_rules import ProposalKind, ProposalState
from bot.crisis.records import ProposalRow, TermRow
from bot.crisis.terms import Refusal
from bot.crisis.trial import Trial


@dataclass(frozen=True)
class InUse:
    """A term in use, until ``expires_at`` (UTC)."""

    id: int
    text: str
    tier: Tier
    category: Category
    expires_at: datetime


@dataclass(frozen=True)
class Proposal:
    """What somebody proposes about a term. ``text`` is None once it was erased. Times are UTC.

    ``replaces`` is the term in use whose tier, category and end would be other ones from the approval on.
    """

    id: int
    guild_id: int
    kind: ProposalKind
    state: ProposalState
    term_id: int | None
    text: str | None
    tier: Tier
    category: Category
    days: int
    proposed_by: int
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    trial: Trial | None = None
    replaces: InUse | None = None


@dataclass(frozen=True)
class Decision:
    """A proposal as it stands now. ``won`` is false where it had been decided before."""

    proposal: Proposal
    won: bool


@dataclass(frozen=True)
class Tested:
    """What the detector says of a text now, and how the text would do as a term."""

    verdict: Assessment
    as_term: Trial | Refusal


def in_use_of(row: TermRow) -> InUse:
    """The row as doors see it."""
    return InUse(row.id, row.text, row.tier, row.category, row.expires_at)


def proposal_of(row: ProposalRow, trial: Trial | None = None, replaces: TermRow | None = None) -> Proposal:
    """The row as doors see it."""
    names = [name for name in Proposal.__dataclass_fields__ if name not in {"trial", "replaces"}]
    values = {name: getattr(row, name) for name in names}
    return Proposal(**values, trial=trial, replaces=None if replaces is None else in_use_of(replaces))
