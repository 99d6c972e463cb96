"""`Report to staff`: one case a message, and nobody learns who reported but staff who ask for it."""

import asyncio
from typing import Any

from bot.ui.moderation_reports import pack, unpack
from sandbox.world.messages import Message
from tests.harness.house import PROGRAMME, House
from tests.harness.person import Answer, Person, has_button, labels_of, text_of

CHANNEL, QUEUE, MENU = "morning-check-in", "mod-queue", "Report to staff"
WORDS = "nobody here wants to hear your stories again"


async def opens(person: Person, message: Message) -> Answer:
    interaction = person.house.sandbox.people.message_menu(person.id, MENU, message)
    await interaction.answered(40)
    await person.house.settles()
    return Answer(person, interaction)


async def reports(person: Person, message: Message, reason: str = "unkind", words: str = "") -> Answer:
    return await (await opens(person, message)).fills(reason=reason, words=words)


def queue(house: House) -> list[Message]:
    """What everybody of staff reads there; Okafor presses nothing, so none of it is hers alone."""
    return house["Okafor"].reads(QUEUE)


def everything_seen(person: Person) -> str:
    return "\n".join(text for place in person.places() for text in person.texts(place))


async def test_it_thanks_privately_and_staff_have_a_card_without_words_or_reporter(house: House) -> None:
    await house.enrol("Alex", "Bea")
    message = await house["Alex"].says(WORDS, in_=CHANNEL)
    form = await opens(house["Bea"], message)
    assert form.form.title == "Report to staff"
    thanks = await form.fills(reason="unkind", words="she always does that")
    assert thanks.is_private
    assert "Thank you" in thanks.text
    assert "988" in thanks.text
    [card] = queue(house)
    assert "Alex" in text_of(card)
    assert f"/{message.channel.id}/{message.id}" in text_of(card)
    assert "stories" not in text_of(card)
    assert "Bea" not in text_of(card)
    assert str(house["Bea"].id) not in text_of(card)
    assert labels_of(card) == ["Show", "Looked to"]


async def test_show_says_why_and_who_only_to_whoever_asks(house: House) -> None:
    await house.enrol("Alex", "Bea")
    message = await house["Alex"].says(WORDS, in_=CHANNEL)
    await reports(house["Bea"], message, words="she always does that")
    shown = await house["Rivera"].clicks("Show", in_=QUEUE)
    assert shown.is_private
    assert WORDS in shown.text
    assert "unkind" in shown.text
    assert "she always does that" in shown.text
    assert "Bea" not in shown.text
    assert str(house["Bea"].id) not in shown.text
    who = await shown.clicks("Who reported?")
    assert who.is_private
    assert f"<@{house['Bea'].id}>" in who.text
    noted = await audited(house)
    assert ("report.viewed", house["Rivera"].id) in noted
    assert ("report.reporter-viewed", house["Rivera"].id) in noted


async def audited(house: House) -> list[tuple[str, int]]:
    from bot.access import records  # noqa: PLC0415  # only this looks into the record

    async with house.app.database.read() as session:
        return [(row.action, row.actor_id or 0) for row in await records.audit_after(session, 0, 1000)]


async def test_the_reported_learn_nothing(house: House) -> None:
    await house.enrol("Alex", "Bea")
    message = await house["Alex"].says(WORDS, in_=CHANNEL)
    before = everything_seen(house["Alex"])
    await reports(house["Bea"], message)
    await house["Rivera"].clicks("Looked to", in_=QUEUE)
    assert everything_seen(house["Alex"]) == before
    copy = (await house.app.rooms.privacy.export(house["Alex"].id)).decode()
    assert str(house["Bea"].id) not in copy


async def test_two_reports_of_one_message_are_one_case_with_a_count(house: House) -> None:
    await house.enrol("Alex", "Bea", "Jo")
    message = await house["Alex"].says(WORDS, in_=CHANNEL)
    first, second = await opens(house["Bea"], message), await opens(house["Jo"], message)
    await asyncio.gather(first.fills(reason="unkind"), second.fills(reason="other", words="please look"))
    await reports(house["Bea"], message, words="and again")
    [card] = queue(house)
    assert "People who reported it: 2" in text_of(card)
    shown = await house["Rivera"].clicks("Show", in_=QUEUE)
    assert "please look" in shown.text
    assert "and again" in shown.text


