"""Paging whoever is on call by hand, by a staff member."""

from bot.crisis.assessment import Tier
from bot.db import Database
from bot.errors import NotFoundError
from bot.members.service import Action, MemberService
from bot.oncall.service import Alarm, Incident, IncidentState, OnCallService


class ByHand:
    """An incident in the name of whoever pages, so that it climbs the same ladder; its words stay in it."""

    def __init__(self, database: Database, members: MemberService, oncall: OnCallService) -> None:
        self._database, self._members, self._oncall = database, members, oncall

    async def page(self, guild_id: int, by: int, words: str, key: str) -> Incident:
        """Page whoever is on call; ``key`` makes the occasion unique. Whoever pages is not paged themselves.

        Where the words have paged already, by what they say, nothing is doubled. Where an earlier page of theirs is
        under way and taken, the next step of its ladder is taken at once: this may be about somebody else.

        Raises:
            NotAllowedError: where this person may not.
            NotFoundError: where it was paged and is resolved by now.
        """
        await self._members.allow(guild_id, by, Action.HANDLE_INCIDENT)
        shift = await self._oncall.shift(guild_id)
        alarm = Alarm(guild_id, by, Tier.PAGE, f"{key}:by-hand", words=words, reported_by=by)
        incident: Incident | None = None
        async with self._database.write() as session:
            if not await self._oncall.is_heard(session, key, Tier.PAGE):
                incident = await self._oncall.raise_alarm(session, alarm, shift)
        if incident is None:
            mine = [one for one in await self._oncall.unresolved(guild_id) if one.user_id == by]
            if not mine:
                raise NotFoundError("That page is resolved already.")
            incident = mine[-1]
        if incident.state is IncidentState.ACKNOWLEDGED:
            incident, _ = await self._oncall.escalate(incident.id, by)
        return incident
