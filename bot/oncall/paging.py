"""The pages of an incident as outbox rows: the card, the DMs, the lines, and the edits once somebody has it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.service import Draft, Lane, Outbox, Outcome
from bot.observe.logs import get_logger
from bot.oncall.records import IncidentRow
from bot.program.layout import ON_CALL, ObjectKind
from bot.program.service import ProgrammeService

log = get_logger(__name__)

MEMBER_LINE = "crisis.reply"  # the private road to the person, with its fallback where their DM is closed
CARD, DM, CARD_EDIT, LINE = "oncall.card", "oncall.dm", "oncall.card-edit", "oncall.line"


class Paging:
    """Writes rows, each in the transaction of its cause. All datetimes are UTC."""

    def __init__(self, outbox: Outbox, programmes: ProgrammeService) -> None:
        self._outbox, self._programmes = outbox, programmes

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
        """One paging of one incident; raised again, it pages anew."""
        return f"page:{row.id}:{int(row.paging_since.timestamp() * 1000)}"

    async def tell(
        self, session: AsyncSession, row: IncidentRow, key: str, people: Sequence[int | None], now: datetime, cause: str
    ) -> None:
        """One line in #on-call about an incident: ``key`` names the text, ``cause`` makes it said once."""
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
            arguments={"incident": row.id, "key": key, "people": " ".join(str(one) for one in people if one)},
        )
        await self._outbox.put(session, [draft])

    async def tell_member(self, session: AsyncSession, row: IncidentRow, now: datetime) -> None:
        """Tell the person that somebody has seen it."""
        draft = Draft(
            kind=MEMBER_LINE,
            lane=Lane.DIRECT,
            dedupe_key=f"seen:{row.id}:{int(now.timestamp() * 1000)}",
            guild_id=row.guild_id,
            user_id=row.user_id,
            due_at=now,
            arguments={"key": "crisis.acknowledged_for_member", "count": 0},
        )
        await self._outbox.put(session, [draft])

    async def edit_cards(self, session: AsyncSession, row: IncidentRow, now: datetime) -> None:
        """Have every card and DM of the incident say how it stands."""
        sent = [
            *await self._outbox.messages_of(session, subject(row.id), CARD),
            *await self._outbox.messages_of(session, subject(row.id), DM),
        ]
        await self._outbox.put(session, [self.edit(row, message, now) for message in sent])

    def edit(self, row: IncidentRow, message: tuple[int, int], now: datetime) -> Draft:
        """Have one card or DM, as (channel id, message id), say how the incident stands."""
        since = row.resolved_at or row.acknowledged_at or now
        return Draft(
            kind=CARD_EDIT,
            lane=Lane.DIRECT,
            dedupe_key=f"edit:{row.id}:{row.state.value}:{int(since.timestamp())}:{message[1]}",
            guild_id=row.guild_id,
            channel_id=message[0],
            due_at=now,
            arguments={"incident": row.id, "message": message[1]},
        )


def subject(incident_id: int) -> str:
    """How deliveries of an incident are called off together."""
    return f"incident:{incident_id}"
