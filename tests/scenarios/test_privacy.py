"""Seeing, taking along and erasing one's own data, also in a DM, and also while somebody is being looked after."""

import pytest

from tests.harness.house import House
from tests.harness.person import labels_of
from tests.scenarios.test_enrolment import enrol


@pytest.mark.parametrize("place", [None, "morning-check-in"], ids=["DM", "channel"])
async def test_is_shown_and_exported_privately(house: House, place: str | None) -> None:
    alex = house["Alex"]
    await enrol(house, "Alex")
    await alex.clicks("I agree")
    shown = await alex.runs("privacy show", in_=place)
    assert shown.is_private
    assert "Your groups: 1" in shown.text
    assert "Before you join" in shown.text
    exported = await alex.runs("privacy export", in_=place)
    assert exported.is_private
    assert "full copy" in exported.text
    assert [file.filename for file in exported.messages[-1].attachments] == ["handrail-what-is-kept.json"]


async def test_is_erased_after_a_yes_and_not_before(house: House) -> None:
    alex = house["Alex"]
    await enrol(house, "Alex")
    await alex.clicks("I agree")
    question = await alex.runs("privacy erase")
    assert question.is_private
    assert labels_of(question.messages[-1]) == ["Yes, erase it", "No, keep it"]
    assert "Kept" in (await question.clicks("No, keep it")).text
    assert alex.roles() == {"Morning"}

    assert "988" in (await question.clicks("Yes, erase it")).text
    await house.advance(seconds=1)
    assert alex.roles() == set()
    assert not alex.sees("morning-check-in")
    await house.advance(hours=4)
    assert not [text for text in alex.texts() if "12 pm group" in text]


async def test_erasing_ends_no_page(house: House) -> None:
    alex = house["Alex"]
    await enrol(house, "Alex")
    await alex.clicks("I agree")
    await alex.says("I'm going to kill myself tonight", in_="morning-check-in")
    question = await alex.runs("privacy erase")
    assert "safety alert" in (await question.clicks("Yes, erase it")).text
    cards = len(house["Chen"].reads("on-call"))
    await house.advance(minutes=4)
    assert len(house["Chen"].reads("on-call")) > cards
    assert house["Chen"].pages()


async def test_a_copy_holds_staffs_notes_and_not_who_spoke_up(house: House) -> None:
    await house.enrol("Alex", "Bea")
    message = await house["Alex"].says("See you all tomorrow", in_="morning-check-in")
    pressed = house.sandbox.people.message_menu(house["Bea"].id, "Worried about them", message)
    await pressed.answered(40)
    await house.settles()
    oncall = house.app.rooms.oncall
    [incident] = await oncall.unresolved(house.guild.id)
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    await oncall.note(incident.id, house["Rivera"].id, "Called them; they are with a friend.")
    copy = (await house.app.rooms.privacy.export(house["Alex"].id)).decode()
    assert "Called them; they are with a friend." in copy
    assert "See you all tomorrow" in copy
    assert '"worried"' in copy, "that somebody spoke up"
    assert '"opened"' in copy
    assert str(house["Bea"].id) not in copy, "she was promised that nobody but staff learns who"
    assert "left_out_because" in copy
