"""`/a/<token>`: taking an incident from a phone, by a link that came over a road outside Discord.

No session, no second factor: the link was sent to one person's own road, works once, and shows the short code alone.
What it does is the one thing that must never be hard to do.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.access.service import AccessService, Link, LinkKind, LinkState
from bot.errors import NotAllowedError, NotFoundError
from bot.oncall.service import Incident, IncidentState, OnCallService
from bot.web.doorway import Doorway
from bot.web.links import GONE, SENTENCES

Arrived = Callable[[int, int], Awaitable[object]]
"""Told when a drill's link was pressed: (attempt, person). Raises NotFoundError where that attempt is not theirs."""
KINDS = (LinkKind.ACKNOWLEDGE, LinkKind.ARRIVED)


class Acknowledge:
    """The door of the links on outside roads."""

    def __init__(self, doorway: Doorway, oncall: OnCallService, arrived: Arrived) -> None:
        self._doorway, self._oncall, self._arrived = doorway, oncall, arrived

    def routes(self) -> list[web.RouteDef]:
        """What this answers to."""
        return [web.get("/a/{token}", self.ask), web.post("/a/{token}", self.take)]

    @property
    def _access(self) -> AccessService:
        return self._doorway.access

    async def ask(self, request: web.Request) -> web.Response:
        """`Acknowledge?`, with the short code and nothing else. A preview of the link takes nothing."""
        link = await self._access.look(request.match_info["token"], *KINDS)
        if link.state is not LinkState.GOOD:
            return await self._too_late(request, link)
        reader = await self._doorway.reader(link.guild_id, link.user_id)
        if link.kind is LinkKind.ARRIVED:
            return self._doorway.pages.html(reader, "arrived.html")
        incident = await self._oncall.find(_number(link))
        if incident.state is not IncidentState.OPEN:
            return await self._who_has(link, incident)
        return self._doorway.pages.html(reader, "acknowledge.html", values={"code": incident.code})

    async def take(self, request: web.Request) -> web.Response:
        """Acknowledge as the person the link was sent to.

        First the incident is taken, then the link is used up: a fault in between leaves a link that can be pressed
        again, never a page that nobody can stop.
        """
        token = request.match_info["token"]
        await self._doorway.own_form(request, await self._doorway.stranger(request))
        link = await self._access.look(token, *KINDS)
        if link.state is not LinkState.GOOD:
            return await self._too_late(request, link)
        reader = await self._doorway.reader(link.guild_id, link.user_id)
        if link.kind is LinkKind.ARRIVED:
            await self._arrived(_number(link), link.user_id)
            await self._access.use_up(token, link)
            return self._doorway.pages.plain(reader, "arrived", status=200)
        try:
            incident, _ = await self._oncall.acknowledge(_number(link), link.user_id)
        except (NotAllowedError, NotFoundError):
            return self._doorway.pages.plain(reader, "link_unknown", status=GONE)  # no longer staff: it is not theirs
        await self._access.use_up(token, link)
        return await self._who_has(link, incident)

    async def _too_late(self, request: web.Request, link: Link) -> web.Response:
        """Who has it, where the link was one of ours; a stranger to us learns only that it does not work."""
        if link.kind is LinkKind.ACKNOWLEDGE and link.state is not LinkState.UNKNOWN:
            return await self._who_has(link, await self._oncall.find(_number(link)))
        reader = await self._doorway.stranger(request)
        return self._doorway.pages.plain(reader, SENTENCES[link.state], status=GONE)

    async def _who_has(self, link: Link, incident: Incident) -> web.Response:
        reader = await self._doorway.reader(link.guild_id, link.user_id)
        if incident.state is IncidentState.RESOLVED:
            key = "ack_over"
        elif incident.state is IncidentState.OPEN:
            key = "ack_open_again"  # it was let go again: this link has done its one thing
        elif incident.acknowledged_by == link.user_id:
            key = "ack_yours"
        else:
            key = "ack_somebody_else"
        return self._doorway.pages.plain(reader, key, status=200, code=incident.code)


def _number(link: Link) -> int:
    return int(link.path.rpartition("/")[2])
