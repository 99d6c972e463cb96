"""Each thing that may go wrong, against the sandbox: it ends in one visible card a step, and with the ladder intact."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.observe.health import Condition
from bot.observe.heartbeat import Heartbeat
from bot.observe.watchdog import Watchdog
from sandbox.world.messages import Message
from tests.harness.house import PATIENCE, PROGRAMME, House
from tests.harness.person import has_button, text_of
from tests.harness.pockets import Pockets, pockets, with_contacts

DANGER = "I'm going to kill myself tonight"
MESSAGES = "POST /channels/*/messages"


@pytest.fixture
async def enrolled(house: House) -> House:
    """Alex and Bea are enrolled; Rivera is on call, Chen is backup."""
    await house.enrol("Alex", "Bea")
    return house


def cards(house: House) -> list[Message]:
    """The cards that staff see in #on-call."""
    return [message for message in house["Okafor"].reads("on-call") if message.embeds]


def mentioned(message: Message) -> set[int]:
    return set(message.mentions.user_ids)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110  # of what it asks nothing tells
            await asyncio.sleep(0)


async def climbs_as_it_should(house: House, taken_by: str = "Chen") -> None:
    """From one card on: the backup's after three minutes, everybody's after seven, and then it is taken."""
    assert len(cards(house)) == 1
    assert mentioned(cards(house)[0]) == {house["Rivera"].id}
    await house.advance(minutes=3, seconds=1)
    assert len(cards(house)) == 2
    assert mentioned(cards(house)[1]) == {house["Chen"].id}
    await house.advance(minutes=4)
    assert len(cards(house)) == 3
    assert mentioned(cards(house)[2]) == {person.id for person in house.staff}
    await house[taken_by].clicks("Acknowledge", in_="on-call")
    await house.advance(minutes=10)
    assert len(cards(house)) == 3
    assert not any(has_button(card, "Acknowledge") for card in cards(house))


# -- the gateway -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["cut", "invalidate", "reconnect"])
async def test_the_gateway_is_lost(enrolled: House, fault: str) -> None:
    house, faults = enrolled, enrolled.sandbox.faults
    faults.refuse_connections(refuse=True)
    getattr(faults, fault)()
    house.sandbox.people.say(house["Alex"].id, house.channel("morning-check-in"), DANGER)
    faults.refuse_connections(refuse=False)
    await house.sandbox.changed(lambda: cards(house), PATIENCE)
    await house.settles()
    await climbs_as_it_should(house)


# -- storms ------------------------------------------------------------------------------------------------------------


class Hasty:
    """asyncio for discord.py, which waits up to nine seconds between the tries it makes by itself."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    @staticmethod
    async def sleep(_seconds: float) -> None:
        await asyncio.sleep(0)


@pytest.mark.parametrize(("status", "retry_after"), [(500, None), (502, None), (503, None), (429, 0.01)])
async def test_a_storm_of(
    enrolled: House, status: int, retry_after: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every message is refused for four minutes, then all is well: the two steps of that time are one card."""
    house = enrolled
    monkeypatch.setattr("discord.http.asyncio", Hasty())
    storm = house.sandbox.faults.fail(MESSAGES, status, times=None, retry_after=retry_after)
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=4)
    assert storm.hits > 3
    assert not cards(house)
    house.sandbox.faults.clear()
    await house.advance(seconds=31)
    [card] = cards(house)
    assert mentioned(card) == {house["Rivera"].id, house["Chen"].id}
    await house.advance(minutes=3)
    assert [mentioned(card) for card in cards(house)[1:]] == [{person.id for person in house.staff}]
    await house["Chen"].clicks("Acknowledge", in_="on-call")
    await house.advance(minutes=10)
    assert len(cards(house)) == 2
    assert not any(has_button(card, "Acknowledge") for card in cards(house))


async def test_an_answer_that_never_came(enrolled: House) -> None:
    enrolled.sandbox.faults.drop_reply(MESSAGES, times=4)
    await enrolled["Alex"].says(DANGER, in_="morning-check-in")
    await enrolled.advance(seconds=31)
    await climbs_as_it_should(enrolled)


# -- people and places -------------------------------------------------------------------------------------------------


async def test_staffs_dms_are_closed(enrolled: House) -> None:
    house = enrolled
    for person in house.staff:
        person.closes_dms()
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(seconds=1)
    assert [mentioned(card) for card in cards(house)] == [
        {house["Rivera"].id},
        {house["Chen"].id},
        {person.id for person in house.staff},
    ], "no step waits for somebody whom its DM cannot reach"
    await house.advance(minutes=5)
    assert len(cards(house)) == 4, "then it repeats in its own time"


