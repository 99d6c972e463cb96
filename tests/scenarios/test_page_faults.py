"""The database is away: pages go from memory at once, and are recorded, once, when it is back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.oncall.service import IncidentState
from sandbox.world.messages import Message
from tests.harness.house import PATIENCE, PROGRAMME, House
from tests.harness.person import has_button, text_of
from tests.harness.pockets import Pockets, pockets, with_contacts

DANGER = "I'm going to kill myself tonight"
LAPSE = "I drank last night after three weeks, I feel so ashamed"
CHECKIN = {"feeling": "heavy", "words": "", "share": "self", "contact": "now"}

Outage = Callable[[House], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def away(house: House) -> AsyncIterator[None]:
    """Neither reads nor writes: the disk that holds it is gone."""
    for engine in (house.app.database._writer, house.app.database._reader):
        await engine.dispose()  # its connections are made anew when they are asked for, and find nothing
    hidden = house.folder.with_name(f"{house.folder.name}-away")
    house.folder.rename(hidden)
    try:
        yield
    finally:
        hidden.rename(house.folder)


@asynccontextmanager
async def read_only(house: House) -> AsyncIterator[None]:
    """It reads and takes no write, as on a full disk or a file that changed hands."""
    async with house.app.database.write() as session:
        await session.execute(text("PRAGMA query_only = ON"))
    try:
        yield
    finally:
        await house.app.database._writer.dispose()  # the next connection is as it should be


@asynccontextmanager
async def hanging(house: House) -> AsyncIterator[None]:
    """It reads, and a write waits for longer than anybody in danger can."""
    assert house.app.rooms.intake._in_doubt is not None
    house.app.rooms.intake._in_doubt.patience = 0.01
    async with house.app.database.exclusively():
        yield


OUTAGES = {"away": away, "read only": read_only, "hanging": hanging}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever tries again does so at once; what each attempt says is kept from the terminal."""
    for place in ("bot.cogs.listening", "bot.intake.service", "bot.intake.in_doubt", "bot.oncall.unrecorded"):
        monkeypatch.setattr(f"{place}.RETRY_SECONDS", (0.01,))
    with capture_logs():
        yield


@pytest.fixture(params=OUTAGES)
def outage(request: pytest.FixtureRequest) -> Outage:
    return OUTAGES[request.param]


@pytest.fixture
async def pocketed(empty_house: House) -> AsyncIterator[tuple[House, Pockets]]:
    """A house in which Rivera and Chen have a pocket outside Discord; Alex and Bea are enrolled."""
    async with pockets() as made:
        await empty_house.start(with_contacts(PROGRAMME, made, "Rivera", "Chen"))
        await empty_house.enrol("Alex", "Bea")
        yield empty_house, made
        if empty_house._app is not None:
            await empty_house.stop()


def say(house: House, name: str, words: str, place: str | None = "morning-check-in") -> Message:
    """Somebody writes; what comes of it is waited for by what can be seen."""
    return house.sandbox.people.say(house[name].id, house[name]._place(place), words)


def cards(house: House, place: str = "on-call") -> list[Message]:
    """Everything with a card's heading that staff see in a place."""
    return [message for message in house["Rivera"].reads(place) if message.embeds]


async def sees(house: House, condition: Callable[[], object]) -> None:
    await house.sandbox.changed(condition, PATIENCE)


