"""Looking at what was done about somebody: the short list on Discord, and the private page with the reasons.

Why something was done is a note of staff about a person, and such notes are read on private pages alone. Where the
programme has no address for those, the list is all there is; the reasons are kept, and go with an export.
"""

from dataclasses import dataclass

from bot.access.service import AccessService, AuditAction
from bot.cases import records
from bot.cases.history import Case, History, case_of
from bot.cases.rules import CaseState, suggested
from bot.db import Database
from bot.errors import NotFoundError
from bot.members.service import Action, MemberService
from bot.oncall.service import OnCallService
from bot.program.service import ProgrammeService
from bot.timing import Clock


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything on record about one person, or about one channel of a group, oldest first.

    ``name`` is the person's chosen name, or the group's; None for somebody who is no member, or a group that is gone.
    """

    user_id: int | None
    name: str | None
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class ChannelHistory:
    """What was done about a channel, oldest first; ``link`` as in ``History``."""

    cases: tuple[Case, ...]
    link: str | None = None


class Looking:
    """The use cases. Each look is put on record before anything is shown."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        programmes: ProgrammeService,
        members: MemberService,
        oncall: OnCallService,
        access: AccessService,
    ) -> None:
        self._database, self._clock, self._programmes = database, clock, programmes
        self._members, self._oncall, self._access = members, oncall, access

    async def history(self, guild_id: int, user_id: int, reader_id: int) -> History:
        """What was done about somebody, which step would be fitting, and the link to the page with the reasons.

        Raises:
            NotAllowedError: where ``reader_id`` may not see it.
        """
        await self._members.allow(guild_id, reader_id, Action.SEE_CASES)
        found = await self.outlook(guild_id, user_id)
        if not found.cases:
            return found
        link = await self._shown(guild_id, user_id, reader_id, found.cases[-1])
        return History(found.cases, found.step, found.incident_id, link)

    async def of_channel(self, guild_id: int, channel_id: int, reader_id: int) -> ChannelHistory:
        """What was done about a channel, by staff and by quiet hours, and the link to the page with the reasons.

        Raises:
            NotAllowedError: where ``reader_id`` may not see it.
        """
        await self._members.allow(guild_id, reader_id, Action.SEE_CASES)
        async with self._database.read() as session:
            cases = tuple(case_of(row) for row in await records.of_channel(session, guild_id, channel_id))
        return ChannelHistory(cases, await self._shown(guild_id, None, reader_id, cases[-1]) if cases else None)

    async def outlook(self, guild_id: int, user_id: int) -> History:
        """What is known of somebody, for whoever has just acted."""
        async with self._database.read() as session:
            cases = tuple(case_of(row) for row in await records.of_person(session, guild_id, user_id))
            incident = await self._oncall.open_incident(session, guild_id, user_id)
        done = [one.past for one in cases if one.state in {CaseState.DONE, CaseState.UNDER_WAY}]
        step = suggested(done, self._clock.now(), has_incident=incident is not None)
        return History(cases, step, incident)

    async def page(self, guild_id: int, case_id: int, reader_id: int) -> CasePage:
        """Everything about the person or the channel that a case is about, with the reasons: for the page alone.

        Raises:
            NotAllowedError: where ``reader_id`` may not see it.
            NotFoundError: where this server has no such case.
            DatabaseError: where the look cannot be put on record.
        """
        await self._members.allow(guild_id, reader_id, Action.SEE_CASES)
        async with self._database.read() as session:
            row = await records.find(session, case_id)
        if row is None or row.guild_id != guild_id:
            raise NotFoundError("There is no such case.")
        await self._note(guild_id, row.user_id, reader_id, case_id)
        if row.user_id is None:
            programme = await self._programmes.current(guild_id)
            group = programme.group(row.group_key or "") if programme is not None else None
            async with self._database.read() as session:
                rows = await records.of_channel(session, guild_id, row.channel_id or 0)
            return CasePage(None, group.name if group is not None else None, tuple(map(case_of, rows)))
        found = await self.outlook(guild_id, row.user_id)
        member = await self._members.find(guild_id, row.user_id)
        return CasePage(row.user_id, member.chosen_name if member is not None else None, found.cases)

    async def _shown(self, guild_id: int, user_id: int | None, reader_id: int, newest: Case) -> str | None:
        """The link to the page; where there is none, the list is all there is, and the look at it is put on record."""
        link = await self._access.link(guild_id, reader_id, f"/case/{newest.id}")
        if link is None:
            await self._note(guild_id, user_id, reader_id, newest.id)
        return link

    async def _note(self, guild_id: int, user_id: int | None, reader_id: int, case_id: int) -> None:
        async with self._database.write() as session:
            await self._access.audit.note(
                session,
                AuditAction.CASES_VIEWED,
                "case",
                case_id,
                actor=reader_id,
                person=user_id,
                guild_id=guild_id,
            )
