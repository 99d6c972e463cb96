"""The seam for a scored form on the private pages. A check-in here is words; whatever has a number stays over there."""

from typing import Protocol, final


class ScoredForm(Protocol):
    """Offers somebody who has checked in a scored form of their own, away from Discord."""

    async def offer(self, guild_id: int, user_id: int, day_id: int) -> str | None:
        """A one-time link to this person's form for this day's check-in, or None where there is nothing to offer.

        It is said to them alone. ``day_id`` is what the form may keep to belong to the same day; no answer of the
        check-in is handed over.
        """
        ...


@final
class NoScoredForm:
    """Nothing is scored: there is no private web address, or the programme wants no form."""

    async def offer(self, guild_id: int, user_id: int, day_id: int) -> str | None:
        """Nothing."""
        del guild_id, user_id, day_id
        return None