async def test_of_two_who_close_it_the_second_is_told_who_did(house: House) -> None:
    await house.enrol("Alex", "Bea")
    message = await house["Alex"].says(WORDS, in_=CHANNEL)
    await reports(house["Bea"], message)
    rivera, chen = house["Rivera"], house["Chen"]
    [card] = queue(house)
    one, two = await asyncio.gather(rivera.clicks("Looked to", on=card), chen.clicks("Looked to", on=card))
    won, lost = (one, two) if "off the list" in one.text else (two, one)
    assert "off the list" in won.text
    assert f"<@{won.person.id}>" in lost.text
    assert labels_of(queue(house)[0]) == ["Show"]
    await reports(house["Bea"], message, words="it goes on")
    assert has_button(queue(house)[-1], "Looked to"), "a report after it was closed opens it again"


async def test_the_words_of_a_report_are_read_for_danger_first(house: House) -> None:
    await house.enrol("Alex", "Bea")
    message = await house["Alex"].says(WORDS, in_=CHANNEL)
    answer = await reports(house["Bea"], message, words="after that I'm going to kill myself tonight")
    assert house["Rivera"].is_paged()
    assert "988" in answer.text
    assert "Thank you" in answer.text
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.user_id == house["Bea"].id


async def test_worried_goes_to_the_on_call_road_too(house: House) -> None:
    await house.enrol("Alex", "Bea")
    message = await house["Alex"].says("see you all some day", in_=CHANNEL)
    await reports(house["Bea"], message, reason="worried", words="he gave me his dog")
    assert house["Rivera"].is_paged()
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.user_id == house["Alex"].id
    [card] = queue(house)
    assert incident.code in text_of(card)
    assert "he gave me his dog" in (await house["Rivera"].clicks("Show", in_=QUEUE)).text


# -- about staff -------------------------------------------------------------------------------------------------------


async def test_a_report_about_staff_goes_past_them(house: House) -> None:
    await house.enrol("Bea")
    message = await house["Chen"].says(WORDS, in_=CHANNEL)
    await reports(house["Bea"], message)
    assert not queue(house), "where Chen looks, there is nothing"
    [thread] = [place for place in house["Rivera"].places() if place.name.startswith("For you to look at")]
    assert thread.id in {place.id for place in house["Okafor"].places()}
    assert thread.id not in {place.id for place in house["Chen"].places()}
    [card] = [one for one in house["Okafor"].reads(thread) if labels_of(one)]
    assert "somebody on staff" in text_of(card)
    shown = await house["Rivera"].clicks("Show", on=card)
    assert WORDS in shown.text
    assert "Nothing waits" in (await house["Chen"].runs("mod queue", in_=QUEUE)).text
    assert "Reported" in (await house["Rivera"].runs("mod queue", in_=QUEUE)).text
    await house.advance(hours=4, minutes=1)
    assert not queue(house)
    assert len([one for one in house["Okafor"].reads(thread) if labels_of(one)]) == 2, "the reminder goes there, too"
    assert not any(str(house["Bea"].id) in text for text in house["Okafor"].texts(thread))
    await house["Rivera"].clicks("Looked to", on=card)
    assert labels_of(card) == ["Show"]


async def test_whom_it_is_about_cannot_open_it_even_by_its_button(house: House) -> None:
    await house.enrol("Bea")
    message = await house["Chen"].says(WORDS, in_=CHANNEL)
    await reports(house["Bea"], message)
    service = house.app.rooms.moderation.reports
    [case] = await service.waiting(house.guild.id, house["Rivera"].id)
    for act in (service.show, service.who_reported, service.close):
        refused = await refusal(act, case.id, house["Chen"].id)
        assert "Somebody else on staff" in refused


async def refusal(act: Any, *arguments: int) -> str:
    try:
        await act(*arguments)
    except Exception as error:  # noqa: BLE001  # what it says is what is looked at
        return str(error)
    return "it was let through"


async def test_about_the_only_one_of_staff_is_said_honestly(empty_house: House) -> None:
    house = empty_house
    programme = PROGRAMME.replace('staff: ["{Rivera}", "{Chen}", "{Okafor}"]', 'staff: ["{Rivera}"]')
    await house.start(programme.replace('backup: ["{Chen}"]', "backup: []"))
    await house.enrol("Bea")
    message = await house["Rivera"].says(WORDS, in_=CHANNEL)
    answer = await reports(house["Bea"], message)
    assert "whoever runs the programme" in answer.text
    assert not house["Rivera"].reads(QUEUE)


