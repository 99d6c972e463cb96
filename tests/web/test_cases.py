"""The page of somebody's cases: the reasons, for staff with a second factor; each look on record, in both languages."""

import pytest

from bot.members.records import MemberRow
from config.settings import WebSettings
from tests.harness.cases import mod, sql
from tests.harness.house import House
from tests.web.stand import Page, free_port
from tests.web.test_house import browser_of, link_in

WHY = "prices, after two reminders <b>zanzibar</b>"
TOLD = "Please leave prices out."


@pytest.fixture
async def warned(empty_house: House) -> House:
    """A house with private pages, in which Alex was warned, and paused."""
    port = free_port()
    empty_house.web = WebSettings(host="127.0.0.1", port=port, base_url=f"http://127.0.0.1:{port}")
    await empty_house.start()
    await empty_house.enrol("Alex", "Bea")
    await mod(empty_house, "Rivera", "warn", user=empty_house["Alex"].id, reason=WHY, tell=TOLD)
    await mod(empty_house, "Chen", "timeout", user=empty_house["Alex"].id, minutes=10, reason="again")
    await mod(empty_house, "Chen", "warn", user=empty_house["Bea"].id, reason="something else")
    return empty_house


async def page_of(house: House, who: str, whom: str) -> Page:
    shown = await mod(house, who, "case", user=house[whom].id)
    assert WHY not in str([*shown.messages[-1].embeds, shown.text])
    browser = browser_of(house)
    await browser.enters(link_in(shown.text))
    return await browser.gives_code(house[who].id)


async def test_the_reasons_are_on_the_page_with_who_and_what_was_said(warned: House) -> None:
    page = await page_of(warned, "Okafor", "Alex")
    assert page.status == 200
    for words in ("Cases about Alex", WHY, TOLD, "a private word", "a pause", "again", "Rivera", "Chen", "Until"):
        assert words in page.words
    assert "<b>" not in page.text, "what people write is escaped"
    assert "something else" not in page.text, "another's cases are on another page"
    assert page.words.index("a pause") < page.words.index("a private word"), "the newest comes first"
    looks = await sql(warned, "SELECT actor_id, person_id FROM audit WHERE action = 'case-history.viewed'")
    assert looks == [(warned["Okafor"].id, warned["Alex"].id)]


async def test_a_reader_of_spanish_has_it_in_spanish(warned: House) -> None:
    rivera = warned["Rivera"]
    async with warned.app.database.write() as session:
        row = MemberRow(
            guild_id=warned.guild.id,
            user_id=rivera.id,
            chosen_name="Rivera",
            language="es",
            created_at=warned.clock.now(),
        )
        session.add(row)
    page = await page_of(warned, "Rivera", "Alex")
    for words in ("Casos sobre Alex", "una palabra en privado", "Por qué", WHY):
        assert words in page.words


async def test_it_is_staffs_alone_and_no_other_number_opens_it(warned: House) -> None:
    link = await warned.app.rooms.access.link(warned.guild.id, warned["Alex"].id, "/case/1")
    page = await browser_of(warned).enters(link_in(str(link)))
    assert page.status == 404
    assert WHY not in page.text
    shown = await mod(warned, "Rivera", "case", user=warned["Alex"].id)
    browser = browser_of(warned)
    await browser.enters(link_in(shown.text))
    await browser.gives_code(warned["Rivera"].id)
    assert (await browser.goes("/case/1")).status == 200
    assert (await browser.goes("/case/99")).status == 404


async def test_what_cannot_be_put_on_record_is_not_shown(warned: House, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = await mod(warned, "Rivera", "case", user=warned["Alex"].id)
    browser = browser_of(warned)
    await browser.enters(link_in(shown.text))

    assert WHY in (await browser.gives_code(warned["Rivera"].id)).words

    async def refuse(*_args: object, **_more: object) -> None:
        raise OSError

    monkeypatch.setattr(warned.app.rooms.access.audit, "note", refuse)
    page = await browser.goes("/case/1")
    assert page.status >= 500
    assert WHY not in page.text


async def test_somebody_about_whom_there_is_nothing_has_no_page(warned: House) -> None:
    await warned.enrol("Jo")
    shown = await mod(warned, "Rivera", "case", user=warned["Jo"].id)
    assert "Nothing on record" in shown.text
    assert "http" not in shown.text


async def test_what_was_done_about_a_channel_has_its_page(warned: House) -> None:
    channel = warned.channel("morning-check-in").id
    assert "Name a person" in (await mod(warned, "Rivera", "case")).text
    await mod(warned, "Rivera", "lock", channel=channel, reason="a hard evening")
    await mod(warned, "Rivera", "unlock", channel=channel, reason="calm again")
    shown = await mod(warned, "Rivera", "case", channel=channel)
    assert "unlocked" in shown.text
    assert "hard evening" not in shown.text
    browser = browser_of(warned)
    await browser.enters(link_in(shown.text))
    page = await browser.gives_code(warned["Rivera"].id)
    for words in ("a channel of Morning", "locked", "a hard evening", "calm again", "Rivera"):
        assert words in page.words
    assert WHY not in page.text
