"""What was asked of the REST API, and what it answered."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

KEPT: Final = 50_000
"""Requests remembered; older ones are forgotten, so that a long run keeps its size."""

_READS: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Request:
    """One request and its reply, both parsed. `at` is the sandbox clock's time (UTC).

    `route` is the template (``/channels/{channel_id}/messages``), `path` what was asked for. `status` is 0 where no
    reply reached the client. `headers` leaves the authorisation out. `number` counts all requests from 1.
    """

    number: int
    method: str
    path: str
    route: str
    query: Mapping[str, str]
    body: Any
    status: int
    reply: Any
    at: datetime
    headers: Mapping[str, str]

    @property
    def is_write(self) -> bool:
        """Whether it was meant to change something."""
        return self.method not in _READS


class Recorder:
    """The latest requests in the order of their replies."""

    def __init__(self) -> None:
        self._requests: deque[Request] = deque(maxlen=KEPT)
        self._total = 0

    def add(
        self,
        *,
        method: str,
        path: str,
        route: str,
        query: Mapping[str, str],
        body: object,
        status: int,
        reply: object,
        at: datetime,
        headers: Mapping[str, str],
    ) -> None:
        """Remember one request."""
        self._total += 1
        self._requests.append(Request(self._total, method, path, route, query, body, status, reply, at, headers))

    def mark(self) -> int:
        """A point in the record to count from later."""
        return self._total

    def since(self, mark: int = 0) -> list[Request]:
        """Every request after `mark` that is still remembered."""
        found: list[Request] = []
        for request in reversed(self._requests):
            if request.number <= mark:
                break
            found.append(request)
        found.reverse()
        return found

    def writes(self, since: int = 0) -> list[Request]:
        """Those after the mark that were meant to change something."""
        return [request for request in self.since(since) if request.is_write]

    def count(
        self, method: str | None = None, route: str | None = None, status: int | None = None, *, since: int = 0
    ) -> int:
        """How many match all that is given."""
        return sum(
            1
            for request in self.since(since)
            if (method is None or request.method == method)
            and (route is None or request.route == route)
            and (status is None or request.status == status)
        )

    def __iter__(self) -> Iterator[Request]:
        return iter(tuple(self._requests))

    def __len__(self) -> int:
        return len(self._requests)
