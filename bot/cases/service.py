"""What staff do for the safety of a group: a word, a pause, an end; a lock on a channel; and the history of it all."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import deliveries, records
from bot.cases.channels import Channels
from bot.cases.history import Case, History, Refused, Wanted, case_of
from bot.cases.records import CaseRow
from bot.cases.rules import (
    LONGEST_TIMEOUT,
    SHIELDED_FROM,
    CaseDeed,
    CaseState,
    Obstacle,
    Step,
    Telling,
    obstacle,
    suggested,
)
from bot.content import Content
from bot.db import Database
from bot.delivery.service import Outbox
from bot.errors import NotAllowedError, NotFoundError
from bot.members.service import Action, MemberService
from bot.observe.logs import get_logger
from bot.oncall.service import OnCallService
from bot.program.service import STAFF_ROOM, ObjectKind, ProgrammeService
from bot.timing import Clock

__all__ = [
    "Case",
    "CaseDeed",
    "CaseService",
    "CaseState",
    "Channels",
    "History",
    "Obstacle",
    "Refused",
    "Step",
    "Telling",
    "Wanted",
]

log = get_logger(__name__)


class CaseService:
    """The use cases. What concerns channels stands in ``channels``."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        content: Content,
        outbox: Outbox,
        programmes: ProgrammeService,
        members: MemberService,
        oncall: OnCallService,
    ) -> None:
        self._database, self._clock, self._content, self._outbox = database, clock, content, outbox
        self._programmes, self._members, self._oncall = programmes, members, oncall
        self.channels = Channels(database, clock, content, outbox, programmes, members)

    # -- doing ---------------------------------------------------------------------------------------------------------

    async def act(self, wanted: Wanted) -> Case | Refused:
        """Do something about somebody, where nothing stands in the way.

        What is done, is done whether or not the person can be told; and they are told only once it is done.

        Raises:
            NotAllowedError: where the table does not allow it, there is no reason, or its length is not possible.
            NotFoundError: where somebody is to be removed from a group that they are not in.
        """
        actor = await self._members.allow(wanted.guild_id, wanted.actor_id, Action.ACT_ON_PERSON)
        self._check(wanted, actor.language)
        target = await self._members.standing(wanted.guild_id, wanted.user_id)
        shift = await self._oncall.shift(wanted.guild_id)
        now = self._clock.now()
        async with self._database.write() as session:
            incident = await self._oncall.open_incident(session, wanted.guild_id, wanted.user_id)
            in_the_way = obstacle(
                actor,
                target,
                wanted.deed,
                has_incident=incident is not None,
                on_call=shift.person,
                for_others=wanted.for_others,
            )
            if in_the_way is not None:
                log.info("cases.refused", deed=wanted.deed.value, why=in_the_way.value)
                return Refused(in_the_way, incident)
            row = self._row(wanted, now, shielded=incident is not None)
            session.add(row)
            await session.flush()
            await self._carry_out(session, row, actor.language, now)
            return case_of(row)

    def _check(self, wanted: Wanted, language: str) -> None:
        if not wanted.reason.strip():
            raise NotAllowedError(self._content.texts.say(language, "cases.reason_needed"))
        if wanted.deed is CaseDeed.TIMEOUT and not (wanted.lasts and wanted.lasts <= LONGEST_TIMEOUT):
            raise NotAllowedError(self._content.texts.say(language, "cases.too_long", days=LONGEST_TIMEOUT.days))

    def _row(self, wanted: Wanted, now: datetime, *, shielded: bool) -> CaseRow:
        needs_discord = wanted.deed in {CaseDeed.TIMEOUT, CaseDeed.RELEASE}
        return CaseRow(
            guild_id=wanted.guild_id,
            user_id=wanted.user_id,
            group_key=wanted.group_key,
            deed=wanted.deed,
            acted_by=wanted.actor_id,
            at=now,
            until=now + wanted.lasts if wanted.lasts else None,
            for_others=wanted.for_others and shielded,
            state=CaseState.UNDER_WAY if needs_discord else CaseState.DONE,
            telling=Telling.WAITING,
            reason=wanted.reason.strip(),
            words=wanted.words.strip() or None,
        )

    async def _carry_out(self, session: AsyncSession, row: CaseRow, language: str, now: datetime) -> None:
        person = row.user_id or 0
        if row.deed in {CaseDeed.TIMEOUT, CaseDeed.RELEASE}:
            await self._outbox.put(session, [deliveries.timeout(row, now)])
            return
        if row.deed is CaseDeed.REMOVE and not await self._members.leaving.end_place(
            session, row.guild_id, person, row.group_key or "", now
        ):
            raise NotFoundError(self._content.texts.say(language, "cases.not_in_group"))
        await self._outbox.put(session, [deliveries.told(row.id, row.guild_id, person, now)])

    # -- how it went ---------------------------------------------------------------------------------------------------

    async def find(self, case_id: int) -> Case | None:
        """One case."""
        async with self._database.read() as session:
            row = await records.find(session, case_id)
            return case_of(row) if row is not None else None

    async def may_go_on(self, case: Case) -> bool:
        """Whether a case may still be carried out: its time is not over, and nobody has come into danger since."""
        if case.until is not None and case.until <= self._clock.now():
            return False
        if case.deed not in SHIELDED_FROM or case.for_others or case.user_id is None:
            return True
        return not await self._oncall.is_followed(case.guild_id, case.user_id)

    async def carried_out(self, session: AsyncSession, case_id: int, now: datetime) -> None:
        """Discord did it: tell the person."""
        row = await records.locked(session, case_id)
        if row is None or row.state is not CaseState.UNDER_WAY:
            return
        row.state = CaseState.DONE
        await self._outbox.put(session, [deliveries.told(row.id, row.guild_id, row.user_id or 0, now)])

    async def call_off(self, case_id: int) -> None:
        """It is not to be carried out any more: staff are told, and the person is not."""
        async with self._database.write() as session:
            await self._end(session, case_id, CaseState.CALLED_OFF, "called_off", self._clock.now())

    async def not_carried_out(self, session: AsyncSession, case_id: int, now: datetime) -> None:
        """Discord did not let us: staff are told, and the person is not."""
        await self._end(session, case_id, CaseState.FAILED, "not_done", now)

    async def told(self, session: AsyncSession, case_id: int) -> None:
        """The person has been told."""
        row = await records.locked(session, case_id)
        if row is not None:
            row.telling = Telling.TOLD

    async def not_told(self, session: AsyncSession, case_id: int, now: datetime) -> None:
        """No road on Discord leads to the person. What was done stays done; staff are told."""
        row = await records.locked(session, case_id)
        if row is not None and row.telling is Telling.WAITING:
            row.telling = Telling.NOT_REACHED
            await self._line(session, row, "not_told", now)

    async def _end(self, session: AsyncSession, case_id: int, state: CaseState, key: str, now: datetime) -> None:
        row = await records.locked(session, case_id)
        if row is not None and row.state is CaseState.UNDER_WAY:
            row.state, row.telling = state, Telling.NOBODY
            await self._line(session, row, key, now)

    async def _line(self, session: AsyncSession, row: CaseRow, key: str, now: datetime) -> None:
        room = await self._programmes.object_id(row.guild_id, ObjectKind.CHANNEL, STAFF_ROOM)
        if room is not None:
            await self._outbox.put(session, [deliveries.staff_line(row.id, row.guild_id, room, key, now)])

    # -- looking -------------------------------------------------------------------------------------------------------

    async def history(self, guild_id: int, user_id: int, reader_id: int) -> History:
        """What was done about somebody, and which step would be fitting.

        Raises:
            NotAllowedError: where ``reader_id`` may not see it.
        """
        await self._members.allow(guild_id, reader_id, Action.SEE_CASES)
        return await self.outlook(guild_id, user_id)

    async def outlook(self, guild_id: int, user_id: int) -> History:
        """The same, for whoever has just acted."""
        async with self._database.read() as session:
            cases = tuple(case_of(row) for row in await records.of_person(session, guild_id, user_id))
            incident = await self._oncall.open_incident(session, guild_id, user_id)
        done = [one.past for one in cases if one.state in {CaseState.DONE, CaseState.UNDER_WAY}]
        step = suggested(done, self._clock.now(), has_incident=incident is not None)
        return History(cases, step, incident)
