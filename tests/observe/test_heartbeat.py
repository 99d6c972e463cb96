"""The heartbeat, on a real server over loopback, with each condition broken in turn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.errors import DatabaseError
from bot.observe.health import FRESH_FOR, KEPT_FOR, LATE_AFTER, Condition, HealthWatch
from bot.observe.heartbeat import Heartbeat

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
SECRET = "a1b2c3d4-secret"


@dataclass
class Body:
    """What is looked at, all of it well until a test spoils it."""

    silent: float | None = 12.0
    due: datetime | None = None
    fault: Exception | None = None
    asking_fault: Exception | None = None
    hangs: asyncio.Event | None = None
    broken: bool = False
    refused: bool = False
    writes: int = 0
    monotonic: float = 0.0

    async def oldest(self) -> datetime | None:
        if self.asking_fault is not None:
            raise self.asking_fault
        return self.due

    async def write(self) -> None:
        self.writes += 1
        if self.hangs is not None:
            await self.hangs.wait()
        if self.fault is not None:
            raise self.fault

    def watch(self) -> HealthWatch:
        watch = HealthWatch(
            gateway_silent_for=lambda: self.silent,
            oldest_page_due=self.oldest,
            write=self.write,
            detector_is_broken=lambda: self.broken,
            token_is_refused=lambda: self.refused,
            now=lambda: NOW,
            monotonic=lambda: self.monotonic,
        )
        watch.writes_within = 0.01 if self.hangs is not None else 5.0
        return watch


@dataclass
class Outside:
    """Whoever is to notice."""

    url: str = ""
    status: int = 200
    beats: list[str] = field(default_factory=list)
    hold: asyncio.Event | None = None


@asynccontextmanager
async def served(outside: Outside) -> AsyncIterator[None]:
    async def ping(request: web.Request) -> web.Response:
        outside.beats.append(request.method)
        if outside.hold is not None:
            await outside.hold.wait()
        return web.Response(status=outside.status)

    app = web.Application()
    app.router.add_route("*", f"/ping/{SECRET}", ping)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    outside.url = f"http://127.0.0.1:{port}/ping/{SECRET}"
    try:
        yield
    finally:
        if outside.hold is not None:
            outside.hold.set()
        await runner.cleanup()


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    made = Outside()
    async with served(made):
        yield made


async def test_it_beats_while_all_is_well(outside: Outside) -> None:
    body = Body()
    assert await Heartbeat(outside.url, body.watch()).beat()
    assert outside.beats == ["GET"]
    assert body.writes == 1, "the database takes a real write for each"


SPOILED = {
    "no gateway": (Body(silent=None), Condition.GATEWAY_FRESH),
    "a gateway silent for a minute": (Body(silent=FRESH_FOR), Condition.GATEWAY_FRESH),
    "a page over a minute late": (Body(due=NOW - LATE_AFTER - timedelta(seconds=1)), Condition.PAGES_ON_TIME),
    "pages that cannot be looked at": (Body(asking_fault=DatabaseError("gone")), Condition.PAGES_ON_TIME),
    "a database that takes no write": (Body(fault=DatabaseError("full")), Condition.DATABASE_WRITES),
    "a database that hangs": (Body(hangs=asyncio.Event()), Condition.DATABASE_WRITES),
    "a broken detector": (Body(broken=True), Condition.DETECTOR_WHOLE),
    "a token that Discord refuses": (Body(refused=True), Condition.TOKEN_ACCEPTED),
}


@pytest.mark.parametrize("spoiled", SPOILED)
async def test_it_stays_away_for(spoiled: str, outside: Outside) -> None:
    body, condition = SPOILED[spoiled]
    body.hangs = asyncio.Event() if body.hangs is not None else None
    watch = body.watch()
    with capture_logs() as lines:
        assert not await Heartbeat(outside.url, watch).beat()
    assert outside.beats == []
    [held_back] = [line for line in lines if line["event"] == "heartbeat.held_back"]
    assert held_back["failing"] == [condition.value]
    if body.hangs is not None:
        assert not (await watch.look(anew=True)).is_well
        assert body.writes == 1, "what hangs is not begun again beside it"
        body.hangs.set()
        assert (await watch.look(anew=True)).is_well, "and once it has come back, all is well"
    await watch.close()


@pytest.mark.parametrize("late", [timedelta(0), LATE_AFTER], ids=["due now", "a minute ago"])
async def test_a_page_on_its_way_is_no_fault(late: timedelta, outside: Outside) -> None:
    assert await Heartbeat(outside.url, Body(due=NOW - late).watch()).beat()


async def test_it_is_well_again_when_what_failed_is_mended(outside: Outside) -> None:
    body = Body(fault=DatabaseError("full"))
    heartbeat = Heartbeat(outside.url, body.watch())
    assert not await heartbeat.beat()
    body.fault = None
    with capture_logs() as lines:
        assert await heartbeat.beat()
    assert "heartbeat.well_again" in [line["event"] for line in lines]


@pytest.mark.parametrize("trouble", ["refused", "not there", "hangs"])
async def test_an_address_that_does_not_answer_harms_nothing_and_stays_secret(trouble: str, outside: Outside) -> None:
    outside.status = 404 if trouble == "refused" else 200
    outside.hold = asyncio.Event() if trouble == "hangs" else None
    url = f"http://127.0.0.1:1/{SECRET}" if trouble == "not there" else outside.url
    with capture_logs() as lines:
        assert not await Heartbeat(url, Body().watch(), deadline=0.05 if trouble == "hangs" else 10.0).beat()
    assert lines
    assert SECRET not in str(lines)
    assert "127.0.0.1" not in str(lines)


async def test_who_asks_often_costs_one_write() -> None:
    body = Body()
    watch = body.watch()
    looks = await asyncio.gather(*(watch.look() for _ in range(20)))
    assert len(set(map(id, looks))) == 1
    assert body.writes == 1
    body.monotonic += KEPT_FOR
    body.broken = True
    health = await watch.look()
    assert body.writes == 2
    assert health.failing == (Condition.DETECTOR_WHOLE,)


async def test_what_healthz_shows_holds_nothing_of_anybody() -> None:
    due = NOW - timedelta(minutes=3)
    health = await Body(silent=61.25, due=due).watch().look()
    assert health.to_json() == {
        "well": False,
        "gateway_fresh": False,
        "pages_on_time": False,
        "database_writes": True,
        "detector_whole": True,
        "token_accepted": True,
        "gateway_silent_seconds": 61.2,
        "oldest_overdue_page": due.isoformat(),
    }
