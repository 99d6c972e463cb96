"""No incident, however old or however quiet, swallows a graver message, a new danger or a call for contact."""

from bot.privacy.service import PrivacyService
from tests.harness.house import PROGRAMME, House

DANGER = "I'm going to kill myself tonight"
LAPSE = "I drank last night after three weeks, I feel so ashamed"


async def test_ack_a_week_ago_never_resolved(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    await house["Rivera"].clicks("Still with it", in_="on-call")
    await house.advance(days=7)
    await house["Alex"].says("I am going to kill myself now, goodbye", in_="morning-check-in")
    await house.advance(minutes=30)
    assert any(person.is_paged() for person in house.staff)


async def test_notify_after_an_acknowledged_incident(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(LAPSE, in_="morning-check-in")
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    await house["Rivera"].clicks("Still with it", in_="on-call")
    await house.advance(days=7)
    before = len(house["Rivera"].reads("on-call"))
    await house["Alex"].says("I relapsed again last night, I feel so ashamed", in_="morning-check-in")
    await house.advance(hours=6)
    assert len(house["Rivera"].reads("on-call")) > before, "staff learn nothing"


async def test_contact_button_after_resolution(house: House) -> None:
    await house.enrol("Alex")
    alex, rivera = house["Alex"], house["Rivera"]
    await alex.says(DANGER, in_="morning-check-in")
    await rivera.clicks("Acknowledge", in_="on-call")
    form = await rivera.clicks("Resolve", in_="on-call")
    await form.fills(outcome="safe_supported")
    await house.advance(days=1)
    await alex.clicks("Ask staff to contact me")
    await house.advance(hours=5)
    assert any(person.is_paged() for person in house.staff)


async def test_contact_button_on_a_notify(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    await alex.says(LAPSE, in_="morning-check-in")
    await alex.clicks("Ask staff to contact me")
    await house.advance(minutes=30)
    assert any(person.is_paged() for person in house.staff)


async def test_contact_button_on_a_notify_with_nobody_on_shift(empty_house: House) -> None:
    house = empty_house
    await house.start(PROGRAMME.replace('people: ["{Rivera}"]', "people: []"))
    await house.enrol("Alex")
    alex = house["Alex"]
    await alex.says(LAPSE, in_="morning-check-in")
    await alex.clicks("Ask staff to contact me")
    await house.advance(minutes=30)
    assert any(person.is_paged() for person in house.staff)


async def test_edit_same_tier_after_resolution(house: House) -> None:
    await house.enrol("Alex")
    alex, rivera = house["Alex"], house["Rivera"]
    message = await alex.says("I want to die", in_="morning-check-in")
    assert rivera.is_paged()
    await rivera.clicks("Acknowledge", in_="on-call")
    form = await rivera.clicks("Resolve", in_="on-call")
    await form.fills(outcome="false_alarm")
    await house.advance(hours=2)
    await alex.edits(message, "I just took all my pills, I overdosed")
    assert rivera.is_paged()


async def test_erased_with_open_incident_writes_again(house: House) -> None:
    await house.enrol("Alex")
    alex, rivera = house["Alex"], house["Rivera"]
    await alex.says(DANGER)
    await rivera.clicks("Acknowledge", in_="on-call")
    app = house.app
    await PrivacyService(app.database, app.clock, app.content, app.outbox).erase(alex.id, "k")
    await house.settles()
    await alex.says("I want to kill myself now")
    assert any("still" in t or "again" in t for t in rivera.texts("on-call")), "the open incident hears nothing"


async def test_on_call_person_is_the_one_in_danger(house: House) -> None:
    await house["Rivera"].says(DANGER)
    await house.advance(minutes=2)
    assert any(person.is_paged() for person in house.staff if person.name != "Rivera")