async def test_a_thread_that_cannot_be_opened_is_tried_again_and_never_put_in_the_queue(house: House) -> None:
    await house.enrol("Bea")
    message = await house["Chen"].says(WORDS, in_=CHANNEL)
    house.sandbox.faults.fail("POST /channels/{channel_id}/threads", 403, 1, code=50013)
    await reports(house["Bea"], message)
    await house.advance(hours=4, minutes=1)
    assert not queue(house)
    assert [place for place in house["Rivera"].places() if place.name.startswith("For you to look at")]


# -- what stays, and what goes -----------------------------------------------------------------------------------------


async def test_a_report_of_what_staff_approved_is_about_its_author(house: House) -> None:
    await house.enrol("Alex", "Bea")
    await house["Alex"].says("my number is 555-867-5309", in_=CHANNEL)
    await house["Rivera"].clicks("Approve", in_=QUEUE)
    posted = house["Bea"].reads(CHANNEL)[-1]
    await reports(house["Bea"], posted)
    assert "A message of **Alex**" in text_of(queue(house)[-1])


async def test_words_are_kept_though_the_message_goes_while_the_form_is_open(house: House) -> None:
    await house.enrol("Alex", "Bea")
    message = await house["Alex"].says(WORDS, in_=CHANNEL)
    form = await opens(house["Bea"], message)
    house.sandbox.people.delete(house["Alex"].id, message)
    await form.fills(reason="unkind")
    assert WORDS in (await house["Rivera"].clicks("Show", in_=QUEUE)).text


async def test_a_form_that_was_open_over_a_restart_still_arrives(house: House) -> None:
    await house.enrol("Alex", "Bea")
    message = await house["Alex"].says(WORDS, in_=CHANNEL)
    form = await opens(house["Bea"], message)
    await house.restart()
    assert "Thank you" in (await form.fills(reason="unkind")).text
    assert WORDS in (await house["Rivera"].clicks("Show", in_=QUEUE)).text


async def test_staff_are_reminded_of_a_report(house: House) -> None:
    await house.enrol("Alex", "Bea")
    message = await house["Alex"].says(WORDS, in_=CHANNEL)
    await reports(house["Bea"], message)
    await house.advance(hours=8, minutes=2)
    assert len(queue(house)) == 3
    assert house["Rivera"].id in queue(house)[-1].mentions.user_ids
    await house["Rivera"].clicks("Looked to", on=queue(house)[0])
    await house.advance(hours=8)
    assert len(queue(house)) == 3


async def test_erasing_oneself_takes_ones_reports_along_older_ones_too(house: House) -> None:
    """Elsewhere the erasure of a report left older ones behind."""
    await house.enrol("Alex", "Bea", "Jo")
    bea, rivera = house["Bea"], house["Rivera"]
    old = await house["Alex"].says(WORDS, in_=CHANNEL)
    await reports(bea, old, words="beas-older-words")
    await rivera.clicks("Looked to", on=queue(house)[0])
    await house.advance(days=40)
    new = await house["Alex"].says(f"{WORDS}!", in_=CHANNEL)
    await reports(bea, new, words="beas-newer-words")
    await reports(house["Jo"], new)
    await (await bea.runs("privacy erase")).clicks("Yes, erase it")
    await house.advance(seconds=1)
    assert "report" not in (await house.app.rooms.privacy.export(bea.id)).decode()
    assert "People who reported it: 1" in text_of(queue(house)[-1])
    for card in queue(house):
        shown = await rivera.clicks("Show", on=card)
        assert "beas-" not in shown.text
        assert str(bea.id) not in (await shown.clicks("Who reported?")).text


async def test_erasing_oneself_takes_reports_about_oneself_along(house: House) -> None:
    await house.enrol("Alex", "Bea")
    alex = house["Alex"]
    await reports(house["Bea"], await alex.says(WORDS, in_=CHANNEL))
    await (await alex.runs("privacy erase")).clicks("Yes, erase it")
    await house.advance(seconds=1)
    [card] = queue(house)
    assert "erased" in text_of(card)
    assert not labels_of(card)
    assert "report" not in (await house.app.rooms.privacy.export(house["Bea"].id)).decode()


def test_what_a_form_carries_fits_and_comes_back() -> None:
    largest = 2**63 - 1
    assert len(pack(largest, largest, largest)) <= 38
    assert unpack(pack(largest, 0, 1574409181593600021)) == (largest, 0, 1574409181593600021)