async def test_on_call_is_deleted_by_mistake(enrolled: House) -> None:
    house = enrolled
    await house["Alex"].says(DANGER, in_="morning-check-in")
    gone = house.channel("on-call")
    gone.delete()
    await house.settles()
    made = house.channel("on-call")
    assert made.id != gone.id
    [told, card] = sorted(house["Rivera"].reads("on-call"), key=lambda message: bool(message.embeds))
    assert "#on-call" in told.content
    assert "made again" in told.content
    assert mentioned(card) == {house["Rivera"].id}
    assert any("#on-call" in text for text in house["Rivera"].texts("staff-room"))
    await house.advance(minutes=3, seconds=1)
    assert [mentioned(one) for one in cards(house)] == [{house["Rivera"].id}, {house["Chen"].id}]
    await house["Chen"].clicks("Acknowledge", in_="on-call")
    assert not any(has_button(one, "Acknowledge") for one in cards(house))


async def test_on_call_is_deleted_and_cannot_be_made_at_once(enrolled: House) -> None:
    house = enrolled
    refused = house.sandbox.faults.fail("POST /guilds/*/channels", 403, times=None, code=50013)
    house.channel("on-call").delete()
    await house.settles()
    assert refused.hits
    assert any("could not be made again" in text for text in house["Rivera"].texts("staff-room"))
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert any(house["Rivera"].id in mentioned(message) for message in house["Rivera"].reads("staff-room"))
    house.sandbox.faults.clear()
    await house.app.watch._mend_again(house.app._mend)
    await house.settles()
    assert house["Rivera"].sees("on-call")
    assert any("made again" in text for text in house["Rivera"].texts("on-call"))


@pytest.mark.parametrize("name", ["Staff", "On call"])
async def test_a_role_is_deleted_by_mistake(enrolled: House, name: str) -> None:
    house = enrolled
    before = house.role(name)
    house.guild.remove_role(before)
    await house.settles()
    assert house.role(name).id != before.id
    for place in ("on-call", "staff-room"):
        assert any(f"@{name}" in text and "made again" in text for text in house["Rivera"].texts(place))
    assert "Staff" in house["Rivera"].roles()
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await climbs_as_it_should(house)


@pytest.fixture
async def pocketed(empty_house: House) -> AsyncIterator[tuple[House, Pockets]]:
    """A house in which Rivera and Chen have a pocket outside Discord; Alex is enrolled."""
    async with pockets() as made:
        await empty_house.start(with_contacts(PROGRAMME, made, "Rivera", "Chen"))
        await empty_house.enrol("Alex")
        yield empty_house, made
        if empty_house._app is not None:
            await empty_house.stop()


async def a_minute_passes(house: House) -> None:
    """What the heart does every minute, which no house ticks by itself."""
    await house.app.watch.cover.ask()
    await house.settles()


async def test_whoever_is_on_call_leaves_in_the_middle_of_the_shift(pocketed: tuple[House, Pockets]) -> None:
    house, pockets_ = pocketed
    house.guild.remove_member(house["Rivera"].id)
    await a_minute_passes(house)
    for place in ("on-call", "staff-room"):
        told = [message for message in house["Chen"].reads(place) if "backup is paged at once" in message.content]
        assert len(told) == 1, house["Chen"].texts(place)
        assert mentioned(told[0]) == {house["Chen"].id}
    assert pockets_.texts("Chen") == [
        "Handrail: whoever is on call cannot be reached any more; open the on-call channel."
    ]
    assert pockets_.texts("Rivera") == pockets_.texts("Chen")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert house["Chen"].is_paged(), "covered by the backup, at once"
    assert len(cards(house)) == 1
    before = len(house["Chen"].reads("on-call"))
    await a_minute_passes(house)
    await house.restart(None)
    await a_minute_passes(house)
    assert len([text for text in house["Chen"].texts("on-call") if "backup is paged at once" in text]) == 1, "told once"
    assert len(house["Chen"].reads("on-call")) == before
    assert len(pockets_.texts("Chen")) == 1


async def test_staff_who_left_are_told_of_and_who_came_back_is_paged_again(enrolled: House) -> None:
    house = enrolled
    house.guild.remove_member(house["Okafor"].id)
    house.app.presence.forget(house.guild.id, [house["Okafor"].id])
    await house.settles()
    assert any("staff list" in text for text in house["Rivera"].texts("staff-room"))
    house.guild.add_member(house["Okafor"].id)
    house.app.presence.forget(house.guild.id, [house["Okafor"].id])
    await house.settles()
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=7, seconds=1)
    assert house["Okafor"].id in mentioned(house["Rivera"].reads("on-call")[-1])


async def test_an_outage_is_not_a_removal(enrolled: House) -> None:
    house = enrolled
    for status, code in ((503, None), (404, 10004), (403, 50001)):
        house.sandbox.faults.fail("GET /guilds/*/members/*", status, times=None, code=code)
        await a_minute_passes(house)
        house.sandbox.faults.clear()
    assert not [text for text in house["Rivera"].texts("staff-room") if "not in this server" in text]
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await climbs_as_it_should(house)


async def test_ids_that_nobody_has(empty_house: House) -> None:
    house = empty_house
    stranger = str(house["Stranger"].id)
    programme = PROGRAMME.replace('people: ["{Rivera}"]', f'people: ["{stranger}"]').replace(
        'staff: ["{Rivera}"', f'staff: ["{stranger}", "{{Rivera}}"'
    )
    await house.start(programme)
    await a_minute_passes(house)
    await house.enrol("Alex")
    assert any("backup is paged at once" in text for text in house["Chen"].texts("on-call"))
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert house["Chen"].is_paged()
    assert len(cards(house)) == 1


