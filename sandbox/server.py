"""The sandbox as a whole: a world, its REST API and its gateway, on a loopback port."""

import asyncio
import ipaddress
import socket
import time
from collections.abc import Callable
from typing import Final

from aiohttp import web

from sandbox import control, page
from sandbox.changes import Changes
from sandbox.clock import SandboxClock
from sandbox.faults import Faults
from sandbox.gateway.hub import Hub
from sandbox.gateway.server import Gateway
from sandbox.gateway.session import Session
from sandbox.people import People
from sandbox.ratelimits import RateLimits
from sandbox.recorder import Recorder
from sandbox.rest import all_routes, entry
from sandbox.world.events import Event
from sandbox.world.state import World

DEADLINE: Final = 3.0
"""Seconds of real time in which an application must answer an interaction."""

_MAX_BODY: Final = 32 * 1024 * 1024


class Sandbox:
    """A Discord of its own, for one bot.

    Args:
        clock: the time of everything in it; real time, movable, where none is given.
        token: the bot's token.
        shards: how many shards ``GET /gateway/bot`` advises.
        rate_limits: whether requests are limited as Discord limits them.
        interaction_deadline: seconds of real time an interaction waits for its first answer.
        bot_name: the bot's user name.
    """

    def __init__(
        self,
        clock: SandboxClock | None = None,
        token: str = "sandbox-token",  # noqa: S107 - opens a toy on loopback
        shards: int = 1,
        *,
        rate_limits: bool = True,
        interaction_deadline: float = DEADLINE,
        bot_name: str = "Handrail",
    ) -> None:
        self.clock = clock or SandboxClock()
        self.token = token
        self.shards = shards
        self.changes = Changes()
        self.world = World(self.clock, token=token, interaction_deadline=interaction_deadline, bot_name=bot_name)
        self.hub = Hub(self.world, self.changes.notify)
        self.world.publish = self.hub.publish
        self.world.notify = self.changes.notify
        self.gateway = Gateway(self)
        self.faults = Faults(self)
        self.people = People(self.world)
        self.requests = Recorder()
        self.rate_limits = RateLimits(time.time, enabled=rate_limits)
        self.in_flight = 0
        """REST requests being handled at this moment."""
        self._runner: web.AppRunner | None = None
        self._host = ""
        self._port = 0

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The gateway sessions that are connected or may still be resumed."""
        return tuple(self.hub.sessions)

    @property
    def api_base(self) -> str:
        """The address of REST v10, without a slash at the end."""
        return f"http://{self._address}{entry.PREFIX}"

    @property
    def gateway_url(self) -> str:
        """The address of the gateway."""
        return f"ws://{self._address}/gateway"

    @property
    def page_url(self) -> str:
        """The address of the web page."""
        return f"http://{self._address}/"

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serve on a loopback address; port 0 takes any that is free.

        Raises:
            ValueError: the host is not loopback. The sandbox lets everybody be anybody, so it stays on this machine.
            OSError: the port is taken.
        """
        _require_loopback(host)
        app = web.Application(client_max_size=_MAX_BODY)
        app.router.add_get("/gateway", self.gateway.connect)
        app.router.add_get("/gateway/", self.gateway.connect)
        entry.add_routes(app, self, all_routes())
        control.add_routes(app, self)
        page.add_routes(app, self)
        # The bot on the other end of a cut connection is gone; waiting for its handler serves nobody.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self._host = host
        self._port = self._runner.addresses[0][1]
        self.world.files_url = f"http://{self._address}/attachments"

    async def stop(self) -> None:
        """End every connection and timer, and stop serving."""
        self.faults.clear()
        self.world.interactions.close()
        self.gateway.cut_all()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def changed(self, predicate: Callable[[], object], timeout: float | None = 5.0) -> None:
        """Return once `predicate()` is true; it is asked now and after everything that happens here.

        Args:
            predicate: cheap, without side effects.
            timeout: seconds of real time; None waits for ever.

        Raises:
            TimeoutError: it did not become true in time.
        """
        await self.changes.wait(predicate, timeout)

    def subscribe(self, subscriber: Callable[[Event], None]) -> Callable[[], None]:
        """Call `subscriber` with every event of the world, also with those no bot hears. Returns what ends it."""
        return self.hub.subscribe(subscriber)

    @property
    def _address(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self._port}"


def _require_loopback(host: str) -> None:
    addresses = [host]
    if host == "localhost":
        addresses = [str(each[4][0]) for each in socket.getaddrinfo(host, None)]
    for each in addresses:
        try:
            is_loopback = ipaddress.ip_address(each).is_loopback
        except ValueError:
            is_loopback = False
        if not is_loopback:
            raise ValueError("The sandbox serves on a loopback address only, such as 127.0.0.1.")


async def serve_until(
    stopped: asyncio.Event, sandbox: Sandbox, *, host: str, port: int, started: Callable[[], None]
) -> None:
    """Serve until `stopped` is set; `started` is called once it serves."""
    await sandbox.start(host, port)
    try:
        started()
        await stopped.wait()
    finally:
        await sandbox.stop()
