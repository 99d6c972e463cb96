"""A day of check-ins on Discord: asking, answering, being nudged, closing, and what staff hear of it."""

import asyncio
from dataclasses import replace
from itertools import pairwise

from sandbox.world.messages import Message
from tests.harness.house import PROGRAMME, House
from tests.harness.person import Answer, Person, has_button, labels_of, text_of

STEADY = {"feeling": "steady", "words": "", "share": "group", "contact": "no"}
IN_DANGER = "I'm going to kill myself tonight"
CARD_TITLE = "How is everybody?"


async def gather(house: House, *names: str) -> None:
    """Enrol these people and let Monday's card come."""
    await house.enrol(*names)
    await house.advance(hours=1)


async def check_in(person: Person, **values: str) -> Answer:
    opened = await person.runs("checkin")
    assert opened.form is not None, opened.text
    return await opened.fills(**{**STEADY, **values})


def cards(person: Person) -> list[Message]:
    return [message for message in person.reads("morning-check-in") if CARD_TITLE in text_of(message)]


def lines(house: House, part: str) -> list[str]:
    return [text for text in house["Chen"].texts("staff-room") if part in text]


async def choose(person: Person, **values: str) -> Answer:
    """Choose how to be asked, by `/reminders` and the button under its answer."""
    settings = await person.runs("reminders", in_="morning-check-in")
    saved = await settings.fills(name=person.name, reminders="yes")
    opened = await saved.clicks("Check-ins and pauses")
    assert opened.form is not None, opened.text
    return await opened.fills(**{"nudge": "no", "hours": "09:00-21:00", "pause": "", **values})


def nudges(person: Person) -> list[Message]:
    return [message for message in person.reads() if "No more nudges" in labels_of(message)]


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


# -- the end of a window -----------------------------------------------------------------------------------------------


async def test_at_the_end_the_card_says_how_many_voices_and_never_who_was_silent(house: House) -> None:
    await gather(house, "Alex", "Bea", "Jo", "Sam")
    await check_in(house["Alex"])
    await check_in(house["Bea"])
    await check_in(house["Jo"], words="for staff", share="staff")
    await house.advance(hours=11, minutes=59)
    assert has_button(cards(house["Alex"])[-1], "Check in")
    await house.advance(minutes=1)
    (card,) = cards(house["Alex"])
    assert "closed" in text_of(card)
    assert "2 voices" in text_of(card), "what went to staff is nobody's to count"
    assert not labels_of(card)
    assert not [name for name in ("Alex", "Bea", "Jo", "Sam") if name in text_of(card)]


async def test_a_group_of_one_or_two_and_a_silent_thread_are_shown_no_number(house: House) -> None:
    await gather(house, "Alex", "Bea")
    await check_in(house["Alex"])
    await house.advance(hours=12)
    assert "voice" not in text_of(cards(house["Alex"])[-1])


async def test_staff_see_who_has_not_and_only_where_they_press(house: House) -> None:
    await gather(house, "Alex", "Bea", "Jo")
    await check_in(house["Alex"], share="self")
    await house.advance(hours=12)
    (line,) = lines(house, "the check-in is closed")
    assert "Not heard from: 2." in line
    assert not [name for name in ("Alex", "Bea", "Jo") if name in line]
    shown = await house["Rivera"].clicks("See who", in_="staff-room")
    assert shown.is_private
    assert shown.text.endswith("Not heard from: Bea, Jo")
    on = next(message for message in house["Chen"].reads("staff-room") if has_button(message, "See who"))
    assert (await house["Owner"].clicks("See who", on=on)).text == "That is for staff only."


async def test_where_everybody_was_heard_staff_are_told_nothing(house: House) -> None:
    await gather(house, "Alex")
    await check_in(house["Alex"], share="self")
    await house.advance(hours=12)
    assert not lines(house, "the check-in is closed")


async def test_three_silent_in_a_row_are_raised_quietly_once_and_an_answer_begins_anew(house: House) -> None:
    await gather(house, "Alex", "Bea")
    for _ in range(2):
        await house.advance(days=1)
    assert not lines(house, "last three check-ins")
    await check_in(house["Bea"], share="self")
    await house.advance(days=1)
    (raised,) = lines(house, "last three check-ins")
    assert (
        raised == "Alex (Morning) has not been heard from at the last three check-ins. A friendly word may be welcome."
    )
    await house.advance(days=1)
    assert len(lines(house, "last three check-ins")) == 1
    everywhere = [text for place in house["Bea"].places() for text in house["Bea"].texts(place)]
    assert not [text for text in everywhere if "last three" in text or "Not heard" in text]


