"""An alarm comes in: an incident opens, the open one is raised, or its timeline grows. Nothing graver is swallowed."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.crisis.assessment import Tier
from bot.observe.logs import get_logger
from bot.oncall import records
from bot.oncall.incident import Alarm, policy_of
from bot.oncall.ladder import Ladder
from bot.oncall.paging import Paging
from bot.oncall.records import IncidentRow
from bot.oncall.rules import EventKind, IncidentState, Shift, is_covered
from bot.oncall.timeline import Timeline
from bot.oncall.unread import Unread, ask_for_a_sign
from bot.program.service import ProgrammeService

log = get_logger(__name__)

_CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"

Opened = Callable[[AsyncSession, int, int, datetime], Awaitable[None]]
"""Hears that somebody (server, person) has an open incident from ``now`` (UTC) on, in the transaction that opens it."""


async def open_to_nobody(_session: AsyncSession, _guild_id: int, _user_id: int, _now: datetime) -> None:
    """Nobody has to hear of it."""


async def tell_opened(opened: Opened, session: AsyncSession, row: IncidentRow, now: datetime) -> None:
    """Say that ``row`` is open. Whatever goes wrong in whoever hears it is undone alone, and holds up no page.

    What they had to do then is theirs to find: they look for it now and then (``bot/cases/lifting.py``).
    """
    try:
        async with session.begin_nested():
            await opened(session, row.guild_id, row.user_id, now)
    except Exception:
        log.exception("oncall.opened_not_heard", incident=row.id)


class Raising:
    """Decides what an alarm does, in the transaction of its words. All datetimes are UTC."""

    def __init__(
        self, programmes: ProgrammeService, ladder: Ladder, paging: Paging, timeline: Timeline, unread: Unread
    ) -> None:
        self._programmes, self._ladder, self._paging = programmes, ladder, paging
        self._timeline, self._unread = timeline, unread
        self.on_opened: Opened = open_to_nobody

    async def hear(self, session: AsyncSession, alarm: Alarm, shift: Shift, now: datetime) -> IncidentRow:
        """Open an incident, raise the open one, or join its timeline."""
        row = await records.unresolved_of(session, alarm.guild_id, alarm.user_id)
        if row is None:
            return await self._begin(session, alarm, shift, now)
        was_alarm = row.unread and row.joined_to is None and not alarm.unread
        row.unread = row.unread and alarm.unread
        must_page_alone = row.joined_to is not None and not alarm.unread
        if alarm.tier > row.tier or must_page_alone or _is_left_alone(row, alarm, now):
            await self._raise(session, row, alarm, shift, now)
        else:
            session.add(self._timeline.heard(alarm, row.id, alarm.kind))
            if not set(alarm.categories) <= set(row.categories or []):
                row.categories = sorted({*(row.categories or []), *alarm.categories})
                await self._paging.edit_cards(session, row, now)
            if row.state is IncidentState.ACKNOWLEDGED and alarm.tier is Tier.PAGE:
                ask_for_a_sign(row, now)
                whom, place = [row.acknowledged_by], (alarm.channel_id, alarm.message_id)
                await self._paging.tell(session, row, "still_in_danger", whom, now, alarm.source_key, place)
        if was_alarm:
            await self._unread.pass_on(session, row, shift, now)
        return row

    async def _begin(self, session: AsyncSession, alarm: Alarm, shift: Shift, now: datetime) -> IncidentRow:
        under_way = await self._unread.alarm_under_way(session, alarm.guild_id, now) if alarm.unread else None
        row = await self._open(session, alarm, now)
        if under_way is not None:
            await self._unread.join(session, row, under_way, now)
        else:
            await self._ladder.begin(session, row, shift, now)
        await tell_opened(self.on_opened, session, row, now)
        return row

    async def _open(self, session: AsyncSession, alarm: Alarm, now: datetime) -> IncidentRow:
        programme = await self._programmes.current(alarm.guild_id)
        row = IncidentRow(
            code="".join(secrets.choice(_CODE_LETTERS) for _ in range(6)),
            guild_id=alarm.guild_id,
            user_id=alarm.user_id,
            channel_id=alarm.channel_id,
            message_id=alarm.message_id,
            tier=alarm.tier,
            state=IncidentState.OPEN,
            categories=list(alarm.categories),
            opened_at=now,
            paging_since=now,
            policy=policy_of(programme).to_json(),
            next_step=0,
            round=0,
            unread=alarm.unread,
        )
        session.add(row)
        await session.flush()
        session.add(self._timeline.heard(alarm, row.id, EventKind.OPENED))
        return row

    async def _raise(self, session: AsyncSession, row: IncidentRow, alarm: Alarm, shift: Shift, now: datetime) -> None:
        # One whose words were read now is as grave as they are; but what nobody has read stays as grave as can be.
        was_left = _is_left_alone(row, alarm, now)
        # And nobody has it in hand of whom no sign came: that page was about to begin anew, and stays one.
        was_in_hand = was_left and row.next_escalation_at is None
        row.tier = alarm.tier if was_in_hand else max(row.tier, alarm.tier)
        row.state = IncidentState.OPEN
        row.categories = sorted({*(row.categories or []), *alarm.categories})
        row.channel_id, row.message_id = alarm.channel_id or row.channel_id, alarm.message_id or row.message_id
        row.acknowledged_by = row.acknowledged_at = None
        self._unread.leave(row)
        session.add(self._timeline.heard(alarm, row.id, EventKind.RAISED))
        await self._ladder.begin(session, row, shift, now)
        await self._paging.edit_cards(session, row, now)


def _is_left_alone(row: IncidentRow, alarm: Alarm, now: datetime) -> bool:
    """Whether whoever took it is taken to be gone, so that new danger is not theirs alone to see."""
    taken = row.state is IncidentState.ACKNOWLEDGED
    return taken and alarm.tier >= Tier.NOTIFY and not is_covered(row.state, row.acknowledged_at, now)
