"""Anonymous shares: what their authors do with them. ``deciding`` has what staff decide, ``seals`` the opening."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.audit import Audit
from bot.access.rules import AuditAction
from bot.crisis.assessment import Tier
from bot.db import Database
from bot.delivery.service import Outbox
from bot.errors import NotFoundError
from bot.members.service import Action, MemberService
from bot.moderation.service import ModerationService
from bot.observe.logs import get_logger
from bot.oncall.service import OnCallService
from bot.program.service import ProgrammeService
from bot.shares import records
from bot.shares.deciding import Deciding
from bot.shares.deliveries import CARD, CARD_EDIT, LINE, NEWS, POST, SEAL, SEAL_EDIT, UNPOST, News, subject_of
from bot.shares.records import ShareRow
from bot.shares.rules import (
    DRAFT_KEPT,
    WORDS_AT_MOST,
    WORDS_KEPT,
    Agreeing,
    Decided,
    Refusal,
    SealReason,
    SealState,
    ShareState,
    Telling,
    goes_to_staff,
    refusal,
)
from bot.shares.seals import Seals
from bot.shares.share import Own, Seal, Share, Unsealed, posted_of
from bot.shares.steps import Steps, end
from bot.timing import Clock

__all__ = [
    "CARD",
    "CARD_EDIT",
    "LINE",
    "NEWS",
    "POST",
    "SEAL",
    "SEAL_EDIT",
    "UNPOST",
    "WORDS_AT_MOST",
    "WORDS_KEPT",
    "Agreeing",
    "Decided",
    "News",
    "Own",
    "Refusal",
    "Seal",
    "SealReason",
    "SealState",
    "Sent",
    "Share",
    "ShareService",
    "ShareState",
    "Telling",
    "Unsealed",
]

log = get_logger(__name__)


@dataclass(frozen=True)
class Sent:
    """What came of words: where they stand now, or why they were not taken; ``number`` is 0 then."""

    number: int = 0
    state: ShareState | None = None
    refused: Refusal | None = None


class ShareService:
    """The use cases of authors. Also what the heart asks for reminders and ends that are due, and tidies up by."""

    name = "shares"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        programmes: ProgrammeService,
        members: MemberService,
        oncall: OnCallService,
        moderation: ModerationService,
        audit: Audit,
    ) -> None:
        self._database, self._clock, self._outbox = database, clock, outbox
        self._programmes, self._members, self._oncall, self._moderation = programmes, members, oncall, moderation
        self._audit = audit
        self._steps = Steps(database, outbox, programmes, members, moderation)
        self.deciding = Deciding(database, clock, outbox, self._steps, members, moderation, audit)
        self.seals = Seals(database, clock, outbox, self._steps, members, audit)

    # -- where they are on ---------------------------------------------------------------------------------------------

    async def groups_of(self, guild_id: int, user_id: int) -> dict[str, str]:
        """The groups in which this person may share, by key, with their names.

        Raises:
            NotAllowedError: where the table does not allow it.
        """
        standing = await self._members.allow(guild_id, user_id, Action.SHARE)
        return {key: name for key, name in (await self._steps.where_on(guild_id)).items() if key in standing.groups}

    async def switch(self, guild_id: int, group_key: str, staff_id: int, *, is_on: bool) -> Refusal | None:
        """Turn shares on or off for a group, whatever the programme file says; it is put on record.

        Raises:
            NotAllowedError: where this person may not.
            NotFoundError: where there is no such group.
        """
        await self._members.allow(guild_id, staff_id, Action.SWITCH_SHARES)
        programme = await self._programmes.current(guild_id)
        if programme is None or programme.group(group_key) is None:
            raise NotFoundError("There is no such group.")
        if programme.program.minors and is_on:
            return Refusal.MINORS
        async with self._database.write() as session:
            await records.switch(session, guild_id, group_key, is_on=is_on)
            action = AuditAction.SHARES_ON if is_on else AuditAction.SHARES_OFF
            await self._audit.note(session, action, "group", group_key, actor=staff_id, guild_id=guild_id)
        log.info("shares.switched", is_on=is_on)
        return None

    # -- the author ----------------------------------------------------------------------------------------------------

    async def draft(self, guild_id: int, user_id: int, words: str, tier: Tier) -> Sent:
        """Keep words until their author says whether they are to be sent; those that say danger are set aside.

        They have passed the intake, which found ``tier``; whatever this refuses, they were read.

        Raises:
            NotAllowedError: where the table does not allow it.
        """
        groups = await self.groups_of(guild_id, user_id)
        if not groups:
            return Sent(refused=Refusal.OFF)
        state = ShareState.DRAFT if goes_to_staff(tier) else ShareState.ASIDE
        group_key = next(iter(groups)) if len(groups) == 1 else None
        async with self._database.write() as session:
            before = await records.of_author(session, user_id, guild_id)
            refused = self._refusal(before) if state is ShareState.DRAFT else None
            if refused is not None:
                return Sent(refused=refused)
            row = ShareRow(
                guild_id=guild_id,
                author=user_id,
                group_key=group_key,
                state=state,
                words=words[:WORDS_AT_MOST],
                made_at=self._clock.now(),
            )
            session.add(row)
            await session.flush()
            return Sent(row.id, state)

    async def send(self, share_id: int, user_id: int, group_key: str) -> Sent:
        """Hand a draft, or what was set aside, to staff. Twice is once.

        What was set aside waits for as long as its author has an open incident: ``Sent.state`` is ``ASIDE`` still.

        Raises:
            NotFoundError: where it is not theirs, or is not kept any more.
            NotAllowedError: where the table does not allow it.
        """
        row = await self._own(share_id, user_id)
        if group_key not in await self.groups_of(row.guild_id, user_id):
            return Sent(refused=Refusal.OFF)
        if row.state is ShareState.ASIDE and await self._oncall.is_followed(row.guild_id, user_id):
            return Sent(row.id, row.state)
        found = await self._found(row.guild_id, group_key, user_id, row.words or "")
        within, now = await self._steps.within(row.guild_id), self._clock.now()
        async with self._database.write() as session:
            kept = await records.locked(session, share_id)
            if kept is None or kept.words is None:
                raise NotFoundError("That is no longer there.")
            if kept.state not in {ShareState.DRAFT, ShareState.ASIDE}:
                return Sent(kept.id, kept.state)
            refused = self._refusal(await records.of_author(session, user_id, kept.guild_id))
            if refused is not None:
                return Sent(refused=refused)
            kept.state, kept.group_key, kept.found = ShareState.WAITING, group_key, found
            kept.sent_at, kept.remind_at = now, now + within
            await self._steps.put_up(session, kept, now)
            log.info("shares.sent", share=kept.id)
            return Sent(kept.id, kept.state)

    async def take_it_back(self, share_id: int, user_id: int) -> ShareState:
        """Its author does not want it there any more, before it is posted or after; where it stands then.

        A draft is forgotten. What staff declined, or asked to word anew, stays as it is.

        Raises:
            NotFoundError: where it is not theirs, or is not kept any more.
        """
        await self._own(share_id, user_id)
        now = self._clock.now()
        async with self._database.write() as session:
            row = await records.locked(session, share_id)
            if row is None:
                raise NotFoundError("That is no longer there.")
            match row.state:
                case ShareState.DRAFT | ShareState.ASIDE:
                    await session.delete(row)
                    return ShareState.WITHDRAWN
                case ShareState.WAITING | ShareState.APPROVED:
                    await self._steps.take_down(session, row, now)
                    end(row, ShareState.WITHDRAWN, None, now)
                    await self._steps.show_on_cards(session, row, now)
                    log.info("shares.taken_back", share=row.id)
        return row.state

    async def own(self, share_id: int, user_id: int) -> Own:
        """One of somebody's own shares, with its words.

        Raises:
            NotFoundError: where it is not theirs, or is not kept any more.
        """
        return await self._shown(await self._own(share_id, user_id))

    async def all_own(self, guild_id: int, user_id: int) -> list[Own]:
        """Everything somebody shared in a server, the oldest first."""
        async with self._database.read() as session:
            rows = await records.of_author(session, user_id, guild_id)
        return [await self._shown(row) for row in rows if row.state is not ShareState.DRAFT]

    async def whom_to_tell(self, share_id: int) -> tuple[int, str] | None:
        """Whose share it is, and their language: for the word to them alone, at the moment in which it is sent."""
        async with self._database.read() as session:
            row = await records.share(session, share_id)
        if row is None:
            return None
        return row.author, (await self._members.standing(row.guild_id, row.author)).language

    async def worried(self, guild_id: int, message_id: int) -> bool:
        """Somebody worries about whoever wrote a message of ours: whether it is a share. The seal stays closed.

        Its author gets the numbers that help, privately, and staff a line that says which share it is: the seal is
        theirs to open. Whoever asks here pages besides, and names whoever worries.
        """
        async with self._database.write() as session:
            row = await records.posted_as(session, guild_id, message_id)
            if row is None or row.state is not ShareState.APPROVED:
                return False
            now = self._clock.now()
            await self._steps.tell(session, row, News.WORRIED, now)
            await self._steps.tell_staff(session, row, "worried", now)
        return True

    async def _own(self, share_id: int, user_id: int) -> ShareRow:
        async with self._database.read() as session:
            row = await records.share(session, share_id)
        if row is None or row.author != user_id:
            raise NotFoundError("That is no longer there.")
        return row

    async def _shown(self, row: ShareRow) -> Own:
        async with self._database.read() as session:
            seal = await records.newest_seal(session, row.id)
        is_told = seal is not None and seal.state is SealState.AGREED and seal.telling is Telling.TELL
        return Own(
            id=row.id,
            guild_id=row.guild_id,
            group_name=await self._steps.group_name(row.guild_id, row.group_key),
            language=(await self._members.standing(row.guild_id, row.author)).language,
            state=row.state,
            words=row.words,
            made_at=row.made_at,
            posted=posted_of(row),
            unsealed=seal.reason if seal is not None and is_told else None,
        )

    async def _found(self, guild_id: int, group_key: str, user_id: int, words: str) -> list[list[str]] | None:
        try:
            judgement = await self._moderation.judge_words(guild_id, group_key, user_id, words)
        except Exception:
            # Staff look at it anyway; the card says that nothing else has.
            log.exception("shares.could_not_judge")
            return None
        return [[one.filter.value, one.rule] for one in judgement.findings]

    def _refusal(self, before: Sequence[ShareRow]) -> Refusal | None:
        waiting = sum(row.state is ShareState.WAITING for row in before)
        return refusal(waiting, [row.sent_at for row in before if row.sent_at is not None], self._clock.now())

    # -- the clock, an erasure -----------------------------------------------------------------------------------------

    async def next_due(self) -> datetime | None:
        """When the next reminder, or the next end of a request, is due (UTC), or none."""
        async with self._database.read() as session:
            return await records.next_due(session)

    async def run_due(self, now: datetime) -> None:
        """Remind staff of what has waited for long, and end requests that nobody answered (``now`` is UTC)."""
        async with self._database.read() as session:
            shares, seals = await records.due(session, now), await records.seals_due(session, now)
        for what, rows in ((self.deciding.remind, shares), (self.seals.expire, seals)):
            for row_id in rows:
                try:
                    await what(row_id, now)
                except Exception:
                    # One that fails keeps no other from its turn; the next beat tries it again.
                    log.exception("shares.not_in_time", row=row_id)

    async def plan(self, start: datetime, end: datetime) -> None:
        """Forget drafts and words of which nothing is left to decide; nothing is planned ahead."""
        del start, end
        now = self._clock.now()
        async with self._database.write() as session:
            await records.forget(session, now - DRAFT_KEPT, now - WORDS_KEPT)

    async def take_back(self, session: AsyncSession, user_id: int) -> None:
        """Before somebody's rows go: have what was posted for them taken down, and the cards emptied."""
        now = self._clock.now()
        for row in await records.of_author(session, user_id):
            await self._steps.take_down(session, row, now)
            await self._outbox.cancel(session, subject_of(row.id))
            await self._steps.show_on_cards(session, row, now, ":gone")
            await self._steps.show_on_seals(session, row, now, "gone")
