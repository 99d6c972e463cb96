"""The pages of an incident as outbox rows: the card, the DMs, the lines, and the edits once somebody has it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.service import Draft, Lane, Outbox, Outcome
from bot.observe.logs import get_logger
from bot.oncall import records
from bot.oncall.records import IncidentRow
from bot.program.layout import ON_CALL, ObjectKind
from bot.program.service import ProgrammeService

log = get_logger(__name__)

MEMBER_LINE = "crisis.reply"  # the private road to the person, with its fallback where their DM is closed
CARD, DM, CARD_EDIT, LINE = "oncall.card", "oncall.dm", "oncall.card-edit", "oncall.line"
HANDED, UNREAD, ROAD = "oncall.handed-over", "oncall.unread-list", "oncall.road"
ROADS: Final = frozenset({CARD, DM, ROAD})
"""Every kind by which an incident looks for somebody to take it. Whoever takes it calls all of these off."""
_CARDS: Final = (CARD, DM, HANDED)
"""The kinds whose messages show how an incident stands, and are edited when that changes."""


class Outside(Protocol):
    """The roads that do not lead over Discord."""

    async def open(self, session: AsyncSession, row: IncidentRow, people: Sequence[int], now: datetime) -> None:
        """Make out their rows for a step that pages ``people``."""

    async def follow(self, session: AsyncSession, row: IncidentRow, now: datetime) -> None:
        """The incident was taken or resolved: tell whoever keeps an alert of their own for it."""


class Paging:
    """Writes rows, each in the transaction of its cause. All datetimes are UTC."""

    def __init__(self, outbox: Outbox, programmes: ProgrammeService) -> None:
        self._outbox, self._programmes = outbox, programmes
        self.outside: Outside | None = None

    async def page(
        self,
        session: AsyncSession,
        row: IncidentRow,
        number: int,
        people: Sequence[int],
        everybody: Sequence[int],
        now: datetime,
    ) -> None:
        """Page ``people`` for step ``number``: the card that mentions them, and a DM to each.

        A card that could not go out yet makes way for this one, which then mentions ``everybody`` paged so far; and
        nobody has two DMs waiting. So an outage ends in one card, not in one for every step of it.
        """
        waiting = await self._outbox.cancel(session, subject(row.id), Outcome.NOT_WANTED, (CARD,))
        mentioned = list(dict.fromkeys([*people, *everybody])) if waiting else people
        await self.card(session, row, str(number), mentioned, now)
        for person in people:
            await self._outbox.cancel(session, subject(row.id), Outcome.NOT_WANTED, (DM,), user_id=person)
        drafts = [
            Draft(
                kind=DM,
                lane=Lane.CRISIS,
                dedupe_key=f"{self._round(row)}:{number}:dm:{person}",
                guild_id=row.guild_id,
                user_id=person,
                due_at=now,
                subject=subject(row.id),
                arguments={"incident": row.id},
            )
            for person in people
        ]
        await self._outbox.put(session, drafts)
        if self.outside is not None:
            await self.outside.open(session, row, people, now)

    async def card(
        self, session: AsyncSession, row: IncidentRow, step: str, people: Sequence[int], now: datetime
    ) -> None:
        """The card in #on-call, once for each step of each paging; a deleted channel is said loudly."""
        channel = await self._programmes.object_id(row.guild_id, ObjectKind.CHANNEL, ON_CALL)
        if channel is None:
            log.error("oncall.no_channel", incident=row.id)
            return
        draft = Draft(
            kind=CARD,
            lane=Lane.CRISIS,
            dedupe_key=f"{self._round(row)}:{step}:card",
            guild_id=row.guild_id,
            channel_id=channel,
            due_at=now,
            subject=subject(row.id),
            arguments={"incident": row.id, "people": " ".join(map(str, people)), "step": step},
        )
        await self._outbox.put(session, [draft])

    def _round(self, row: IncidentRow) -> str:
        """One paging of one incident; raised again, it pages anew, were it within the same instant."""
        return f"page:{row.id}:{row.round}"

    async def tell(
        self,
        session: AsyncSession,
        row: IncidentRow,
        key: str,
        people: Sequence[int | None],
        now: datetime,
        cause: str,
        place: tuple[int | None, int | None] = (None, None),
    ) -> None:
        """One line in #on-call about an incident: ``key`` names the text, ``cause`` makes it said once.

        ``place`` is where the words that it tells of stand, as (channel id, message id).
        """
        channel = await self._programmes.object_id(row.guild_id, ObjectKind.CHANNEL, ON_CALL)
        if channel is None:
            log.error("oncall.no_channel", incident=row.id)
            return
        draft = Draft(
            kind=LINE,
            lane=Lane.CRISIS,
            dedupe_key=f"line:{row.id}:{key}:{cause}",
            guild_id=row.guild_id,
            channel_id=channel,
            due_at=now,
            arguments={
                "incident": row.id,
                "key": key,
                "people": " ".join(str(one) for one in people if one),
                "channel": place[0],
                "message": place[1],
            },
        )
        await self._outbox.put(session, [draft])

    async def tell_unread(self, session: AsyncSession, leader: IncidentRow, due_at: datetime) -> None:
        """One line in #on-call with all whose messages the detector has left unread, once for each ``due_at``."""
        channel = await self._programmes.object_id(leader.guild_id, ObjectKind.CHANNEL, ON_CALL)
        if channel is None:
            log.error("oncall.no_channel", incident=leader.id)
            return
        draft = Draft(
            kind=UNREAD,
            lane=Lane.CRISIS,
            dedupe_key=f"unread:{leader.id}:{int(due_at.timestamp())}",
            guild_id=leader.guild_id,
            channel_id=channel,
            due_at=due_at,
            arguments={"incident": leader.id},
        )
        await self._outbox.put(session, [draft])

    async def hand(self, session: AsyncSession, row: IncidentRow, by: int, to: int, now: datetime) -> None:
        """Tell somebody that an incident is theirs now: a line in #on-call that mentions them, and a DM."""
        cause = await records.newest_event(session, row.id)
        await self.tell(session, row, "handed_over_line", [to], now, str(cause))
        draft = Draft(
            kind=HANDED,
            lane=Lane.CRISIS,
            dedupe_key=f"handed:{row.id}:{cause}",
            guild_id=row.guild_id,
            user_id=to,
            due_at=now,
            subject=subject(row.id),
            arguments={"incident": row.id, "by": by},
        )
        await self._outbox.put(session, [draft])

    async def tell_member(self, session: AsyncSession, row: IncidentRow, count: int, now: datetime) -> None:
        """Tell the person that somebody has seen it; the ``count``-th time they are told so."""
        draft = Draft(
            kind=MEMBER_LINE,
            lane=Lane.DIRECT,
            dedupe_key=f"seen:{row.id}:{row.round}:{int(now.timestamp() * 1000)}",
            guild_id=row.guild_id,
            user_id=row.user_id,
            due_at=now,
            arguments={"key": "crisis.acknowledged_for_member", "count": count},
        )
        await self._outbox.put(session, [draft])

    async def edit_cards(self, session: AsyncSession, row: IncidentRow, now: datetime) -> None:
        """Have every card and DM of the incident say how it stands; once for each new entry of its timeline."""
        cause = await records.newest_event(session, row.id)
        sent = [one for kind in _CARDS for one in await self._outbox.messages_of(session, subject(row.id), kind)]
        await self._outbox.put(session, [self._edit(row, message, f"{cause}", now) for message in sent])
        if self.outside is not None:
            await self.outside.follow(session, row, now)

    async def edit_late(self, session: AsyncSession, row: IncidentRow, message: tuple[int, int], now: datetime) -> None:
        """Have one card or DM, as (channel id, message id), that arrived after a change, say how it stands."""
        await self._outbox.put(session, [self._edit(row, message, "late", now)])

    def _edit(self, row: IncidentRow, message: tuple[int, int], cause: str, now: datetime) -> Draft:
        return Draft(
            kind=CARD_EDIT,
            lane=Lane.DIRECT,
            dedupe_key=f"edit:{row.id}:{cause}:{message[1]}",
            guild_id=row.guild_id,
            channel_id=message[0],
            due_at=now,
            arguments={"incident": row.id, "message": message[1]},
        )


def subject(incident_id: int) -> str:
    """How deliveries of an incident are called off together."""
    return f"incident:{incident_id}"