async def until(condition: Callable[[], object]) -> None:
    """Let everything run until ``condition`` holds: of what it asks the sandbox says nothing."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110  # as above
            await asyncio.sleep(0)


async def is_recorded(house: House, count: int = 1) -> None:
    """The database is back, and so many incidents stand in it."""
    async with asyncio.timeout(PATIENCE):
        while len(await house.app.rooms.oncall.unresolved(house.guild.id)) < count:  # noqa: ASYNC110  # as above
            await asyncio.sleep(0)
    await house.settles()


# -- words -------------------------------------------------------------------------------------------------------------


async def test_words_page_from_memory_and_are_recorded_once(pocketed: tuple[House, Pockets], outage: Outage) -> None:
    house, pockets_ = pocketed
    async with outage(house):
        say(house, "Alex", DANGER)
        await sees(house, lambda: cards(house))
        [card] = cards(house)
        assert house["Rivera"].is_paged()
        assert not house["Chen"].is_paged()
        assert "straight from memory" in text_of(card)
        assert DANGER not in text_of(card)
        await sees(house, lambda: house["Alex"].reads() and "988" in house["Alex"].texts()[-1])
        await until(lambda: pockets_.texts("Rivera"))
    await is_recorded(house)
    assert [card.id for card in cards(house)] == [cards(house)[0].id], "one card, the first one"
    [now] = cards(house)
    assert now.id == card.id
    assert "straight from memory" not in text_of(now)
    assert has_button(now, "Resolve")
    assert house["Rivera"].is_paged()
    [said] = pockets_.texts("Rivera")
    assert said.startswith("Handrail: urgent, open the on-call channel")
    assert "Alex" not in str(pockets_.arrived)
    await house.advance(minutes=3, seconds=1)
    assert house["Chen"].is_paged(), "the ladder goes on"
    assert len(cards(house)) == 2


async def test_words_by_dm_when_nobody_can_say_whose_they_are(pocketed: tuple[House, Pockets]) -> None:
    house, _ = pocketed
    async with away(house):
        say(house, "Alex", DANGER, place=None)
        await sees(house, house["Rivera"].is_paged)
        assert "direct message" in text_of(cards(house)[0])
    await is_recorded(house)
    assert len(cards(house)) == 1


async def test_words_in_a_form(pocketed: tuple[House, Pockets], outage: Outage) -> None:
    house, _ = pocketed
    form = await house["Alex"].runs("checkin", in_="morning-check-in")
    house.app.rooms.intake.patience = 0
    async with outage(house):
        sent = house.sandbox.people.submit(
            house["Alex"].id, form.interaction, {**CHECKIN, "words": DANGER, "contact": "no"}
        )
        await sees(house, house["Rivera"].is_paged)
        await sees(house, lambda: sent.messages and "988" in sent.messages[0].content)
    await is_recorded(house)
    assert len(cards(house)) == 1


async def test_calm_words_page_nobody(pocketed: tuple[House, Pockets]) -> None:
    house, pockets_ = pocketed
    async with away(house):
        say(house, "Bea", LAPSE)
        say(house, "Bea", "good morning")
        say(house, "Alex", DANGER)
        await sees(house, lambda: cards(house))
    await is_recorded(house, 2)
    assert len(cards(house)) == 2, "Alex's, and the quiet one of Bea's lapse"
    assert len(pockets_.texts("Rivera")) == 1


async def test_each_person_has_one_page_however_much_they_write(pocketed: tuple[House, Pockets]) -> None:
    house, pockets_ = pocketed
    async with away(house):
        for words in (DANGER, "I took all my pills", DANGER):
            say(house, "Alex", words)
        say(house, "Bea", DANGER)
        await sees(house, lambda: len(cards(house)) == 2)
    await is_recorded(house, 2)
    assert len(cards(house)) == 2
    assert len(pockets_.texts("Rivera")) == 2, "nobody's first page waits for another's"


# -- a wish to be contacted --------------------------------------------------------------------------------------------


async def test_a_wish_for_contact_is_not_lost_with_its_press(pocketed: tuple[House, Pockets], outage: Outage) -> None:
    house, _ = pocketed
    support = await house["Alex"].runs("support", in_="morning-check-in")
    house.app.database.patience = 0.05
    async with outage(house):
        pressed = house.sandbox.people.click(house["Alex"].id, support.messages[-1], "Ask staff to contact me")
        await sees(house, house["Rivera"].is_paged)
        assert "asked that staff contact them" in text_of(cards(house)[0])
        await sees(house, lambda: pressed.messages and "988" in pressed.messages[-1].content)
    await is_recorded(house)
    assert len(cards(house)) == 1


async def test_the_wish_in_a_form(pocketed: tuple[House, Pockets]) -> None:
    house, _ = pocketed
    form = await house["Alex"].runs("checkin", in_="morning-check-in")
    async with away(house):
        house.sandbox.people.submit(house["Alex"].id, form.interaction, CHECKIN)
        await sees(house, house["Rivera"].is_paged)
    await is_recorded(house)
    assert len(cards(house)) == 1


async def test_the_button_under_an_answer(pocketed: tuple[House, Pockets]) -> None:
    house, _ = pocketed
    await house["Alex"].says(LAPSE, in_="morning-check-in")
    answer = house["Alex"].reads()[-1]
    async with away(house):
        house.sandbox.people.click(house["Alex"].id, answer, "Ask staff to contact me")
        await sees(house, house["Rivera"].is_paged)
    await sees(house, lambda: any("has been written down" in text_of(card) for card in cards(house)))
    await house.settles()
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.tier.value == "page"
    assert house["Rivera"].is_paged()


# -- who has it --------------------------------------------------------------------------------------------------------


async def test_whoever_takes_it_in_memory_has_the_incident(pocketed: tuple[House, Pockets]) -> None:
    house, _ = pocketed
    async with away(house):
        say(house, "Alex", DANGER)
        await sees(house, lambda: cards(house))
        pressed = house.sandbox.people.click(house["Rivera"].id, cards(house)[0], "Acknowledge")
        await sees(house, lambda: pressed.messages and "You have it" in pressed.messages[0].content)
        await sees(house, lambda: "has it" in text_of(cards(house)[0]))
    await is_recorded(house)
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.state is IncidentState.ACKNOWLEDGED
    assert incident.acknowledged_by == house["Rivera"].id
    assert len(cards(house)) == 1
    assert not house["Rivera"].is_paged()
    await house.advance(minutes=10)
    assert not house["Chen"].is_paged()


async def test_it_climbs_the_ladder_in_memory(pocketed: tuple[House, Pockets]) -> None:
    house, pockets_ = pocketed
    async with away(house):
        say(house, "Alex", DANGER)
        await sees(house, lambda: cards(house))
        before = len(house["Rivera"].reads("on-call"))
        house._move(house.clock.now() + timedelta(minutes=3))
        await sees(house, lambda: len(house["Rivera"].reads("on-call")) > before)
        again = house["Rivera"].reads("on-call")[-1]
        assert again.mentions.user_ids == (house["Chen"].id,)
        await until(lambda: pockets_.texts("Chen"))
    await is_recorded(house)
    assert len(cards(house)) == 1


# -- more than one thing fails -----------------------------------------------------------------------------------------


async def test_discord_fails_as_well(pocketed: tuple[House, Pockets]) -> None:
    house, pockets_ = pocketed
    refused = house.sandbox.faults.fail("POST /channels/*/messages", 503, times=None)
    async with away(house):
        say(house, "Alex", DANGER)
        await until(lambda: pockets_.texts("Rivera"))
        assert refused.hits
        assert not cards(house)
        house.sandbox.faults.clear()
        await sees(house, lambda: cards(house))
    await is_recorded(house)
    assert len(cards(house)) == 1


async def test_an_answer_that_was_lost_makes_no_second_card(pocketed: tuple[House, Pockets]) -> None:
    house, _ = pocketed
    house.sandbox.faults.drop_reply(f"POST /channels/{house.channel('on-call').id}/messages", times=1)
    async with away(house):
        say(house, "Alex", DANGER)
        await sees(house, lambda: cards(house))
    await is_recorded(house)
    assert len(cards(house)) == 1


async def test_on_call_is_closed_to_us(pocketed: tuple[House, Pockets]) -> None:
    house, _ = pocketed
    house.sandbox.faults.fail(f"POST /channels/{house.channel('on-call').id}/messages", 403, times=None, code=50013)
    async with away(house):
        say(house, "Alex", DANGER)
        await sees(house, lambda: cards(house, "staff-room"))
    house.sandbox.faults.clear()
    await is_recorded(house)
    assert len(cards(house)) + len(cards(house, "staff-room")) == 1


async def test_a_card_that_somebody_deleted_is_made_again(pocketed: tuple[House, Pockets]) -> None:
    house, _ = pocketed
    async with away(house):
        say(house, "Alex", DANGER)
        await sees(house, lambda: cards(house))
        house.sandbox.people.delete(house["Owner"].id, cards(house)[0])
    await is_recorded(house)
    await house.advance(seconds=30)
    assert len(cards(house)) == 1
    assert house["Rivera"].is_paged()


async def test_an_incident_that_is_open_already_keeps_its_own_card(pocketed: tuple[House, Pockets]) -> None:
    house, _ = pocketed
    await house["Alex"].says(DANGER, in_="morning-check-in")
    [first] = cards(house)
    async with away(house):
        say(house, "Alex", "I took all my pills")
        await sees(house, lambda: len(cards(house)) == 2)
    await sees(house, lambda: "has been written down" in text_of(cards(house)[1]))
    await house.settles()
    assert has_button(cards(house)[0], "Acknowledge")
    assert cards(house)[0].id == first.id
    await house.advance(minutes=3, seconds=1)
    assert len(cards(house)) == 3, "and its next step has a card of its own, which pages"
    assert house["Chen"].is_paged()
