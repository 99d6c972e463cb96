"""An incident from the page to the follow-up: taken, handed over, hurried, let go, noted, resolved, opened again."""

import pytest

from bot.oncall.service import EventKind, Incident
from sandbox.world.messages import Message
from tests.harness.house import PROGRAMME, House
from tests.harness.person import Answer, Person, labels_of, text_of

DANGER = "I'm going to kill myself tonight"
LAPSE = "I drank last night after three weeks, I feel so ashamed"


async def paged(house: House, words: str = DANGER) -> Incident:
    """Alex has written, and their incident is open."""
    await house.enrol("Alex")
    await house["Alex"].says(words, in_="morning-check-in")
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    return incident


async def resolved(person: Person, outcome: str = "safe_supported") -> Answer:
    form = await person.clicks("Resolve", in_="on-call")
    return await form.fills(outcome=outcome)


async def kinds(house: House, incident: Incident) -> list[EventKind]:
    return [entry.kind for entry in await house.app.rooms.oncall.timeline(incident.id)]


def cards_of(person: Person, code: str) -> list[Message]:
    """The cards of an incident in #on-call: they carry its code at the foot."""
    return [m for m in person.reads("on-call") for e in m.embeds if code in (e.get("footer") or {}).get("text", "")]


def fields_of(message: Message) -> str:
    return "\n".join(field["value"] for embed in message.embeds for field in embed.get("fields", []))


def give_links(house: House) -> list[tuple[int, int, str]]:
    """Have there be private pages; what links were made for is in the list."""
    asked: list[tuple[int, int, str]] = []

    async def links(guild_id: int, person: int, path: str) -> str:
        asked.append((guild_id, person, path))
        return f"https://pages.example/l/{len(asked)}"

    house.app.rooms.oncall.links = links
    return asked


# -- the card ----------------------------------------------------------------------------------------------------------


async def test_the_card_names_the_reasons_and_never_the_words(house: House) -> None:
    incident = await paged(house)
    [card] = cards_of(house["Rivera"], incident.code)
    assert "suicide" in fields_of(card)
    assert "Alex" in text_of(card)
    assert "Morning" in text_of(card)
    assert "https://discord.com/channels/" in text_of(card)
    assert "kill" not in text_of(card) + fields_of(card)


async def test_the_card_offers_what_makes_sense_as_it_stands(house: House) -> None:
    incident = await paged(house)
    rivera = house["Rivera"]
    house.app.rooms.oncall.links = None
    [card] = cards_of(rivera, incident.code)
    await rivera.clicks("Acknowledge", on=card)
    assert labels_of(card) == ["Still with it", "Resolve", "Hand over", "Escalate now"]
    await resolved(rivera)
    assert labels_of(card) == ["Reopen"], "and nothing that needs a private page, for there is none"


async def test_open_gives_a_one_time_link_to_this_person_alone(house: House) -> None:
    asked = give_links(house)
    incident = await paged(house)
    answer = await house["Rivera"].clicks("Open", in_="on-call")
    assert answer.is_private
    assert "https://pages.example/l/1" in answer.text
    assert asked == [(house.guild.id, house["Rivera"].id, f"/incident/{incident.id}")]
    refused = await house["Owner"].clicks("Open", in_="on-call")
    assert refused.text == "That is for staff only."
    assert len(asked) == 1


# -- taking it, and being heard of -------------------------------------------------------------------------------------


async def test_nothing_heard_for_twenty_minutes_and_it_pages_anew(house: House) -> None:
    incident = await paged(house)
    rivera = house["Rivera"]
    await rivera.clicks("Acknowledge", in_="on-call")
    await house.advance(minutes=19)
    assert not rivera.is_paged()
    await house.advance(minutes=1)
    assert rivera.is_paged(), "let go, and paged from the first step"
    assert not house["Chen"].is_paged()
    assert EventKind.LET_GO in await kinds(house, incident)
    assert not any("took it" in text for text in rivera.texts("on-call")), "no card says that somebody has it"
    await house.advance(minutes=3)
    assert house["Chen"].is_paged()


@pytest.mark.parametrize("sign", ["note", "Still with it", "Resolve", "Hand over", "show"])
async def test_any_sign_of_whoever_has_it_keeps_it_theirs(house: House, sign: str) -> None:
    incident = await paged(house)
    rivera = house["Rivera"]
    await rivera.clicks("Acknowledge", in_="on-call")
    await house.advance(minutes=10)
    if sign == "note":
        await house.app.rooms.oncall.note(incident.id, rivera.id, "Spoke by phone.")
    elif sign == "show":
        await rivera.runs("incident show", in_="on-call", code=incident.code)
    else:
        await rivera.clicks(sign, in_="on-call")  # the form is opened, and left
    await house.advance(hours=3)
    assert not any(person.is_paged() for person in house.staff)


