"""Checking in on Discord, by the card and by the command."""

from sandbox.world.channels import Channel
from tests.harness.house import House
from tests.harness.person import Answer, has_button, text_of

HEAVY = {"feeling": "heavy", "words": "long night", "share": "group", "contact": "no"}
IN_DANGER = "I'm going to kill myself tonight"


async def at_nine(house: House, *names: str) -> Channel:
    """Enrol these people, let the card come, and return the day's thread."""
    await house.enrol(*names)
    await house.advance(hours=1)
    return next(place for place in house[names[0]].places() if place.name == "Check-in, Monday, November 23")


async def check_in(house: House, name: str, **values: str) -> Answer:
    opened = await house[name].clicks("Check in", in_="morning-check-in")
    assert opened.form is not None
    return await opened.fills(**{**HEAVY, **values})


async def test_the_card_comes_at_nine_and_opens_a_thread_for_the_group_alone(house: House) -> None:
    await house.enrol("Alex")
    await house.advance(minutes=59)
    assert not [message for message in house["Alex"].reads("morning-check-in") if has_button(message, "Check in")]
    await house.advance(minutes=1)
    (card,) = house["Alex"].reads("morning-check-in")
    assert has_button(card, "Check in")
    assert [place.name for place in house["Alex"].places()].count("Check-in, Monday, November 23") == 1
    assert not [place for place in house["Jo"].places() if place.name.startswith("Check-in")]


async def test_an_answer_for_the_group_is_posted_in_the_thread_and_thanked_for_privately(house: House) -> None:
    thread = await at_nine(house, "Alex", "Bea")
    answer = await check_in(house, "Alex")
    assert answer.failed is None
    assert answer.is_private
    assert house["Bea"].texts(thread)[-1] == "Alex checked in: Heavy\n> long night"
    assert len(house["Bea"].reads("morning-check-in")) == 1


async def test_the_card_works_after_a_restart_and_comes_once(house: House) -> None:
    thread = await at_nine(house, "Alex")
    await house.restart()
    assert len(house["Alex"].reads("morning-check-in")) == 1
    await check_in(house, "Alex")
    await house.restart()
    assert [text for text in house["Alex"].texts(thread) if "Alex checked in" in text] == [
        "Alex checked in: Heavy\n> long night"
    ]


async def test_a_form_that_was_open_across_a_restart_still_arrives(house: House) -> None:
    thread = await at_nine(house, "Alex")
    opened = await house["Alex"].clicks("Check in", in_="morning-check-in")
    await house.restart()
    answer = await opened.fills(**HEAVY)
    assert answer.failed is None
    assert house["Alex"].texts(thread)[-1].startswith("Alex checked in")


async def test_for_staff_only_staff_hear_of_it_and_the_words_are_nowhere(house: House) -> None:
    thread = await at_nine(house, "Alex", "Bea")
    answer = await check_in(house, "Alex", words="a secret worry", share="staff")
    assert "staff" in answer.text
    assert "Alex (Morning) sent a check-in to staff." in house["Chen"].texts("staff-room")
    everywhere = [text for person in house.people.values() for place in person.places() for text in person.texts(place)]
    assert not [text for text in everywhere if "secret worry" in text]
    assert not [text for text in house["Bea"].texts(thread) if "Alex" in text]


async def test_staff_press_to_read_what_was_sent_to_them_and_nobody_else_may(house: House) -> None:
    await at_nine(house, "Alex")
    await check_in(house, "Alex", words="a secret worry", share="staff")
    shown = await house["Chen"].clicks("Show", in_="staff-room")
    assert shown.is_private
    assert shown.text == "Alex checked in: Heavy\n> a secret worry"
    assert not [text for text in house["Rivera"].texts("staff-room") if "secret worry" in text]
    outsider = await house["Owner"].clicks("Show", in_="staff-room")
    assert outsider.text == "That is for staff only."


async def test_words_of_danger_page_at_once_answer_first_and_stay_out_of_the_thread(house: House) -> None:
    thread = await at_nine(house, "Alex", "Bea")
    answer = await check_in(house, "Alex", words=IN_DANGER, feeling="struggling")
    assert house["Rivera"].is_paged()
    first, last = answer.messages
    assert "988" in text_of(first)
    assert "staff" in text_of(last).lower()
    assert not [word for word in ("Thank", "Nice", "Got it") if word in text_of(last)]
    assert answer.is_private
    assert not [text for text in house["Bea"].texts(thread) if "Alex" in text]


