"""Check-ins on Discord: asking and answering, and the right answer to the odd ones."""

import asyncio
from dataclasses import replace
from itertools import pairwise

from tests.harness.checkins import STEADY, cards, check_in, gather, lines
from tests.harness.house import House
from tests.harness.person import has_button, labels_of, text_of

IN_DANGER = "I'm going to kill myself tonight"


# -- answering ---------------------------------------------------------------------------------------------------------


async def test_five_words_for_the_day_and_no_number_anywhere(house: House) -> None:
    await gather(house, "Alex")
    opened = await house["Alex"].clicks("Check in", in_="morning-check-in")
    shown = str(opened.form)
    for word in ("Steady", "Up and down", "Heavy", "Struggling", "Not sure yet"):
        assert word in shown
    assert not [choice for choice in ("1", "10", "score", "scale") if f"'{choice}'" in shown]


async def test_a_hard_day_is_answered_with_a_line_and_a_skill_and_an_easy_one_with_a_line(house: House) -> None:
    await gather(house, "Alex", "Bea")
    heavy = await check_in(house["Alex"], feeling="heavy", share="self")
    assert heavy.is_private
    assert labels_of(heavy.messages[-1]) == ["Helped", "Not for me", "Save"]
    steady = await check_in(house["Bea"], share="self")
    assert len(steady.messages) == 1


async def test_the_supportive_line_is_never_the_same_twice_in_a_row(house: House) -> None:
    await gather(house, "Alex")
    said = [text_of((await check_in(house["Alex"], words=f"day {n}", share="self")).messages[0]) for n in range(6)]
    assert all(before != after for before, after in pairwise(said))


async def test_now_pages_whoever_is_on_call_and_offers_nothing_cheerful(house: House) -> None:
    await gather(house, "Alex")
    answer = await check_in(house["Alex"], feeling="struggling", share="self", contact="now")
    assert house["Rivera"].is_paged()
    assert "988" in answer.text
    assert not [message for message in answer.messages if "Helped" in labels_of(message)]


async def test_today_is_a_task_that_is_repeated_until_it_is_done(house: House) -> None:
    await gather(house, "Alex")
    answer = await check_in(house["Alex"], share="self", contact="today")
    assert "988" in answer.text
    assert not house["Rivera"].is_paged()
    assert len(lines(house, "Alex (Morning) would like to hear from staff today.")) == 1
    await house.advance(hours=4, minutes=1)
    assert len(lines(house, "Nobody has ticked it off yet")) == 2
    done = await house["Chen"].clicks("Done", in_="staff-room")
    assert done.is_private
    await house.advance(hours=12)
    assert len(lines(house, f"Alex (Morning): done by <@{house['Chen'].id}>")) == 3
    assert not [message for message in house["Chen"].reads("staff-room") if has_button(message, "Done")]


async def test_asked_for_twice_it_is_one_task_and_after_it_is_done_a_new_one(house: House) -> None:
    await gather(house, "Alex")
    for words in ("one", "two"):
        await check_in(house["Alex"], words=words, share="self", contact="today")
    assert len(lines(house, "would like to hear from staff today")) == 1
    await house["Chen"].clicks("Done", in_="staff-room")
    await check_in(house["Alex"], words="three", share="self", contact="today")
    assert len(lines(house, "would like to hear from staff today")) == 1


async def test_two_staff_pressing_done_at_one_second_one_has_done_it_and_the_other_is_told(house: House) -> None:
    await gather(house, "Alex")
    await check_in(house["Alex"], share="self", contact="today")
    (task,) = [message for message in house["Chen"].reads("staff-room") if has_button(message, "Done")]
    people = house.sandbox.people
    pressed = [people.click(house[name].id, task, "Done") for name in ("Rivera", "Chen", "Rivera")]
    await asyncio.gather(*(one.answered(40) for one in pressed))
    await house.settles()
    said = ["\n".join(text_of(message) for message in one.messages) for one in pressed]
    assert len([text for text in said if "Noted" in text]) == 1
    assert len([text for text in said if "already" in text]) == 2
    assert len(lines(house, "done by")) == 1


async def test_done_still_works_after_a_restart_and_nobody_but_staff_may_press_it(house: House) -> None:
    await gather(house, "Alex")
    await check_in(house["Alex"], share="self", contact="today")
    await house.restart()
    (task,) = [message for message in house["Chen"].reads("staff-room") if has_button(message, "Done")]
    assert (await house["Owner"].clicks("Done", on=task)).text == "That is for staff only."
    await house["Okafor"].clicks("Done", on=task)
    assert lines(house, "done by")
    await house.restart()
    await house.advance(hours=6)
    assert not lines(house, "Nobody has ticked it off yet")


async def test_a_task_loses_no_turn_to_an_outage(house: House) -> None:
    await gather(house, "Alex")
    await check_in(house["Alex"], share="self", contact="today")
    await house.crash()
    await house.advance(hours=5)
    await house.start()
    await house.advance(minutes=1)
    assert len(lines(house, "Nobody has ticked it off yet")) == 1


async def test_asked_for_late_in_the_evening_it_is_not_promised_for_today(house: House) -> None:
    await gather(house, "Alex")
    await house.advance(hours=11, minutes=30)
    answer = await check_in(house["Alex"], share="self", contact="today")
    assert "may be tomorrow" in answer.text
    assert "988" in answer.text
    await house.advance(hours=11)
    assert not lines(house, "Nobody has ticked it off yet"), "staff are let sleep"
    await house.advance(hours=1)
    assert lines(house, "Nobody has ticked it off yet")