# -- the process -------------------------------------------------------------------------------------------------------


async def test_killed_between_detection_and_page(enrolled: House) -> None:
    """The words were read and nothing was committed; Discord still has them."""
    house = enrolled
    async with house.app.database.exclusively():
        house.sandbox.people.say(house["Alex"].id, house.channel("morning-check-in"), DANGER)
        await until(
            lambda: any("intake" in repr(task.get_coro()) or "hear" in repr(task) for task in asyncio.all_tasks())
        )
        await house.crash()
    assert not cards(house)
    await house.start()
    await climbs_as_it_should(house)


@pytest.mark.parametrize("arrives", [True, False], ids=["and it had arrived", "and it had not"])
async def test_killed_between_page_and_record(enrolled: House, arrives: bool) -> None:
    """The card was on its way, or there, and its row does not say so."""
    house = enrolled
    place = f"POST /channels/{house.channel('on-call').id}/messages"
    held = house.sandbox.faults.hang(place) if arrives else house.sandbox.faults.fail(place, 503, times=None)
    house.sandbox.people.say(house["Alex"].id, house.channel("morning-check-in"), DANGER)
    await until(lambda: held.hits)
    await house.crash()
    house.sandbox.faults.clear()  # what hung is done now, and nobody is there to hear of it
    await until(lambda: not house.sandbox.in_flight)
    await house.start()
    await house.advance(seconds=10)
    await climbs_as_it_should(house)


# -- the loop ----------------------------------------------------------------------------------------------------------


@contextmanager
def a_receiver_in_a_thread() -> Iterator[tuple[int, list[dict[str, object]], threading.Event]]:
    """A webhook that answers although this loop does not."""
    arrived: list[dict[str, object]] = []
    come = threading.Event()

    class Receive(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            arrived.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))) | {"path": self.path})
            self.send_response(204)
            self.end_headers()
            come.set()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Receive)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_port, arrived, come
    finally:
        server.shutdown()
        thread.join(PATIENCE)
        server.server_close()


async def test_a_loop_that_stands_still_pages_by_outside_roads(empty_house: House) -> None:
    house = empty_house
    with a_receiver_in_a_thread() as (port, arrived, come):
        await house.start(with_contacts(PROGRAMME, Pockets(port), "Rivera", "Chen", "Okafor"))
        await house.enrol("Alex")
        dog = Watchdog(house.app.watch.last_resort.alarm, stall_after=0.1, again_every=1e9, mark_every=0.02)
        watching = asyncio.create_task(dog.run())
        await asyncio.sleep(0)
        while len(arrived) < 2:
            assert come.wait(PATIENCE), "the loop is blocked, and nobody is told"  # this line blocks it
            come.clear()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    assert {one["path"] for one in arrived} == {"/Rivera", "/Chen"}, "on call and backup, and nobody else"
    assert {one["message"] for one in arrived} == {"Handrail has stopped answering; check the server."}


async def test_a_clock_that_leaps_alarms_nobody(enrolled: House) -> None:
    with capture_logs() as lines:
        await enrolled.advance(days=2)
    assert "watchdog.loop_stands_still" not in [line["event"] for line in lines]
    assert any(thread.name == "handrail: watchdog" for thread in threading.enumerate())
    await enrolled.stop()
    await until(lambda: not any(thread.name == "handrail: watchdog" for thread in threading.enumerate()))


# -- how we are --------------------------------------------------------------------------------------------------------


async def test_the_heartbeat_of_a_house(enrolled: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house, watch = enrolled, enrolled.app.watch.health
    async with pockets() as outside:
        heartbeat = Heartbeat(f"http://127.0.0.1:{outside.port}/beat", watch)

        async def failing() -> tuple[Condition, ...]:
            return (await watch.look(anew=True)).failing

        assert await failing() == ()
        house.sandbox.faults.fail(MESSAGES, 503, times=None)
        await house["Alex"].says(DANGER, in_="morning-check-in")
        assert await failing() == (), "a page on its way is no fault"
        await house.advance(minutes=1, seconds=1)
        assert await failing() == (Condition.PAGES_ON_TIME,)
        assert not await heartbeat.beat()
        house.sandbox.faults.clear()
        await house.advance(seconds=31)
        assert await failing() == ()

        house.sandbox.faults.refuse_connections(refuse=True)
        house.sandbox.faults.cut()
        silent = house.app.client.gateway_silent_for()
        assert silent is not None
        monkeypatch.setattr("bot.observe.health.FRESH_FOR", 0.0)  # a minute of silence later
        assert await failing() == (Condition.GATEWAY_FRESH,)
        monkeypatch.undo()
        house.sandbox.faults.refuse_connections(refuse=False)
        assert outside.arrived == []
    assert text_of(cards(house)[0])
