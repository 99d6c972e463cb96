"""Leaving a contact card, changing it, taking it back, and showing it to whoever acknowledged an incident."""

from dataclasses import dataclass

from bot.access.service import Audit, AuditAction
from bot.contact_cards import records
from bot.contact_cards.records import ContactCardRow
from bot.contact_cards.rules import tidy
from bot.db import Database
from bot.timing import Clock

__all__ = ["ContactCard", "ContactCardService"]


@dataclass(frozen=True)
class ContactCard:
    """A phone number, where somebody usually is, and whom to call; each may be left out."""

    phone: str | None = None
    place: str | None = None
    whom: str | None = None

    def __bool__(self) -> bool:
        return any((self.phone, self.place, self.whom))


class ContactCardService:
    """The use cases. Whoever calls has made sure that this person may."""

    def __init__(self, database: Database, clock: Clock, audit: Audit) -> None:
        self._database, self._clock, self._audit = database, clock, audit

    async def own(self, guild_id: int, user_id: int) -> ContactCard:
        """A member's own card, for themselves; an empty one where they left none."""
        async with self._database.read() as session:
            return _card(await records.card(session, guild_id, user_id))

    async def save(self, guild_id: int, user_id: int, card: ContactCard) -> ContactCard:
        """Keep a member's own card as they wrote it; an empty one takes it back."""
        fields = {name: tidy(name, getattr(card, name) or "") for name in ("phone", "place", "whom")}
        async with self._database.write() as session:
            row = await records.card(session, guild_id, user_id)
            if not any(fields.values()):
                if row is not None:
                    await session.delete(row)
            elif row is None:
                row = ContactCardRow(guild_id=guild_id, user_id=user_id, changed_at=self._clock.now(), **fields)
                session.add(row)
            else:
                row.phone, row.place, row.whom = fields["phone"], fields["place"], fields["whom"]
                row.changed_at = self._clock.now()
            await self._audit.note(
                session,
                AuditAction.CARD_SAVED,
                "contact-card",
                user_id,
                actor=user_id,
                person=user_id,
                guild_id=guild_id,
            )
        return ContactCard(**fields)

    async def show(self, guild_id: int, user_id: int, *, to: int) -> ContactCard:
        """A member's card for the staff person ``to`` who has their incident. It is on record before it is shown."""
        async with self._database.write() as session:
            row = await records.card(session, guild_id, user_id)
            if row is not None:
                await self._audit.note(
                    session,
                    AuditAction.CARD_VIEWED,
                    "contact-card",
                    user_id,
                    actor=to,
                    person=user_id,
                    guild_id=guild_id,
                )
            return _card(row)


def _card(row: ContactCardRow | None) -> ContactCard:
    return ContactCard() if row is None else ContactCard(row.phone, row.place, row.whom)
