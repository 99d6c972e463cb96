"""Ways to lose a page, each tried: words of danger reach a human, and nothing that was taken silences what comes after.

What fails is made to fail, and what races is made to race: an outcome chosen before graver words came, an incident in
the hands of somebody who has left, a page in memory that somebody took long ago.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.crisis.assessment import Tier
from bot.oncall.service import IncidentState
from tests.harness.house import PROGRAMME, House
from tests.harness.person import has_button, text_of
from tests.harness.pockets import Pockets, pockets, with_contacts
from tests.roads.loopback import Services, services
from tests.scenarios.test_broken_detector import breaks
from tests.scenarios.test_member_side import worries
from tests.scenarios.test_page_faults import OUTAGES, away, cards, is_recorded, say, sees, until
from tests.scenarios.test_reports import opens
from tests.scenarios.test_roads import PAGERDUTY, begin

DANGER = "I'm going to kill myself tonight"
PILLS = "I took all my pills"
LAPSE = "I drank last night after three weeks, I feel so ashamed"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever tries again does so at once; what each attempt says is kept from the terminal."""
    for place in ("bot.cogs.listening", "bot.intake.service", "bot.intake.in_doubt", "bot.oncall.unrecorded"):
        monkeypatch.setattr(f"{place}.RETRY_SECONDS", (0.01,))
    with capture_logs():
        yield


@pytest.fixture
async def pocketed(empty_house: House) -> AsyncIterator[tuple[House, Pockets]]:
    """A house in which Rivera and Chen have a pocket outside Discord; Alex and Bea are enrolled."""
    async with pockets() as made:
        await empty_house.start(with_contacts(PROGRAMME, made, "Rivera", "Chen"))
        await empty_house.enrol("Alex", "Bea")
        yield empty_house, made
        if empty_house._app is not None:
            await empty_house.stop()


@pytest.fixture
async def enrolled(house: House) -> House:
    """A house in which Alex and Bea are enrolled."""
    await house.enrol("Alex", "Bea")
    return house


@pytest.fixture
async def world() -> AsyncIterator[Services]:
    """PagerDuty and its like, on loopback."""
    async with services() as made:
        yield made


async def a_minute_passes(house: House) -> None:
    """As the scheduler would have it: who is on call is asked for."""
    await house.advance(minutes=1)
    await house.app.watch.cover.ask()
    await house.settles()


def mentioned(house: House) -> set[int]:
    """Everybody whom #on-call mentions."""
    return {one for message in house["Okafor"].reads("on-call") for one in message.mentions.user_ids}


# -- what was taken silences nothing -----------------------------------------------------------------------------------


async def test_an_outcome_chosen_before_new_danger_was_told_closes_nothing(enrolled: House) -> None:
    house = enrolled
    await house["Alex"].says(LAPSE, in_="morning-check-in")
    form = await house["Rivera"].clicks("Resolve", in_="on-call")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    answer = await form.fills(outcome="false_alarm")
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.tier is Tier.PAGE
    assert "since you opened this" in answer.text
    assert house["Rivera"].is_paged()
    await house.advance(minutes=3, seconds=1)
    assert house["Chen"].is_paged()
    form = await house["Rivera"].clicks("Resolve", in_="on-call")
    await form.fills(outcome="safe_supported")
    assert not await house.app.rooms.oncall.unresolved(house.guild.id)


async def test_a_call_for_contact_while_the_outcome_is_chosen(enrolled: House) -> None:
    house = enrolled
    await house["Alex"].says(DANGER, in_="morning-check-in")
    form = await house["Rivera"].clicks("Resolve", in_="on-call")
    await house["Alex"].clicks("Ask staff to contact me")
    await form.fills(outcome="safe_supported")
    assert await house.app.rooms.oncall.unresolved(house.guild.id)


