"""`/me`: a member's own page. For now it holds their contact card."""

from aiohttp import web

from bot.contact_cards.rules import LONGEST
from bot.contact_cards.service import ContactCard, ContactCardService
from bot.members.service import MemberService
from bot.web.doorway import Doorway, Here, ShutError

PATH = "/me"


class OwnPage:
    """The door of one's own page."""

    def __init__(self, doorway: Doorway, cards: ContactCardService, members: MemberService) -> None:
        self._doorway, self._cards, self._members = doorway, cards, members

    def routes(self) -> list[web.RouteDef]:
        """What this answers to."""
        return [web.get(PATH, self.show), web.post(PATH, self.save)]

    async def show(self, request: web.Request) -> web.Response:
        """The card as it stands, in a form."""
        here = await self._member(request)
        card = await self._cards.own(here.guild_id, here.user_id)
        return self._page(here, card, saved=request.query.get("saved") == "1")

    async def save(self, request: web.Request) -> web.StreamResponse:
        """Keep what was written; three empty fields take the card back."""
        here = await self._member(request)
        given = await self._doorway.form(request, here)
        card = ContactCard(**{name: str(given.get(name, "")) for name in LONGEST})
        await self._cards.save(here.guild_id, here.user_id, card)
        raise web.HTTPSeeOther(f"{PATH}?saved=1")

    async def _member(self, request: web.Request) -> Here:
        here = await self._doorway.visitor(request)
        if await self._members.find(here.guild_id, here.user_id) is None:
            raise ShutError("not_there", 404, here.reader)
        return here

    def _page(self, here: Here, card: ContactCard, *, saved: bool) -> web.Response:
        values = {"form_token": here.form_token, "card": card, "saved": saved, "longest": LONGEST}
        return self._doorway.pages.html(here.reader, "me.html", values=values)
