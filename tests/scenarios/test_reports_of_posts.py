"""Reports of what the bot itself posted: they are about whoever is behind it; and of what its author changes since."""

from sandbox.world.messages import Message
from tests.harness.checkins import check_in, gather
from tests.harness.house import House
from tests.harness.person import Answer, Person, labels_of, text_of
from tests.scenarios.test_reports import CHANNEL, QUEUE, WORDS, everything_seen, queue, reports

TIRED = "so tired of all of it"


async def the_post(house: House) -> Message:
    """Alex's check-in, as Bea reads it in the day's thread."""
    await gather(house, "Alex", "Bea")
    await check_in(house["Alex"], words=TIRED)
    [thread] = [place for place in house["Bea"].places() if place.name.startswith("Check-in")]
    return house["Bea"].reads(thread)[-1]


async def worries(person: Person, message: Message) -> Answer:
    interaction = person.house.sandbox.people.message_menu(person.id, "Worried about them", message)
    await interaction.answered(40)
    await person.house.settles()
    return Answer(person, interaction)


async def worried_about(house: House) -> list[int]:
    return [one.user_id for one in await house.app.rooms.oncall.unresolved(house.guild.id)]


async def test_a_report_of_a_check_in_is_about_its_author(house: House) -> None:
    await reports(house["Bea"], await the_post(house))
    [card] = queue(house)
    assert "A message of **Alex**" in text_of(card)
    assert "Bea" not in text_of(card)
    assert TIRED in (await house["Rivera"].clicks("Show", in_=QUEUE)).text


async def test_worried_about_a_check_in_pages_about_its_author(house: House) -> None:
    answer = await reports(house["Bea"], await the_post(house), reason="worried")
    assert house["Rivera"].is_paged()
    assert await worried_about(house) == [house["Alex"].id]
    assert "I posted that one" not in answer.text


async def test_the_menu_worried_about_them_does_the_same(house: House) -> None:
    await worries(house["Bea"], await the_post(house))
    assert house["Rivera"].is_paged()
    assert await worried_about(house) == [house["Alex"].id]


async def test_worried_about_what_staff_approved_pages_with_the_words_that_stand_there(house: House) -> None:
    await house.enrol("Alex", "Bea")
    await house["Alex"].says("my number is 555-867-5309, in case", in_=CHANNEL)
    await house["Rivera"].clicks("Approve", in_=QUEUE)
    await worries(house["Bea"], house["Bea"].reads(CHANNEL)[-1])
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    page = await house.app.rooms.oncall.incident_page(incident.id, house["Rivera"].id)
    assert any("555-867-5309" in (entry.words or "") for entry in page.entries)


async def test_the_groups_card_is_nobodys(house: House) -> None:
    await gather(house, "Alex", "Bea")
    card = house["Bea"].reads(CHANNEL)[-1]
    answer = await reports(house["Bea"], card, reason="worried")
    assert "988" in answer.text
    assert not await worried_about(house)
    await worries(house["Bea"], card)
    assert not await worried_about(house)
    shown = await house["Rivera"].clicks("Show", in_=QUEUE)
    assert "I posted that one" in shown.text
    assert "How is everybody" not in shown.text, "whose words nobody knows are not kept a second time"


async def test_the_reported_author_of_a_post_learns_nothing(house: House) -> None:
    post = await the_post(house)
    before = everything_seen(house["Alex"])
    await reports(house["Bea"], post)
    await house["Rivera"].clicks("Looked to", in_=QUEUE)
    assert everything_seen(house["Alex"]) == before


async def test_what_was_reported_is_kept_though_its_author_changes_it_before_the_second_report(house: House) -> None:
    await house.enrol("Alex", "Bea", "Jo")
    message = await house["Alex"].says(WORDS, in_=CHANNEL)
    await reports(house["Bea"], message)
    await house["Alex"].edits(message, "have a good evening, all of you")
    await reports(house["Jo"], message)
    shown = await house["Rivera"].clicks("Show", in_=QUEUE)
    assert WORDS in shown.text
    assert "have a good evening" in shown.text


# -- staff who are reported --------------------------------------------------------------------------------------------


async def test_about_whoever_is_on_call_it_goes_past_them_and_so_does_its_reminder(house: House) -> None:
    await house.enrol("Bea")
    rivera = house["Rivera"]  # who is on call
    message = await rivera.says(WORDS, in_=CHANNEL)
    await reports(house["Bea"], message)
    await house.advance(hours=4, minutes=1)
    seen = everything_seen(rivera)
    assert "was reported" not in seen
    assert "has been waiting" not in seen
    [thread] = [place for place in house["Chen"].places() if place.name.startswith("For you to look at")]
    cards = [one for one in house["Chen"].reads(thread) if labels_of(one)]
    assert len(cards) == 2
    assert rivera.id not in cards[-1].mentions.user_ids


async def test_worried_about_whoever_is_on_call_pages_somebody_else(house: House) -> None:
    await house.enrol("Bea")
    message = await house["Rivera"].says("I cannot do this any more", in_=CHANNEL)
    await reports(house["Bea"], message, reason="worried")
    assert house["Chen"].is_paged() or house["Okafor"].is_paged()
    assert not any("Acknowledge" in labels_of(one) for one in house["Rivera"].reads())


async def test_one_of_staff_reads_nowhere_who_worried_about_them(house: House) -> None:
    await house.enrol("Bea", "Jo")
    chen, rivera = house["Chen"], house["Rivera"]
    for member in ("Bea", "Jo"):
        await reports(house[member], await chen.says(f"no more of this, {member}", in_=CHANNEL), reason="worried")
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    told = await rivera.runs("incident show", in_="on-call", code=incident.code)
    assert f"<@{house['Jo'].id}>" in told.text, "whoever looks after them may ask the one who worried"
    theirs = await chen.runs("incident show", in_="on-call", code=incident.code)
    page = await house.app.rooms.oncall.incident_page(incident.id, chen.id)
    for member in ("Bea", "Jo"):
        assert str(house[member].id) not in theirs.text
        assert house[member].id not in {entry.actor_id for entry in page.entries}


async def test_where_all_of_staff_are_reported_each_case_goes_to_the_others(house: House) -> None:
    await house.enrol("Bea")
    for person in house.staff:
        await reports(house["Bea"], await person.says(f"{WORDS}, says {person.name}", in_=CHANNEL))
    assert not queue(house)
    for person in house.staff:
        cards = [
            text_of(one)
            for place in person.places()
            if place.name.startswith("For you to look at")
            for one in person.reads(place)
            if labels_of(one)
        ]
        assert len(cards) == 2
        assert not any(f"<@{person.id}>" in card for card in cards)