@pytest.mark.parametrize("how", ["words", "button"])
async def test_new_danger_wants_a_new_sign_of_whoever_has_it(enrolled: House, how: str) -> None:
    house = enrolled
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    await house["Rivera"].clicks("Still with it", in_="on-call")
    await house.advance(minutes=10)
    if how == "words":
        await house["Alex"].says(PILLS, in_="morning-check-in")
    else:
        await house["Alex"].clicks("Ask staff to contact me")
    assert not house["Rivera"].is_paged(), "Rivera is with them, and is told"
    await house.advance(minutes=20, seconds=1)
    assert house["Rivera"].is_paged(), "and did not answer"


async def test_a_sign_after_the_new_danger_keeps_it_theirs(enrolled: House) -> None:
    house = enrolled
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    await house["Rivera"].clicks("Still with it", in_="on-call")
    await house["Alex"].says(PILLS, in_="morning-check-in")
    await house["Rivera"].clicks("Still with it", in_="on-call")
    await house.advance(minutes=25)
    assert not house["Rivera"].is_paged()


async def test_lesser_words_do_not_quieten_a_page_that_is_overdue(
    enrolled: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words are handled before the beat that would have let the page go, as when the database was away."""
    house = enrolled
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house["Rivera"].clicks("Acknowledge", in_="on-call")

    async def is_late(_now: object) -> None:
        """The beat finds nothing yet."""

    with monkeypatch.context() as patch:
        patch.setattr(house.app.rooms.oncall, "run_due", is_late)
        house._move(house.clock.now() + timedelta(minutes=31))
        await house["Alex"].says(LAPSE, in_="morning-check-in")
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.tier is Tier.PAGE
    assert house["Rivera"].is_paged()


async def test_what_joins_an_alarm_that_is_in_hand_is_asked_for(
    enrolled: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = enrolled
    breaks(house, monkeypatch)
    await house["Alex"].says("good morning", in_="morning-check-in")
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    await house["Rivera"].clicks("Still with it", in_="on-call")
    await house["Bea"].says("good morning", in_="morning-check-in")
    await house.advance(minutes=20, seconds=1)
    assert house["Rivera"].is_paged(), "nobody has read Bea's message"


# -- who may take it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", ["Acknowledge", "Resolve"])
async def test_whoever_it_is_about_cannot_end_it(house: House, label: str) -> None:
    rivera = house["Rivera"]
    await rivera.says(DANGER)
    answer = await rivera.clicks(label, in_="on-call")
    if answer.form is not None:
        answer = await answer.fills(outcome="false_alarm")
    assert "about you" in answer.text
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.state is IncidentState.OPEN
    assert house["Chen"].is_paged()


async def test_whoever_paged_by_hand_may_end_it(house: House) -> None:
    await house["Okafor"].runs("oncall page", in_="on-call", text="Please come to room 2")
    form = await house["Okafor"].clicks("Resolve", in_="on-call")
    await form.fills(outcome="other")
    assert not await house.app.rooms.oncall.unresolved(house.guild.id)


async def test_it_is_not_handed_to_somebody_who_left(enrolled: House) -> None:
    house = enrolled
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    form = await house["Rivera"].clicks("Hand over", in_="on-call")
    house.guild.remove_member(house["Okafor"].id)
    house.app.presence.forget(house.guild.id, [house["Okafor"].id])
    await house.settles()
    answer = await form.fills(to=str(house["Okafor"].id))
    assert "not in this server" in answer.text
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.acknowledged_by == house["Rivera"].id


async def test_whoever_has_it_leaves_and_it_pages_anew(enrolled: House) -> None:
    house = enrolled
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    await house["Rivera"].clicks("Still with it", in_="on-call")
    house.guild.remove_member(house["Rivera"].id)
    await a_minute_passes(house)
    assert house["Chen"].is_paged()


async def test_whoever_has_it_is_taken_off_the_staff_and_it_pages_anew(enrolled: House) -> None:
    house = enrolled
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    await house["Rivera"].clicks("Still with it", in_="on-call")
    assert not house["Chen"].is_paged()
    without = PROGRAMME.replace('"{Rivera}", "{Chen}", "{Okafor}"', '"{Chen}", "{Okafor}"').replace(
        'people: ["{Rivera}"]', 'people: ["{Chen}"]'
    )
    await house.restart(without)
    await a_minute_passes(house)
    assert house["Chen"].is_paged()


# -- roads -------------------------------------------------------------------------------------------------------------


async def test_a_step_that_reaches_nobody_does_not_wait_though_an_earlier_one_did(enrolled: House) -> None:
    house = enrolled
    house["Chen"].closes_dms()
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=3, seconds=1)
    assert house["Okafor"].id in mentioned(house), "Chen's step is passed at once"


async def test_a_page_that_cannot_be_drawn_goes_out_plain(enrolled: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house = enrolled

    async def breaks_down(_guild_id: int, _user_id: int) -> None:
        raise RuntimeError

    monkeypatch.setattr(house.app.rooms.members, "find", breaks_down)
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(seconds=5)
    assert house["Rivera"].is_paged()
    assert any(has_button(message, "Acknowledge") for message in house["Rivera"].reads()), "by DM, too"
    assert house["Rivera"].id in mentioned(house)
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.state is IncidentState.ACKNOWLEDGED


async def test_staff_who_erase_themselves_are_still_paged_outside(pocketed: tuple[House, Pockets]) -> None:
    house, pockets_ = pocketed
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.app.rooms.privacy.erase(house["Rivera"].id, "k")
    await house.advance(minutes=1, seconds=5)
    assert pockets_.texts("Rivera")


async def test_what_pages_anew_is_a_new_alert_at_pagerduty(empty_house: House, world: Services) -> None:
    """PagerDuty rings nobody for an alert that was acknowledged, however often it is triggered again."""
    house = empty_house
    await begin(house, world, Rivera=[PAGERDUTY])
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=1)
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    await house.advance(minutes=21, seconds=10)
    first, taken, *again = [(one.body["event_action"], one.body["dedup_key"]) for one in world.got]
    assert (first[0], taken[0]) == ("trigger", "acknowledge")
    assert first[1] == taken[1]
    assert again, "it was let go"
    assert {event for event, _ in again} == {"trigger"}
    assert first[1] not in {key for _, key in again}
    form = await house["Rivera"].clicks("Resolve", in_="on-call")
    await form.fills(outcome="safe_supported")
    await house.advance(minutes=1)
    ended = {one.body["dedup_key"] for one in world.got if one.body["event_action"] == "resolve"}
    assert ended == {first[1], again[0][1]}, "both alerts are over"


# -- the database is away ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outage", OUTAGES)
async def test_a_worry_pages_from_memory_and_is_recorded_once(pocketed: tuple[House, Pockets], outage: str) -> None:
    house, pockets_ = pocketed
    message = await house["Bea"].says("see you", in_="morning-check-in")
    house.app.database.patience = 0.05
    async with OUTAGES[outage](house):
        people = house.sandbox.people
        chosen = people.message_menu(house["Alex"].id, "Worried about them", message)
        await sees(house, house["Rivera"].is_paged)
        assert "Somebody worries about" in text_of(cards(house)[0])
        assert f"<@{house['Alex'].id}>" not in text_of(cards(house)[0])
        await until(lambda: pockets_.texts("Rivera"))
        await sees(house, lambda: chosen.messages and "988" in chosen.messages[-1].content)
        assert "telling staff" in chosen.messages[-1].content
    await is_recorded(house)
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.user_id == house["Bea"].id
    assert len(cards(house)) == 1
    assert not house["Bea"].reads()[-1].content.startswith("We have read"), "Bea is told nothing"
    await worries(house["Alex"], message)
    assert len(cards(house)) == 1


@pytest.mark.parametrize("outage", OUTAGES)
async def test_a_report_out_of_worry_pages_from_memory_too(pocketed: tuple[House, Pockets], outage: str) -> None:
    house, _ = pocketed
    message = await house["Bea"].says("see you", in_="morning-check-in")
    form = await opens(house["Alex"], message)
    house.app.database.patience = 0.05
    async with OUTAGES[outage](house):
        house.sandbox.people.submit(house["Alex"].id, form.interaction, {"reason": "worried", "words": ""})
        await sees(house, house["Rivera"].is_paged)
    await is_recorded(house)
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.user_id == house["Bea"].id


async def test_in_memory_whoever_is_in_danger_is_not_who_is_paged(pocketed: tuple[House, Pockets]) -> None:
    house, pockets_ = pocketed
    async with away(house):
        say(house, "Rivera", DANGER, None)
        await sees(house, house["Chen"].is_paged)
        await until(lambda: pockets_.texts("Chen"))
        assert not pockets_.texts("Rivera")
        pressed = house.sandbox.people.click(house["Rivera"].id, cards(house)[0], "Acknowledge")
        await sees(house, lambda: pressed.messages)
        assert house["Chen"].is_paged(), "nor who ends it"
    await is_recorded(house)


async def test_in_memory_whoever_took_it_is_told_of_more(pocketed: tuple[House, Pockets]) -> None:
    house, _ = pocketed
    async with away(house):
        await taken_in_memory(house)
        say(house, "Alex", PILLS)
        await sees(house, lambda: "written again" in house["Rivera"].texts("on-call")[-1])
        assert house["Rivera"].reads("on-call")[-1].mentions.user_ids == (house["Rivera"].id,)
    await is_recorded(house)


async def test_in_memory_what_was_taken_long_ago_pages_anew(pocketed: tuple[House, Pockets]) -> None:
    house, _ = pocketed
    async with away(house):
        await taken_in_memory(house)
        house._move(house.clock.now() + timedelta(minutes=31))
        say(house, "Alex", PILLS)
        await sees(house, house["Rivera"].is_paged)
        assert len(cards(house)) == 2
    await is_recorded(house)
    await house.advance(seconds=5)
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.state is IncidentState.OPEN, "an acknowledgement of half an hour ago is none of this"
    assert house["Rivera"].is_paged()


async def taken_in_memory(house: House) -> None:
    """Alex writes, and Rivera takes it before the database is back."""
    say(house, "Alex", DANGER)
    await sees(house, lambda: cards(house))
    house.sandbox.people.click(house["Rivera"].id, cards(house)[0], "Acknowledge")
    await sees(house, lambda: "has it" in text_of(cards(house)[0]))


async def test_a_fault_of_the_outside_roads_does_not_end_the_ladder_in_memory(
    pocketed: tuple[House, Pockets], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, _ = pocketed

    def breaks_down() -> None:
        raise RuntimeError

    monkeypatch.setattr(house.app.watch.last_resort, "_roads", breaks_down)
    async with away(house):
        say(house, "Alex", DANGER)
        await sees(house, lambda: cards(house))
        house._move(house.clock.now() + timedelta(minutes=3))
        await sees(house, lambda: house["Chen"].id in mentioned(house))
    await is_recorded(house)


# -- afterwards --------------------------------------------------------------------------------------------------------


async def test_a_second_false_alarm_of_one_incident_is_listed_too(enrolled: House) -> None:
    house = enrolled
    await house["Alex"].says(DANGER, in_="morning-check-in")
    for _ in range(2):
        form = await house["Rivera"].clicks("Resolve", in_="on-call")
        await form.fills(outcome="false_alarm")
        await house["Rivera"].clicks("Reopen", in_="on-call")
    listed = await house["Chen"].runs("lexicon review", in_="staff-room")
    assert "Entry 1" in listed.text
    assert "Entry 2" in listed.text