async def test_a_press_of_somebody_else_is_no_sign(house: House) -> None:
    await paged(house)
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    await house["Chen"].clicks("Still with it", in_="on-call")
    await house.advance(minutes=20)
    assert house["Rivera"].is_paged()


async def test_a_quiet_card_let_go_waits_quietly_again(house: House) -> None:
    await paged(house, LAPSE)
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    await house.advance(hours=1)
    assert not house["Rivera"].is_paged()
    assert any("Acknowledge" in labels_of(message) for message in house["Rivera"].reads("on-call"))
    await house.advance(hours=4)
    assert house["Rivera"].is_paged()


async def test_the_member_reads_another_line_when_it_is_taken_again(house: House) -> None:
    await paged(house)
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    first = house["Alex"].texts()[-1]
    await house.advance(minutes=20)
    await house["Rivera"].clicks("Acknowledge", in_="on-call")
    assert house["Alex"].texts()[-1] != first


async def test_a_card_on_its_way_when_it_was_taken_says_so_when_it_arrives(house: House) -> None:
    incident = await paged(house)
    held = house.sandbox.faults.hang(f"POST /channels/{house.channel('on-call').id}/messages")
    oncall = house.app.rooms.oncall
    escalated, _ = await oncall.escalate(incident.id, house["Rivera"].id)
    await house.sandbox.changed(lambda: held.hits > 0, 40)
    await oncall.acknowledge(escalated.id, house["Chen"].id)
    house.sandbox.faults.clear()
    await house.settles()
    cards = cards_of(house["Rivera"], incident.code)
    assert len(cards) == 2, "it did arrive"
    assert not any("Acknowledge" in labels_of(card) for card in cards)


# -- hand over ---------------------------------------------------------------------------------------------------------


async def test_it_is_handed_over_with_a_mention_and_a_dm(house: House) -> None:
    incident = await paged(house)
    rivera, chen = house["Rivera"], house["Chen"]
    await rivera.clicks("Acknowledge", in_="on-call")
    form = await rivera.clicks("Hand over", in_="on-call")
    answer = await form.fills(to=[str(chen.id)])
    assert f"<@{chen.id}> has it now" in answer.text
    assert "handed over to you" in chen.texts()[-1]
    assert any(chen.id in message.mentions.user_ids for message in chen.reads("on-call"))
    held = await house.app.rooms.oncall.find(incident.id)
    assert held.acknowledged_by == chen.id
    assert all(f"<@{chen.id}> took it" in text_of(card) for card in cards_of(rivera, incident.code))
    await house.advance(minutes=20)
    assert rivera.is_paged(), "Chen was never heard of"


async def test_it_is_handed_to_staff_only_and_not_to_whom_it_is_about(house: House) -> None:
    incident = await paged(house)
    rivera = house["Rivera"]
    await rivera.clicks("Acknowledge", in_="on-call")
    for wrong in ("Bea", "Alex"):
        form = await rivera.clicks("Hand over", in_="on-call")
        assert "Only staff" in (await form.fills(to=[str(house[wrong].id)])).text
    assert (await house.app.rooms.oncall.find(incident.id)).acknowledged_by == rivera.id


async def test_what_nobody_has_is_not_put_on_somebody_who_may_be_asleep(house: House) -> None:
    incident = await paged(house)
    _, done = await house.app.rooms.oncall.hand_over(incident.id, house["Rivera"].id, house["Chen"].id)
    assert not done
    assert house["Rivera"].is_paged()


# -- escalate now ------------------------------------------------------------------------------------------------------


async def test_escalate_now_takes_the_next_step_at_once_and_the_rest_follow(house: House) -> None:
    await paged(house)
    rivera, chen, okafor = house.staff
    await rivera.clicks("Escalate now", in_="on-call")
    assert chen.is_paged()
    assert not okafor.is_paged()
    await house.advance(minutes=4)
    assert okafor.is_paged(), "four minutes stand between the second step and the third"


async def test_escalate_now_on_what_somebody_has_asks_for_others(house: House) -> None:
    incident = await paged(house)
    rivera, chen = house["Rivera"], house["Chen"]
    await rivera.clicks("Acknowledge", in_="on-call")
    await rivera.clicks("Escalate now", in_="on-call")
    assert chen.is_paged()
    assert (await house.app.rooms.oncall.find(incident.id)).acknowledged_by is None


async def test_escalate_now_makes_a_page_of_a_quiet_card(house: House) -> None:
    await paged(house, LAPSE)
    assert not house["Rivera"].is_paged()
    await house["Chen"].clicks("Escalate now", in_="on-call")
    assert house["Rivera"].is_paged()


# -- the commands ------------------------------------------------------------------------------------------------------


