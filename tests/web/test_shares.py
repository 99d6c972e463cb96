"""The page of an opened seal: for the two who opened it, each look on record; it is there for nobody else."""

import pytest

from config.settings import WebSettings
from tests.harness.house import House
from tests.scenarios.test_shares import ON, QUEUE, WORDS, asks_for_the_seal, audit, seen_by_staff, shares
from tests.web.stand import free_port
from tests.web.test_house import browser_of, link_in


@pytest.fixture
async def unsealed(empty_house: House) -> House:
    """A house with private pages, in which Rivera and Chen have opened the seal of what Alex shared."""
    port = free_port()
    empty_house.web = WebSettings(host="127.0.0.1", port=port, base_url=f"http://127.0.0.1:{port}")
    await empty_house.start(ON)
    await empty_house.enrol("Alex")
    await shares(empty_house["Alex"], f"{WORDS} <b>really</b>")
    await asks_for_the_seal(empty_house["Rivera"])
    await (await empty_house["Chen"].clicks("Agree", in_=QUEUE)).fills(telling="tell")
    return empty_house


async def test_the_two_read_it_on_the_page_and_discord_never_has_it(unsealed: House) -> None:
    house, alex, rivera = unsealed, unsealed["Alex"], unsealed["Rivera"]
    looked = await rivera.clicks("Show who wrote it", in_=QUEUE)
    assert str(alex.id) not in looked.text
    assert str(alex.id) not in seen_by_staff(house)
    assert "seal.viewed" not in {action for action, _ in await audit(house)}, "nobody has looked yet"
    browser = browser_of(house)
    await browser.enters(link_in(looked.text))
    page = await browser.gives_code(rivera.id)
    for words in ("Share 1", "Alex", str(alex.id), WORDS, "<b>really</b>", "it names a person and a place"):
        assert words in page.words
    assert "<b>" not in page.text, "what people write is escaped"
    assert ("seal.viewed", rivera.id) in await audit(house)


@pytest.mark.parametrize("who", ["Okafor", "Alex"])
async def test_it_is_there_for_nobody_else(unsealed: House, who: str) -> None:
    house = unsealed
    link = await house.app.rooms.access.link(house.guild.id, house[who].id, "/seal/1")
    browser = browser_of(house)
    page = await browser.enters(link_in(str(link)))
    if who == "Okafor":
        page = await browser.gives_code(house[who].id)
    assert page.status == 404
    assert WORDS not in page.text
    assert "Only the two" in (await house["Okafor"].clicks("Show who wrote it", in_=QUEUE)).text


async def test_after_seven_days_it_is_there_for_nobody(unsealed: House) -> None:
    house = unsealed
    await house.advance(days=7, minutes=1)
    assert "Only the two" in (await house["Rivera"].clicks("Show who wrote it", in_=QUEUE)).text
    link = await house.app.rooms.access.link(house.guild.id, house["Rivera"].id, "/seal/1")
    browser = browser_of(house)
    await browser.enters(link_in(str(link)))
    assert (await browser.gives_code(house["Rivera"].id)).status == 404


async def test_what_cannot_be_put_on_record_is_not_shown(unsealed: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house = unsealed
    looked = await house["Rivera"].clicks("Show who wrote it", in_=QUEUE)
    browser = browser_of(house)
    await browser.enters(link_in(looked.text))
    await browser.gives_code(house["Rivera"].id)

    async def refuse(*_args: object, **_more: object) -> None:
        raise OSError

    monkeypatch.setattr(house.app.rooms.shares.seals._audit, "note", refuse)
    page = await browser.goes("/seal/1")
    assert page.status == 500
    assert str(house["Alex"].id) not in page.text
