"""Words arrive: while the database is busy, while Discord refuses, while we are down, and while we shut down."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.app import App
from bot.program.records import ProgrammeRow
from sandbox.world.interactions import Interaction
from tests.harness.house import AT_ONCE, PATIENCE, PROGRAMME, House

DANGER = "I'm going to kill myself tonight"
CHECKIN = {"feeling": "heavy", "words": DANGER, "share": "self", "contact": "no"}
CALLBACK = "POST /interactions/*/*/callback"


async def until(condition: Callable[[], bool]) -> None:
    """Let everything run until ``condition`` holds."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110  # no event tells of a log line
            await asyncio.sleep(0)


async def open_form(house: House, name: str) -> Callable[[], Interaction]:
    """The check-in form in front of somebody; what is returned sends it with words of danger."""
    form = await house[name].runs("checkin", in_="morning-check-in")
    return lambda: house.sandbox.people.submit(house[name].id, form.interaction, CHECKIN)


def move(house: House, **delta: float) -> None:
    """Let time pass while the bot is down."""
    house._move(house.clock.now() + timedelta(**delta))


def history_of(house: House, name: str) -> str:
    return f"GET /channels/{house.channel(name).id}/messages"


# -- Discord does not take our answer ----------------------------------------------------------------------------------


async def test_a_form_counts_though_its_receipt_is_refused(house: House) -> None:
    await house.enrol("Alex")
    send = await open_form(house, "Alex")
    house.sandbox.faults.fail(CALLBACK, 404, times=None, code=10062)
    send()
    await house.settles()
    assert house["Rivera"].is_paged()


async def test_an_acknowledgement_counts_though_its_receipt_is_refused(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER)
    card = house["Rivera"].reads("on-call")[-1]
    house.sandbox.faults.fail(CALLBACK, 404, times=1, code=10062)
    house.sandbox.people.click(house["Rivera"].id, card, "Acknowledge")
    await house.settles()
    assert not house["Rivera"].is_paged()


async def test_a_receipt_that_arrived_unconfirmed_is_answered_in_its_place(house: House) -> None:
    await house.enrol("Alex")
    send = await open_form(house, "Alex")
    house.sandbox.faults.drop_reply(CALLBACK, times=1)
    sent = send()
    await house.settles()
    assert house["Rivera"].is_paged()
    assert any(message.content for message in sent.messages), "the answer stands where `thinking` stood"


async def test_an_answer_that_is_refused_undoes_nothing(house: House) -> None:
    await house.enrol("Alex")
    send = await open_form(house, "Alex")
    house.sandbox.faults.fail("* /webhooks/*", 404, times=None, code=10015)
    with capture_logs() as lines:
        send()
        await house.settles()
    assert house["Rivera"].is_paged()
    assert "answer.not_delivered" in [line["event"] for line in lines]
    assert "answer.failed" not in [line["event"] for line in lines], "the check-in was kept"


# -- the database is busy ----------------------------------------------------------------------------------------------


