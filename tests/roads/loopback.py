"""Real servers on loopback, in the shapes of those at the ends of the roads; and one that never answers."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import Message as Letter
from email.parser import BytesParser
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP


@dataclass
class Got:
    """One request that came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class Services:
    """What came in, oldest first. ``status`` is what services answer, by path; ``reply`` what the mail server does."""

    port: int = 0
    mail_port: int = 0
    got: list[Got] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    status: dict[str, int] = field(default_factory=dict)
    retry_after: str | None = None
    reply: str = "250 OK"
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    hanging: int = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def at(self, start: str) -> list[Got]:
        """The requests whose path begins so."""
        return [one for one in self.got if one.path.startswith(start)]

    async def handle(self, request: web.Request) -> web.Response:
        """Note it, and answer. A path with ``hang`` in it never is."""
        raw = await request.text()
        is_form = request.content_type == "application/x-www-form-urlencoded"
        body: Any = dict(await request.post()) if is_form else raw
        if request.content_type == "application/json":
            body = json.loads(raw)
        topic = body.get("topic", "") if isinstance(body, dict) else ""
        if "hang" in request.path or "hang" in topic:
            self.hanging += 1
            await asyncio.Event().wait()
        self.got.append(Got(request.method, request.path, dict(request.query), dict(request.headers), body))
        self.arrived.set()
        status = next((status for path, status in self.status.items() if request.path.startswith(path)), 201)
        headers = {"Retry-After": self.retry_after} if self.retry_after else None
        return web.json_response({"sid": "SM1"}, status=status, headers=headers)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        """Take a letter, or refuse it."""
        if self.reply.startswith("250"):
            self.letters.append(BytesParser().parsebytes(envelope.content))
        return self.reply


@asynccontextmanager
async def services() -> AsyncIterator[Services]:
    """Twilio, PagerDuty, ntfy and webhooks on one port, told apart by their paths; mail on another."""
    made = Services()
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", made.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.port = runner.addresses[0][1]
    loop = asyncio.get_running_loop()
    mail = await loop.create_server(lambda: SMTP(made, hostname="loopback", loop=loop), "127.0.0.1", 0)
    made.mail_port = mail.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        mail.close()
        await mail.wait_closed()
        await runner.cleanup()


@asynccontextmanager
async def silent() -> AsyncIterator[int]:
    """The port of a server that takes connections and says nothing, ever."""
    writers: list[asyncio.StreamWriter] = []

    async def taken(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)

    server = await asyncio.start_server(taken, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await server.wait_closed()
