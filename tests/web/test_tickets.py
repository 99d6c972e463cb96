"""A ticket's page: for staff with a second factor, each look on record, and no other place shows a summary."""

import pytest

from config.settings import WebSettings
from tests.harness.house import House
from tests.web.stand import free_port
from tests.web.test_house import browser_of, link_in

STAFF_ROOM = "staff-room"
QUESTION = "could I switch to the evening group next month"
SUMMARY = "zanzibar: moved to the evening group"


@pytest.fixture
async def asked(empty_house: House) -> House:
    """A house with private pages, in which Alex has asked."""
    port = free_port()
    empty_house.web = WebSettings(host="127.0.0.1", port=port, base_url=f"http://127.0.0.1:{port}")
    await empty_house.start()
    await empty_house.enrol("Alex")
    answer = await empty_house["Alex"].runs("ask", in_="morning-check-in", text=QUESTION)
    assert not answer.failed
    return empty_house


def discord_of(house: House) -> str:
    """Everything that anybody reads anywhere on Discord."""
    people = [*house.staff, house["Alex"]]
    texts = [text for person in people for place in person.places() for text in person.texts(place)]
    return "\n".join([*texts, *(text for person in people for text in person.texts())])


async def test_the_transcript_and_the_summary_are_on_the_page_alone(asked: House) -> None:
    house, rivera = asked, asked["Rivera"]
    [thread] = [place for place in house["Alex"].places() if place.name.startswith("Between you and staff")]
    await rivera.says("which days suit you?", in_=thread)
    await house["Alex"].says("mondays <b>and</b> fridays", in_=thread)
    form = await rivera.runs("ticket close", in_=STAFF_ROOM, number=1)
    assert form.form.title == "Close ticket 1"
    closed = await form.fills(summary=SUMMARY)
    assert "is closed" in closed.text
    shown = await rivera.clicks("Show", in_=STAFF_ROOM)
    assert QUESTION not in shown.text
    assert SUMMARY not in shown.text
    assert SUMMARY not in discord_of(house)
    browser = browser_of(house)
    await browser.enters(link_in(shown.text))
    page = await browser.gives_code(rivera.id)
    for words in ("Ticket 1", "Alex", QUESTION, "which days suit you?", "mondays <b>and</b> fridays", SUMMARY):
        assert words in page.words
    assert "<b>" not in page.text, "what people write is escaped"
    assert SUMMARY in (await house.app.rooms.privacy.export(house["Alex"].id)).decode()


async def test_nobody_but_staff_opens_it_and_no_other_servers_is_found(asked: House) -> None:
    house = asked
    link = await house.app.rooms.access.link(house.guild.id, house["Alex"].id, "/ticket/1")
    browser = browser_of(house)
    page = await browser.enters(link_in(str(link)))
    assert page.status == 404
    assert QUESTION not in page.text
    shown = await house["Rivera"].clicks("Show", in_=STAFF_ROOM)
    browser = browser_of(house)
    await browser.enters(link_in(shown.text))
    await browser.gives_code(house["Rivera"].id)
    assert (await browser.goes("/ticket/1")).status == 200
    assert (await browser.goes("/ticket/2")).status == 404


async def test_what_cannot_be_put_on_record_is_not_shown(asked: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house = asked
    shown = await house["Rivera"].clicks("Show", in_=STAFF_ROOM)
    browser = browser_of(house)
    await browser.enters(link_in(shown.text))
    await browser.gives_code(house["Rivera"].id)

    async def refuse(*_args: object, **_more: object) -> None:
        raise OSError

    monkeypatch.setattr(house.app.rooms.access.audit, "look", refuse)
    page = await browser.goes("/ticket/1")
    assert page.status >= 500
    assert QUESTION not in page.text


async def test_a_second_summary_is_added_to_the_first(asked: House) -> None:
    house = asked
    [thread] = [place for place in house["Alex"].places() if place.name.startswith("Between you and staff")]
    for words in ("the first end", "the second end"):
        form = await house["Rivera"].runs("ticket close", in_=STAFF_ROOM, number=1)
        await form.fills(summary=words)
        await house["Alex"].says("and one thing more", in_=thread)
    transcript = await house.app.rooms.tickets.desk.transcript(house.guild.id, 1, house["Chen"].id)
    assert transcript.summary == "the first end\n\nthe second end"


async def test_a_form_left_open_while_they_wrote_closes_nothing(asked: House) -> None:
    house = asked
    [thread] = [place for place in house["Alex"].places() if place.name.startswith("Between you and staff")]
    await house["Rivera"].says("which days suit you?", in_=thread)
    form = await house["Rivera"].runs("ticket close", in_=STAFF_ROOM, number=1)
    await house["Alex"].says("mondays", in_=thread)
    late = await form.fills(summary="nothing more to say")
    assert "They have written since" in late.text
    [one] = await house.app.rooms.tickets.desk.open_tickets(house.guild.id, house["Rivera"].id)
    assert one.is_open
