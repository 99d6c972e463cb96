"""The links that go out over roads: one takes an incident, one says that a drill arrived."""

import asyncio

import pytest
from yarl import URL

from bot.oncall.service import EventKind, IncidentState, ResolvedAs
from bot.program.schema import Programme
from tests.web.stand import CHEN, FILE, GUILD, OKAFOR, RIVERA, Browser, Stand


async def road(stand: Stand, incident_id: int, person: int = RIVERA) -> str:
    made = await stand.road_links.acknowledge(incident_id, person)
    assert made is not None
    return URL(made).path


async def test_it_asks_once_shows_the_code_alone_and_acknowledges_as_its_person(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    link = await road(stand, incident.id)
    phone = Browser(stand)
    for _ in range(3):
        page = await phone.goes(link)
        assert page.status == 200
        assert "Acknowledge?" in page.words
        assert incident.code in page.words
        for word in ("Alex", "Morning", "Riverside", "kill", "Rivera"):
            assert word not in page.text
    assert (await stand.oncall.find(incident.id)).state is IncidentState.OPEN
    page = await phone.sends(link)
    assert "You have it" in page.words
    now = await stand.oncall.find(incident.id)
    assert (now.state, now.acknowledged_by) == (IncidentState.ACKNOWLEDGED, RIVERA)
    assert phone.cookies == {}, "no session begins"
    assert ("link.acknowledged", RIVERA, "incident", str(incident.id)) in await stand.audit()


async def test_pressed_again_it_says_the_same_and_acknowledges_once(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    link = await road(stand, incident.id)
    pages = await asyncio.gather(*(Browser(stand).sends(link) for _ in range(6)))
    assert {page.status for page in pages} == {200}
    assert all("You have it" in page.words for page in pages)
    kinds = [entry.kind for entry in await stand.oncall.timeline(incident.id)]
    assert kinds.count(EventKind.ACKNOWLEDGED) == 1
    assert [row[0] for row in await stand.audit()].count("link.acknowledged") == 1


async def test_of_two_people_one_has_it_and_the_other_learns_no_name(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    mine, theirs = await road(stand, incident.id, RIVERA), await road(stand, incident.id, CHEN)
    pages = await asyncio.gather(Browser(stand).sends(mine), Browser(stand).sends(theirs))
    said = ["Somebody else has it" in page.words for page in pages]
    assert sorted(said) == [False, True]
    late = Browser(stand)
    page = await late.goes((mine, theirs)[said.index(True)])
    assert "Somebody else has it" in page.words
    assert "form" not in page.text.split("<main")[1].split("</main>")[0]
    assert not {"Rivera", "Chen", "Alex"} & set(page.words.split())


async def test_after_it_was_let_go_the_old_link_takes_nothing_and_a_new_one_does(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    link = await road(stand, incident.id)
    phone = Browser(stand)
    await phone.sends(link)
    await stand.oncall.escalate(incident.id, CHEN)
    page = await phone.sends(link)
    assert "open again" in page.words
    assert (await stand.oncall.find(incident.id)).state is IncidentState.OPEN
    assert "You have it" in (await phone.sends(await road(stand, incident.id))).words


@pytest.mark.parametrize("hours", [24, 48])
async def test_a_late_link_says_who_has_it_and_takes_nothing(stand: Stand, hours: int) -> None:
    incident = await stand.raise_alarm()
    link = await road(stand, incident.id)
    await stand.oncall.resolve(incident.id, CHEN, ResolvedAs.OTHER)
    stand.clock.advance(hours=hours)
    assert "It is over" in (await Browser(stand).goes(link)).words
    assert "It is over" in (await Browser(stand).sends(link)).words


async def test_who_is_no_longer_staff_takes_nothing(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    link = await road(stand, incident.id)
    left = {**FILE, "staff": [str(OKAFOR)], "oncall": {"rota": {"handoff": "mon 09:00", "people": [str(OKAFOR)]}}}
    await stand.programmes.adopt(Programme.model_validate(left), GUILD)
    assert (await Browser(stand).sends(link)).status == 410
    assert (await stand.oncall.find(incident.id)).state is IncidentState.OPEN


async def test_the_two_sorts_of_links_are_no_use_in_each_other_s_place(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    page_link = await stand.link(RIVERA, f"/incident/{incident.id}")
    road_link = await road(stand, incident.id)
    assert (await Browser(stand).sends(page_link.replace("/l/", "/a/"))).status == 410
    browser = Browser(stand)
    assert (await browser.goes(road_link.replace("/a/", "/l/"))).status == 410
    assert (await stand.oncall.find(incident.id)).state is IncidentState.OPEN


async def test_another_site_cannot_press_it(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    page = await Browser(stand).sends(await road(stand, incident.id), headers={"Sec-Fetch-Site": "cross-site"})
    assert page.status == 403
    assert (await stand.oncall.find(incident.id)).state is IncidentState.OPEN


async def test_a_drill_s_link_says_that_it_arrived(stand: Stand) -> None:
    made = await stand.road_links.arrived(17, CHEN)
    assert made is not None
    browser = Browser(stand)
    page = await browser.goes(URL(made).path)
    assert "Nobody is in danger" in page.words
    assert stand.confirmed == []
    assert "Thank you" in (await browser.sends(URL(made).path)).words
    assert stand.confirmed == [(17, CHEN)]
    assert (await browser.sends(URL(made).path)).status == 410
    assert stand.confirmed == [(17, CHEN)]