async def test_words_of_danger_just_to_oneself_page_and_go_nowhere_else(house: House) -> None:
    await at_nine(house, "Alex")
    answer = await check_in(house, "Alex", words=IN_DANGER, share="self")
    assert house["Rivera"].is_paged()
    assert "posted" in text_of(answer.messages[-1])
    assert not [line for line in house["Chen"].texts("staff-room") if "sent a check-in" in line]


async def test_the_button_shows_nothing_after_an_erasure_and_the_thread_neither(house: House) -> None:
    thread = await at_nine(house, "Alex", "Bea")
    await check_in(house, "Alex", words="for the group")
    await check_in(house, "Bea", words="stays")
    await house.advance(days=1)
    await check_in(house, "Alex", words="for staff", share="staff")
    assert any("for the group" in text for text in house["Bea"].texts(thread))
    # As if a staff member still had the old line before them: Discord does not take the edit that empties it.
    house.sandbox.faults.fail("PATCH /channels/{channel_id}/messages/{message_id}", 403, None, code=50013)
    await (await house["Alex"].runs("privacy erase")).clicks("Yes, erase it")
    await house.advance(seconds=1)
    assert not [text for text in house["Bea"].texts(thread) if "Alex checked in" in text]
    assert [text for text in house["Bea"].texts(thread) if "Bea checked in" in text]
    shown = await house["Chen"].clicks("Show", in_="staff-room")
    assert shown.text == "That is no longer there."


async def test_changing_an_answer_starts_from_it(house: House) -> None:
    await at_nine(house, "Alex")
    await check_in(house, "Alex", words="first words", share="self")
    opened = await house["Alex"].clicks("Check in", in_="morning-check-in")
    assert "first words" in str(opened.form)


async def test_reaching_out_now_pages_and_today_tells_staff(house: House) -> None:
    await at_nine(house, "Alex", "Bea")
    today = await check_in(house, "Bea", words="", share="self", contact="today")
    assert "988" in today.text
    assert "Bea (Morning) would like to hear from staff today." in house["Chen"].texts("staff-room")
    assert not house["Rivera"].is_paged()
    now = await check_in(house, "Alex", words="", share="self", contact="now")
    assert house["Rivera"].is_paged()
    assert "988" in now.text


async def test_a_changed_answer_takes_the_first_one_back(house: House) -> None:
    thread = await at_nine(house, "Alex", "Bea")
    await check_in(house, "Alex", words="too much said")
    changed = await check_in(house, "Alex", words="", share="self")
    assert "Changed" in changed.text
    assert not [text for text in house["Bea"].texts(thread) if "Alex" in text]


async def test_the_command_does_the_same_at_any_hour_and_by_dm(house: House) -> None:
    await house.enrol("Alex", "Bea")  # eight o'clock: no card yet
    opened = await house["Alex"].runs("checkin")
    answer = await opened.fills(**HEAVY)
    assert answer.failed is None
    assert house["Bea"].texts("morning-check-in") == ["Alex checked in: Heavy\n> long night"]
    await house.advance(hours=1)
    thread = next(place for place in house["Alex"].places() if place.name.startswith("Check-in,"))
    await (await house["Bea"].runs("checkin", in_="morning-check-in")).fills(**HEAVY)
    assert house["Bea"].texts(thread)[-1].startswith("Bea checked in")


async def test_staff_and_strangers_are_told_kindly(house: House) -> None:
    await at_nine(house, "Alex")
    pressed = await house["Rivera"].clicks("Check in", in_="morning-check-in")
    assert pressed.form is None
    assert "members of a group" in pressed.text
    assert pressed.is_private
    command = await house["Sam"].runs("checkin")
    assert command.form is None
    assert "members of a group" in command.text


async def test_somebody_discharged_while_writing_gets_their_words_back(house: House) -> None:
    await at_nine(house, "Alex", "Bea")
    opened = await house["Alex"].clicks("Check in", in_="morning-check-in")
    await house["Rivera"].runs("member discharge", in_="staff-room", user=house["Alex"].id)
    answer = await opened.fills(**{**HEAVY, "words": "all that I wrote"})
    assert "all that I wrote" in answer.text
    assert "in no group here at the moment" in answer.text
    assert answer.is_private