async def test_an_erasure_ends_the_task_and_what_else_is_kept_of_check_ins(house: House) -> None:
    await gather(house, "Alex", "Bea")
    await check_in(house["Alex"], share="self", contact="today")
    # As if a staff member still had the line before them: Discord does not take the edit that empties it.
    house.sandbox.faults.fail("PATCH /channels/{channel_id}/messages/{message_id}", 403, None, code=50013)
    await (await house["Alex"].runs("privacy erase")).clicks("Yes, erase it")
    await house.advance(hours=13)
    assert not lines(house, "Nobody has ticked it off yet")
    on = next(message for message in house["Chen"].reads("staff-room") if has_button(message, "Done"))
    assert (await house["Chen"].clicks("Done", on=on)).text == "That is no longer there."
    assert (await house["Chen"].clicks("See who", in_="staff-room")).text.endswith("Not heard from: Bea")


# -- the right answer to the odd ones ----------------------------------------------------------------------------------


async def test_a_late_check_in_is_welcome_and_counts_for_its_day(house: House) -> None:
    await gather(house, "Alex", "Bea", "Jo")
    thread = next(place for place in house["Alex"].places() if place.name.startswith("Check-in,"))
    await house.advance(hours=12, minutes=30)
    answer = await check_in(house["Alex"], words="only now")
    assert "late" in answer.text.lower() or "welcome" in answer.text
    assert house["Bea"].texts(thread)[-1] == "Alex checked in: Steady\n> only now"
    assert "one voice" in text_of(cards(house["Bea"])[-1])
    shown = await house["Chen"].clicks("See who", in_="staff-room")
    assert "Bea, Jo" in shown.text
    assert "Alex" not in shown.text


async def test_a_double_check_in_is_posted_once(house: House) -> None:
    await gather(house, "Alex", "Bea")
    thread = next(place for place in house["Alex"].places() if place.name.startswith("Check-in,"))
    opened = [await house["Alex"].clicks("Check in", in_="morning-check-in") for _ in range(2)]
    people = house.sandbox.people
    sent = [people.submit(house["Alex"].id, one.interaction, {**STEADY, "words": "here"}) for one in opened]
    await asyncio.gather(*(one.answered(40) for one in sent))
    await house.settles()
    assert [one.failed for one in sent] == [None, None]
    posts = [message for message in house["Bea"].reads(thread) if "Alex checked in" in text_of(message)]
    assert len(posts) == 1
    again = await check_in(house["Alex"], words="here")
    assert "have" in again.text
    assert [message.id for message in house["Bea"].reads(thread) if "Alex" in text_of(message)] == [posts[0].id]


async def test_an_edited_check_in_takes_the_place_of_the_first(house: House) -> None:
    await gather(house, "Alex", "Bea")
    thread = next(place for place in house["Alex"].places() if place.name.startswith("Check-in,"))
    await check_in(house["Alex"], words="too much said")
    changed = await check_in(house["Alex"], words="less")
    assert "Changed" in changed.text
    assert [text for text in house["Bea"].texts(thread) if "Alex" in text] == ["Alex checked in: Steady\n> less"]


async def test_a_check_in_from_another_groups_member_is_heard_first_and_then_refused_kindly(house: House) -> None:
    await gather(house, "Alex")
    await house.enrol("Jo", group="evening")
    opened = await house["Alex"].clicks("Check in", in_="morning-check-in")
    theirs = await house["Jo"].runs("checkin")
    # As a forged client would send it: her own form, under the name of theirs.
    theirs.interaction.modal = replace(theirs.form, custom_id=opened.form.custom_id)
    answer = await theirs.fills(**{**STEADY, "words": IN_DANGER})
    assert "988" in text_of(answer.messages[0])
    assert house["Rivera"].is_paged()
    assert "belongs to another group" in answer.text
    assert not [text for text in house["Alex"].texts("morning-check-in") if "Jo" in text]


async def test_a_check_in_after_discharge_is_refused_kindly_and_its_wish_still_reaches_staff(house: House) -> None:
    await gather(house, "Alex", "Bea")
    opened = await house["Alex"].clicks("Check in", in_="morning-check-in")
    await house["Rivera"].runs("member discharge", in_="staff-room", user=house["Alex"].id)
    answer = await opened.fills(**{**STEADY, "words": "my words", "contact": "today"})
    assert "my words" in answer.text
    assert "in no group here at the moment" in answer.text
    assert "asked to reach out to you" in answer.text
    assert lines(house, "would like to hear from staff today")
    assert not [text for place in house["Bea"].places() for text in house["Bea"].texts(place) if "my words" in text]


async def test_a_phone_number_in_a_check_in_goes_to_staff_and_not_into_the_thread(house: House) -> None:
    await gather(house, "Alex", "Bea")
    answer = await check_in(house["Alex"], words="call me, 212 555 0142")
    assert "went to staff" in answer.text or "Staff have your check-in" in answer.text
    places = [text for place in house["Bea"].places() for text in house["Bea"].texts(place)]
    assert not [text for text in places if "0142" in text]
    assert lines(house, "Alex (Morning) sent a check-in to staff.")
    again = await check_in(house["Alex"], words="a better day")
    assert "staff" not in again.text
    assert [
        text for text in (t for p in house["Bea"].places() for t in house["Bea"].texts(p)) if "a better day" in text
    ]
