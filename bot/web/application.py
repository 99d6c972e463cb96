"""The one application of the private pages, in the bot's own event loop, on the address that the settings name."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol, final

from aiohttp import web

from bot.errors import DatabaseError, NotAllowedError, NotFoundError
from bot.observe.logs import get_logger
from bot.web.doorway import Doorway, ShutError
from bot.web.health import HealthPage
from bot.web.pages import Pages
from bot.web.security import BODY_AT_MOST, Guard

log = get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CLOSES_WITHIN = 1.0
"""Seconds that requests under way get when the app ends."""


class Door(Protocol):
    """One page, or a few that belong together."""

    def routes(self) -> list[web.RouteDef]:
        """What it answers to."""


@final
class PrivatePages:
    """The server of the private pages. It never keeps the bot from paging: without its port it tries again."""

    def __init__(self, doorway: Doorway, guard: Guard, pages: Pages, health: HealthPage, doors: Iterable[Door]) -> None:
        self._doorway, self._guard, self._pages = doorway, guard, pages
        self.health = health
        """Its ``look`` is set by whoever watches over the bot."""
        self._doors = (health, *doors)
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._address: tuple[str, int] | None = None

    def application(self) -> web.Application:
        """Every route, behind one catcher of errors, with the headers on whatever leaves."""
        app = web.Application(middlewares=[self._answer], client_max_size=BODY_AT_MOST)
        app.on_response_prepare.append(self._guard.harden)
        app.add_routes([web.get("/static/pages.css", self._style), web.get("/favicon.ico", self._no_icon)])
        for door in self._doors:
            app.add_routes(door.routes())
        return app

    # -- life ----------------------------------------------------------------------------------------------------------

    @property
    def port(self) -> int | None:
        """The port this listens on, or none while it does not."""
        if self._runner is None or not self._runner.addresses:
            return None
        port: int = self._runner.addresses[0][1]
        return port

    async def start(self, host: str, port: int) -> None:
        """Listen. A port that is taken is said loudly, and tried again by ``keep_listening``: paging does not wait."""
        self._address = (host, port)
        self._runner = web.AppRunner(
            self.application(), access_log=None, handle_signals=False, shutdown_timeout=CLOSES_WITHIN
        )
        await self._runner.setup()
        await self.keep_listening()

    async def keep_listening(self) -> None:
        """Listen, where this does not: for the heart, now and then."""
        if self._runner is None or self._site is not None or self._address is None:
            return
        host, port = self._address
        site = web.TCPSite(self._runner, host, port)
        try:
            await site.start()
        except OSError as error:
            log.error("web.not_listening", host=host, port=port, reason=error.strerror)  # noqa: TRY400  # said in full
            return
        self._site = site
        log.info("web.listening", host=host, port=self.port)

    async def close(self) -> None:
        """Stop listening, let what is under way end, and let go."""
        runner, self._runner, self._site = self._runner, None, None
        if runner is not None:
            await runner.cleanup()

    # -- answering -----------------------------------------------------------------------------------------------------

    @web.middleware
    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Whatever happens, somebody gets a page that says so, and the log a line without their words."""
        try:
            return await handler(request)
        except web.HTTPException as answer:
            if answer.status < 400:
                raise
            return await self._plain_answer(request, answer)
        except ShutError as shut:
            return self._pages.plain(shut.reader, shut.key, status=shut.status, kept=shut.kept)
        except (NotFoundError, NotAllowedError):
            return await self._say(request, "not_there", 404)
        except DatabaseError as error:
            log.exception("web.database_away", error=type(error).__name__)
            return await self._say(request, "database_away", 503)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.exception("web.failed", error=type(error).__name__)
            return await self._say(request, "broken", 500)

    async def _plain_answer(self, request: web.Request, answer: web.HTTPException) -> web.StreamResponse:
        if answer.status == 413:
            return await self._say(request, "too_big", 413)
        if answer.status == 405:
            response = await self._say(request, "not_there", 405)
            response.headers["Allow"] = answer.headers.get("Allow", "GET")
            return response
        return await self._say(request, "not_there", answer.status)

    async def _say(self, request: web.Request, key: str, status: int) -> web.Response:
        try:
            reader = await self._doorway.stranger(request)
        except DatabaseError:
            reader = self._doorway.anybody(request)
        return self._pages.plain(reader, key, status=status)

    async def _style(self, _request: web.Request) -> web.Response:
        """The one file that is not somebody's: read at the start, so that no path leads to any other."""
        return web.Response(
            text=self._pages.style, content_type="text/css", charset="utf-8", headers={"Cache-Control": "max-age=3600"}
        )

    async def _no_icon(self, _request: web.Request) -> web.Response:
        return web.Response(status=204)
