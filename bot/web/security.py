"""What keeps a page to the person it is for: headers, cookies, where a form came from, and its token.

Read with: OWASP's cheat sheets on session management and on cross-site request forgery; the Fetch standard for `Origin`
and `Sec-Fetch-Site`; RFC 6265bis for the cookie prefix `__Host-`.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Final

from aiohttp import web
from yarl import URL

from bot.access.service import TOKEN_BYTES, is_token

POLICY: Final = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
"""Nothing is loaded but our own style sheet; no script runs, whatever gets into a page; forms come back here."""

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
    "Server": "Handrail",  # the version of the server is nobody's business
}
HSTS: Final = "max-age=31536000"
BODY_AT_MOST: Final = 64 * 1024
"""Bytes a request may carry: a note of 4,000 characters takes less than 50,000, however it is encoded."""
TOKEN_FIELD: Final = "form_token"  # noqa: S105  # a field's name


class Guard:
    """The rules of one deployment: under https, cookies are for https alone."""

    def __init__(self, base_url: URL | None) -> None:
        self._origin = str(base_url.origin()) if base_url is not None else None
        self.is_https = base_url is not None and base_url.scheme == "https"
        prefix = "__Host-" if self.is_https else ""
        self._session, self._door = f"{prefix}handrail", f"{prefix}handrail-door"

    # -- headers -------------------------------------------------------------------------------------------------------

    async def harden(self, _request: web.BaseRequest, response: web.StreamResponse) -> None:
        """Put the headers on a response, whatever made it."""
        for name, value in HEADERS.items():
            if name != "Cache-Control" or name not in response.headers:
                response.headers[name] = value
        if self.is_https:
            response.headers["Strict-Transport-Security"] = HSTS

    # -- cookies -------------------------------------------------------------------------------------------------------

    def session_of(self, request: web.Request) -> str | None:
        """The session's cookie, where one was sent."""
        return request.cookies.get(self._session)

    def begin(self, response: web.StreamResponse, token: str) -> None:
        """Give the browser its session; it lasts as long as the browser or the server's own limits, what ends first."""
        self._set(response, self._session, token)

    def end(self, response: web.StreamResponse) -> None:
        """Take the session's cookie back."""
        response.del_cookie(self._session, path="/", secure=self.is_https, httponly=True, samesite="Strict")

    def knock(self, request: web.Request, response_to_be: Callable[[str], web.Response]) -> web.Response:
        """A page for somebody who has no session yet: its form's token hangs on a cookie that the page sets."""
        door = request.cookies.get(self._door)
        if door is None or not is_token(door):
            door = secrets.token_urlsafe(TOKEN_BYTES)
        response = response_to_be(form_token(door))
        self._set(response, self._door, door)
        return response

    def _set(self, response: web.StreamResponse, name: str, value: str) -> None:
        response.set_cookie(name, value, path="/", secure=self.is_https, httponly=True, samesite="Strict")

    # -- forms ---------------------------------------------------------------------------------------------------------

    def is_from_here(self, request: web.Request) -> bool:
        """Whether a form was sent by one of our own pages, as far as the browser says.

        `Origin` is "null" here on purpose: with the referrer policy "no-referrer" browsers send that for forms of our
        own (Fetch, "append a request Origin header"). Then `Sec-Fetch-Site` decides, and where a browser is too old to
        send it, the form's token alone.
        """
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            return False
        origin = request.headers.get("Origin", "null")
        return origin in {"null", self._origin or f"{request.scheme}://{request.host}"}

    def is_form_of(self, cookie: str | None, given: object) -> bool:
        """Whether a form carries the token of this session."""
        if cookie is None or not isinstance(given, str):
            return False
        return hmac.compare_digest(form_token(cookie).encode(), given.encode("utf-8", "replace"))

    def is_form_of_door(self, request: web.Request, given: object) -> bool:
        """The same for somebody who has no session yet."""
        return self.is_form_of(request.cookies.get(self._door), given)


def form_token(cookie: str) -> str:
    """The token of every form of a session: whoever cannot read the cookie cannot know it, and it goes with it."""
    return hmac.new(cookie.encode(), b"handrail form", hashlib.sha256).hexdigest()
