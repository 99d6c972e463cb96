"""How long the words of a ticket are kept, and what becomes of those that were deleted on Discord."""

import pytest

from bot.errors import ProgrammeFileError
from tests.harness.cases import sql
from tests.harness.house import PROGRAMME, House
from tests.harness.tickets import QUESTION, STAFF_ROOM, asks, card, cards, thread

SECRET = "zanzibar: moved to the evening group"


async def copy(house: House) -> str:
    return (await house.app.rooms.privacy.export(house["Alex"].id)).decode()


async def close(house: House, number: int = 1) -> None:
    desk = house.app.rooms.tickets.desk
    ticket = await desk.may_answer(number, house["Rivera"].id)
    ending = await desk.close(number, house["Rivera"].id, ticket.round, SECRET)
    assert ending.ended.value == "done"
    await house.settles()


async def forget(house: House, *, days: float) -> None:
    """Let days pass at once, and the bot plan as it does every day. Nothing else of those days is of interest."""
    await house.stop()
    await house.advance(days=days)
    await house.start()
    await house.app.rooms.tickets.plan(house.clock.now(), house.clock.now())
    await house.settles()


async def test_the_words_of_a_closed_ticket_are_forgotten_in_time_and_those_of_an_open_one_never(house: House) -> None:
    await house.enrol("Alex", "Bea")
    await asks(house["Alex"])
    await asks(house["Bea"], "a question of Bea's")
    await close(house)
    await forget(house, days=89)
    assert QUESTION in await copy(house)
    assert SECRET in await copy(house)
    await forget(house, days=2)
    assert QUESTION not in await copy(house)
    assert SECRET not in await copy(house)
    assert await sql(house, "SELECT words FROM ticket_messages WHERE ticket_id = 1") == [(None,)]
    assert "a question of Bea's" in (await house.app.rooms.privacy.export(house["Bea"].id)).decode()
    shown = await house["Rivera"].clicks("Show", on=cards(house)[0])
    assert "no longer kept" in shown.text


async def test_one_that_opens_again_keeps_what_is_new_and_is_emptied_again_after_its_next_end(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    old = await house["Alex"].says("it is about the bus", in_=thread(house))
    await close(house)
    await forget(house, days=91)
    await house["Alex"].edits(old, "it is about the early bus")
    assert "early bus" not in await copy(house), "an edit does not bring back what was forgotten"
    await house["Alex"].says("and about the train", in_=thread(house))
    assert "written again" in card(house)
    await forget(house, days=91)
    assert "and about the train" in await copy(house), "it is open"
    await close(house)
    await forget(house, days=91)
    assert "and about the train" not in await copy(house)


async def test_the_programme_says_for_how_long(empty_house: House) -> None:
    house = empty_house
    written = PROGRAMME + "moderation: {{tickets_kept: 20d}}\n"
    await house.start(written)
    await house.enrol("Alex")
    await asks(house["Alex"])
    await close(house)
    await house.stop()
    await house.advance(days=21)
    await house.start(written)
    await house.app.rooms.tickets.plan(house.clock.now(), house.clock.now())
    assert QUESTION not in await copy(house)


async def test_no_shorter_than_a_ticket_may_open_again(empty_house: House) -> None:
    with pytest.raises(ProgrammeFileError, match="15d"):
        await empty_house.start(PROGRAMME + "moderation: {{tickets_kept: 14d}}\n")


async def test_the_bot_forgets_by_itself(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    await close(house)
    await house.stop()
    await house.advance(days=91)
    await house.start()
    await house.advance(days=1)
    assert QUESTION not in await copy(house)


async def test_what_they_delete_on_discord_staff_can_still_read_and_know_it_was_deleted(house: House) -> None:
    """Somebody at home may read their phone, and they may have had to."""
    await house.enrol("Alex")
    await asks(house["Alex"])
    await house["Rivera"].says("which days suit you?", in_=thread(house))
    message = await house["Alex"].says("please do not write to me in the evening", in_=thread(house))
    house.sandbox.people.delete(house["Alex"].id, message)
    await house.settles()
    shown = await house["Rivera"].clicks("Show", on=cards(house)[-1])
    assert "please do not write to me in the evening" in shown.text
    assert "deleted on Discord since" in shown.text
    assert "deleted on Discord since" not in "\n".join(house["Okafor"].texts(STAFF_ROOM))
