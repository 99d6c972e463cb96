"""Words of danger page the person on call, climb the ladder until somebody takes it, and are answered privately."""

import pytest

from tests.harness.house import PROGRAMME, House
from tests.harness.person import labels_of, text_of

DANGER = "I'm going to kill myself tonight"


async def test_it_pages_climbs_and_stops_at_the_acknowledgement(house: House) -> None:
    await house.enrol("Alex")
    alex, rivera, chen, okafor = house["Alex"], *house.staff
    await alex.says(DANGER, in_="morning-check-in")

    assert rivera.is_paged()
    assert not chen.is_paged()
    await house.advance(minutes=3)
    assert chen.is_paged()
    assert not okafor.is_paged()
    await house.advance(minutes=4)
    assert okafor.is_paged()
    cards = len(rivera.reads("on-call"))
    await house.advance(minutes=20)
    assert len(rivera.reads("on-call")) == cards + 4, "every five minutes, for ever"

    answer = await rivera.clicks("Acknowledge", in_="on-call")
    assert "You have it" in answer.text
    assert not any(person.is_paged() for person in house.staff)
    said = [text for text in rivera.texts("on-call") if "Alex" in text]
    await rivera.clicks("Still with it", in_="on-call")
    await house.advance(hours=2)
    assert [text for text in rivera.texts("on-call") if "Alex" in text] == said
    assert not any(person.is_paged() for person in house.staff)


async def test_the_member_is_answered_privately_with_988(house: House) -> None:
    await house.enrol("Alex", "Bea")
    alex, bea = house["Alex"], house["Bea"]
    before = len(bea.reads("morning-check-in"))
    await alex.says(DANGER, in_="morning-check-in")
    answer = alex.reads()[-1]
    assert "988" in alex.texts()[-1]
    assert labels_of(answer) == ["Ask staff to contact me", "I'm safe for now"]
    assert len(bea.reads("morning-check-in")) == before + 1, "only Alex's own message"
    await alex.says("I want to die", in_="morning-check-in")
    assert alex.texts()[-1] != alex.texts()[-2], "never the same card twice in a row"