async def test_a_form_sent_while_the_database_is_busy(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.intake.service.RETRY_SECONDS", (0,))
    await house.enrol("Alex")
    send = await open_form(house, "Alex")
    database, intake = house.app.database, house.app.rooms.intake
    patience, database.patience, intake.patience = database.patience, 0.01, 0
    async with database.exclusively():
        sent = send()
        await until(lambda: any(message.content for message in sent.messages))
        assert "988" in sent.messages[0].content, "nobody waits for a database"
    database.patience = patience
    await house.settles()
    assert house["Rivera"].is_paged(), "and the words were not lost"
    assert len(house["Rivera"].reads("on-call")) == 1, "whether they paged from memory first or not"


@pytest.mark.parametrize("place", ["evening-check-in", None])
async def test_a_message_written_while_the_database_is_busy(
    house: House, monkeypatch: pytest.MonkeyPatch, place: str | None
) -> None:
    monkeypatch.setattr("bot.cogs.listening.RETRY_SECONDS", (0,))
    await house.enrol("Jo", group="evening")
    jo, database = house["Jo"], house.app.database
    await house.app.rooms.members.dms.keep(jo.id, 1)  # a book from before: to be corrected, after the words
    patience, database.patience = database.patience, 0.01
    with capture_logs() as lines:
        async with database.exclusively():
            house.sandbox.people.say(jo.id, jo._place(place), DANGER)
            await until(lambda: any(line["event"] == "listening.not_handled" for line in lines))
    database.patience = patience
    await house.settles()
    assert house["Rivera"].is_paged()
    if place is None:
        assert await house.app.rooms.members.dms.find(jo.id) == jo._place(None).id


# -- the connection ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [0, 30])
async def test_a_resumed_session_does_not_end_what_catch_up_owes(house: House, minutes: int) -> None:
    await house.enrol("Alex", "Bea")
    await house.stop()
    await house["Alex"].says(DANGER, in_="morning-check-in")
    move(house, minutes=minutes)
    house.sandbox.faults.fail(history_of(house, "morning-check-in"), 403, times=None, code=50001)
    await house.start()
    assert not house["Rivera"].is_paged(), "history cannot be read yet"
    await house["Bea"].says("good morning", in_="morning-check-in")
    for event in ("shard_disconnect", "shard_resumed"):
        house.app.client.dispatch(event, 0)
        await house.settles()
    await house.stop()
    house.sandbox.faults.clear()
    await house["Bea"].says("hello again", in_="morning-check-in")
    move(house, minutes=30)
    await house.start()
    assert house["Rivera"].is_paged()


async def test_one_sick_channel_holds_up_no_other(house: House) -> None:
    await house.enrol("Alex", "Bea")
    await house["Owner"].says("one", in_="evening-check-in")
    await house.stop()
    await house["Owner"].says("two", in_="evening-check-in")
    faults = house.sandbox.faults
    sick = faults.fail(history_of(house, "evening-check-in"), 503, times=None)
    await house.start()
    assert sick.hits > 0
    faults.refuse_connections(refuse=True)
    faults.invalidate()
    house.sandbox.people.say(house["Alex"].id, house.channel("morning-check-in"), DANGER)
    faults.refuse_connections(refuse=False)
    await house.sandbox.changed(house["Rivera"].is_paged, PATIENCE)


async def test_a_place_that_failed_is_read_when_it_can_be(house: House) -> None:
    await house.enrol("Alex")
    await house.stop()
    await house["Alex"].says(DANGER, in_="morning-check-in")
    house.sandbox.faults.fail(history_of(house, "morning-check-in"), 503, times=None)
    await house.start()
    assert not house["Rivera"].is_paged()
    house.sandbox.faults.clear()
    house.app.catch_up.want()
    await house.settles()
    assert house["Rivera"].is_paged()


async def test_pages_do_not_wait_for_the_gateway(house: House) -> None:
    await house.enrol("Alex")
    house.sandbox.faults.fail("POST /channels/*/messages", 503, times=None)
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.crash()
    move(house, minutes=1)
    house.sandbox.faults.clear()
    house.sandbox.faults.hang("GET /gateway/bot")
    house._app = app = await App.build(house.settings(), house.clock, AT_ONCE)
    starting = asyncio.create_task(app.start(ticking=False))
    await house.sandbox.changed(house["Rivera"].is_paged, PATIENCE)
    assert not starting.done()
    house.sandbox.faults.clear()
    await starting


async def test_commands_that_discord_does_not_take_keep_nobody_from_starting(empty_house: House) -> None:
    house = empty_house
    refused = house.sandbox.faults.fail("PUT /applications/*/commands", 503, times=None)
    await house.start()
    assert refused.hits
    house.sandbox.faults.clear()
    await house.app.client.keep_commands_in_step()
    await house.enrol("Alex")
    mark = house.sandbox.requests.mark()
    await house.app.client.keep_commands_in_step()
    assert not house.sandbox.requests.since(mark), "once they are in step they are left alone"


# -- while we were down ------------------------------------------------------------------------------------------------


async def test_archived_threads_that_cannot_be_listed_leave_the_gap_open(house: House) -> None:
    await house.enrol("Alex", "Bea")
    place = house.channel("morning-check-in")
    await house["Bea"].says("hi", in_=place)
    await house.stop()
    move(house, minutes=30)
    thread = house.sandbox.people.create_thread(house["Owner"].id, place, "Today")
    await house["Alex"].says(DANGER, in_=thread)
    thread.edit(archived=True)
    move(house, minutes=10)
    await house["Bea"].says("bye", in_=place)
    house.sandbox.faults.fail("GET /channels/*/threads/archived/public", 503, times=None)
    await house.start()
    assert not house["Rivera"].is_paged()
    await house.stop()
    house.sandbox.faults.clear()
    move(house, minutes=30)
    await house.start()
    assert house["Rivera"].is_paged()


async def test_many_archived_threads_are_all_found(house: House) -> None:
    await house.enrol("Alex")
    people, place = house.sandbox.people, house.channel("morning-check-in")
    await house.stop()
    for number in range(60):
        thread = people.create_thread(house["Owner"].id, place, f"Thread {number}")
        if number == 0:
            people.say(house["Alex"].id, thread, DANGER)
        thread.edit(archived=True)
        move(house, seconds=1)
    await house.start()
    assert house["Rivera"].is_paged()


async def test_a_thread_made_early_in_a_long_downtime(house: House) -> None:
    await house.enrol("Alex")
    await house.stop()
    thread = house.sandbox.people.create_thread(house["Owner"].id, house.channel("morning-check-in"), "Today")
    await house["Alex"].says(DANGER, in_=thread)
    move(house, hours=30)
    await house.start()
    assert house["Rivera"].is_paged()


async def test_a_title_written_while_we_were_down(house: House) -> None:
    await house.enrol("Alex", "Bea")
    place = house.channel("morning-check-in")
    message = await house["Bea"].says("hi", in_=place)
    await house.stop()
    house.sandbox.people.create_thread(house["Owner"].id, place, DANGER, from_message=message)
    await house.start()
    assert house["Rivera"].is_paged()


async def test_an_edit_made_while_we_were_down(house: House) -> None:
    await house.enrol("Alex")
    message = await house["Alex"].says("good morning", in_="morning-check-in")
    await house["Alex"].says("hello", in_="morning-check-in")
    await house.advance(minutes=10)
    await house.stop()
    await house["Alex"].edits(message, DANGER)
    await house.start()
    assert house["Rivera"].is_paged()
    cards = len(house["Rivera"].reads("on-call"))
    await house.restart()
    assert len(house["Rivera"].reads("on-call")) == cards, "an edit that was heard is known again"


async def test_a_first_dm_written_while_we_were_down_is_read_with_the_next(house: House) -> None:
    sam = house["Sam"]
    await house.stop()
    await sam.says(DANGER)
    move(house, hours=1)
    await house.start()
    assert sam.texts() == [DANGER], "Discord tells nobody of a DM that the bot never opened"
    await sam.says("hello?")
    assert any("988" in text for text in sam.texts())


async def test_silent_threads_are_not_read_for_ever(house: House) -> None:
    await house.enrol("Alex")
    people, place = house.sandbox.people, house.channel("morning-check-in")
    thread = people.create_thread(house["Owner"].id, place, "Today")
    await house["Alex"].says("hello", in_=thread)
    thread.edit(archived=True)
    await house.settles()
    await house.advance(hours=1)
    await house["Alex"].says("good morning", in_=place)
    await house.restart()
    mark = house.sandbox.requests.mark()
    await house.restart()
    read = [request.path for request in house.sandbox.requests.since(mark) if request.method == "GET"]
    assert not [path for path in read if str(thread.id) in path]
    await house.stop()
    await house["Alex"].says(DANGER, in_=thread)
    await house.start()
    assert house["Rivera"].is_paged(), "and read again when somebody writes there"


async def test_words_in_a_form_are_handled_though_we_shut_down(house: House) -> None:
    await house.enrol("Alex")
    send = await open_form(house, "Alex")
    held = house.sandbox.faults.hang(CALLBACK)
    send()
    await until(lambda: held.hits > 0)
    stopping = asyncio.create_task(house.stop())
    for _ in range(20):
        await asyncio.sleep(0)
    house.sandbox.faults.clear()
    await stopping
    await house.start()
    assert house["Rivera"].is_paged()


# -- a programme that is not valid any more ----------------------------------------------------------------------------


async def _spoil(house: House) -> None:
    async with house.app.database.write() as session:
        for row in (await session.scalars(select(ProgrammeRow))).all():
            assert isinstance(row.content, dict)
            row.content, row.digest = {**row.content, "was_allowed_once": 1}, "another"


async def test_the_programme_is_served_as_it_was(house: House) -> None:
    await house.enrol("Alex")
    await _spoil(house)
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert house["Rivera"].is_paged()


async def test_after_a_start_what_is_left_of_the_programme_is_served(house: House) -> None:
    await house.enrol("Alex")
    await _spoil(house)
    await house.restart(None)
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert house["Rivera"].is_paged()
    await house.restart(PROGRAMME)
    assert await house.app.rooms.programmes.current(house.guild.id)
