"""The server itself: health, faults, a port that is taken."""

import json
import re
import socket
from pathlib import Path

import pytest

from bot.crisis.assessment import Category, Tier
from bot.errors import DatabaseError
from bot.oncall.service import EventKind, IncidentState
from bot.web.application import PrivatePages
from bot.web.incident import SAID
from bot.web.incident_view import OFFERED
from bot.web.pages import Pages
from config.settings import WebSettings
from tests.web.stand import ALEX, CONTENT, GUILD, RIVERA, Browser, Stand, free_port, open_stand


async def test_health_is_200_or_503_and_says_nothing_of_anybody(stand: Stand) -> None:
    page = await Browser(stand).goes("/healthz")
    assert (page.status, json.loads(page.text)) == (200, {"well": True, "gateway_fresh": True})
    stand.health.is_well = False
    page = await Browser(stand).goes("/healthz")
    assert (page.status, json.loads(page.text)) == (503, {"well": False, "gateway_fresh": False})
    stand.pages.health.look = None
    assert (await Browser(stand).goes("/healthz")).status == 503


async def test_without_an_address_there_are_no_links(tmp_path: Path) -> None:
    async with open_stand(tmp_path, base_url=None) as stand:
        incident = await stand.raise_alarm()
        assert await stand.access.link(GUILD, RIVERA, f"/incident/{incident.id}") is None
        assert await stand.road_links.acknowledge(incident.id, RIVERA) is None
        assert await stand.road_links.arrived(1, RIVERA) is None
        assert (await Browser(stand).goes("/healthz")).status == 200


async def test_where_the_record_cannot_be_written_nothing_is_shown(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:

    incident = await stand.raise_alarm()
    here = f"/incident/{incident.id}"
    browser = await stand.signed_in(RIVERA, here)

    async def away(*_arguments: object, **_named: object) -> None:
        raise DatabaseError("The disk is full.")

    monkeypatch.setattr(stand.access.audit, "look", away)
    page = await browser.goes(here)
    assert page.status == 503
    assert "kill" not in page.text
    assert "Discord" in page.words


async def test_a_fault_of_ours_is_said_and_carries_nothing_out(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = await stand.signed_in(ALEX, "/me")

    async def breaks(*_arguments: object) -> None:
        raise RuntimeError("secret-canary")

    monkeypatch.setattr(stand.cards, "own", breaks)
    page = await browser.goes("/me")
    assert page.status == 500
    assert "secret-canary" not in page.text
    assert "988" in page.words


async def test_a_port_that_is_taken_keeps_nobody_waiting_and_is_taken_once_it_is_free(stand: Stand) -> None:
    taken = socket.socket()
    taken.bind(("127.0.0.1", free_port()))
    taken.listen()
    port = int(taken.getsockname()[1])
    other = stand.pages
    await other.close()
    await other.start("127.0.0.1", port)
    assert listens_on(other) is None
    taken.close()
    await other.keep_listening()
    assert listens_on(other) == port
    stand.port = port
    assert (await Browser(stand).goes("/healthz")).status == 200
    await other.keep_listening()
    assert listens_on(other) == port


def listens_on(pages: PrivatePages) -> int | None:
    return pages.port


def test_every_text_that_a_template_names_is_there() -> None:
    pages = Pages(CONTENT)
    loader = pages._templates.loader
    assert loader is not None
    named = {
        key
        for name in loader.list_templates()
        for key in re.findall(r'\bt\("([a-z_]+)"', loader.get_source(pages._templates, name)[0])
    }
    assert {f"web.{key}" for key in named} <= set(CONTENT.texts.keys)
    assert len(named) > 50, "the search finds them"


def test_every_kind_of_entry_outcome_and_category_has_its_words() -> None:

    wanted = {f"web.event_{kind.value}" for kind in EventKind} | {f"web.state_{state.value}" for state in IncidentState}
    wanted |= {f"web.tier_{tier.value}" for tier in Tier} | {f"web.said_{said}" for said in SAID}
    wanted |= {f"lexicon.category_{one.value.replace('-', '_')}" for one in Category}
    wanted |= {f"oncall.outcome_{outcome.value}" for outcome in OFFERED}
    assert wanted - set(CONTENT.texts.keys) == set()


@pytest.mark.parametrize("address", ["https://example.org/pages", "https://example.org/?x", "ftp://example.org", "x"])
def test_an_address_that_cookies_and_links_could_not_keep_to_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        WebSettings(base_url=address)
    assert WebSettings(base_url="https://example.org/").base_url == "https://example.org"
