"""The page's own files, served from the package, so that an installed wheel has them."""

import mimetypes
from importlib import resources
from typing import Final

from aiohttp import web

_FOLDER: Final = resources.files("sandbox.page") / "static"
_TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


def names() -> frozenset[str]:
    """The files there are."""
    return frozenset(each.name for each in _FOLDER.iterdir() if each.is_file())


async def front(request: web.Request) -> web.Response:
    """The page."""
    return _file("index.html", request)


async def static(request: web.Request) -> web.Response:
    """A script, a style sheet or a picture of the page."""
    name = request.match_info["name"]
    if name not in names():
        raise web.HTTPNotFound
    return _file(name, request)


def _file(name: str, request: web.Request) -> web.Response:
    suffix = "." + name.rpartition(".")[2]
    kind = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return web.Response(
        body=(_FOLDER / name).read_bytes(), content_type=kind, charset="utf-8", headers=_headers(request.host)
    )


def _headers(host: str) -> dict[str, str]:
    """Nothing but this server's own files may run, show or be talked to."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        # Loopback is quick enough to ask again, and nobody shall look at yesterday's script.
        "Cache-Control": "no-cache",
    }