async def test_staff_see_no_words(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    seen = [*house["Rivera"].texts("on-call"), *house["Rivera"].texts()]
    assert any("Alex" in text and "Morning" in text for text in seen)
    assert not any("kill" in text for text in seen)


async def test_everyday_words_page_nobody(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says("this homework is killing me, see you all at group", in_="morning-check-in")
    assert not house["Rivera"].is_paged()
    assert house["Rivera"].reads("on-call") == []


async def test_one_person_one_incident(house: House) -> None:
    await house.enrol("Alex")
    alex, rivera = house["Alex"], house["Rivera"]
    await alex.says(DANGER, in_="morning-check-in")
    await alex.says("I want to die", in_="morning-check-in")
    assert len(await house.app.rooms.oncall.unresolved(house.guild.id)) == 1
    assert len(rivera.reads("on-call")) == 1


async def test_an_edit_into_danger_pages(house: House) -> None:
    await house.enrol("Alex")
    message = await house["Alex"].says("good morning all", in_="morning-check-in")
    assert not house["Rivera"].is_paged()
    await house["Alex"].edits(message, DANGER)
    assert house["Rivera"].is_paged()


async def test_a_dm_and_a_thread_and_its_title_are_read(house: House) -> None:
    await house.enrol("Alex", "Bea", "Jo")
    await house["Alex"].says(DANGER)
    assert len(await house.app.rooms.oncall.unresolved(house.guild.id)) == 1
    thread = house.sandbox.people.create_thread(
        house["Owner"].id, house.channel("morning-check-in"), "Today", private=False
    )
    await house.settles()
    await house["Bea"].says(DANGER, in_=thread)
    assert len(await house.app.rooms.oncall.unresolved(house.guild.id)) == 2


async def test_closed_dms_lead_into_a_private_thread(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    alex.closes_dms()
    await alex.says(DANGER, in_="morning-check-in")
    threads = [place for place in alex.places() if place.name.startswith("A note for you")]
    assert len(threads) == 1
    assert any("988" in text for text in alex.texts(threads[0]))
    assert threads[0].id not in {place.id for place in house["Bea"].places()}
    assert house["Rivera"].is_paged()


async def test_a_stranger_gets_helplines_and_staff_a_card(house: House) -> None:
    stranger = house["Sam"]  # in the server, and nobody's member
    await stranger.says(DANGER)
    assert any("988" in text and "911" in text for text in stranger.texts())
    assert len(house["Rivera"].reads("on-call")) == 1
    assert not house["Rivera"].is_paged()


async def test_who_said_not_now_is_paged_for_all_the_same(house: House) -> None:
    await house["Rivera"].runs("member enrol", in_="staff-room", user=house["Jo"].id, group="evening")
    await house["Jo"].clicks("Not now")
    await house["Jo"].says(DANGER)
    assert house["Rivera"].is_paged()


async def test_the_two_buttons_tell_staff_and_close_nothing(house: House) -> None:
    await house.enrol("Alex")
    alex, rivera = house["Alex"], house["Rivera"]
    await alex.says(DANGER, in_="morning-check-in")
    asked = await alex.clicks("Ask staff to contact me")
    assert asked.is_private
    assert "988" in asked.text
    assert any("asked" in text for text in rivera.texts("on-call"))
    safe = await alex.clicks("I'm safe for now")
    assert "988" in safe.text
    assert any("safe for now" in text for text in rivera.texts("on-call"))
    assert rivera.is_paged()


async def test_support_reaches_staff_without_any_words(house: House) -> None:
    await house.enrol("Alex")
    answer = await house["Alex"].runs("support")
    assert "988" in answer.text
    await answer.clicks("Ask staff to contact me")
    assert house["Rivera"].is_paged()


async def test_the_second_to_acknowledge_is_told_who_has_it(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    [card] = house["Chen"].reads("on-call")
    await house["Rivera"].clicks("Acknowledge", on=house["Rivera"].reads()[-1])
    late = await house["Chen"].runs("incident list", in_="on-call")
    assert "acknowledged" in late.text
    said = {message.id: text_of(message) for message in house["Chen"].reads("on-call")}
    assert f"<@{house['Rivera'].id}> took it" in said[card.id], "edited, not posted anew"
    dm = await house["Rivera"].runs("incident ack", in_="on-call", code="ZZZZZZ")
    assert "no longer there" in dm.text


async def test_only_staff_may_acknowledge(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    owner = house["Owner"]
    answer = await owner.clicks("Acknowledge", in_="on-call")
    assert answer.text == "That is for staff only."
    assert house["Rivera"].is_paged()


async def test_resolving_asks_for_the_outcome(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    rivera = house["Rivera"]
    await rivera.clicks("Acknowledge", in_="on-call")
    form = await rivera.clicks("Resolve", in_="on-call")
    await form.fills(outcome="safe_supported")
    assert await house.app.rooms.oncall.unresolved(house.guild.id) == []
    assert "Resolved" in rivera.texts("on-call")[-1]
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert rivera.is_paged(), "a new danger is a new incident"


async def test_graver_words_raise_what_was_quiet(house: House) -> None:
    await house.enrol("Alex")
    alex, rivera = house["Alex"], house["Rivera"]
    await alex.says("I drank last night after three weeks, I feel so ashamed", in_="morning-check-in")
    assert not rivera.is_paged()
    assert len(rivera.reads("on-call")) == 1
    await alex.says(DANGER, in_="morning-check-in")
    assert rivera.is_paged()
    assert len(await house.app.rooms.oncall.unresolved(house.guild.id)) == 1


async def test_what_nobody_took_in_four_hours_becomes_a_page(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says("I drank last night after three weeks, I feel so ashamed", in_="morning-check-in")
    await house.advance(hours=3, minutes=59)
    assert not house["Rivera"].is_paged()
    await house.advance(minutes=2)
    assert house["Rivera"].is_paged()


async def test_a_broken_detector_pages(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.enrol("Alex")

    def breaks(text: str) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr(house.app.rooms.crisis._detector, "assess", breaks)
    await house["Alex"].says("good morning", in_="morning-check-in")
    assert house["Rivera"].is_paged()


async def test_nobody_on_the_rota_goes_to_the_next_step_at_once(empty_house: House) -> None:
    house = empty_house
    await house.start(PROGRAMME.replace('people: ["{Rivera}"]', "people: []"))
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert house["Chen"].is_paged()
    assert any("Nobody is on shift" in text for text in house["Alex"].texts())


async def test_who_sends_a_picture_is_told_once_that_it_cannot_be_read(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    for _ in range(2):
        await alex.says("", in_="morning-check-in", attachments=[("a.png", b"0")])
    told = [text for text in alex.texts() if "cannot read pictures" in text]
    assert len(told) == 1
    assert "988" in told[0]
    assert not house["Rivera"].is_paged()
