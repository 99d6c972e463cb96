"""The ladder: each step in its time, for ever, by any process, and so that nobody's first page is swallowed."""

from datetime import timedelta

import pytest

from bot.delivery.service import State
from bot.oncall.service import EventKind
from tests.harness.house import PROGRAMME, House
from tests.harness.person import Person, has_button, labels_of, text_of

DANGER = "I'm going to kill myself tonight"
LAPSE = "I drank last night after three weeks, I feel so ashamed"


def pages_by_dm(person: Person) -> int:
    """How many DMs have paged this person."""
    return len([message for message in person.reads() if has_button(message, "Acknowledge")])


def move(house: House, **delta: float) -> None:
    """Let time pass while the bot is down."""
    house._move(house.clock.now() + timedelta(**delta))


async def test_by_default_it_is_three_steps_and_then_every_five_minutes_for_ever(house: House) -> None:
    await house.enrol("Alex")
    rivera, chen, okafor = house.staff
    await house["Alex"].says(DANGER, in_="morning-check-in")
    seen = []
    for minute in range(24):
        seen.append((minute, pages_by_dm(rivera), pages_by_dm(chen), pages_by_dm(okafor)))
        await house.advance(minutes=1)
    first = {count: minute for minute, *counts in reversed(seen) for count in [tuple(counts)]}
    assert first == {
        (1, 0, 0): 0,
        (1, 1, 0): 3,
        (2, 2, 1): 7,
        (3, 3, 2): 12,
        (4, 4, 3): 17,
        (5, 5, 4): 22,
    }


