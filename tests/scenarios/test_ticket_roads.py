"""How a ticket's words go between a member and staff, and each thing that may become of a thread."""

import pytest

from tests.harness.house import House
from tests.harness.tickets import (
    DANGER,
    QUESTION,
    STAFF_ROOM,
    asks,
    card,
    cards,
    refuse_threads,
    thread,
    thread_of_staff,
    threads,
)


@pytest.fixture
async def no_threads(house: House) -> House:
    """A house with Alex, in which Discord refuses every thread."""
    await house.enrol("Alex")
    refuse_threads(house)
    return house


async def test_without_a_thread_words_go_by_direct_message_and_staff_read_them_with_show(no_threads: House) -> None:
    house = no_threads
    await asks(house["Alex"])
    assert not threads(house["Alex"])
    assert QUESTION in house["Alex"].texts()[-1]
    assert "direct message" in card(house)
    form = await house["Rivera"].clicks("Answer", in_=STAFF_ROOM)
    sent = await form.fills(words="Yes, from the first of the month")
    assert "Sent" in sent.text
    assert "Yes, from the first of the month" in house["Alex"].texts()[-1]
    await house["Alex"].says("and on Fridays too?")
    assert "written again" in card(house)
    assert "Fridays" not in "\n".join(house["Okafor"].texts(STAFF_ROOM))
    shown = await house["Rivera"].clicks("Show", on=cards(house)[-1])
    assert shown.is_private
    assert "and on Fridays too?" in shown.text
    assert QUESTION not in shown.text, "what was answered is on the private page"


async def test_danger_in_a_direct_message_of_a_ticket_pages(no_threads: House) -> None:
    await asks(no_threads["Alex"])
    await no_threads["Alex"].says(DANGER)
    assert no_threads["Rivera"].is_paged()


async def test_a_direct_message_after_its_end_opens_it_again_for_two_weeks(no_threads: House) -> None:
    house = no_threads
    await asks(house["Alex"])
    await house["Rivera"].clicks("Close", in_=STAFF_ROOM)
    assert "closed this for now" in house["Alex"].texts()[-1]
    await house.advance(days=13)
    await house["Alex"].says("one more thing about Fridays")
    assert "written again" in card(house)
    await house["Rivera"].clicks("Close", on=cards(house)[-1])
    await house.advance(days=15)
    before = len(cards(house))
    await house["Alex"].says("good morning")
    assert len(cards(house)) == before


async def test_an_older_direct_message_is_no_part_of_it(no_threads: House) -> None:
    house = no_threads
    old = await house["Alex"].says("what a morning")
    await house.advance(hours=2)
    await asks(house["Alex"])
    await house["Alex"].edits(old, "what a beautiful morning")
    shown = await house["Rivera"].clicks("Show", in_=STAFF_ROOM)
    assert "beautiful" not in shown.text
    assert QUESTION in shown.text


async def test_where_no_road_leads_to_them_staff_are_told(no_threads: House) -> None:
    house = no_threads
    house["Alex"].closes_dms()
    said = await asks(house["Alex"])
    assert "Thank you for asking" in said
    assert any("could not be reached" in text for text in house["Okafor"].texts(STAFF_ROOM))
    assert "Waiting" in card(house)


async def test_what_is_written_by_direct_message_before_the_thread_is_there_is_in_it(house: House) -> None:
    await house.enrol("Alex")
    house.sandbox.faults.fail("POST /channels/{channel_id}/threads", 503, None)
    await asks(house["Alex"])
    assert not threads(house["Alex"])
    await house["Alex"].says("it is about the bus on Fridays")
    house.sandbox.faults.clear()
    await house.advance(minutes=5)
    assert QUESTION in house["Alex"].texts(thread(house))[-1]
    shown = await house["Rivera"].clicks("Show", in_=STAFF_ROOM)
    assert "the bus on Fridays" in shown.text


async def test_a_thread_deleted_by_hand_loses_nothing_and_the_next_answer_opens_another(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    first = thread(house)
    first.delete()
    await house.settles()
    assert any("thread with **Alex** was deleted" in text for text in house["Okafor"].texts(STAFF_ROOM))
    assert "no thread just now" in card(house)
    form = await house["Rivera"].clicks("Answer", in_=STAFF_ROOM)
    await form.fills(words="From the first of the month")
    assert thread(house).id != first.id
    assert "From the first of the month" in house["Alex"].texts(thread(house))[-1]
    assert "Answered" in card(house)


async def test_a_thread_deleted_while_we_were_down_is_opened_anew_with_the_answer(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    first = thread(house)
    await house.stop()
    first.delete()
    await house.start()
    form = await house["Rivera"].clicks("Answer", in_=STAFF_ROOM)
    await form.fills(words="From the first of the month")
    assert "From the first of the month" in house["Alex"].texts(thread(house))[-1]


async def test_whoever_left_the_server_is_tried_by_direct_message_and_staff_know(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    house.sandbox.people.leave_guild(house["Alex"].id, house.guild)
    await house["Chen"].says("here is what we think", in_=thread_of_staff(house))
    assert any("**Alex** has left the server" in text for text in house["Okafor"].texts(STAFF_ROOM))
    assert "direct message" in card(house)
    form = await house["Rivera"].clicks("Answer", in_=STAFF_ROOM)
    await form.fills(words="we hope you are well")
    reached = any("we hope you are well" in text for text in house["Alex"].texts())
    told = any("could not be reached" in text for text in house["Okafor"].texts(STAFF_ROOM))
    assert reached or told


async def test_whoever_left_while_we_were_down_is_not_answered_into_an_empty_thread(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    await house.stop()
    house.sandbox.people.leave_guild(house["Alex"].id, house.guild)
    await house.start()
    form = await house["Rivera"].clicks("Answer", in_=STAFF_ROOM)
    await form.fills(words="we hope you are well")
    assert "direct message" in card(house)


async def test_what_was_written_while_we_were_down_is_in_the_ticket_once(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    await house["Rivera"].says("which days suit you?", in_=thread(house))
    await house.stop()
    await_place = thread(house)
    house.sandbox.people.say(house["Alex"].id, await_place, "mondays and fridays")
    await house.start()
    await house.restart()
    assert "written again" in card(house)
    shown = await house["Rivera"].clicks("Show", on=cards(house)[-1])
    assert shown.text.count("mondays and fridays") == 1


async def test_an_edited_message_is_kept_as_it_says_now(house: House) -> None:
    await house.enrol("Alex")
    await asks(house["Alex"])
    await house["Rivera"].says("which days suit you?", in_=thread(house))
    message = await house["Alex"].says("mondays", in_=thread(house))
    await house["Alex"].edits(message, "tuesdays")
    shown = await house["Rivera"].clicks("Show", on=cards(house)[-1])
    assert "tuesdays" in shown.text
    assert "mondays" not in shown.text
