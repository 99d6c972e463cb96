"""One request of one road: a connection of its own, and what an answer means for the attempt."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from bot.delivery.rules import Outcome
from bot.delivery.transport import RefusedForGoodError, TryLaterError, UnsureError
from bot.roads.threads import OwnResolver, Threads
from bot.roads.trust import not_trusted

LONGEST_WAIT: Final = 60.0
"""Seconds: a service that asks for more is asked again all the same, for what waits is a page."""


@dataclass(frozen=True)
class Request:
    """What is sent. ``json`` or ``form`` is its body."""

    url: str
    json: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    method: str = "POST"
    headers: Mapping[str, str] | None = None
    params: Mapping[str, str] | None = None
    user: str | None = None
    password: str | None = None


class Http:
    """Sends requests, each over a connection of its own, so that none waits for another's."""

    def __init__(self, names: Threads) -> None:
        self._names = names

    async def send(self, request: Request) -> None:
        """Send it; returns where the service took it (2xx).

        Raises:
            RefusedForGoodError, TryLaterError, UnsureError: as ``bot.delivery.transport`` has them.
        """
        headers = {**_authorization(request), **(request.headers or {})}
        connector = aiohttp.TCPConnector(resolver=OwnResolver(self._names), force_close=True)
        try:
            async with (
                aiohttp.ClientSession(connector=connector) as session,
                session.request(
                    request.method,
                    request.url,
                    json=request.json,
                    data=request.form,
                    headers=headers,
                    params=request.params,
                    allow_redirects=False,  # an address that has moved is the operator's to correct
                ) as answer,
            ):
                status, wait = answer.status, answer.headers.get("Retry-After", "")
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            # No connection, so nothing has arrived. Without a cause: it would carry the address into the log.
            if isinstance(error, aiohttp.InvalidURL):
                raise RefusedForGoodError(Outcome.REFUSED) from None
            if isinstance(error, aiohttp.ClientConnectorCertificateError):
                raise not_trusted("http", "certificate") from None
            raise TryLaterError from None
        except (aiohttp.ClientError, OSError):
            raise UnsureError from None
        judge(status, wait)


def _authorization(request: Request) -> dict[str, str]:
    if request.user is None:
        return {}
    pair = f"{request.user}:{request.password or ''}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def judge(status: int, retry_after: str = "") -> None:
    """What an HTTP status means for the attempt; ``retry_after`` as the service wrote it, in seconds.

    Raises:
        RefusedForGoodError, TryLaterError, UnsureError: for whatever is not 2xx.
    """
    if 200 <= status < 300:
        return
    if status == 429:
        raise TryLaterError(min(float(retry_after), LONGEST_WAIT) if retry_after.isdecimal() else None)
    if status == 408 or status >= 500:
        raise UnsureError
    raise RefusedForGoodError(Outcome.REFUSED)