async def test_show_says_how_it_stands_without_any_words(house: House) -> None:
    incident = await paged(house)
    rivera = house["Rivera"]
    await rivera.clicks("Acknowledge", in_="on-call")
    await house.app.rooms.oncall.note(incident.id, rivera.id, "They are at their sister's, and crying.")
    answer = await rivera.runs("incident show", in_="on-call", code=incident.code.lower())
    assert answer.is_private
    for part in (incident.code, "acknowledged", "Alex", "Morning", "thoughts of suicide", "wrote a note", "delivered"):
        assert part in answer.text, part
    assert "kill" not in answer.text
    assert "sister" not in answer.text


async def test_show_of_a_long_night_fits_into_a_message(house: House) -> None:
    incident = await paged(house)
    await house.advance(hours=2)
    answer = await house["Rivera"].runs("incident show", in_="on-call", code=incident.code)
    assert not answer.failed
    assert incident.code in answer.text
    assert len(answer.text) <= 2_000


async def test_a_note_is_never_typed_into_discord(house: House) -> None:
    incident = await paged(house)
    rivera = house["Rivera"]
    house.app.rooms.oncall.links = None
    answer = await rivera.runs("incident note", in_="on-call", code=incident.code)
    assert answer.form is None
    assert "no private pages" in answer.text
    give_links(house)
    answer = await rivera.runs("incident note", in_="on-call", code=incident.code)
    assert answer.form is None
    assert "https://pages.example/l/1" in answer.text


async def test_an_unknown_code_is_a_kind_sentence(house: House) -> None:
    for command in ("show", "ack", "note", "reopen"):
        answer = await house["Rivera"].runs(f"incident {command}", in_="on-call", code="NO?PE<@1>")
        assert "no longer there" in answer.text
        assert "<" not in answer.text


# -- resolving, and opening again --------------------------------------------------------------------------------------


async def test_opened_again_it_pages_anew_and_is_not_looked_in_on(house: House) -> None:
    incident = await paged(house)
    rivera = house["Rivera"]
    await rivera.clicks("Acknowledge", in_="on-call")
    await resolved(rivera)
    await rivera.clicks("Reopen", in_="on-call")
    assert rivera.is_paged()
    opened = await house.app.rooms.oncall.find(incident.id)
    assert (opened.state, opened.resolved_by, opened.acknowledged_by) == ("open", None, None)
    await rivera.clicks("Acknowledge", in_="on-call")
    await rivera.clicks("Still with it", in_="on-call")
    await house.advance(hours=80)
    assert not any("was resolved" in text for text in rivera.texts("on-call"))


async def test_within_one_instant_it_still_pages_anew(house: House) -> None:
    """Taken, resolved, opened and opened again while no clock moves: each round has a card and a DM of its own."""
    incident = await paged(house)
    rivera, oncall = house["Rivera"], house.app.rooms.oncall
    for _ in range(3):
        await resolved(rivera)
        await oncall.reopen(incident.id, rivera.id)
        await house.settles()
    assert len([text for text in rivera.texts() if "Alex" in text]) == 4
    assert len(cards_of(rivera, incident.code)) == 4


async def test_it_is_not_opened_again_beside_a_newer_one(house: House) -> None:
    old = await paged(house)
    rivera = house["Rivera"]
    await resolved(rivera)
    await house["Alex"].says("I want to die", in_="morning-check-in")
    answer = await rivera.runs("incident reopen", in_="on-call", code=old.code)
    [newer] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert newer.id != old.id
    assert f"{newer.code} is open already" in answer.text


# -- looking in --------------------------------------------------------------------------------------------------------


async def test_whoever_is_on_call_then_looks_in_after_a_day_and_after_three(empty_house: House) -> None:
    house = empty_house
    rota = 'rota: {{handoff: "mon 09:00", people: ["{Rivera}"]}}'
    assert rota in PROGRAMME
    await house.start(PROGRAMME.replace(rota, 'rota: {{handoff: "09:00", people: ["{Rivera}", "{Chen}"]}}'))
    await paged(house)
    await resolved(house["Rivera"])
    await house.advance(hours=24)
    asked = [message for message in house["Rivera"].reads("on-call") if "Done" in labels_of(message)]
    assert len(asked) == 1
    then = (await house.app.rooms.oncall.shift(house.guild.id)).person
    assert set(asked[0].mentions.user_ids) == {then}
    assert "24 hours" in text_of(asked[0])
    assert not house["Rivera"].is_paged(), "it is a quiet card"
    answer = await house["Chen"].clicks("Done", on=asked[0])
    assert "Thank you" in answer.text
    assert labels_of(asked[0]) == []
    assert f"<@{house['Chen'].id}>" in text_of(asked[0])
    await house.advance(hours=48)
    assert any("72 hours" in text for text in house["Rivera"].texts("on-call"))


async def test_a_false_alarm_is_not_looked_in_on(house: House) -> None:
    await paged(house)
    await resolved(house["Rivera"], "false_alarm")
    await house.advance(hours=73)
    assert not any("was resolved" in text for text in house["Rivera"].texts("on-call"))
