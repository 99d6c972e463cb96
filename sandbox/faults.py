"""Things going wrong, on request."""

import asyncio
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sandbox.snowflakes import Ref

if TYPE_CHECKING:
    from sandbox.server import Sandbox


@dataclass(slots=True, eq=False)
class Fault:
    """One thing that goes wrong for requests that match `pattern`, `times` times (None: until cleared).

    A pattern is ``"POST /channels/{channel_id}/messages"``, the same with ids in it, either with ``*`` in them, or
    without the method. `status` answers in the place of Discord; `seconds` waits first; `drops_reply` does what was
    asked and cuts the connection; `hangs` never answers while it lasts.
    """

    pattern: str
    times: int | None = 1
    status: int | None = None
    code: int | None = None
    message: str | None = None
    retry_after: float | None = None
    seconds: float = 0.0
    drops_reply: bool = False
    hangs: bool = False
    released: asyncio.Event = field(default_factory=asyncio.Event)
    hits: int = 0

    @property
    def is_spent(self) -> bool:
        """Whether it has happened as often as it should."""
        return self.times is not None and self.hits >= self.times

    def matches(self, method: str, route: str, path: str) -> bool:
        """Whether a request is meant."""
        wanted = self.pattern if " " in self.pattern else f"* {self.pattern}"
        return any(fnmatchcase(f"{method} {each}", wanted) for each in (route, path))


class Faults:
    """What is to go wrong, and the buttons that make it so."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._active: list[Fault] = []

    def cut(self) -> None:
        """Drop every gateway connection without a word; the sessions can be resumed."""
        self._sandbox.gateway.cut_all()

    def invalidate(self) -> None:
        """End every gateway session; none can be resumed."""
        self._sandbox.gateway.invalidate_all()

    def reconnect(self) -> None:
        """Ask every client to reconnect (operation 7)."""
        self._sandbox.gateway.ask_to_reconnect()

    def refuse_connections(self, *, refuse: bool = True) -> None:
        """Answer new gateway connections with 503, or stop doing so."""
        self._sandbox.gateway.accepting = not refuse

    def fail(
        self,
        pattern: str,
        status: int,
        times: int | None = 1,
        *,
        code: int | None = None,
        retry_after: float | None = None,
        message: str | None = None,
    ) -> Fault:
        """Answer with this status, and do nothing; for 429 `retry_after` is in seconds."""
        return self._add(Fault(pattern, times, status=status, code=code, message=message, retry_after=retry_after))

    def slow(self, pattern: str, seconds: float, times: int | None = None) -> Fault:
        """Wait `seconds` of real time before doing what is asked."""
        return self._add(Fault(pattern, times, seconds=seconds))

    def drop_reply(self, pattern: str, times: int | None = 1) -> Fault:
        """Do what is asked, then cut the connection without an answer."""
        return self._add(Fault(pattern, times, drops_reply=True))

    def hang(self, pattern: str, times: int | None = None) -> Fault:
        """Take the request and neither do it nor answer, until the fault is cleared; it is done then."""
        return self._add(Fault(pattern, times, hangs=True))

    def close_dms(self, user: Ref) -> None:
        """Let a person refuse the bot's DMs."""
        self._sandbox.world.user(user).dms_open = False

    def open_dms(self, user: Ref) -> None:
        """Let a person take the bot's DMs again."""
        self._sandbox.world.user(user).dms_open = True

    @property
    def active(self) -> tuple[Fault, ...]:
        """What goes wrong at present, or has gone wrong as often as it should."""
        return tuple(self._active)

    def clear(self) -> None:
        """Stop all of it; what hung goes on."""
        for fault in self._active:
            fault.released.set()
        self._active.clear()
        self.refuse_connections(refuse=False)

    def take(self, method: str, route: str, path: str) -> Fault | None:
        """The fault that is to happen to this request, counted as happened."""
        for fault in self._active:
            if not fault.is_spent and fault.matches(method, route, path):
                fault.hits += 1
                self._sandbox.changes.notify()
                return fault
        return None

    def _add(self, fault: Fault) -> Fault:
        self._active.append(fault)
        return fault
