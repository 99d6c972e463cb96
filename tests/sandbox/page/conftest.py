"""The stage, with and without the client, and somebody who asks the page's endpoints."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from sandbox import Sandbox
from tests.sandbox.house import point_discord_at
from tests.sandbox.page.stage import Stage, furnish, start_bot

PREFIX = "_sandbox/page"
DEADLINE = 0.4


@dataclass(slots=True)
class Asker:
    """Asks as a browser would that shows the page."""

    stage: Stage
    session: aiohttp.ClientSession

    def url(self, path: str) -> str:
        return f"{self.stage.sandbox.page_url}{PREFIX}/{path}"

    async def get(self, path: str, as_: str | int, **query: Any) -> tuple[int, Any]:
        query["as"] = as_ if isinstance(as_, int) else self.stage.people[as_].id
        async with self.session.get(self.url(path), params={key: str(each) for key, each in query.items()}) as reply:
            return reply.status, await reply.json()

    async def post(self, path: str, body: Any, **options: Any) -> tuple[int, Any]:
        async with self.session.post(self.url(path), json=body, **options) as reply:
            return reply.status, await reply.json()

    async def act(self, as_: str, verb: str, **body: Any) -> tuple[int, Any]:
        return await self.post(f"act/{verb}", {"as": str(self.stage.people[as_].id), **body})

    async def house(self, as_: str) -> Any:
        status, found = await self.get("house", as_)
        assert status == 200
        return found

    async def texts(self, as_: str, place: Any) -> list[str]:
        status, found = await self.get("messages", as_, place=place)
        assert status == 200, found
        return [each["content"] for each in found["messages"]]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A furnished sandbox without a client."""
    sandbox = Sandbox(rate_limits=False, interaction_deadline=DEADLINE)
    await sandbox.start()
    made = furnish(sandbox)
    yield made
    await made.close()


@pytest.fixture
async def played(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The same with the real client in it."""
    point_discord_at(stage.sandbox, monkeypatch)
    await start_bot(stage)
    return stage


@pytest.fixture
async def asker(stage: Stage) -> AsyncIterator[Asker]:
    """Who asks."""
    async with aiohttp.ClientSession() as session:
        yield Asker(stage, session)
