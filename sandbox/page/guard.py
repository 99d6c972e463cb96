"""Keeps other sites out: whoever reaches the page can be everybody in the house.

A page of another site that is open in the same browser may send requests to loopback addresses, or bind its own name
to one. So the host that the browser believes it talks to must be loopback by name, and a request must come from the
page's own origin.
"""

from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

GUARDED: Final = ("/_sandbox", "/attachments")
"""What the guard stands before, beside the page itself. The REST API and the gateway are opened by the bot's token."""

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_OWN_FETCH: Final = frozenset({"same-origin", "none"})


def is_loopback(host: str) -> bool:
    """Whether the Host header is a loopback name. Any port will do: a forwarded one differs from the one served."""
    try:
        return urlsplit(f"//{host}").hostname in _LOOPBACK
    except ValueError:
        return False


def is_own(host: str, origin: str | None, fetch_site: str | None) -> bool:
    """Whether a request comes from the sandbox's own page, or from no browser at all.

    Args:
        host: the Host header.
        origin: the Origin header, which browsers send with whatever may change something and with WebSockets.
        fetch_site: the Sec-Fetch-Site header, which they send with everything to loopback.
    """
    return (
        is_loopback(host)
        and (origin is None or origin == f"http://{host}")
        and (fetch_site is None or fetch_site in _OWN_FETCH)
    )


@web.middleware
async def own_requests_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 403 to requests that another site's page sent. A link may lead to the page: showing it does nothing."""
    host, headers = request.headers.get("Host", ""), request.headers
    if request.path == "/":
        allowed = is_loopback(host)
    elif request.path.startswith(GUARDED):
        allowed = is_own(host, headers.get("Origin"), headers.get("Sec-Fetch-Site"))
    else:
        allowed = True
    if not allowed:
        raise web.HTTPForbidden(text="The sandbox answers its own page only, at a loopback address.")
    return await handler(request)
