"""What staff do on a ticket's page: take it, answer it, close it; each once, and only from our own form."""

import asyncio
import re

import pytest

from config.settings import WebSettings
from tests.harness.house import House
from tests.harness.tickets import DANGER, QUESTION, asks, card, thread
from tests.web.stand import Browser, free_port
from tests.web.test_house import browser_of, link_in

ANSWER = "From the first of the month, if you like"
SUMMARY = "zanzibar: moved to the evening group"


@pytest.fixture
async def asked(empty_house: House) -> House:
    """A house with private pages, in which Alex has asked."""
    port = free_port()
    empty_house.web = WebSettings(host="127.0.0.1", port=port, base_url=f"http://127.0.0.1:{port}")
    await empty_house.start()
    await empty_house.enrol("Alex")
    await asks(empty_house["Alex"])
    return empty_house


async def at_the_page(house: House, who: str) -> Browser:
    link = await house.app.rooms.access.link(house.guild.id, house[who].id, "/ticket/1")
    browser = browser_of(house)
    await browser.enters(link_in(str(link)))
    page = await browser.gives_code(house[who].id)
    assert page.status == 200
    assert QUESTION in page.words
    return browser


def fields(browser: Browser) -> dict[str, str]:
    """What the page's forms carry unseen."""
    return dict(re.findall(r'name="(once|round|holder)" value="([^"]*)"', browser.page.text))


async def sends(house: House, browser: Browser, verb: str, **form: str) -> str:
    page = await browser.sends(f"/ticket/1/{verb}", {**fields(browser), **form})
    assert page.status == 200
    await house.settles()
    return page.words


async def test_an_answer_reaches_the_member_by_the_same_road_and_sent_twice_is_said_once(asked: House) -> None:
    house = asked
    browser = await at_the_page(house, "Rivera")
    sent, token = {**fields(browser), "text": ANSWER}, browser.page.token
    both = await asyncio.gather(*(browser.sends("/ticket/1/answer", sent, token=token) for _ in range(2)))
    await house.settles()
    assert sorted("on its way" in one.words for one in both) == [False, True]
    assert sum(ANSWER in text for text in house["Alex"].texts(thread(house))) == 1
    assert "Answered" in card(house)
    assert f"<@{house['Rivera'].id}> has it" in card(house)


async def test_without_a_thread_it_goes_by_direct_message(asked: House) -> None:
    house = asked
    browser = await at_the_page(house, "Rivera")
    thread(house).delete()
    house.sandbox.faults.fail("POST /channels/{channel_id}/threads", 403, None, code=50013)
    await house.settles()
    await sends(house, browser, "answer", text=ANSWER)
    assert ANSWER in house["Alex"].texts()[-1]


async def test_of_two_who_take_it_one_has_it_and_the_other_is_told_and_may_take_over(asked: House) -> None:
    house = asked
    rivera, chen = await at_the_page(house, "Rivera"), await at_the_page(house, "Chen")
    assert "It is yours" in await sends(house, rivera, "take")
    told = await sends(house, chen, "take")
    assert "Somebody else took it" in told
    assert "Rivera" in told
    assert "It is yours" in await sends(house, chen, "take")
    assert f"<@{house['Chen'].id}> has it" in card(house)


async def test_it_is_closed_with_a_summary_and_the_member_is_told(asked: House) -> None:
    house = asked
    browser = await at_the_page(house, "Rivera")
    page = await sends(house, browser, "close", text=SUMMARY)
    assert "They are told how to open it again" in page
    assert SUMMARY in page
    assert "closed this for now" in house["Alex"].texts(thread(house))[-1]
    assert "forgotten 90 days after" in page


async def test_a_page_left_open_while_they_wrote_closes_nothing_and_keeps_the_words(asked: House) -> None:
    house = asked
    browser = await at_the_page(house, "Rivera")
    await house["Rivera"].says("which days suit you?", in_=thread(house))
    await house["Alex"].says("mondays", in_=thread(house))
    page = await sends(house, browser, "close", text=SUMMARY)
    assert "still open" in page
    assert SUMMARY in page
    [one] = await house.app.rooms.tickets.desk.open_tickets(house.guild.id, house["Rivera"].id)
    assert one.is_open


async def test_an_answer_to_one_that_was_closed_goes_nowhere_and_the_words_are_given_back(asked: House) -> None:
    house = asked
    browser = await at_the_page(house, "Rivera")
    await house.app.rooms.tickets.desk.close(1, house["Chen"].id, 1, SUMMARY)
    page = await sends(house, browser, "answer", text=ANSWER)
    assert "nothing was sent" in page
    assert ANSWER in page
    assert not any(ANSWER in text for text in house["Alex"].texts(thread(house)))


async def test_what_staff_write_on_it_is_read_for_danger_and_goes_all_the_same(asked: House) -> None:
    house = asked
    browser = await at_the_page(house, "Okafor")
    page = await sends(house, browser, "answer", text=DANGER)
    assert "988" in page
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.user_id == house["Okafor"].id
    assert house["Rivera"].is_paged()


@pytest.mark.parametrize("verb", ["take", "answer", "close"])
async def test_only_our_own_form_does_anything(asked: House, verb: str) -> None:
    house = asked
    browser = await at_the_page(house, "Rivera")
    sent = {**fields(browser), "text": "anything"}
    assert (await browser.sends(f"/ticket/1/{verb}", sent, token="0" * 64)).status == 403
    browser = await at_the_page(house, "Chen")
    elsewhere = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    assert (await browser.sends(f"/ticket/1/{verb}", sent, headers=elsewhere)).status == 403
    await house.settles()
    assert "Waiting" in card(house)
    assert "has it" not in card(house)
    assert not any("anything" in text for text in house["Alex"].texts(thread(house)))


async def test_an_empty_answer_and_one_too_long_are_not_sent(asked: House) -> None:
    house = asked
    browser = await at_the_page(house, "Rivera")
    assert "Nothing was written" in await sends(house, browser, "answer", text="  \r\n ")
    page = await browser.sends("/ticket/1/answer", {**fields(browser), "text": "x" * 1501})
    assert page.status == 413
    assert "x" * 1501 in page.text
    assert "Waiting" in card(house)


async def test_nobody_acts_on_their_own(asked: House) -> None:
    house = asked
    browser = await at_the_page(house, "Chen")
    await house["Chen"].runs("ask", in_="staff-room", text="could somebody look at my own leave")
    for verb in ("take", "answer", "close"):
        page = await browser.sends(f"/ticket/2/{verb}", {"text": "mine", "round": "1"}, token="0" * 64)
        assert page.status == 404
