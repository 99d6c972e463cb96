"""The private pages of the running bot: from a button on Discord to the page, and nothing of it there or in a log."""

import io
import json
import logging
import re
from collections.abc import Iterator

import aiohttp
import pyotp
import pytest
from yarl import URL

from bot.observe.logs import configure_logs
from config.settings import WebSettings
from tests.harness.house import House
from tests.web.stand import Browser, Stand, free_port

DANGER = "I'm going to kill myself tonight"
CANARY = "zanzibarquokka"
LINK = re.compile(r"http://127\.0\.0\.1:\d+(/l/[\w-]{43})")


@pytest.fixture
async def private_house(empty_house: House) -> House:
    """A house whose private pages have an address."""
    port = free_port()
    empty_house.web = WebSettings(host="127.0.0.1", port=port, base_url=f"http://127.0.0.1:{port}")
    await empty_house.start()
    return empty_house


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs(as_json=True, level="DEBUG", stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def browser_of(house: House) -> Browser:
    """A browser that looks at this house's pages; it needs to know no more than where they are."""

    class At:
        def __init__(self) -> None:
            self.url, self.clock = URL(str(house.web.base_url)), house.clock
            self.secrets: dict[int, str] = {}

        def code_of(self, user: int) -> str:
            return pyotp.TOTP(self.secrets[user]).at(self.clock.now())

    at: Stand = At()  # type: ignore[assignment]  # where, when, and the phone
    return Browser(at)


def link_in(text: str) -> str:
    found = LINK.search(text)
    assert found, text
    return found[1]


async def test_from_the_card_to_the_page_and_what_is_done_there_shows_on_discord(private_house: House) -> None:
    house = private_house
    await house.enrol("Alex")
    rivera = house["Rivera"]
    await house["Alex"].says(DANGER)  # by DM: nobody else can open it on Discord
    answer = await rivera.clicks("Open", in_="on-call")
    assert answer.is_private
    browser = browser_of(house)
    await browser.enters(link_in(answer.text))
    page = await browser.gives_code(rivera.id)
    assert "kill myself" in page.words
    assert "Direct message to the bot" in page.words
    path = re.search(r"/incident/\d+", page.text)
    assert path
    page = await browser.sends(f"{path[0]}/acknowledge")
    await house.settles()
    assert "Rivera has it" in page.words
    assert not any(person.is_paged() for person in house.staff)
    await browser.sends(f"{path[0]}/note", {"text": f"Spoke with them. {CANARY}"})
    await house.settles()
    await house.advance(hours=1)
    seen = [text for person in house.staff for text in (*person.texts("on-call"), *person.texts())]
    assert not any(CANARY in text or "kill" in text for text in seen)


async def test_a_member_s_private_link(private_house: House) -> None:
    house = private_house
    await house.enrol("Alex")
    answer = await house["Alex"].runs("private", in_="morning-check-in")
    assert answer.is_private
    browser = browser_of(house)
    page = await browser.enters(link_in(answer.text))
    assert "If somebody has to reach you" in page.words
    answer = await house["Rivera"].runs("private", in_="staff-room")
    assert "not a member" in answer.text


async def test_without_an_address_no_link_is_offered(house: House) -> None:
    await house.enrol("Alex")
    answer = await house["Alex"].runs("private", in_="morning-check-in")
    assert "no private pages here" in answer.text
    assert answer.is_private


async def test_health_of_a_running_bot(private_house: House) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{private_house.web.base_url}/healthz") as response,
    ):
        said = json.loads(await response.text())
    assert said["database_writes"] is True
    assert said["detector_whole"] is True
    assert response.status == (200 if said["well"] else 503)
    assert "Alex" not in str(said)


async def test_the_server_ends_with_the_app_and_comes_back_with_it(private_house: House) -> None:
    house = private_house
    port = house.app.pages.port
    await house.restart()
    assert house.app.pages.port == port
    await house.stop()
    with pytest.raises(aiohttp.ClientConnectionError):
        async with aiohttp.ClientSession() as session:
            await session.get(f"{house.web.base_url}/healthz")


async def test_no_word_no_name_and_no_token_is_logged(private_house: House, log: io.StringIO) -> None:
    house = private_house
    await house.enrol("Alex")
    await house["Alex"].says(f"{DANGER} {CANARY}")
    rivera = house["Rivera"]
    link = link_in((await rivera.clicks("Open", in_="on-call")).text)
    browser = browser_of(house)
    await browser.enters(link)
    await browser.gives_code(rivera.id)
    secret = browser.stand.secrets[rivera.id]
    path = re.search(r"/incident/\d+", browser.page.text)
    assert path
    await browser.sends(f"{path[0]}/note", {"text": CANARY})
    await browser.sends(f"{path[0]}/hand-over", {"to": CANARY})
    await browser.goes(f"/nothing/{CANARY}?{CANARY}")
    await browser.goes(f"/l/{CANARY}", method="DELETE")
    said = log.getvalue()
    assert "crisis.incident" in said, "the log was listened to"
    for secret_thing in (CANARY, link.rpartition("/")[2], secret, browser.cookies["handrail"]):
        assert secret_thing not in said
