"""Staff's own words: proposed by one, decided by another, in use until they end."""

import asyncio
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.content import Content
from bot.crisis import lexicon_drafts as drafts
from bot.crisis import records
from bot.crisis.active_terms import ActiveTerms
from bot.crisis.assessment import Category, Tier
from bot.crisis.detector import Detector
from bot.crisis.lexicon_rules import (
    DEFAULT_DAYS,
    MOST_DAYS,
    MOST_TERMS,
    ProposalKind,
    ProposalState,
    extends,
    is_in_use,
    may_decide,
)
from bot.crisis.own_words import DEFAULT_CATEGORY
from bot.crisis.proposals import Decision, InUse, Proposal, Tested, in_use_of, proposal_of
from bot.crisis.records import ProposalRow, TermRow
from bot.crisis.terms import Reason, Refusal, Wording, parse
from bot.crisis.trial import Examined, Examiner, Trial
from bot.db import Database
from bot.delivery.service import Outbox
from bot.errors import NotAllowedError, NotFoundError
from bot.members.service import Action, MemberService
from bot.observe.logs import get_logger
from bot.program.layout import MOD_QUEUE, ObjectKey, ObjectKind
from bot.program.service import ProgrammeService
from bot.timing import Clock

__all__ = [
    "DEFAULT_DAYS",
    "MOST_DAYS",
    "Decision",
    "InUse",
    "LexiconService",
    "Proposal",
    "ProposalKind",
    "ProposalState",
    "Refusal",
    "Tested",
    "Trial",
]

log = get_logger(__name__)