async def test_hours_later_it_still_pages(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(hours=2)
    before = pages_by_dm(house["Okafor"])
    await house.advance(minutes=5)
    assert pages_by_dm(house["Okafor"]) == before + 1


async def test_the_programmes_own_ladder_and_its_repeat(empty_house: House) -> None:
    house = empty_house
    own = "ladder: [{{after: 0s, notify: backup}}, {{after: 2m, notify: everyone}}]\n  repeat: 1m"
    usual = PROGRAMME[PROGRAMME.index("ladder:") :].rstrip()
    await house.start(PROGRAMME.replace(usual, own))
    await house.enrol("Alex")
    rivera, chen, okafor = house.staff
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert (pages_by_dm(rivera), pages_by_dm(chen), pages_by_dm(okafor)) == (0, 1, 0)
    await house.advance(minutes=2)
    assert (pages_by_dm(rivera), pages_by_dm(chen), pages_by_dm(okafor)) == (1, 2, 1)
    await house.advance(minutes=3)
    assert (pages_by_dm(rivera), pages_by_dm(chen), pages_by_dm(okafor)) == (4, 5, 4)


async def test_an_edit_of_the_programme_breaks_no_incident_under_way(house: House) -> None:
    await house.enrol("Alex", "Bea")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.restart(PROGRAMME.replace("after: 3m", "after: 1h").replace("after: 7m", "after: 2h"))
    await house.advance(minutes=3)
    assert house["Chen"].is_paged(), "as it was agreed when it opened"
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    await house["Rivera"].clicks("Still with it", in_="on-call")
    await house["Bea"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=30)
    assert not house["Chen"].is_paged(), "a new one goes by the new ladder"
    await house.advance(minutes=31)
    assert house["Chen"].is_paged()


async def test_a_quiet_card_waits_as_long_as_the_programme_says(empty_house: House) -> None:
    house = empty_house
    await house.start(PROGRAMME.rstrip() + "\n  notify_within: 30m\n")
    await house.enrol("Alex")
    await house["Alex"].says(LAPSE, in_="morning-check-in")
    await house.advance(minutes=29)
    assert not house["Rivera"].is_paged()
    await house.restart(PROGRAMME.rstrip() + "\n  notify_within: 8h\n")
    await house.advance(minutes=1)
    assert house["Rivera"].is_paged(), "the half hour it opened with"


async def test_a_step_whose_every_dm_is_closed_does_not_wait(house: House) -> None:
    await house.enrol("Alex")
    house["Rivera"].closes_dms()
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert house["Chen"].is_paged()


async def test_an_empty_step_is_noted_and_passed(empty_house: House) -> None:
    house = empty_house
    await house.start(
        PROGRAMME.replace('people: ["{Rivera}"]', "people: []").replace('backup: ["{Chen}"]', "backup: []")
    )
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert all(person.is_paged() for person in house.staff)
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    kinds = [entry.kind for entry in await house.app.rooms.oncall.timeline(incident.id)]
    assert kinds.count(EventKind.STEP_EMPTY) == 2


async def test_another_process_carries_it_on(house: House) -> None:
    """No timer in memory: a process that dies, and one that starts, lose no step and double none."""
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.crash()
    move(house, minutes=2)
    await house.start()
    assert pages_by_dm(house["Chen"]) == 0
    await house.advance(minutes=1)
    assert pages_by_dm(house["Chen"]) == 1
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    await house.crash()
    move(house, minutes=25)
    await house.start()
    assert house["Rivera"].is_paged(), "nor is the deadline of an acknowledgement in memory"


async def test_no_first_page_is_bundled_deduplicated_or_held_back(house: House) -> None:
    """Four people at the same instant: four incidents, a card and a DM for each."""
    names = ("Alex", "Bea", "Jo", "Sam")
    await house.enrol(*names)
    place = house.channel("morning-check-in")
    for name in names:
        house.sandbox.people.say(house[name].id, place, DANGER)
    await house.settles()
    rivera = house["Rivera"]
    assert pages_by_dm(rivera) == 4
    cards = [text_of(message) for message in rivera.reads("on-call") if "Acknowledge" in labels_of(message)]
    assert sorted(name for name in names for card in cards if name in card) == sorted(names)


async def test_the_same_words_again_after_it_was_resolved_page_again(house: House) -> None:
    await house.enrol("Alex")
    for number in range(1, 4):
        await house["Alex"].says(DANGER, in_="morning-check-in")
        assert pages_by_dm(house["Rivera"]) == 1, number
        form = await house["Rivera"].clicks("Resolve", in_="on-call")
        await form.fills(outcome="safe_supported")


async def test_after_an_acknowledgement_nothing_of_any_road_is_left_to_start(house: House) -> None:
    await house.enrol("Alex")
    house.sandbox.faults.fail("POST /channels/*/messages", 503, times=None)
    await house["Alex"].says(DANGER, in_="morning-check-in")
    oncall, outbox = house.app.rooms.oncall, house.app.outbox
    [incident] = await oncall.unresolved(house.guild.id)
    await oncall.acknowledge(incident.id, house["Rivera"].id)
    async with house.app.database.read() as session:
        left = await outbox.standings(session, f"incident:{incident.id}", ["oncall.card", "oncall.dm", "oncall.road"])
    assert left
    assert {one.state for one in left} <= {State.CANCELLED, State.SENT}
    mark = house.sandbox.requests.mark()
    house.sandbox.faults.clear()
    await house.advance(minutes=2)
    created = [
        one.path for one in house.sandbox.requests.since(mark) if one.method == "POST" and "messages" in one.path
    ]
    on_call = f"/channels/{house.channel('on-call').id}/messages"
    assert not [path for path in created if path.endswith(on_call)]


@pytest.mark.parametrize("press", ["Acknowledge", "Resolve"])
async def test_two_at_once_and_one_of_them_has_it(house: House, press: str) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    card = house["Rivera"].reads("on-call")[-1]
    if press == "Resolve":
        forms = [await house[name].clicks("Resolve", on=card) for name in ("Rivera", "Chen")]
        for name, form in zip(("Rivera", "Chen"), forms, strict=True):
            house.sandbox.people.submit(house[name].id, form.interaction, {"outcome": "safe_supported"})
    else:
        for name in ("Rivera", "Chen"):
            house.sandbox.people.click(house[name].id, card, press)
    await house.settles()
    incident = await house.app.rooms.oncall.find(1)
    entries = await house.app.rooms.oncall.timeline(incident.id)
    wanted = EventKind.ACKNOWLEDGED if press == "Acknowledge" else EventKind.RESOLVED
    assert [entry.kind for entry in entries].count(wanted) == 1
