"""When a page goes from memory, and above all when it does not."""

import asyncio
from dataclasses import dataclass, field
from typing import cast

import pytest
from structlog.testing import capture_logs

from bot.crisis.service import CrisisService, Response, Spoken, Tier
from bot.errors import DatabaseError
from bot.intake.in_doubt import InDoubt
from bot.oncall.unrecorded import Unrecorded, Urgent

SPOKEN = Spoken("words", 1, 2, 3, 4, "message:4", "channel")


@dataclass
class Crisis:
    """Says whether words are grave, when it is let."""

    grave: bool = True
    let: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def is_grave(self, spoken: Spoken) -> bool:
        self.asked.set()
        await self.let.wait()
        return self.grave


@dataclass
class Pages:
    """What was paged, and what was recorded."""

    paged: list[str] = field(default_factory=list)
    recorded_keys: list[str] = field(default_factory=list)
    is_idle: bool = True

    def page(self, urgent: Urgent) -> None:
        self.paged.append(urgent.key)

    def is_held(self, key: str) -> bool:
        return key in self.paged

    def recorded(self, key: str) -> None:
        self.recorded_keys.append(key)


def made(crisis: Crisis, pages: Pages, patience: float = 1e6) -> InDoubt:
    in_doubt = InDoubt(cast("CrisisService", crisis), cast("Unrecorded", pages))
    in_doubt.patience = patience
    return in_doubt


async def works() -> Response:
    return Response(Tier.PAGE)


async def fails() -> Response:
    raise DatabaseError("gone")


async def test_words_that_are_handled_page_nobody_else() -> None:
    pages, crisis = Pages(), Crisis()
    assert (await made(crisis, pages).hear(SPOKEN, works)).tier is Tier.PAGE
    assert pages.paged == []
    assert not crisis.asked.is_set(), "and are not read twice"


@pytest.mark.parametrize("grave", [True, False])
async def test_words_that_are_not_handled_page_where_they_are_grave(grave: bool) -> None:
    pages, crisis = Pages(), Crisis(grave)
    crisis.let.set()
    in_doubt = made(crisis, pages)
    for _ in range(3):
        with pytest.raises(DatabaseError):
            await in_doubt.hear(SPOKEN, fails)
    assert pages.paged == (["message:4"] if grave else [])
    await in_doubt.hear(SPOKEN, works)
    assert pages.recorded_keys == ["message:4"]


async def test_words_handled_while_we_looked_leave_no_page_that_nobody_calls_off() -> None:
    pages, crisis, database = Pages(), Crisis(), asyncio.Event()

    async def slow() -> Response:
        await database.wait()
        return Response(Tier.PAGE)

    in_doubt = made(crisis, pages, patience=0)
    hearing = asyncio.create_task(in_doubt.hear(SPOKEN, slow))
    await crisis.asked.wait()
    database.set()
    await hearing
    crisis.let.set()
    while not in_doubt.is_idle:  # noqa: ASYNC110  # nothing tells of it
        await asyncio.sleep(0)
    assert pages.paged == []


async def test_words_that_hang_page_meanwhile() -> None:
    pages, crisis, database = Pages(), Crisis(), asyncio.Event()
    crisis.let.set()

    async def slow() -> Response:
        await database.wait()
        return Response(Tier.PAGE)

    in_doubt = made(crisis, pages, patience=0)
    hearing = asyncio.create_task(in_doubt.hear(SPOKEN, slow))
    while not pages.paged:  # noqa: ASYNC110  # nothing tells of it
        await asyncio.sleep(0)
    assert not hearing.done()
    database.set()
    await hearing
    assert pages.recorded_keys == ["message:4"]


async def test_words_given_up_at_shutdown_page_nobody() -> None:
    pages, crisis = Pages(), Crisis()

    async def never() -> Response:
        await asyncio.Event().wait()
        return Response(Tier.NONE)

    hearing = asyncio.create_task(made(crisis, pages).hear(SPOKEN, never))
    await asyncio.sleep(0)
    hearing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hearing
    assert pages.paged == []


async def test_a_wish_for_contact_is_held_once_and_said_to_be_lost_at_shutdown() -> None:
    pages = Pages()

    class NoDatabase(Crisis):
        tried = 0

        async def ask_for_contact(self, guild_id: int, user_id: int, key: str, source: str) -> str:
            self.tried += 1
            raise DatabaseError("gone")

    class Closing(Pages):
        async def close(self) -> None:
            """Nothing is held."""

    crisis, pages = NoDatabase(), Closing()
    in_doubt = made(crisis, pages)
    urgent = Urgent(1, 2, "interaction:9", asks_contact=True)
    with capture_logs() as lines:
        in_doubt.ask(urgent, "press")
        in_doubt.ask(urgent, "press")
        while not crisis.tried:  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0)
        await in_doubt.close(0)
    assert pages.paged == ["interaction:9"]
    assert crisis.tried == 1
    assert "in_doubt.lost_at_shutdown" in [line["event"] for line in lines]