async def test_who_joined_after_the_card_is_not_missed_at_it(house: House) -> None:
    await gather(house, "Alex")
    await house.advance(minutes=1)
    await house.enrol("Bea")
    await house.advance(hours=12)
    assert (await house["Chen"].clicks("See who", in_="staff-room")).text.endswith("Not heard from: Alex")


async def test_a_window_that_ends_during_an_outage_is_closed_afterwards(house: House) -> None:
    await gather(house, "Alex", "Bea", "Jo")
    await check_in(house["Alex"])
    await house.crash()
    await house.advance(hours=14)
    await house.start()
    await house.advance(minutes=1)
    assert "closed" in text_of(cards(house["Alex"])[0])
    assert len(lines(house, "Not heard from: 2.")) == 1


async def test_a_closed_card_that_somebody_deleted_is_no_fault_and_staff_hear_of_it_all_the_same(house: House) -> None:
    await gather(house, "Alex")
    (card,) = cards(house["Alex"])
    house.sandbox.people.delete(house["Rivera"].id, card)
    await house.settles()
    await house.advance(hours=12)
    assert lines(house, "Not heard from: 1.")


# -- the nudge, pauses, holidays ---------------------------------------------------------------------------------------


async def test_nobody_is_nudged_who_did_not_ask_for_it(house: House) -> None:
    await gather(house, "Alex")
    await house.advance(days=2)
    assert nudges(house["Alex"]) == []


async def test_the_nudge_comes_once_two_hours_before_the_end_and_its_button_checks_in(house: House) -> None:
    await gather(house, "Alex", "Bea")
    saved = await choose(house["Alex"], nudge="yes")
    assert "one nudge" in saved.text
    await house.advance(hours=9, minutes=59)
    assert nudges(house["Alex"]) == []
    await house.advance(minutes=2)
    assert len(nudges(house["Alex"])) == 1
    assert nudges(house["Bea"]) == []
    opened = await house["Alex"].clicks("Check in", on=nudges(house["Alex"])[0])
    assert (await opened.fills(**STEADY)).failed is None
    await house.advance(days=1)
    assert len(nudges(house["Alex"])) == 2
    assert len({text_of(one).split("<")[0] for one in nudges(house["Alex"])}) == 2, "no two alike in a row"


async def test_who_has_checked_in_is_not_nudged(house: House) -> None:
    await gather(house, "Alex")
    await choose(house["Alex"], nudge="yes")
    await check_in(house["Alex"], share="self")
    await house.advance(hours=14)
    assert nudges(house["Alex"]) == []


async def test_a_nudge_keeps_to_ones_hours_and_stops_at_once(house: House) -> None:
    await gather(house, "Alex")
    await choose(house["Alex"], nudge="yes", hours="9:00-17:30")
    await house.advance(hours=8, minutes=28)  # 17:28
    assert nudges(house["Alex"]) == []
    await house.advance(minutes=2)
    (nudge,) = nudges(house["Alex"])
    stopped = await house["Alex"].clicks("No more nudges", on=nudge)
    assert stopped.is_private
    await house.advance(days=2)
    assert len(nudges(house["Alex"])) == 1


async def test_a_nudge_chosen_after_its_hour_comes_with_the_next_card(house: House) -> None:
    await gather(house, "Alex")
    await house.advance(hours=10, minutes=30)
    await choose(house["Alex"], nudge="yes")
    await house.advance(hours=2)
    assert nudges(house["Alex"]) == []
    await house.advance(days=1)
    assert len(nudges(house["Alex"])) == 1


async def test_a_nudge_moves_with_ones_hours(house: House) -> None:
    await gather(house, "Alex")
    await choose(house["Alex"], nudge="yes")
    await choose(house["Alex"], nudge="yes", hours="20:00-23:00")
    await house.advance(hours=10, minutes=59)
    assert nudges(house["Alex"]) == []
    await house.advance(minutes=2)
    assert len(nudges(house["Alex"])) == 1


