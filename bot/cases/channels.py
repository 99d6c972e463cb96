"""Locks, slow modes and quiet hours of the groups' channels."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import deliveries
from bot.cases.records import CaseRow
from bot.cases.rules import CaseDeed, CaseState, Telling
from bot.content import Content
from bot.db import Database
from bot.delivery.service import Outbox
from bot.errors import NotAllowedError
from bot.members.service import Action, MemberService
from bot.program.service import (
    SLOWEST,
    ObjectKind,
    ObjectRef,
    ProgrammeService,
    Restraint,
    RestraintCause,
    RestraintKind,
    check_in_key,
    coping_key,
)
from bot.timing import Clock

DEEDS: Mapping[tuple[RestraintKind, bool], CaseDeed] = {
    (RestraintKind.LOCK, True): CaseDeed.LOCK,
    (RestraintKind.LOCK, False): CaseDeed.UNLOCK,
    (RestraintKind.SLOW, True): CaseDeed.SLOW,
    (RestraintKind.SLOW, False): CaseDeed.SLOW,
}


class Channels:
    """The use cases of channels. Only the groups' own channels are locked or slowed: no other is anybody's to close.

    #welcome, where people are answered whose DMs are closed, and the rooms of staff and of on call stay open.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        content: Content,
        outbox: Outbox,
        programmes: ProgrammeService,
        members: MemberService,
    ) -> None:
        self._database, self._clock, self._content, self._outbox = database, clock, content, outbox
        self._programmes, self._members = programmes, members
        self.restraints, self.object_ids = programmes.restraints, programmes.object_ids

    async def of_groups(self, guild_id: int) -> dict[int, str]:
        """The groups' channels: id → key of the group."""
        programme = await self._programmes.current(guild_id)
        ids = await self._programmes.object_ids(guild_id)
        return {
            channel: group.key
            for group in (programme.groups if programme else ())
            for key in (check_in_key(group.key), coping_key(group.key))
            if (channel := ids.get(ObjectRef(ObjectKind.CHANNEL, key))) is not None
        }

    async def lock(self, guild_id: int, channel_id: int, actor_id: int, reason: str) -> bool:
        """Lock a group's channel until it is unlocked; False where staff have locked it already.

        Raises:
            NotAllowedError: where the table does not allow it, it is no group's channel, or there is no reason.
        """
        return await self._restrain(guild_id, channel_id, actor_id, reason, RestraintKind.LOCK)

    async def slow(self, guild_id: int, channel_id: int, actor_id: int, reason: str, seconds: int) -> bool:
        """Let everybody write once in so many ``seconds``; False where that is so already. 0 ends it.

        Raises:
            NotAllowedError: as for ``lock``, or where ``seconds`` is more than Discord allows.
        """
        if not seconds:
            return await self._free(guild_id, channel_id, actor_id, reason, RestraintKind.SLOW)
        return await self._restrain(guild_id, channel_id, actor_id, reason, RestraintKind.SLOW, min(seconds, SLOWEST))

    async def unlock(self, guild_id: int, channel_id: int, actor_id: int, reason: str) -> bool:
        """Give everybody back what they had; False where it is not locked.

        Raises:
            NotAllowedError: as for ``lock``.
        """
        return await self._free(guild_id, channel_id, actor_id, reason, RestraintKind.LOCK)

    async def _restrain(
        self, guild_id: int, channel_id: int, actor_id: int, reason: str, kind: RestraintKind, seconds: int = 0
    ) -> bool:
        group_key = await self._allowed(guild_id, channel_id, actor_id, reason)
        now = self._clock.now()
        async with self._database.write() as session:
            one, changed = await self.restraints.hold(
                session, guild_id, channel_id, kind, RestraintCause.STAFF, now, seconds=seconds
            )
            if changed:
                row = case_row(one, group_key, DEEDS[kind, True], now, actor_id, reason)
                session.add(row)
                await session.flush()
                await self._outbox.put(session, [deliveries.restraint(one, f"case:{row.id}", now)])
            return changed

    async def _free(self, guild_id: int, channel_id: int, actor_id: int, reason: str, kind: RestraintKind) -> bool:
        group_key = await self._allowed(guild_id, channel_id, actor_id, reason)
        now = self._clock.now()
        async with self._database.write() as session:
            one = await self.restraints.lift(session, channel_id, kind, now)
            if one is None:
                return False
            row = case_row(one, group_key, DEEDS[kind, False], now, actor_id, reason)
            row.seconds = None
            session.add(row)
            await session.flush()
            await self._outbox.put(session, [deliveries.restraint(one, f"case:{row.id}", now)])
            return True

    async def _allowed(self, guild_id: int, channel_id: int, actor_id: int, reason: str) -> str:
        language = (await self._members.allow(guild_id, actor_id, Action.CLOSE_CHANNEL)).language
        group_key = (await self.of_groups(guild_id)).get(channel_id)
        if group_key is None:
            raise NotAllowedError(self._content.texts.say(language, "cases.not_a_groups_channel"))
        if not reason.strip():
            raise NotAllowedError(self._content.texts.say(language, "cases.reason_needed"))
        return group_key

    # -- how it went ---------------------------------------------------------------------------------------------------

    async def carried_out(self, session: AsyncSession, restraint_id: int, occasion: str, now: datetime) -> None:
        """The channel is as it should be; where somebody did that, the people in it are told once."""
        one = await self.restraints.find(restraint_id)
        if one is None or not occasion.startswith(("case:", "quiet:")):
            return
        is_quiet = one.cause is RestraintCause.QUIET_HOURS
        if not one.holds and (is_quiet or occasion.startswith("quiet:")):
            return  # the end of quiet hours needs no words
        key = f"quiet_{one.kind.value}" if is_quiet else f"channel_{one.kind.value}" if one.holds else "channel_open"
        await self._outbox.put(session, [deliveries.channel_line(one, key, occasion, now)])


def case_row(
    one: Restraint, group_key: str, deed: CaseDeed, now: datetime, actor_id: int | None = None, reason: str = ""
) -> CaseRow:
    """The case of a channel; ``actor_id`` is None for quiet hours. ``now`` is UTC."""
    return CaseRow(
        guild_id=one.guild_id,
        channel_id=one.channel_id,
        group_key=group_key,
        deed=deed,
        acted_by=actor_id,
        at=now,
        seconds=one.seconds or None,
        state=CaseState.DONE,
        telling=Telling.NOBODY,
        reason=reason.strip() or None,
    )
