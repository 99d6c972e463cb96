"""The web page on which one may be every person in the house."""

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from sandbox.server import Sandbox


def add_routes(app: web.Application, sandbox: "Sandbox") -> None:
    """Serve the page at ``/``."""

    async def front(_request: web.Request) -> web.Response:
        return web.Response(text=f"The sandbox is running. Its API: {sandbox.api_base}\n")

    app.router.add_get("/", front)
