"""Discord's rate limits: a bucket for each route and resource, the global limit, and the count of invalid requests.

Discord documents the mechanism and its headers ("Rate Limits"), the global 50 requests a second, and the ban of an
address after 10,000 invalid requests in 10 minutes. It publishes no numbers of single buckets; those in `RULES` are
what its headers have been seen to say, or, where nothing firm is known, a number of the same size.

Not modelled: limits that look into the body (a channel's name and topic may change twice in ten minutes) and limits
shared between applications.

Give one `RateLimits` to each token.
"""

import hashlib
import math
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Rule:
    """So many requests (`limit`) in a window of so many seconds, under a bucket's name."""

    limit: int
    seconds: float
    bucket: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a request may pass.

    `headers` go on the reply either way. `retry_after` is in seconds, 0 where the request may pass. `is_global` says
    that it was the global limit that refused.
    """

    allowed: bool
    headers: dict[str, str] = field(default_factory=dict)
    retry_after: float = 0.0
    is_global: bool = False

    @property
    def body(self) -> dict[str, Any]:
        """The body of the 429 reply of a request that may not pass."""
        return {"message": "You are being rate limited.", "retry_after": self.retry_after, "global": self.is_global}


GENEROUS: Final = Rule(50, 1.0)
"""Every route that `RULES` does not name: never narrower than the global limit."""

RULES: Final[Mapping[str, Rule]] = {
    "POST /channels/{}/messages": Rule(5, 5.0),
    "PATCH /channels/{}/messages/{}": Rule(5, 5.0),
    "DELETE /channels/{}/messages/{}": Rule(5, 1.0),
    "POST /channels/{}/messages/bulk-delete": Rule(1, 1.0),
    "PUT /channels/{}/messages/{}/reactions/{}/@me": Rule(1, 0.25, "reactions"),
    "DELETE /channels/{}/messages/{}/reactions/{}/@me": Rule(1, 0.25, "reactions"),
    "POST /channels/{}/typing": Rule(5, 5.0),
    "POST /channels/{}/threads": Rule(10, 10.0, "threads"),
    "POST /channels/{}/messages/{}/threads": Rule(10, 10.0, "threads"),
    "PUT /channels/{}/permissions/{}": Rule(10, 10.0),
    "POST /guilds/{}/channels": Rule(30, 10.0),
    "POST /guilds/{}/roles": Rule(10, 10.0),
    "PATCH /guilds/{}/roles/{}": Rule(10, 10.0),
    "PATCH /guilds/{}/members/{}": Rule(10, 10.0),
    "PUT /guilds/{}/members/{}/roles/{}": Rule(10, 10.0, "member roles"),
    "DELETE /guilds/{}/members/{}/roles/{}": Rule(10, 10.0, "member roles"),
    "GET /guilds/{}/members": Rule(10, 10.0),
    "POST /users/@me/channels": Rule(10, 10.0),
    "PUT /applications/{}/commands": Rule(10, 10.0),
    "PUT /applications/{}/guilds/{}/commands": Rule(10, 10.0),
    "POST /webhooks/{}/{}": Rule(5, 2.0, "webhook"),
    "PATCH /webhooks/{}/{}/messages/{}": Rule(5, 2.0, "webhook"),
    "DELETE /webhooks/{}/{}/messages/{}": Rule(5, 2.0, "webhook"),
    "PATCH /webhooks/{}/{}/messages/@original": Rule(5, 2.0, "webhook"),
    "DELETE /webhooks/{}/{}/messages/@original": Rule(5, 2.0, "webhook"),
}
"""Method and route with its parameters' names left out. Routes with the same bucket name share one bucket."""

_MAJOR: Final = {"channels": 1, "guilds": 1, "webhooks": 2, "interactions": 2}
"""How many of a route's first parameters have buckets of their own: Discord's top-level resources."""

_OUTSIDE_GLOBAL: Final = ("/interactions/{}/{}/", "/webhooks/{}/{}")
"""Routes that a token of their own authorises; Discord's global limit counts what the bot's token does."""

_BAN_SECONDS: Final = 600.0
_BAN_AFTER: Final = 10_000
_INVALID: Final = frozenset({401, 403, 429})
_SWEEP_FROM: Final = 256
_VIA: Final = {"Via": "1.1 sandbox"}
"""Discord's proxy adds this; discord.py takes a 429 without it for a ban of the address and gives up."""


@dataclass(slots=True)
class _Window:
    """A bucket in use: it opened with its first request and is forgotten once it has ended."""

    opened: float
    seconds: float
    used: int = 0

    @property
    def ends(self) -> float:
        return self.opened + self.seconds

    def covers(self, now: float) -> bool:
        return self.opened <= now < self.ends


