"""Check-ins when something happens in between: a sleeping thread, a renamed group, a closed DM, a crash."""

import asyncio

from tests.harness.checkins import STEADY, cards, check_in, choose, gather, lines, nudges
from tests.harness.house import PROGRAMME, House
from tests.harness.person import labels_of, text_of

IN_DANGER = "I'm going to kill myself tonight"
RENAMED = PROGRAMME.replace("key: morning, name: Morning", "key: morning, name: Daybreak", 1)
NIGHT = PROGRAMME.replace('time: "09:00", window: 12h', 'time: "21:00", window: 12h', 1)


def in_thread(house: House, name: str = "Bea") -> list[str]:
    """What somebody reads in the day's threads."""
    return [
        text
        for place in house[name].places()
        if place.name.startswith("Check-in")
        for text in house[name].texts(place)
        if text
    ]


async def test_graver_words_in_an_edited_check_in_page_and_take_the_post_back(house: House) -> None:
    await gather(house, "Alex", "Bea")
    await check_in(house["Alex"], words="not my best day")
    assert any("not my best day" in text for text in in_thread(house))
    answer = await check_in(house["Alex"], words=IN_DANGER)
    assert "988" in answer.text
    assert house["Rivera"].is_paged()
    assert not [text for text in in_thread(house) if "Alex" in text], "neither the first words nor these"


async def test_a_check_in_wakes_a_thread_that_sleeps(house: House) -> None:
    await gather(house, "Alex", "Bea")
    [thread] = [place for place in house["Bea"].places() if place.name.startswith("Check-in")]
    thread.edit(archived=True)
    await house.settles()
    await check_in(house["Alex"], words="awake")
    assert any("awake" in text for text in in_thread(house))


async def test_two_check_ins_over_a_thread_that_somebody_deleted_are_both_in_the_channel(house: House) -> None:
    await gather(house, "Alex", "Bea", "Jo")
    [thread] = [place for place in house["Jo"].places() if place.name.startswith("Check-in")]
    thread.delete()
    await house.settles()
    first, second = await house["Alex"].runs("checkin"), await house["Bea"].runs("checkin")
    await asyncio.gather(
        first.fills(**{**STEADY, "words": "one of two"}), second.fills(**{**STEADY, "words": "two of two"})
    )
    read = "\n".join(house["Jo"].texts("morning-check-in"))
    assert "one of two" in read
    assert "two of two" in read


async def test_a_group_renamed_while_its_card_is_open_goes_on_under_its_new_name(house: House) -> None:
    await gather(house, "Alex", "Bea")
    await house.restart(RENAMED)
    await check_in(house["Alex"], words="still here")
    assert any("still here" in text for text in in_thread(house))
    await house.advance(hours=12)
    assert lines(house, "Daybreak, Monday")
    assert "closed" in text_of(cards(house["Alex"])[0])


async def test_a_nudge_to_a_closed_dm_is_no_fault_and_comes_nowhere_else(house: House) -> None:
    await gather(house, "Alex", "Bea")
    await choose(house["Alex"], nudge="yes")
    house["Alex"].closes_dms()
    await house.advance(hours=13)
    assert nudges(house["Alex"]) == []
    assert not [text for place in house["Alex"].places() for text in house["Alex"].texts(place) if "open until" in text]
    assert lines(house, "Not heard from: 2.")


async def test_over_midnight_the_card_is_still_that_evenings_and_so_is_its_end(house: House) -> None:
    await house.restart(NIGHT)
    await house.enrol("Alex", "Bea")
    await house.advance(hours=18)  # two in the morning
    [card] = cards(house["Alex"])
    opened = await house["Alex"].clicks("Check in", on=card)
    await opened.fills(**{**STEADY, "words": "cannot sleep"})
    assert any("cannot sleep" in text for text in in_thread(house))
    await house.advance(hours=8)
    assert not labels_of(cards(house["Alex"])[0])
    assert len(lines(house, "Morning, Monday, November 23")) == 1


async def test_a_crash_after_the_form_was_taken_still_posts_it_once(house: House) -> None:
    await gather(house, "Alex", "Bea")
    house.sandbox.faults.fail("POST /channels/{channel_id}/messages", 503, None)
    await check_in(house["Alex"], words="before the crash")
    await house.crash()
    house.sandbox.faults.clear()
    await house.start()
    await house.advance(minutes=2)
    assert len([text for text in in_thread(house) if "before the crash" in text]) == 1


async def test_somebody_in_two_groups_is_told_which_one_the_form_is_for(house: House) -> None:
    await gather(house, "Alex", "Bea")
    await house.enrol("Alex", group="evening")
    opened = await house["Alex"].runs("checkin")
    assert "Morning" in str(opened.form.title)
    alone = await house["Bea"].runs("checkin")
    assert "Morning" not in str(alone.form.title)
    await opened.fills(**{**STEADY, "words": "for the morning"})
    assert any("for the morning" in text for text in in_thread(house))


async def test_in_spanish_everything_private_is_and_what_the_group_reads_is_the_groups(house: House) -> None:
    await gather(house, "Alex", "Bea")
    settings = await house["Alex"].runs("reminders", in_="morning-check-in")
    await settings.fills(name="Alex", zone="", language="es")
    answer = await check_in(house["Alex"], words="aquí sigo", contact="today")
    assert "equipo" in answer.text
    assert "Thank" not in answer.text
    assert any("Alex checked in" in text and "aquí sigo" in text for text in in_thread(house))
    again = await check_in(house["Alex"], words="mi número es 555-867-5309")
    assert "llegó al equipo" in again.text or "equipo tiene" in again.text
