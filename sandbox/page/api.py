"""The page's JSON endpoints, under ``/_sandbox/page``. Every one acts or looks as a person named by ``as``.

A refusal is a 409 with the sentence a person reads; an id of nobody or nothing a 404; a wrong argument a 400.
"""

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from aiohttp import web

from sandbox.errors import Refused
from sandbox.jsontypes import Json
from sandbox.page import acting, files, live, seeing
from sandbox.page.acting import Body
from sandbox.page.guard import own_requests_only
from sandbox.page.house import house_json
from sandbox.page.messages import message_json
from sandbox.page.unread import ReadMarks
from sandbox.people import Offered

if TYPE_CHECKING:
    from sandbox.server import Sandbox

PREFIX: Final = "/_sandbox/page"

Answer = Callable[[web.Request], Awaitable[Json]]


class PageApi:
    """Answers the page."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._marks = ReadMarks(sandbox.world)

    def add_to(self, app: web.Application) -> None:
        """Serve the page and its endpoints, to itself only."""
        app.middlewares.append(own_requests_only)
        app[live.CONNECTIONS] = live.Connections()
        app.on_shutdown.append(app[live.CONNECTIONS].close)
        app.router.add_get("/", files.front)
        app.router.add_get(f"{PREFIX}/static/{{name}}", files.static)
        app.router.add_get(f"{PREFIX}/live", self.live)
        for name, answer in (
            ("house", self.house),
            ("messages", self.messages),
            ("commands", self.commands),
            ("menu", self.menu),
        ):
            app.router.add_get(f"{PREFIX}/{name}", _answering(answer))
        app.router.add_post(f"{PREFIX}/act/{{verb}}", _answering(self.act))
        app.router.add_post(f"{PREFIX}/clock", _answering(self.clock))
        app.router.add_post(f"{PREFIX}/fault", _answering(self.fault))

    async def house(self, request: web.Request) -> Json:
        """The house for one person; without ``as`` for the first there is."""
        self._marks.open()
        given = request.query.get("as")
        everybody = seeing.people(self._sandbox.world)
        if given is None and not everybody:
            raise Refused("nobody", "Nobody lives in this sandbox yet.")
        viewer_id = everybody[0] if given is None else self._viewer(request)
        return house_json(self._sandbox, self._marks, viewer_id)

    async def messages(self, request: web.Request) -> Json:
        """The newest messages of a place, or the newest before an id."""
        viewer_id = self._viewer(request)
        place = seeing.place_for(self._sandbox.world, viewer_id, request.query["place"])
        if place is None:
            return {"messages": [], "earlier": False}
        before = request.query.get("before")
        found = seeing.latest(place, viewer_id, before=int(before) if before else None)
        return {
            "messages": [message_json(self._sandbox, each, viewer_id) for each in found.messages],
            "earlier": found.has_earlier,
        }

    async def commands(self, request: web.Request) -> Json:
        """What the person may run in a place."""
        viewer_id = self._viewer(request)
        place = seeing.place_for(self._sandbox.world, viewer_id, request.query["place"])
        if place is None:
            # Nobody opened this DM yet; a command there opens it, like a message.
            if not self._sandbox.world.shares_a_guild(viewer_id):
                return {"commands": []}
            place = self._sandbox.people.dm_channel(viewer_id)
        return {"commands": [_offered(each) for each in self._sandbox.people.commands_for(viewer_id, place)]}

    async def menu(self, request: web.Request) -> Json:
        """The application's entries in a message's menu."""
        names = self._sandbox.people.menus_for(self._viewer(request), request.query["message"])
        return {"names": names}

    async def act(self, request: web.Request) -> Json:
        """Do something as a person."""
        body = await _body(request)
        verb = acting.VERBS[request.match_info["verb"]]
        return await verb(self._sandbox, seeing.require_person(self._sandbox.world, int(body.text("as"))), body)

    async def clock(self, request: web.Request) -> Json:
        """Move the clock."""
        return acting.move_clock(self._sandbox, await _body(request))

    async def fault(self, request: web.Request) -> Json:
        """Let something go wrong."""
        return acting.make_fault(self._sandbox, await _body(request))

    async def live(self, request: web.Request) -> web.WebSocketResponse:
        """Live updates."""
        return await live.serve(self._sandbox, self._marks, request)

    def _viewer(self, request: web.Request) -> int:
        return seeing.require_person(self._sandbox.world, int(request.query["as"]))


def _answering(answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(request: web.Request) -> web.Response:
        try:
            return _reply(await answer(request), 200)
        except Refused as refused:
            return _reply({"code": refused.code, "message": refused.message}, 409)
        except KeyError as error:
            return _reply({"code": "unknown", "message": f"There is no {error.args[0]!r} here."}, 404)
        except (TypeError, ValueError, OverflowError) as error:
            return _reply({"code": "wrong", "message": str(error)}, 400)

    return serve


def _reply(found: Json, status: int) -> web.Response:
    text = json.dumps(found, ensure_ascii=False)
    return web.Response(
        text=text, status=status, content_type="application/json", headers={"Cache-Control": "no-store"}
    )


async def _body(request: web.Request) -> Body:
    if request.content_type != "application/json":
        raise ValueError("The body must be JSON.")
    return Body(json.loads(await request.text()))


def _offered(each: Offered) -> Json:
    return {"path": each.path, "description": each.description, "options": each.options}