class RateLimits:
    """The limits of one token, as its requests have used them so far; `now` returns Unix time in seconds.

    `enabled=False` lets everything pass and adds no header. A clock that is moved, forwards or back, opens fresh
    windows.
    """

    def __init__(self, now: Callable[[], float], enabled: bool = True, global_per_second: int = 50) -> None:
        self.enabled = enabled
        self.global_per_second = global_per_second
        self.banned = False
        """Set for good by the ten-thousandth invalid request in 10 minutes."""
        self._now = now
        self._global = _Window(opened=-math.inf, seconds=1.0)
        self._windows: dict[tuple[str, ...], _Window] = {}
        self._sweep_at = _SWEEP_FROM
        self._invalid: deque[float] = deque(maxlen=_BAN_AFTER)

    def check(
        self, method: str, route_template: str, path_params: Mapping[str, str], *, exempt_global: bool = False
    ) -> Decision:
        """Count one request, or refuse it.

        `route_template` is like ``/channels/{channel_id}/messages``, with the names of `path_params`. Interaction
        callbacks and webhooks (follow-ups too) stay outside the global limit without being told.
        """
        if not self.enabled:
            return Decision(allowed=True)
        now = self._now()
        route = _route(method, route_template)
        counts_globally = not (exempt_global or route.outside_global)
        if counts_globally and not self._global.covers(now):
            self._global = _Window(opened=now, seconds=1.0)
        if counts_globally and self._global.used >= self.global_per_second:
            return _refused_globally(self._global.ends - now)
        window = self._window((route.bucket, *(str(path_params[name]) for name in route.major)), route.rule, now)
        if window.used >= route.rule.limit:
            return _refused(route, window, now)
        window.used += 1
        if counts_globally:
            self._global.used += 1
        return Decision(allowed=True, headers=_headers(route, window, now))

    def note_status(self, status: int) -> None:
        """Tell the status of a reply: 401, 403 and 429 count towards the ban."""
        if status not in _INVALID:
            return
        self._invalid.append(self._now())
        if self.invalid_requests >= _BAN_AFTER:
            self.banned = True

    @property
    def invalid_requests(self) -> int:
        """How many of the last 10 minutes' requests were invalid."""
        oldest = self._now() - _BAN_SECONDS
        while self._invalid and self._invalid[0] <= oldest:
            self._invalid.popleft()
        return len(self._invalid)

    @property
    def open_buckets(self) -> int:
        """How many buckets are in memory: those in use, and some that ended since the last sweep."""
        return len(self._windows)

    def _window(self, key: tuple[str, ...], rule: Rule, now: float) -> _Window:
        window = self._windows.get(key)
        if window is None or not window.covers(now):
            self._sweep(now)
            window = self._windows[key] = _Window(opened=now, seconds=rule.seconds)
        return window

    def _sweep(self, now: float) -> None:
        """Forget ended buckets. The threshold follows what is alive, so that the cost of each request stays flat."""
        if len(self._windows) < self._sweep_at:
            return
        self._windows = {key: window for key, window in self._windows.items() if window.covers(now)}
        self._sweep_at = max(_SWEEP_FROM, 2 * len(self._windows))


@dataclass(frozen=True, slots=True)
class _Route:
    bucket: str
    rule: Rule
    major: tuple[str, ...]
    outside_global: bool


@lru_cache(maxsize=1024)
def _route(method: str, template: str) -> _Route:
    plain = re.sub(r"\{[^}]*\}", "{}", template)
    key = f"{method.upper()} {plain}"
    rule = RULES.get(key, GENEROUS)
    names = re.findall(r"\{([^}:]*)[^}]*\}", template)
    major = names[: _MAJOR.get(plain.split("/", 2)[1], 0)]
    digest = hashlib.blake2b((rule.bucket or key).encode(), digest_size=16).hexdigest()
    return _Route(digest, rule, tuple(major), plain.startswith(_OUTSIDE_GLOBAL))


def _headers(route: _Route, window: _Window, now: float) -> dict[str, str]:
    return _VIA | {
        "X-RateLimit-Limit": str(route.rule.limit),
        "X-RateLimit-Remaining": str(route.rule.limit - window.used),
        "X-RateLimit-Reset": f"{_milliseconds_up(window.ends):.3f}",
        "X-RateLimit-Reset-After": f"{_milliseconds_up(window.ends - now):.3f}",
        "X-RateLimit-Bucket": route.bucket,
    }


def _refused(route: _Route, window: _Window, now: float) -> Decision:
    wait = _milliseconds_up(window.ends - now)
    headers = _headers(route, window, now) | {"Retry-After": str(math.ceil(wait)), "X-RateLimit-Scope": "user"}
    return Decision(allowed=False, headers=headers, retry_after=wait)


def _refused_globally(seconds: float) -> Decision:
    wait = _milliseconds_up(seconds)
    headers = {"Retry-After": str(math.ceil(wait)), "X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
    return Decision(allowed=False, headers=_VIA | headers, retry_after=wait, is_global=True)


def _milliseconds_up(seconds: float) -> float:
    """Round up to Discord's three decimals: a client that waits exactly so long must not come too early."""
    return math.ceil(seconds * 1000) / 1000
