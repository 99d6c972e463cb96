"""What people read on their screens, read as if by them: true at that moment, and saying what to do next."""

from tests.harness.house import PROGRAMME, House
from tests.harness.person import text_of

DANGER = "I'm going to kill myself tonight"
PELIGRO = "ya no quiero vivir, me voy a matar esta noche"
SPANISH = PROGRAMME.replace("languages: [en, es]", "languages: [es, en]")


# -- staff -------------------------------------------------------------------------------------------------------------


async def test_a_page_by_dm_asks_for_no_press_once_somebody_has_it(house: House) -> None:
    await house.enrol("Alex")
    rivera, chen = house["Rivera"], house["Chen"]
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=3)
    await rivera.clicks("Acknowledge", in_="on-call")
    assert "Press Acknowledge" not in rivera.texts()[-1]
    assert "You have this one" in rivera.texts()[-1]
    assert "Press Acknowledge" not in chen.texts()[-1]
    assert "Nothing for you to do" in chen.texts()[-1]
    await rivera.clicks("Escalate now", in_="on-call")
    assert "Press Acknowledge here" in rivera.texts()[-1], "nobody has it, and it says so again"


async def test_who_is_asked_by_escalate_now_is_told_no_tale_of_nobody_having_come(house: House) -> None:
    await house.enrol("Alex")
    rivera = house["Rivera"]
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await rivera.clicks("Acknowledge", in_="on-call")
    await rivera.clicks("Escalate now", in_="on-call")
    card = text_of(house["Chen"].reads("on-call")[-1])
    assert "Nobody has this one at the moment" in card
    assert "Nobody has acknowledged yet" not in card


async def test_whoever_takes_it_is_told_until_when_a_sign_is_awaited(house: House) -> None:
    await house.enrol("Alex")
    rivera = house["Rivera"]
    await house["Alex"].says(DANGER, in_="morning-check-in")
    taken = await rivera.clicks("Acknowledge", in_="on-call")
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.next_escalation_at is not None
    assert (
        f"Press `Still with it` or write a note by <t:{int(incident.next_escalation_at.timestamp())}:t>" in taken.text
    )
    again = await rivera.runs("incident ack", in_="on-call", code=incident.code)
    assert "You have it" in again.text
    late = await house["Chen"].runs("incident ack", in_="on-call", code=incident.code)
    assert f"<@{rivera.id}> took it" in late.text
    await rivera.runs("incident resolve", in_="on-call", code=incident.code, outcome="safe_supported")
    for person in (rivera, house["Chen"]):
        over = await person.runs("incident ack", in_="on-call", code=incident.code)
        assert f"<@{rivera.id}> resolved it" in over.text
        assert "/incident reopen" in over.text


async def test_graver_words_of_somebody_in_hand_are_a_link_away(house: House) -> None:
    """The card of a wish for contact has nothing to open; what is written later has, and the line leads there."""
    await house.enrol("Alex")
    alex, rivera = house["Alex"], house["Rivera"]
    await (await alex.runs("support", in_="morning-check-in")).clicks("Ask staff to contact me")
    assert "No message to open" in text_of(rivera.reads("on-call")[-1])
    await rivera.clicks("Acknowledge", in_="on-call")
    said = await alex.says(DANGER, in_="morning-check-in")
    line = rivera.texts("on-call")[-1]
    assert "has written again" in line
    assert f"https://discord.com/channels/{house.guild.id}/{said.channel.id}/{said.id}" in line


async def test_a_code_that_is_none_leads_to_the_list(house: House) -> None:
    answer = await house["Rivera"].runs("incident show", in_="on-call", code="ZZZ")
    assert "/incident list" in answer.text


async def test_staff_of_a_spanish_programme_are_answered_in_spanish(house: House) -> None:
    await house.restart(SPANISH)
    await house.enrol("Alex")
    rivera = house["Rivera"]
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await rivera.clicks("Acknowledge", in_="on-call")
    form = await rivera.clicks("Resolve", in_="on-call")
    assert form.form.title == "¿Cómo terminó?"
    assert "Gracias por estar ahí" in (await form.fills(outcome="false_alarm")).text
    assert (await rivera.runs("incident list", in_="on-call")).text == "No hay nada abierto."


# -- members -----------------------------------------------------------------------------------------------------------


async def test_somebody_who_reads_spanish_learns_what_the_buttons_do_and_how_988_answers_in_it(house: House) -> None:
    await house.restart(SPANISH)
    await house.enrol("Alex")
    alex = house["Alex"]
    await alex.says(PELIGRO, in_="morning-check-in")
    said = alex.texts()[-1]
    assert "oprime 2" in said
    assert "«Ask staff to contact me» pide al equipo que te escriba" in said


async def test_somebody_who_reads_english_is_told_nothing_twice(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert "“Ask staff to contact me”" not in house["Alex"].texts()[-1]


async def test_whoever_was_answered_in_spanish_is_answered_so_when_they_press(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    await alex.says(PELIGRO, in_="morning-check-in")
    answer = await alex.clicks("Ask staff to contact me")
    assert "equipo" in answer.text, "their Discord is in English; they are not"
    again = await alex.runs("support")
    assert "Staff" not in again.text
