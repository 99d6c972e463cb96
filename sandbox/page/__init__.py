"""The web page on which one may be every person in the house."""

from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.page.api import PageApi

if TYPE_CHECKING:
    from sandbox.server import Sandbox


def add_routes(app: web.Application, sandbox: "Sandbox") -> None:
    """Serve the page at ``/``, and what it needs under ``/_sandbox/page``."""
    PageApi(sandbox).add_to(app)
