"""The links that go out over roads outside Discord: one takes an incident, the other says that a drill arrived."""

from bot.access.service import AccessService
from bot.members.service import MemberService
from bot.oncall.service import OnCallService


class RoadLinks:
    """Makes them, for whoever composes a message. None, where there are no private pages."""

    def __init__(self, access: AccessService, oncall: OnCallService, members: MemberService) -> None:
        self._access, self._oncall, self._members = access, oncall, members

    async def acknowledge(self, incident_id: int, person: int) -> str | None:
        """A link by which ``person`` takes an incident, once, from a phone, without a session.

        Raises:
            NotFoundError: where there is no such incident.
        """
        if not self._access.is_offered:
            return None
        incident = await self._oncall.find(incident_id)
        return await self._access.acknowledgement(incident.guild_id, person, incident.id)

    async def arrived(self, attempt_id: int, person: int) -> str | None:
        """A link by which ``person`` says that a drill's attempt arrived, once."""
        if not self._access.is_offered:
            return None
        guild_id = await self._members.guild_of(person)  # for the language of the page alone
        return await self._access.arrival(guild_id or 0, person, attempt_id)