class LexiconService:
    """The use cases of staff's own words. Everything asks the permission table first, each time."""

    def __init__(
        self,
        detector: Detector,
        examiner: Examiner,
        active: ActiveTerms,
        database: Database,
        clock: Clock,
        content: Content,
        outbox: Outbox,
        programmes: ProgrammeService,
        members: MemberService,
    ) -> None:
        self._detector, self._examiner, self._active = detector, examiner, active
        self._database, self._clock, self._content, self._outbox = database, clock, content, outbox
        self._programmes, self._members = programmes, members

    # -- proposing -----------------------------------------------------------------------------------------------------

    async def propose(
        self,
        guild_id: int,
        staff_id: int,
        text: str,
        tier: Tier = Tier.NOTIFY,
        category: Category | None = None,
        days: int = DEFAULT_DAYS,
    ) -> Proposal | Refusal:
        """Propose a term, or to extend or change one in use; a second person decides. ``tier``: page or notify.

        Raises:
            NotAllowedError: where this person may not.
            ValueError: for another tier, or days outside 1 to 365; the command offers none.
        """
        await self._allow(guild_id, staff_id)
        if tier not in DEFAULT_CATEGORY or not 1 <= days <= MOST_DAYS:
            raise ValueError("a term pages or notifies, for 1 to 365 days")
        examined = await asyncio.to_thread(self._examiner.examine, text)
        if isinstance(examined, Refusal):
            return examined
        now = self._clock.now()
        channel = await self._channel(guild_id, MOD_QUEUE)
        row = ProposalRow(
            guild_id=guild_id,
            kind=ProposalKind.ADD,
            state=ProposalState.PENDING,
            text=examined.wording.text,
            tier=tier,
            category=category or DEFAULT_CATEGORY[tier],
            days=days,
            proposed_by=staff_id,
            proposed_at=now,
        )
        async with self._database.write() as session:
            term = await self._same_term(session, guild_id, examined.wording, now)
            if (refusal := await self._refusal(session, row, examined.wording, term, now)) is not None:
                return refusal
            await self._put(session, row, channel, now)
        return proposal_of(row, examined.trial, term)

    async def propose_removal(self, guild_id: int, staff_id: int, text: str) -> Proposal | Refusal | None:
        """Propose to take a term out of use; until a second person approves it stays. None where there is no such term.

        Raises:
            NotAllowedError: where this person may not.
        """
        await self._allow(guild_id, staff_id)
        # What was taken once can be taken out again, also where words count as common by now.
        wording = parse(text, frozenset())
        if isinstance(wording, Refusal):
            return None
        now = self._clock.now()
        channel = await self._channel(guild_id, MOD_QUEUE)
        async with self._database.write() as session:
            term = await self._same_term(session, guild_id, wording, now)
            if term is None:
                return None
            row = ProposalRow(
                guild_id=guild_id,
                kind=ProposalKind.REMOVE,
                state=ProposalState.PENDING,
                term_id=term.id,
                text=term.text,
                tier=term.tier,
                category=term.category,
                days=0,
                proposed_by=staff_id,
                proposed_at=now,
            )
            if await self._is_proposed(session, row, wording):
                return Refusal(Reason.ALREADY_PROPOSED)
            await self._put(session, row, channel, now)
        return proposal_of(row)

    async def withdraw(self, proposal_id: int, staff_id: int) -> Decision:
        """Take one's own proposal back, where nobody has decided yet.

        Raises:
            NotAllowedError: where this person may not, or it is somebody else's.
            NotFoundError: where there is none.
        """
        guild_id = (await self._find(proposal_id)).guild_id
        await self._allow(guild_id, staff_id)
        return await self._end(proposal_id, staff_id, ProposalState.WITHDRAWN)

    # -- deciding ------------------------------------------------------------------------------------------------------

    async def decide(self, proposal_id: int, staff_id: int, *, approve: bool) -> Decision:
        """Approve or decline what somebody else proposed. Of two at once one wins, and the other learns who.

        Raises:
            NotAllowedError: where this person may not, or proposed it.
            NotFoundError: where there is none.
        """
        guild_id = (await self._find(proposal_id)).guild_id
        await self._allow(guild_id, staff_id)
        state = ProposalState.APPROVED if approve else ProposalState.DECLINED
        decision = await self._end(proposal_id, staff_id, state)
        if decision.won and approve:
            self._active.forget(guild_id)
        return decision

    async def _end(self, proposal_id: int, staff_id: int, state: ProposalState) -> Decision:
        now = self._clock.now()
        async with self._database.write() as session:
            row = await records.locked_proposal(session, proposal_id)
            if row is None:
                raise NotFoundError(self._gone())
            if (state is ProposalState.WITHDRAWN) is may_decide(row.proposed_by, staff_id):
                key = "not_yours_to_withdraw" if state is ProposalState.WITHDRAWN else "needs_another"
                raise NotAllowedError(self._content.texts.say("en", f"lexicon.{key}"))
            if row.state is not ProposalState.PENDING:
                return Decision(proposal_of(row), won=False)
            if state is ProposalState.APPROVED:
                await self._take_effect(session, row, staff_id, now)
            row.state, row.decided_by, row.decided_at = state, staff_id, now
            for message in await self._outbox.messages_of(session, drafts.subject(row.id), drafts.CARD):
                await self._outbox.put(session, [drafts.card_edit(row.id, row.guild_id, state, message, now)])
            ended = proposal_of(row)
        log.info("lexicon.decided", proposal=proposal_id, kind=ended.kind.value, state=state.value)
        return Decision(ended, won=True)

    async def _take_effect(self, session: AsyncSession, row: ProposalRow, staff_id: int, now: datetime) -> None:
        if row.kind is ProposalKind.REMOVE:
            term = await records.locked_term(session, row.term_id or 0)
            if term is not None and term.removed_at is None:
                term.removed_by, term.removed_at = staff_id, now
            return
        wording = parse(row.text, frozenset()) if row.text is not None else None
        if not isinstance(wording, Wording):
            raise NotFoundError(self._gone())
        term = await self._same_term(session, row.guild_id, wording, now)
        if term is None:
            term = TermRow(guild_id=row.guild_id, text=wording.text, proposed_by=row.proposed_by)
            session.add(term)
        term.tier, term.category = row.tier, row.category
        term.approved_by, term.approved_at = staff_id, now
        term.expires_at = now + timedelta(days=row.days)
        await session.flush()
        row.term_id = term.id

    # -- looking -------------------------------------------------------------------------------------------------------

    async def show(self, proposal_id: int, staff_id: int) -> Proposal:
        """A proposal with its words, and how the term does on the harmless lines now: for one staff member's eyes.

        Raises:
            NotAllowedError, NotFoundError: as ``decide``.
        """
        proposal = await self._find(proposal_id)
        await self._allow(proposal.guild_id, staff_id)
        wording = parse(proposal.text, frozenset()) if proposal.text is not None else None
        trial = None
        if isinstance(wording, Wording):
            trial = await asyncio.to_thread(self._examiner.try_on_lines, wording)
        term = None
        async with self._database.read() as session:
            row = await records.proposal(session, proposal_id)
            if isinstance(wording, Wording) and proposal.kind is ProposalKind.ADD:
                term = await self._same_term(session, proposal.guild_id, wording, self._clock.now())
        return proposal_of(row, trial, term) if row is not None else proposal

    async def facts(self, proposal_id: int) -> Proposal | None:
        """A proposal, for its card, which shows none of its words; or none."""
        async with self._database.read() as session:
            row = await records.proposal(session, proposal_id)
        return proposal_of(row) if row is not None else None

    async def test(self, guild_id: int, staff_id: int, text: str) -> Tested:
        """What the detector, staff's own words included, says of ``text``. Nothing of it is kept.

        Raises:
            NotAllowedError: where this person may not.
        """
        await self._allow(guild_id, staff_id)
        own = await self._active.of(guild_id)
        examined = await asyncio.to_thread(self._examiner.examine, text)
        verdict = self._detector.assess(text)
        as_term = examined.trial if isinstance(examined, Examined) else examined
        return Tested(own.raised(text, verdict) if own is not None else verdict, as_term)

    async def listed(self, guild_id: int, staff_id: int) -> tuple[list[InUse], list[Proposal]]:
        """The terms in use, and what waits for a second person.

        Raises:
            NotAllowedError: where this person may not.
        """
        await self._allow(guild_id, staff_id)
        async with self._database.read() as session:
            terms = await records.terms_in_use(session, guild_id, self._clock.now())
            waiting = await records.pending(session, guild_id)
        return [in_use_of(row) for row in terms], [proposal_of(row) for row in waiting]

    async def ends_at(self, term_id: int) -> datetime | None:
        """When a term in use ends (UTC), or none where it is in use no more."""
        async with self._database.read() as session:
            row = await records.term(session, term_id)
        in_use = row is not None and is_in_use(row.expires_at, row.removed_at, self._clock.now())
        return row.expires_at if row is not None and in_use else None

    async def catch_up_card(self, session: AsyncSession, proposal_id: int, message: tuple[int, int]) -> None:
        """A card that was on its way when its proposal was decided: have it say so, too."""
        row = await records.proposal(session, proposal_id)
        if row is not None and row.state is not ProposalState.PENDING:
            edit = drafts.card_edit(row.id, row.guild_id, row.state, message, self._clock.now())
            await self._outbox.put(session, [edit])

    # -- within --------------------------------------------------------------------------------------------------------

    async def _allow(self, guild_id: int, staff_id: int) -> None:
        await self._members.allow(guild_id, staff_id, Action.EDIT_LEXICON)

    async def _find(self, proposal_id: int) -> Proposal:
        proposal = await self.facts(proposal_id)
        if proposal is None:
            raise NotFoundError(self._gone())
        return proposal

    def _gone(self) -> str:
        return self._content.texts.say("en", "errors.not_found")

    async def _channel(self, guild_id: int, key: ObjectKey) -> int | None:
        return await self._programmes.object_id(guild_id, ObjectKind.CHANNEL, key)

    async def _put(self, session: AsyncSession, row: ProposalRow, channel: int | None, now: datetime) -> None:
        session.add(row)
        await session.flush()
        if channel is None:
            log.error("lexicon.no_channel", proposal=row.id)  # `/lexicon list` shows it all the same
        else:
            await self._outbox.put(session, [drafts.card(row, channel, now)])

    async def _refusal(
        self, session: AsyncSession, row: ProposalRow, wording: Wording, term: TermRow | None, now: datetime
    ) -> Refusal | None:
        if await self._is_proposed(session, row, wording):
            return Refusal(Reason.ALREADY_PROPOSED)
        if term is None:
            # What waits counts, too: it may all be approved.
            waiting = [one for one in await records.pending(session, row.guild_id) if one.kind is ProposalKind.ADD]
            full = len(await records.terms_in_use(session, row.guild_id, now)) + len(waiting) >= MOST_TERMS
            return Refusal(Reason.FULL, {"most": MOST_TERMS}) if full else None
        same = (term.tier, term.category) == (row.tier, row.category)
        if same and not extends(term.expires_at, now, row.days):
            return Refusal(Reason.ALREADY_THERE, {"until": int(term.expires_at.timestamp())})
        return None

    async def _is_proposed(self, session: AsyncSession, row: ProposalRow, wording: Wording) -> bool:
        waiting = await records.pending(session, row.guild_id)
        return any(one.kind is row.kind and _is_same(one.text, wording) for one in waiting)

    async def _same_term(self, session: AsyncSession, guild_id: int, wording: Wording, now: datetime) -> TermRow | None:
        found = await records.terms_in_use(session, guild_id, now)
        return next((term for term in found if _is_same(term.text, wording)), None)


def _is_same(text: str | None, wording: Wording) -> bool:
    other = parse(text, frozenset()) if text is not None else None
    return isinstance(other, Wording) and other.key == wording.key
