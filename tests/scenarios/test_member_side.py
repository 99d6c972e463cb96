"""What the person sees: at once, privately, truthfully, by whichever road is open, and never the same card twice."""

from itertools import pairwise
from typing import Any

import pytest

from sandbox.world.channels import Thread
from tests.harness.house import PROGRAMME, House
from tests.harness.person import Answer, Person, labels_of

DANGER = "I'm going to kill myself tonight"
NOBODY = PROGRAMME.replace('people: ["{Rivera}"]', "people: []")


async def worries(person: Person, about: Any) -> Answer:
    """Choose `Worried about them` in a message's own menu."""
    people = person.house.sandbox.people
    return await person._did(lambda: people.message_menu(person.id, "Worried about them", about))


# -- what is said ------------------------------------------------------------------------------------------------------


async def test_no_two_answers_in_a_row_are_alike(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    for _ in range(6):
        await alex.says(DANGER, in_="morning-check-in")
    said = alex.texts()
    assert not [one for one, following in pairwise(said) if one == following]


@pytest.mark.parametrize("label", ["Ask staff to contact me", "I'm safe for now"])
async def test_a_button_pressed_again_answers_in_other_words(house: House, label: str) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    await alex.says(DANGER, in_="morning-check-in")
    said = [(await alex.clicks(label)).text for _ in range(4)]
    assert not [one for one, following in pairwise(said) if one == following]
    assert all("988" in text and "911" in text for text in said)


async def test_support_again_reads_differently(house: House) -> None:
    await house.enrol("Alex")
    said = [(await house["Alex"].runs("support")).text for _ in range(3)]
    assert said[0] != said[1] != said[2]


async def test_a_form_and_what_follows_it_are_not_alike(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    form = await alex.runs("checkin", in_="morning-check-in")
    answer = await form.fills(feeling="heavy", words=DANGER, share="self", contact="no")
    by_dm = alex.texts()[-1]
    await alex.says(DANGER, in_="morning-check-in")
    assert by_dm not in answer.text
    assert alex.texts()[-1] not in {by_dm, answer.text}
    assert alex.texts()[-1].split("\n")[0] not in answer.text


# -- the truth about who is there --------------------------------------------------------------------------------------


async def test_it_says_that_somebody_is_paged_where_somebody_is(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert "paging our person on call" in house["Alex"].texts()[-1]


async def test_it_says_that_nobody_is_there_where_nobody_is(empty_house: House) -> None:
    house = empty_house
    await house.start(NOBODY)
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert "Nobody is on shift" in house["Alex"].texts()[-1]
    answer = await (await house["Alex"].runs("support")).clicks("Ask staff to contact me")
    assert "Nobody is on shift" in answer.text


async def test_it_says_that_somebody_has_it_once_somebody_has(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    await alex.says(DANGER, in_="morning-check-in")
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    await alex.says("I want to die", in_="morning-check-in")
    assert "has this already" in alex.texts()[-1]
    assert "paging" not in alex.texts()[-1]
    asked = await alex.clicks("Ask staff to contact me")
    assert "has this already" in asked.text


async def test_whoever_is_on_call_and_in_danger_is_not_told_that_they_are_there(house: House) -> None:
    rivera = house["Rivera"]
    await rivera.says(DANGER)
    answers = [text for text in rivera.texts() if "988" in text]
    assert "Nobody is on shift" in answers[-1]
    assert house["Chen"].is_paged()


# -- the roads to them -------------------------------------------------------------------------------------------------


async def test_dm_closed_a_thread_with_them_and_whoever_is_on_call(house: House) -> None:
    await house.enrol("Alex", "Bea")
    alex, rivera = house["Alex"], house["Rivera"]
    alex.closes_dms()
    await alex.says(DANGER, in_="morning-check-in")
    [thread] = [place for place in alex.places() if place.name.startswith("A note for you")]
    assert isinstance(thread, Thread)
    assert {alex.id, rivera.id} <= set(thread.joined)
    assert any("988" in text and "Staff can see it" in text for text in rivera.texts(thread))
    assert thread.id not in {place.id for place in house["Bea"].places()}
    await alex.says("I want to die", in_="morning-check-in")
    assert [place for place in alex.places() if place.name.startswith("A note for you")] == [thread]
    assert len([text for text in alex.texts(thread) if "988" in text]) == 2


async def test_nothing_open_at_all_they_are_answered_at_their_next_press(house: House) -> None:
    await house.enrol("Alex", "Bea")
    alex, rivera = house["Alex"], house["Rivera"]
    alex.closes_dms()
    house.sandbox.faults.fail("POST /channels/*/threads", 403, times=None, code=50013)
    await alex.says(DANGER, in_="morning-check-in")
    assert rivera.is_paged()
    assert any("could not be answered" in text for text in rivera.texts("on-call"))

    answer = await alex.runs("skill", in_="morning-check-in")
    assert answer.is_private
    owed = answer.messages[-1]
    assert "could not reach you" in owed.content
    assert "988" in owed.content
    assert labels_of(owed) == ["Ask staff to contact me", "I'm safe for now"]
    assert not any("could not reach you" in text for text in house["Bea"].texts("morning-check-in"))
    again = await alex.runs("skill", in_="morning-check-in")
    assert "could not reach you" not in again.text, "once"


async def test_a_button_gives_what_is_owed_as_well_and_a_refusal_leaves_it_owed(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    support = await alex.runs("support", in_="morning-check-in")
    alex.closes_dms()
    house.sandbox.faults.fail("POST /channels/*/threads", 403, times=None, code=50013)
    await alex.says(DANGER, in_="morning-check-in")
    refused = house.sandbox.faults.fail("POST /webhooks/*", 404, times=None, code=10015)
    await alex.runs("skill", in_="morning-check-in")
    assert refused.hits
    house.sandbox.faults.clear()
    pressed = await support.clicks("Ask staff to contact me")
    assert "could not reach you" in pressed.text


async def test_a_thread_that_opens_after_all_pays_what_is_owed(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    alex.closes_dms()
    house.sandbox.faults.fail("POST /channels/*/threads", 403, times=1, code=50013)
    await alex.says(DANGER, in_="morning-check-in")
    await house.advance(minutes=1)
    assert [place for place in alex.places() if place.name.startswith("A note for you")]
    assert "could not reach you" not in (await alex.runs("skill", in_="morning-check-in")).text


# -- worried about somebody --------------------------------------------------------------------------------------------


async def test_worried_about_them_pages_and_tells_nobody_else(house: House) -> None:
    await house.enrol("Alex", "Bea")
    alex, bea, rivera = house["Alex"], house["Bea"], house["Rivera"]
    message = await bea.says("see you", in_="morning-check-in")
    before = bea.texts(), bea.texts("morning-check-in")
    answer = await worries(alex, message)
    assert answer.is_private
    assert answer.text.index("911") < answer.text.index("988"), "what saves somebody else comes first"
    assert rivera.is_paged()
    [card] = [text for text in rivera.texts("on-call") if "Bea" in text]
    assert str(message.id) in card
    assert "Alex" not in card
    assert (bea.texts(), bea.texts("morning-check-in")) == before, "Bea is told nothing"
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.user_id == bea.id
    entries = await house.app.rooms.oncall.timeline(incident.id)
    assert (entries[0].actor_id, entries[0].words) == (alex.id, "see you")
    await worries(alex, message)
    assert len(await house.app.rooms.oncall.unresolved(house.guild.id)) == 1
    assert len([text for text in rivera.texts("on-call") if "Bea" in text]) == 1


async def test_worried_about_ones_own_message_asks_for_contact(house: House) -> None:
    await house.enrol("Alex")
    message = await house["Alex"].says("see you", in_="morning-check-in")
    answer = await worries(house["Alex"], message)
    assert "988" in answer.text
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.user_id == house["Alex"].id


async def test_worried_about_a_message_of_the_bot_offers_the_button(house: House) -> None:
    await house.enrol("Alex")
    await house.advance(hours=2)
    card = next(message for message in house["Alex"].reads("morning-check-in"))
    answer = await worries(house["Alex"], card)
    assert "988" in answer.text
    assert not house["Rivera"].is_paged()
    await answer.clicks("Ask staff to contact me")
    assert house["Rivera"].is_paged()


async def test_neither_road_reads_a_word(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no message content at all, and a detector that fails if it is asked, both still reach a human."""
    await house.enrol("Alex", "Bea")
    message = await house["Bea"].says("hello", in_="morning-check-in")

    def must_not_be_asked(_text: str) -> None:
        raise AssertionError("a word was read")

    monkeypatch.setattr(house.app.rooms.crisis._detector, "assess", must_not_be_asked)
    await worries(house["Alex"], message)
    support = await house["Alex"].runs("support")
    await support.clicks("Ask staff to contact me")
    assert {one.user_id for one in await house.app.rooms.oncall.unresolved(house.guild.id)} == {
        house["Alex"].id,
        house["Bea"].id,
    }
    assert not house.app.rooms.crisis.is_broken
