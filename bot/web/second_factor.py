"""`/second-factor`: setting it up at first use, and giving the code from then on."""

import io

from aiohttp import web
from markupsafe import Markup

from bot.access.second_factor import FactorState, Guess, setup_link
from bot.members.service import Action
from bot.web.doorway import SECOND_FACTOR, Doorway, Here, ShutError
from bot.web.pages import minutes

ISSUER = "Handrail"


class SecondFactorPage:
    """The door of the second factor. It is for staff: nobody else has a page that asks for one."""

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway

    def routes(self) -> list[web.RouteDef]:
        """What this answers to."""
        return [web.get(SECOND_FACTOR, self.show), web.post(SECOND_FACTOR, self.check)]

    async def show(self, request: web.Request) -> web.Response:
        """Ask for the code; where no factor is set up, show how."""
        here = await self._staff(request)
        if here.visit.has_factor:
            raise web.HTTPSeeOther(here.visit.path)
        return await self._page(here)

    async def check(self, request: web.Request) -> web.StreamResponse:
        """Take the code. A right one gives the browser a new cookie, so that one from before is worth nothing."""
        here = await self._staff(request)
        given = await self._doorway.form(request, here)
        answer = await self._doorway.access.factor.check(here.visit, str(given.get("code", "")))
        match answer.guess:
            case Guess.RIGHT:
                token = await self._doorway.access.rotate(here.visit)
                if token is None:
                    raise ShutError("session_over", 401, here.reader)
                response = web.Response(status=303, headers={"Location": here.visit.path})
                self._doorway.guard.begin(response, token)
                return response
            case Guess.WRONG:
                return await self._page(here, wrong=True)
            case Guess.WAIT:
                return await self._page(here)
            case Guess.NOTHING_TO_CHECK:
                raise ShutError("session_over", 401, here.reader)

    async def _staff(self, request: web.Request) -> Here:
        here = await self._doorway.visitor(request)
        if not here.standing.may(Action.HANDLE_INCIDENT):
            raise ShutError("not_there", 404, here.reader)
        return here

    async def _page(self, here: Here, *, wrong: bool = False) -> web.Response:
        factor, reader = self._doorway.access.factor, here.reader
        wait = await factor.wait(here.user_id)
        values = {"form_token": here.form_token, "wrong": wrong, "wait": minutes(wait) if wait else None}
        status = 429 if wait else 403 if wrong else 200
        match await factor.state(here.user_id):
            case FactorState.TAKEN_AWAY:
                return self._doorway.pages.plain(reader, "factor_taken_away", status=403)
            case FactorState.READY:
                return self._doorway.pages.html(reader, "second_factor.html", status=status, values=values)
            case FactorState.NOT_SET_UP:
                secret = await factor.offer(here.visit)
        if secret is None:
            raise ShutError("session_over", 401, reader)
        # The account's name in the app: an id, so that a glance at the phone says nothing of a programme.
        link = setup_link(secret, ISSUER, f"staff {str(here.user_id)[-4:]}")
        values |= {"secret": _grouped(secret), "link": link, "code": _drawn(link)}
        return self._doorway.pages.html(reader, "second_factor_setup.html", status=status, values=values)


def _grouped(secret: str) -> str:
    """In fours, to be typed."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _drawn(link: str) -> Markup:
    """The link as a QR code in inline SVG; dark on light in every colour scheme, or phones would not read it."""
    drawing = io.BytesIO()
    import segno  # noqa: PLC0415  # four megabytes for a picture that is drawn once a person

    segno.make(link, error="m").save(
        drawing, kind="svg", xmldecl=False, svgns=False, scale=5, border=4, dark="#000", light="#fff", omitsize=True
    )
    return Markup(drawing.getvalue().decode())  # noqa: S704  # drawn by us from a link of ours; paths and numbers only
