"""People's pockets, for tests: a webhook receiver on loopback that keeps what outside roads brought."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Pockets:
    """What arrived: (whose, the JSON body) in the order of arrival. ``come`` is set with each."""

    port: int = 0
    arrived: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    come: threading.Event = field(default_factory=threading.Event)

    def address(self, name: str) -> str:
        """The contact that leads to somebody's pocket."""
        return f"json://127.0.0.1:{self.port}/{name}"

    def texts(self, name: str) -> list[str]:
        """What somebody received."""
        return [str(body["message"]) for whose, body in self.arrived if whose == name]


@asynccontextmanager
async def pockets() -> AsyncIterator[Pockets]:
    """A receiver in the test's own loop."""
    made = Pockets()

    async def receive(request: web.Request) -> web.Response:
        made.arrived.append((request.match_info["name"], await request.json()))
        made.come.set()
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/{name}", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.port = runner.addresses[0][1]
    try:
        yield made
    finally:
        await runner.cleanup()


def with_contacts(programme: str, pockets_: Pockets, *names: str) -> str:
    """The programme, with a pocket for each of these people."""
    lines = ", ".join(f'"{{{name}}}": ["{pockets_.address(name)}"]' for name in names)
    return programme.rstrip() + "\n  contacts: {{" + lines + "}}\n"
