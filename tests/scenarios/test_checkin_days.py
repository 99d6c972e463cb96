"""Check-ins over the days: the end of a window, the nudge, pauses, holidays, and the rhythm of aftercare."""

from tests.harness.checkins import STEADY, cards, check_in, choose, gather, lines, nudges
from tests.harness.house import PROGRAMME, House
from tests.harness.person import has_button, labels_of, text_of

IN_DANGER = "I'm going to kill myself tonight"


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