async def test_somebody_with_an_open_incident_is_not_nudged(house: House) -> None:
    await gather(house, "Alex")
    await choose(house["Alex"], nudge="yes")
    await house["Alex"].says(IN_DANGER)
    await house.advance(hours=11)
    assert nudges(house["Alex"]) == []


async def test_a_pause_keeps_reminders_and_nudges_away_and_nobody_counts_as_silent(house: House) -> None:
    await house.enrol("Alex", "Bea")
    paused = await house["Alex"].runs("reminders", in_="morning-check-in", pause_until="3")
    assert paused.is_private
    assert "Paused until" in paused.text
    await house.advance(days=2)
    assert not [text for text in house["Alex"].texts() if "pm group" in text]
    assert [text for text in house["Bea"].texts() if "pm group" in text]
    shown = await house["Chen"].clicks("See who", in_="staff-room")
    assert "Alex" not in shown.text
    ended = await house["Alex"].runs("reminders", in_="morning-check-in", pause_until="0")
    assert "no pause" in ended.text
    assert (await check_in(house["Alex"], share="self")).failed is None


async def test_words_in_place_of_a_date_are_read_for_danger_first(house: House) -> None:
    await gather(house, "Alex")
    answer = await house["Alex"].runs("reminders", in_="morning-check-in", pause_until=IN_DANGER)
    assert "988" in answer.text
    assert house["Rivera"].is_paged()
    wrong = await house["Alex"].runs("reminders", in_="morning-check-in", pause_until="soon")
    assert "a date to come" in wrong.text


async def test_on_a_holiday_nobody_is_asked_and_nobody_is_missed(house: House) -> None:
    await house.restart(PROGRAMME.replace("prompts:", 'holidays: ["2026-11-23", 2026-11-24]\nprompts:', 1))
    await house.enrol("Alex")
    await house.advance(days=2)
    assert cards(house["Alex"]) == []
    assert not lines(house, "the check-in is closed")
    await house.advance(hours=2)
    assert len(cards(house["Alex"])) == 1, "Wednesday is a day like any other"


async def test_a_holiday_that_is_declared_after_the_card_counts_nobody(house: House) -> None:
    await gather(house, "Alex")
    await house.restart(PROGRAMME.replace("prompts:", "holidays: [2026-11-23]\nprompts:", 1))
    await house.advance(hours=13)
    assert not lines(house, "the check-in is closed")


# -- aftercare ---------------------------------------------------------------------------------------------------------

AFTERCARE = PROGRAMME.replace("track: iop}}", "track: aftercare}}", 1)


async def test_in_aftercare_one_answer_a_week_is_enough_and_each_may_choose(house: House) -> None:
    await house.restart(AFTERCARE)
    await gather(house, "Alex", "Bea")
    opened = await (await (await house["Bea"].runs("reminders", in_="morning-check-in")).fills(name="Bea")).clicks(
        "Check-ins and pauses"
    )
    assert "Every two weeks" in str(opened.form)
    await opened.fills(rhythm="fortnightly", nudge="no", hours="", pause="")
    await check_in(house["Alex"], share="self")
    await check_in(house["Bea"], share="self")
    await house.advance(days=5)
    assert not lines(house, "the check-in is closed")
    await house.advance(days=3)  # the second week's Monday and Tuesday
    assert len(lines(house, "Not heard from: 1.")) == 1
    shown = await house["Chen"].clicks("See who", in_="staff-room")
    assert shown.text.endswith("Not heard from: Alex")


async def test_in_the_programme_itself_there_is_no_choosing_to_be_expected_less(house: House) -> None:
    await gather(house, "Alex")
    settings = await (await house["Alex"].runs("reminders", in_="morning-check-in")).fills(name="Alex")
    opened = await settings.clicks("Check-ins and pauses")
    assert "rhythm" not in str(opened.form)


async def test_who_joins_in_the_middle_of_a_week_is_expected_at_the_next_card(house: House) -> None:
    await house.restart(AFTERCARE)
    await gather(house, "Alex")
    await check_in(house["Alex"], share="self")
    await house.advance(days=1, hours=1)
    await house.enrol("Bea")
    await house.advance(days=1, hours=11)
    (line,) = lines(house, "the check-in is closed")
    assert "November 25" in line
    assert (await house["Chen"].clicks("See who", in_="staff-room")).text.endswith("Not heard from: Bea")
