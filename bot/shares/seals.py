"""Opening a seal: one of staff asks with a reason, another one agrees, and only these two see who wrote it.

Every step is on the append-only record, in the transaction that does it. The record names the share and who acted, and
never the author: it is read by staff, and must not open a seal by itself.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.audit import Audit
from bot.access.rules import AuditAction
from bot.db import Database
from bot.delivery.service import Outbox
from bot.errors import NotFoundError
from bot.members.service import Action, MemberService
from bot.observe.logs import get_logger
from bot.shares import deliveries, records
from bot.shares.deliveries import News
from bot.shares.records import SealRow, ShareRow
from bot.shares.rules import SEAL_WITHIN, Agreeing, SealReason, SealState, ShareState, Telling, agreeing, may_look
from bot.shares.share import Seal, Unsealed, request_of
from bot.shares.steps import Steps
from bot.timing import Clock

log = get_logger(__name__)


@dataclass(frozen=True)
class Asked:
    """What came of asking: the request that is there now, and whether it is the one just made."""

    seal: Seal
    is_new: bool


class Seals:
    """The use cases; ``ShareService`` is their door."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        steps: Steps,
        members: MemberService,
        audit: Audit,
    ) -> None:
        self._database, self._clock, self._outbox = database, clock, outbox
        self._steps, self._members, self._audit = steps, members, audit

    async def may_ask(self, share_id: int, staff_id: int) -> str:
        """Staff's language, where this person may ask for this seal.

        Raises:
            NotAllowedError: where they may not.
            NotFoundError: where the share was erased.
        """
        return await self._steps.language_of_staff((await self._allowed_share(share_id, staff_id)).guild_id)

    async def ask(self, share_id: int, staff_id: int, reason: SealReason, words: str) -> Asked:
        """Ask for a seal to be opened; a second one of staff has a day to agree. One request a share at a time.

        Raises:
            NotAllowedError: where this person may not.
            NotFoundError: where the share was erased.
        """
        share = await self._allowed_share(share_id, staff_id)
        room, now = await self._steps.room(share.guild_id), self._clock.now()
        async with self._database.write() as session:
            kept = await records.locked(session, share_id)
            if kept is None:
                raise NotFoundError("That is no longer there.")
            row = await records.newest_seal(session, share_id)
            is_new = row is None or row.state in {SealState.REFUSED, SealState.EXPIRED}
            if row is None or is_new:
                row = SealRow(
                    share_id=share_id,
                    guild_id=share.guild_id,
                    reason=reason,
                    words=words,
                    state=SealState.ASKED,
                    asked_by=staff_id,
                    asked_at=now,
                    ends_at=now + SEAL_WITHIN,
                )
                session.add(row)
                await session.flush()
                await self._note(session, AuditAction.SEAL_ASKED, row, staff_id)
                if room is not None:
                    await self._outbox.put(session, [deliveries.seal(row, room, now)])
                else:
                    log.error("shares.no_queue", seal=row.id)
                log.warning("shares.seal_asked", seal=row.id, share=share_id)
        return Asked(await self._seen(row), is_new)

    async def may_answer(self, seal_id: int, staff_id: int) -> tuple[Seal, Agreeing]:
        """Whether this one of staff may be the second, before they are asked anything.

        Raises:
            NotAllowedError: where this person may not.
            NotFoundError: where it was erased.
        """
        row = await self._allowed(seal_id, staff_id)
        async with self._database.read() as session:
            share = await records.share(session, row.share_id)
        if share is None:
            raise NotFoundError("That is no longer there.")
        return await self._seen(row), agreeing(request_of(row), staff_id, share.author, self._clock.now())

    async def agree(self, seal_id: int, staff_id: int, telling: Telling) -> tuple[Seal, Agreeing]:
        """The second one agrees; from here on both may look. ``telling``: whether the author is told of it.

        Raises:
            NotAllowedError: where this person may not.
            NotFoundError: where it was erased.
        """
        await self._allowed(seal_id, staff_id)
        now = self._clock.now()
        async with self._database.write() as session:
            row, share = await self._locked(session, seal_id)
            outcome = agreeing(request_of(row), staff_id, share.author, now)
            if outcome is Agreeing.DONE:
                row.state, row.decided_by, row.decided_at, row.telling = SealState.AGREED, staff_id, now, telling
                kept_quiet = telling is Telling.KEEP
                action = AuditAction.SEAL_OPENED_QUIETLY if kept_quiet else AuditAction.SEAL_OPENED
                await self._note(session, action, row, staff_id)
                if telling is Telling.TELL:
                    await self._steps.tell(session, share, News.UNSEALED, now)
                await self._steps.show_on_seals(session, share, now, f"{row.id}:{row.state.value}")
                log.warning("shares.seal_opened", seal=row.id, share=share.id)
        return await self._seen(row), outcome

    async def refuse(self, seal_id: int, staff_id: int) -> tuple[Seal, Agreeing]:
        """The seal stays as it is. Whoever asked may take it back in this way; that, too, is on record.

        Raises:
            NotAllowedError: where this person may not.
            NotFoundError: where it was erased.
        """
        await self._allowed(seal_id, staff_id)
        now = self._clock.now()
        async with self._database.write() as session:
            row, share = await self._locked(session, seal_id)
            if row.state is not SealState.ASKED:
                return await self._seen(row), Agreeing.BEFORE
            if staff_id == share.author:
                return await self._seen(row), Agreeing.NOT_YOU
            row.state, row.decided_by, row.decided_at = SealState.REFUSED, staff_id, now
            await self._note(session, AuditAction.SEAL_REFUSED, row, staff_id)
            await self._steps.show_on_seals(session, share, now, f"{row.id}:{row.state.value}")
        return await self._seen(row), Agreeing.DONE

    async def expire(self, seal_id: int, now: datetime) -> None:
        """Nobody agreed in time: the seal stays as it is."""
        async with self._database.write() as session:
            row = await records.locked_seal(session, seal_id)
            if row is None or row.state is not SealState.ASKED or row.ends_at > now:
                return
            row.state, row.decided_at = SealState.EXPIRED, now
            share = await records.share(session, row.share_id)
            if share is not None:
                await self._steps.show_on_seals(session, share, now, f"{row.id}:{row.state.value}")

    # -- looking -------------------------------------------------------------------------------------------------------

    async def reason(self, seal_id: int, staff_id: int) -> tuple[Seal, str | None]:
        """A request with the reason as it was written, for whoever is to agree.

        Raises:
            NotAllowedError: where this person may not.
            NotFoundError: where it was erased.
        """
        row = await self._allowed(seal_id, staff_id)
        return await self._seen(row), row.words

    async def may_look(self, seal_id: int, staff_id: int) -> bool:
        """Whether this person is one of the two who opened it, and their time is not over.

        Raises:
            NotAllowedError: where this person may not.
            NotFoundError: where it was erased.
        """
        return may_look(request_of(await self._allowed(seal_id, staff_id)), staff_id, self._clock.now())

    async def look(self, seal_id: int, staff_id: int, guild_id: int | None = None) -> Unsealed | None:
        """Who wrote it, for one of the two; None for anybody else, and when their time is over.

        That they looked is put on record first.

        Raises:
            NotAllowedError: where this person may not.
            NotFoundError: where it was erased, or belongs to another server than ``guild_id``.
        """
        row = await self._allowed(seal_id, staff_id)
        if guild_id is not None and row.guild_id != guild_id:
            raise NotFoundError("That is no longer there.")
        seal = await self._seen(row)
        if not may_look(request_of(row), staff_id, self._clock.now()):
            return None
        async with self._database.write() as session:
            share = await records.share(session, row.share_id)
            if share is None:
                raise NotFoundError("That is no longer there.")
            await self._note(session, AuditAction.SEAL_VIEWED, row, staff_id)
        member = await self._members.find(share.guild_id, share.author)
        return Unsealed(seal, share.author, member.chosen_name if member else "", share.words, row.words)

    async def find(self, seal_id: int) -> Seal | None:
        """A request without its words, for its card."""
        async with self._database.read() as session:
            row = await records.seal(session, seal_id)
        return await self._seen(row) if row is not None else None

    # -- parts ---------------------------------------------------------------------------------------------------------

    async def _seen(self, row: SealRow) -> Seal:
        async with self._database.read() as session:
            share = await records.share(session, row.share_id)
        group_key = share.group_key if share is not None else None
        return Seal(
            id=row.id,
            share_id=row.share_id,
            guild_id=row.guild_id,
            language=await self._steps.language_of_staff(row.guild_id),
            group_name=await self._steps.group_name(row.guild_id, group_key),
            reason=row.reason,
            state=row.state,
            asked_by=row.asked_by,
            asked_at=row.asked_at,
            ends_at=row.ends_at,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            telling=row.telling,
        )

    async def _note(self, session: AsyncSession, action: AuditAction, row: SealRow, staff_id: int) -> None:
        await self._audit.note(session, action, "share", row.share_id, actor=staff_id, guild_id=row.guild_id)

    async def _locked(self, session: AsyncSession, seal_id: int) -> tuple[SealRow, ShareRow]:
        row = await records.locked_seal(session, seal_id)
        share = await records.share(session, row.share_id) if row is not None else None
        if row is None or share is None:
            raise NotFoundError("That is no longer there.")
        return row, share

    async def _allowed(self, seal_id: int, staff_id: int) -> SealRow:
        async with self._database.read() as session:
            row = await records.seal(session, seal_id)
        if row is None:
            raise NotFoundError("That is no longer there.")
        await self._members.allow(row.guild_id, staff_id, Action.UNSEAL)
        return row

    async def _allowed_share(self, share_id: int, staff_id: int) -> ShareRow:
        async with self._database.read() as session:
            row = await records.share(session, share_id)
        if row is None or row.state in {ShareState.DRAFT, ShareState.ASIDE}:
            raise NotFoundError("That is no longer there.")
        await self._members.allow(row.guild_id, staff_id, Action.UNSEAL)
        return row
