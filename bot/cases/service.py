"""What staff do for the safety of a group: a word, a pause, an end; a lock on a channel; and the history of it all."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.service import AccessService
from bot.cases import deliveries, records
from bot.cases.channels import Channels
from bot.cases.discharging import Discharging
from bot.cases.history import Case, History, Refused, Wanted, case_of, others_of
from bot.cases.lifting import Lifting
from bot.cases.looking import CasePage, ChannelHistory, Looking
from bot.cases.records import CaseRow
from bot.cases.rules import (
    LONGEST_TIMEOUT,
    SHIELDED_FROM,
    CaseDeed,
    CaseState,
    Obstacle,
    Others,
    Step,
    Telling,
    obstacle,
    overtaken,
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
    "CasePage",
    "CaseService",
    "CaseState",
    "ChannelHistory",
    "Channels",
    "Discharging",
    "History",
    "Obstacle",
    "Others",
    "Refused",
    "Step",
    "Telling",
    "Wanted",
]

log = get_logger(__name__)


class CaseService:
    """The use cases. Channels stand in ``channels``, the end of care in ``discharging``, the history in ``looking``."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        content: Content,
        outbox: Outbox,
        programmes: ProgrammeService,
        members: MemberService,
        oncall: OnCallService,
        access: AccessService,
    ) -> None:
        self._database, self._clock, self._content, self._outbox = database, clock, content, outbox
        self._programmes, self._members, self._oncall = programmes, members, oncall
        self.channels = Channels(database, clock, content, outbox, programmes, members)
        self.looking = Looking(database, clock, programmes, members, oncall, access)
        self.discharging = Discharging(database, clock, content, members, oncall)
        self.lifting = Lifting(database, clock, outbox, programmes, oncall)
        oncall.hear_of_opened(self.lifting.opened)

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
            await self._members.leaving.take_turn(session, wanted.guild_id, wanted.user_id)
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
            earlier = map(others_of, await records.standing_of(session, wanted.guild_id, wanted.user_id))
            if (first := overtaken(wanted.deed, wanted.actor_id, earlier, now)) is not None:
                return Refused(first[0], earlier=first[1])
            row = self._row(wanted, now, is_on_call=wanted.actor_id == shift.person)
            session.add(row)
            await session.flush()
            await self._carry_out(session, row, actor.language, now)
            return case_of(row)

    def _check(self, wanted: Wanted, language: str) -> None:
        if not wanted.reason.strip():
            raise NotAllowedError(self._content.texts.say(language, "cases.reason_needed"))
        if wanted.deed is CaseDeed.TIMEOUT and not (wanted.lasts and wanted.lasts <= LONGEST_TIMEOUT):
            raise NotAllowedError(self._content.texts.say(language, "cases.too_long", days=LONGEST_TIMEOUT.days))

    def _row(self, wanted: Wanted, now: datetime, *, is_on_call: bool) -> CaseRow:
        needs_discord = wanted.deed in {CaseDeed.TIMEOUT, CaseDeed.RELEASE}
        return CaseRow(
            guild_id=wanted.guild_id,
            user_id=wanted.user_id,
            group_key=wanted.group_key,
            deed=wanted.deed,
            acted_by=wanted.actor_id,
            at=now,
            until=now + wanted.lasts if wanted.lasts else None,
            for_others=wanted.for_others and is_on_call,
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
        """Whether a case may still be carried out: its time is not over, and nobody has come into danger since.

        A pause and its end count in the order in which they were given, whichever Discord hears of first.
        """
        if case.until is not None and case.until <= self._clock.now():
            return False
        opposite = {CaseDeed.TIMEOUT: CaseDeed.RELEASE, CaseDeed.RELEASE: CaseDeed.TIMEOUT}.get(case.deed)
        if opposite is not None and case.user_id is not None:
            async with self._database.read() as session:
                stands = await records.standing_since(session, case.guild_id, case.user_id, case.id)
            if any(one.deed is opposite for one in stands):
                return False
        if case.deed not in SHIELDED_FROM or case.for_others or case.user_id is None:
            return True
        return not await self._oncall.is_followed(case.guild_id, case.user_id)

    async def carried_out(self, session: AsyncSession, case_id: int, now: datetime) -> None:
        """Discord did it: tell the person. A pause of somebody who came into danger meanwhile ends at once."""
        case = await records.find(session, case_id)
        if case is not None and case.deed is CaseDeed.TIMEOUT:
            # All of theirs, oldest first, as where an incident opens: else the two might wait for each other.
            await records.standing_of(session, case.guild_id, case.user_id or 0)
        row = await records.locked(session, case_id)
        if row is None or row.state is not CaseState.UNDER_WAY:
            return
        row.state = CaseState.DONE
        guild_id, person = row.guild_id, row.user_id or 0
        await session.flush()
        if row.deed is CaseDeed.RELEASE and row.acted_by is None:
            await self._line(session, row, "lifted", now)
        elif row.deed is CaseDeed.TIMEOUT and await self.lifting.lift_where_in_danger(session, guild_id, person, now):
            row.telling = Telling.NOBODY  # it is over before they would have read of it; its end is told
        if row.telling is Telling.WAITING:
            await self._outbox.put(session, [deliveries.told(row.id, guild_id, person, now)])

    async def call_off(self, case_id: int, *, perhaps_done: bool = False) -> None:
        """It is not to be carried out any more: staff are told, and the person is not.

        ``perhaps_done``: an earlier attempt had no answer, so a pause may hold all the same, and is ended.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            case = await records.find(session, case_id)
            if case is None:
                return
            is_late = case.deed is CaseDeed.RELEASE
            await self._end(session, case_id, CaseState.CALLED_OFF, "overtaken" if is_late else "called_off", now)
            person, is_pause = case.user_id or 0, case.deed is CaseDeed.TIMEOUT
            if perhaps_done and is_pause and await self._oncall.open_incident(session, case.guild_id, person):
                await self.lifting.end(session, case.guild_id, person, now, Telling.NOBODY)

    async def not_carried_out(self, session: AsyncSession, case_id: int, now: datetime) -> None:
        """Discord did not let us: staff are told, and the person is not."""
        row = await records.locked(session, case_id)
        is_lift = row is not None and row.deed is CaseDeed.RELEASE and row.acted_by is None
        await self._end(session, case_id, CaseState.FAILED, "not_lifted" if is_lift else "not_done", now)

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
