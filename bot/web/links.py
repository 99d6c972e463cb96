"""`/l/<token>`: the one-time link. Looking at it consumes nothing; its one button opens the page, once."""

from aiohttp import web

from bot.access.service import LinkKind, LinkState
from bot.web.doorway import Doorway, ShutError
from bot.web.security import TOKEN_FIELD

GONE = 410
"""One status for a link that was used, is too old or never was: which of them it is, the sentence alone says."""
SENTENCES = {
    LinkState.USED: "link_used",
    LinkState.EXPIRED: "link_expired",
    LinkState.UNKNOWN: "link_unknown",
}


class Links:
    """The door of one-time links, and the way out."""

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway

    def routes(self) -> list[web.RouteDef]:
        """What this answers to."""
        return [
            web.get("/l/{token}", self.show),
            web.post("/l/{token}", self.open),
            web.post("/leave", self.leave),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """One button. Previews of links look at this too, and open nothing."""
        link = await self._doorway.access.look(request.match_info["token"], LinkKind.PAGE)
        if link.state is not LinkState.GOOD:
            reader = await self._doorway.stranger(request)
            return self._doorway.pages.plain(reader, SENTENCES[link.state], status=GONE)
        reader = await self._doorway.reader(link.guild_id, link.user_id)
        return self._doorway.guard.knock(
            request,
            lambda token: self._doorway.pages.html(reader, "link.html", values={"form_token": token}),
        )

    async def open(self, request: web.Request) -> web.StreamResponse:
        """Use the link up, give the browser its session, and go to the page."""
        doorway = self._doorway
        stranger = await doorway.stranger(request)
        given = await doorway.own_form(request, stranger)
        if not doorway.guard.is_form_of_door(request, given.get(TOKEN_FIELD)):
            raise ShutError("form_refused", 403, stranger)
        entered = await doorway.access.enter(request.match_info["token"], doorway.guard.session_of(request))
        if entered.token is None:
            return doorway.pages.plain(stranger, SENTENCES[entered.state], status=GONE)
        response = web.Response(status=303, headers={"Location": entered.path})
        doorway.guard.begin(response, entered.token)
        return response

    async def leave(self, request: web.Request) -> web.Response:
        """End the session on this device."""
        here = await self._doorway.visitor(request)
        await self._doorway.form(request, here)
        await self._doorway.access.leave(here.visit)
        response = self._doorway.pages.plain(here.reader, "left", status=200)
        self._doorway.guard.end(response)
        return response
