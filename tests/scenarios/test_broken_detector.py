"""A detector that breaks pages: one alarm for many people, none of whom is lost, and nothing grave waits for it."""

import pytest

from bot.oncall.service import IncidentState
from sandbox.world.messages import Message
from tests.harness.house import House
from tests.harness.person import Person, has_button, labels_of, text_of

DANGER = "I'm going to kill myself tonight"
NAMES = ("Alex", "Bea", "Jo", "Sam")
READ = "Read, nothing urgent"


def breaks(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on the detector fails on everything."""

    def fails(_text: str) -> None:
        raise RuntimeError

    monkeypatch.setattr(house.app.rooms.crisis._detector, "assess", fails)


async def everybody_writes(house: House) -> None:
    await house.enrol(*NAMES)
    for name in NAMES:
        await house[name].says("good morning", in_="morning-check-in")


def dm_pages(person: Person) -> list[str]:
    return [text_of(message) for message in person.reads() if has_button(message, "Acknowledge")]


def lists(person: Person) -> list[Message]:
    return [message for message in person.reads("on-call") if "cannot read messages" in text_of(message)]


async def open_ones(house: House) -> dict[str, object]:
    names = {house[name].id: name for name in NAMES}
    return {names[one.user_id]: one.state for one in await house.app.rooms.oncall.unresolved(house.guild.id)}


async def test_it_is_one_alarm_and_every_person_has_an_incident(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(house, monkeypatch)
    await everybody_writes(house)
    rivera = house["Rivera"]
    assert len(dm_pages(rivera)) == 1, "the first pages as ever, and the rest do not page beside it"
    assert set(await open_ones(house)) == set(NAMES)
    assert any("could not read" in text for text in rivera.texts("on-call"))
    assert lists(rivera) == []
    await house.advance(minutes=5)
    [told] = lists(rivera)
    assert all(name in text_of(told) for name in NAMES[1:])
    assert "Alex" not in text_of(told)
    assert "good morning" not in text_of(told)
    assert house["Chen"].is_paged(), "the alarm climbs like any other page"
    assert all("988" in house[name].texts()[-1] for name in NAMES), "and each was answered"


async def test_staff_are_told_at_most_every_five_minutes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(house, monkeypatch)
    await house.enrol(*NAMES)
    await house["Alex"].says("one", in_="morning-check-in")
    for minutes, name in ((1, "Bea"), (2, "Jo"), (3, "Sam")):
        await house.advance(minutes=minutes)
        await house[name].says("hello", in_="morning-check-in")
    await house.advance(minutes=5)
    first, second = lists(house["Rivera"])
    assert "Sam" not in text_of(first)
    assert all(name in text_of(second) for name in ("Bea", "Jo", "Sam"))


async def test_words_that_can_be_read_again_page_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        breaks(house, broken)
        await everybody_writes(house)
    await house["Jo"].says(DANGER, in_="morning-check-in")
    assert any("Jo" in text for text in dm_pages(house["Rivera"])), "whoever waited on the list is paged for now"


async def test_a_call_for_contact_is_never_only_on_the_list(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(house, monkeypatch)
    await everybody_writes(house)
    await house["Bea"].clicks("Ask staff to contact me")
    assert any("Bea" in text for text in dm_pages(house["Rivera"]))
    support = await house["Jo"].runs("support")
    await support.clicks("Ask staff to contact me")
    assert any("Jo" in text for text in dm_pages(house["Rivera"]))


async def test_read_and_nothing_urgent_ends_those_on_the_list_and_no_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(house, monkeypatch)
    await everybody_writes(house)
    rivera = house["Rivera"]
    await rivera.clicks("Acknowledge", in_="on-call")
    await house.advance(minutes=5)
    [told] = lists(rivera)
    await house["Sam"].says("and another thing", in_="morning-check-in")
    answer = await rivera.clicks(READ, on=told)
    assert "2 read" in answer.text, "Sam has written since"
    assert await open_ones(house) == {"Alex": IncidentState.ACKNOWLEDGED, "Sam": IncidentState.OPEN}
    for left in await house.app.rooms.oncall.unresolved(house.guild.id):
        await rivera.runs("incident resolve", in_="on-call", code=left.code, outcome="read_not_urgent")
    await house.advance(hours=73)
    assert not any("was resolved" in text for text in rivera.texts("on-call"))


async def test_what_nobody_read_pages_again_though_the_alarm_is_held(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(house, monkeypatch)
    await everybody_writes(house)
    rivera = house["Rivera"]
    await rivera.clicks("Acknowledge", in_="on-call")
    await rivera.clicks("Still with it", in_="on-call")
    await house.advance(minutes=20)
    assert rivera.is_paged(), "three messages are still unread"


async def test_the_alarm_ends_and_the_next_takes_its_place(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(house, monkeypatch)
    await everybody_writes(house)
    rivera = house["Rivera"]
    for name in NAMES:
        assert [text for text in dm_pages(rivera) if name in text], f"{name}'s turn"
        newest = max((m for m in rivera.reads() if has_button(m, "Acknowledge")), key=lambda message: message.id)
        form = await rivera.clicks("Resolve", on=newest)
        await form.fills(outcome="read_not_urgent")
    assert await open_ones(house) == {}
    assert not rivera.is_paged()


async def test_the_first_turning_grave_leaves_the_rest_with_an_alarm(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        breaks(house, broken)
        await everybody_writes(house)
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert any("Bea" in text for text in dm_pages(house["Rivera"])), "Alex is looked after for themselves now"


async def test_one_taken_from_the_list_is_that_persons_own(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(house, monkeypatch)
    await everybody_writes(house)
    rivera = house["Rivera"]
    sam = next(i for i in await house.app.rooms.oncall.unresolved(house.guild.id) if i.user_id == house["Sam"].id)
    shown = await rivera.runs("incident show", in_="on-call", code=sam.code)
    assert "waits on the list" in shown.text
    await rivera.runs("incident ack", in_="on-call", code=sam.code)
    await house.advance(minutes=5)
    [told] = lists(rivera)
    assert "Sam" not in text_of(told)
    assert labels_of(told) == [READ]


async def test_a_later_alarm_stands_for_itself(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(house, monkeypatch)
    await house.enrol("Alex", "Bea")
    await house["Alex"].says("one", in_="morning-check-in")
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    await house["Rivera"].clicks("Still with it", in_="on-call")
    await house.advance(minutes=31)
    await house["Bea"].says("two", in_="morning-check-in")
    assert any("Bea" in text for text in dm_pages(house["Rivera"])), "whoever had the first may be asleep by now"


async def test_its_failure_is_loud_until_it_has_worked_for_a_while(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.enrol("Alex")
    crisis = house.app.rooms.crisis
    seen = [crisis.is_broken]
    with monkeypatch.context() as broken:
        breaks(house, broken)
        await house["Alex"].says("one", in_="morning-check-in")
    seen.append(crisis.is_broken)
    await house.advance(minutes=10)
    seen.append(crisis.is_broken)  # silence is no proof
    await house["Alex"].says("two", in_="morning-check-in")
    seen.append(crisis.is_broken)
    assert seen == [False, True, True, False]
