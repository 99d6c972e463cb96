"""The walk: link, second factor, incident; and what staff do there."""

import re
from datetime import timedelta

from bot.crisis.assessment import Tier
from bot.oncall.service import Alarm, EventKind, IncidentState, ResolvedAs
from tests.web.stand import ALEX, CHEN, GUILD, RIVERA, Browser, Stand, leave_card


async def test_link_then_second_factor_then_the_incident(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    browser = Browser(stand)
    link = await stand.link(RIVERA, f"/incident/{incident.id}")
    shown = await browser.goes(link)
    assert shown.status == 200
    assert "Open" in shown.words
    assert "Alex" not in shown.text
    setup = await browser.sends(link)
    assert setup.asks_for_code
    assert "otpauth://totp/Handrail:staff%208001?secret=" in setup.text
    assert "<svg" in setup.text
    assert "Alex" not in setup.text
    page = await browser.gives_code(RIVERA)
    assert page.status == 200
    assert f"Incident {incident.code}" in page.words
    assert "Alex" in page.words
    assert "<mark>I&#39;m going to kill myself</mark> tonight &amp; I mean it" in page.text
    assert "plan to die" in page.words


async def test_the_second_visit_asks_for_the_code_alone(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    await stand.signed_in(RIVERA, f"/incident/{incident.id}")
    stand.clock.advance(hours=1)
    again = Browser(stand)
    page = await again.enters(await stand.link(RIVERA, f"/incident/{incident.id}"))
    assert page.asks_for_code
    assert "otpauth" not in page.text
    assert (await again.gives_code(RIVERA)).status == 200


async def test_a_second_link_in_the_same_browser_asks_for_no_code(stand: Stand) -> None:
    first, second = await stand.raise_alarm(), await stand.raise_alarm(user=9002)
    browser = await stand.signed_in(RIVERA, f"/incident/{first.id}")
    page = await browser.enters(await stand.link(RIVERA, f"/incident/{second.id}"))
    assert f"Incident {second.code}" in page.words


async def test_staff_take_note_and_resolve(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    browser = await stand.signed_in(RIVERA, f"/incident/{incident.id}")
    here = f"/incident/{incident.id}"
    page = await browser.sends(f"{here}/acknowledge")
    assert "You have it" in page.words
    assert "Rivera has it" in page.words
    page = await browser.sends(f"{here}/note", {"text": "Reached <b>by phone</b>,\r\nsafe with sister."})
    assert "Reached &lt;b&gt;by phone&lt;/b&gt;,\nsafe with sister." in page.text
    page = await browser.sends(f"{here}/hand-over", {"to": str(CHEN)})
    assert "Chen has it" in page.words
    page = await browser.sends(f"{here}/escalate")
    assert "next step" in page.words
    page = await browser.sends(f"{here}/resolve", {"outcome": ResolvedAs.EMERGENCY_CALLED.value})
    assert "Emergency services called" in page.words
    assert "has no entry yet" in page.words
    assert page.text.index("has no entry yet") < page.text.index("<section"), (
        "it is asked for where the eye falls first"
    )
    entry = {
        "told": "Dr. Lee",
        "affiliation": "Mercy ER",
        "by": "Rivera",
        "at": "2026-11-23T11:45",
        "nature": "Overdose <feared>",
    }
    page = await browser.sends(f"{here}/log", entry)
    assert "Dr. Lee (Mercy ER) was told by Rivera, 2026-11-23 11:45 EST" in page.words
    assert "Overdose &lt;feared&gt;" in page.text
    assert "has no entry yet" not in page.words
    page = await browser.sends(f"{here}/reopen")
    assert "open again" in page.words
    assert (await stand.oncall.find(incident.id)).state is IncidentState.OPEN


async def test_what_was_told_since_the_page_was_opened_is_not_closed_unseen(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    here = f"/incident/{incident.id}"
    browser = await stand.signed_in(RIVERA, here)
    shown = re.search(r'name="told_up_to" value="(\d+)"', browser.page.text)
    assert shown is not None
    outcome = {"outcome": ResolvedAs.OTHER.value}
    await stand.raise_alarm("I took all my pills")
    page = await browser.sends(f"{here}/resolve", {**outcome, "told_up_to": shown[1]})
    assert "It was not closed" in page.words
    assert (await stand.oncall.find(incident.id)).state is IncidentState.OPEN
    shown = re.search(r'name="told_up_to" value="(\d+)"', page.text)
    assert shown is not None
    await browser.sends(f"{here}/resolve", {**outcome, "told_up_to": shown[1]})
    assert (await stand.oncall.find(incident.id)).state is IncidentState.RESOLVED


async def test_the_contact_card_is_for_whoever_has_it_and_each_look_is_on_record(stand: Stand) -> None:
    await leave_card(stand)
    incident = await stand.raise_alarm()
    here = f"/incident/{incident.id}"
    rivera = await stand.signed_in(RIVERA, here)
    assert "555 0100" not in rivera.page.text
    page = await rivera.sends(f"{here}/acknowledge")
    assert '<a href="tel:+15550100">+1 555 0100</a>' in page.text
    assert "Canal St" in page.words
    assert "Jo, my sister" in page.words
    chen = await stand.signed_in(CHEN, here)
    assert "555 0100" not in chen.page.text
    looks = [row for row in await stand.audit() if row[0].endswith("viewed")]
    assert looks == [
        ("incident.viewed", RIVERA, "incident", str(incident.id)),
        ("incident.viewed", RIVERA, "incident", str(incident.id)),
        ("contact-card.viewed", RIVERA, "contact-card", str(ALEX)),
        ("incident.viewed", CHEN, "incident", str(incident.id)),
    ]
    assert (await stand.access.audit.verify()).is_whole


async def test_a_member_leaves_changes_and_takes_back_their_card(stand: Stand) -> None:
    browser = await stand.signed_in(ALEX, "/me")
    card = {"phone": " +1 555 0100 ", "place": '12 Canal St\r\n"bell" <3>', "whom": ""}
    page = await browser.sends("/me", card)
    assert "Saved." in page.words
    assert 'value="+1 555 0100"' in page.text
    assert "12 Canal St\n&#34;bell&#34; &lt;3&gt;</textarea>" in page.text
    page = await browser.sends("/me", {"phone": "", "place": "", "whom": " "})
    assert not await stand.cards.own(GUILD, ALEX)
    assert [row[0] for row in await stand.audit()].count("contact-card.saved") == 2


async def test_a_session_ends_after_half_an_hour_unused_and_after_eight_hours_at_the_latest(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    here = f"/incident/{incident.id}"
    browser = await stand.signed_in(RIVERA, here)
    for _ in range(17):  # 7 h 56 min, never 30 minutes apart
        stand.clock.advance(minutes=28)
        assert (await browser.goes(here)).status == 200
    stand.clock.advance(minutes=5)
    assert (await browser.goes(here)).status == 401
    browser = await stand.signed_in(CHEN, here)
    stand.clock.advance(timedelta(minutes=30))
    page = await browser.goes(here)
    assert page.status == 401
    assert "ask for a new link" in page.words


async def test_words_of_a_form_that_came_too_late_are_given_back(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    here = f"/incident/{incident.id}"
    browser = await stand.signed_in(RIVERA, here)
    stand.clock.advance(hours=1)
    page = await browser.sends(f"{here}/note", {"text": "A long <note>"})
    assert page.status == 401
    assert "A long &lt;note&gt;</textarea>" in page.text


async def test_leaving_ends_the_session(stand: Stand) -> None:
    browser = await stand.signed_in(ALEX, "/me")
    kept = dict(browser.cookies)
    assert (await browser.sends("/leave")).status == 200
    assert "handrail" not in browser.cookies
    browser.cookies = kept
    assert (await browser.goes("/me")).status == 401


async def test_it_speaks_the_person_s_language(stand: Stand) -> None:
    page = await Browser(stand).goes("/l/nothing", language="es-MX,es;q=0.9")
    assert "Este enlace no funciona" in page.words
    assert '<html lang="es">' in page.text


async def test_words_that_nobody_s_program_could_read_and_words_that_staff_told(stand: Stand) -> None:
    shift = await stand.oncall.shift(GUILD)
    unread = Alarm(GUILD, ALEX, Tier.PAGE, "message:1", categories=("could-not-assess",), words="???", unread=True)
    told = Alarm(GUILD, CHEN, Tier.PAGE, "interaction:2", words="They rang me", reported_by=CHEN)
    async with stand.database.write() as session:
        first = await stand.oncall.raise_alarm(session, unread, shift)
        second = await stand.oncall.raise_alarm(session, told, shift)
    browser = await stand.signed_in(RIVERA, f"/incident/{first.id}")
    assert "could not read this" in browser.page.words
    page = await browser.goes(f"/incident/{second.id}")
    assert "They rang me" in page.words
    assert "told by Chen" in page.words
    assert "could not read this" not in page.words


async def test_a_page_by_a_button_says_that_there_are_no_words(stand: Stand) -> None:
    alarm = Alarm(GUILD, ALEX, Tier.PAGE, "interaction:1", kind=EventKind.ASKED_CONTACT)
    async with stand.database.write() as session:
        incident = await stand.oncall.raise_alarm(session, alarm, await stand.oncall.shift(GUILD))
    browser = await stand.signed_in(RIVERA, f"/incident/{incident.id}")
    assert "A button was pressed, or they were erased" in browser.page.words


async def test_what_one_can_do_stands_before_what_happened(stand: Stand) -> None:
    """A night of pages fills the timeline: nobody on a telephone should have to scroll past it to close an incident."""
    incident = await stand.raise_alarm()
    browser = await stand.signed_in(RIVERA, f"/incident/{incident.id}")
    page = await browser.goes(f"/incident/{incident.id}")
    places = [page.text.index(f'<h2 id="{part}"') for part in ("words", "reach", "act", "note", "log", "timeline")]
    assert places == sorted(places)
