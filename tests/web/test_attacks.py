"""What somebody may try, one row each; and that nothing comes of it."""

import asyncio
import re
from pathlib import Path

import pytest
from yarl import URL

from bot.oncall.service import EventKind, IncidentState
from bot.program.schema import Programme
from tests.web.stand import (
    ALEX,
    BEA,
    CHEN,
    ELSEWHERE,
    FILE,
    GUILD,
    OKAFOR,
    RIVERA,
    WORDS,
    Browser,
    Page,
    Stand,
    open_stand,
)

HERE = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
FORGED = [
    ("another site, by Sec-Fetch-Site", {"Sec-Fetch-Site": "cross-site", "Origin": "null"}),
    ("a sister site, by Sec-Fetch-Site", {"Sec-Fetch-Site": "same-site", "Origin": "null"}),
    ("another site, by Origin", {"Origin": "https://evil.example"}),
    ("another port of this machine", {"Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site"}),
    ("an Origin that begins like ours", {"Origin": "http://127.0.0.1.evil.example"}),
]


async def notes(stand: Stand, incident_id: int) -> list[str | None]:
    return [entry.note for entry in await stand.oncall.timeline(incident_id) if entry.kind is EventKind.NOTED]


# -- forms -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("why", "headers"), FORGED, ids=[why for why, _ in FORGED])
async def test_a_form_from_elsewhere_is_refused(stand: Stand, why: str, headers: dict[str, str]) -> None:
    incident = await stand.raise_alarm()
    browser = await stand.signed_in(RIVERA, f"/incident/{incident.id}")
    page = await browser.sends(f"/incident/{incident.id}/note", {"text": "forged"}, headers=headers)
    assert page.status == 403, why
    assert await notes(stand, incident.id) == []


@pytest.mark.parametrize("token", ["", "0" * 64, "ünïcode", "another session's"])
async def test_a_form_needs_the_token_of_its_own_session(stand: Stand, token: str) -> None:
    incident = await stand.raise_alarm()
    here = f"/incident/{incident.id}"
    browser = await stand.signed_in(RIVERA, here)
    if token.startswith("another"):
        token = (await stand.signed_in(CHEN, here)).page.token
    page = await browser.sends(f"{here}/note", {"text": "forged", "form_token": token}, token="")
    assert page.status == 403
    assert await notes(stand, incident.id) == []


@pytest.mark.parametrize("act", ["acknowledge", "resolve", "hand-over", "escalate", "reopen", "note", "log"])
async def test_every_act_needs_its_token(stand: Stand, act: str) -> None:
    incident = await stand.raise_alarm()
    browser = await stand.signed_in(RIVERA, f"/incident/{incident.id}")
    before = len(await stand.oncall.timeline(incident.id))
    form = {"text": "x", "outcome": "other", "to": str(CHEN)}
    assert (await browser.sends(f"/incident/{incident.id}/{act}", form, token="")).status == 403
    assert len(await stand.oncall.timeline(incident.id)) == before


@pytest.mark.parametrize("path", ["/me", "/leave", "/second-factor"])
async def test_so_does_every_other_form(stand: Stand, path: str) -> None:
    browser = Browser(stand)
    user = RIVERA if path == "/second-factor" else ALEX
    await browser.enters(await stand.link(user, "/me"))
    assert (await browser.sends(path, {"phone": "1", "code": "123456"}, token="")).status == 403


async def test_a_form_by_get_does_nothing(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    browser = await stand.signed_in(RIVERA, f"/incident/{incident.id}")
    token = browser.page.token
    page = await browser.goes(f"/incident/{incident.id}/acknowledge?form_token={token}")
    assert page.status == 405
    assert (await stand.oncall.find(incident.id)).state is IncidentState.OPEN


async def test_json_and_files_are_no_forms_of_ours(stand: Stand) -> None:
    browser = await stand.signed_in(ALEX, "/me")
    for kind in ("application/json", "multipart/form-data; boundary=x", "text/plain"):
        page = await browser._send("POST", "/me", None, True, {**HERE, "Content-Type": kind})
        assert page.status == 415, kind


# -- links -------------------------------------------------------------------------------------------------------------


async def test_looking_at_a_link_consumes_nothing(stand: Stand) -> None:
    link = await stand.link(ALEX, "/me")
    for method in ("GET", "HEAD", "GET"):
        assert (await Browser(stand).goes(link, method=method)).status == 200
    assert (await Browser(stand).enters(link)).status == 200


async def test_of_many_who_press_at_once_exactly_one_gets_in(stand: Stand) -> None:
    link = await stand.link(ALEX, "/me")
    browsers = [Browser(stand) for _ in range(8)]
    for browser in browsers:
        await browser.goes(link)
    pages = await asyncio.gather(*(browser.sends(link, follow=False) for browser in browsers))
    assert sorted(page.status for page in pages) == [303] + [410] * 7
    inside = [browser for browser in browsers if "handrail" in browser.cookies]
    assert len(inside) == 1


async def test_used_expired_and_unknown_links_look_alike_but_for_a_kind_sentence(stand: Stand) -> None:
    used, expired = await stand.link(ALEX, "/me"), await stand.link(ALEX, "/me")
    await Browser(stand).enters(used)
    stand.clock.advance(minutes=10)
    unknown = f"/l/{'A' * 43}"
    seen: dict[str, Page] = {}
    for name, link in (("used", used), ("expired", expired), ("unknown", unknown), ("mangled", "/l/abc")):
        browser = Browser(stand)
        for page in (await browser.goes(link), await browser._send("POST", link, {"form_token": "0" * 64}, True, HERE)):
            assert page.status in {410, 403}
            assert "Alex" not in page.text
            assert "set-cookie" not in {header.lower() for header in page.headers}
        seen[name] = await browser.goes(link)
        assert seen[name].status == 410
    assert "used already" in seen["used"].words
    assert "too old" in seen["expired"].words
    assert "does not work" in seen["unknown"].words
    assert seen["unknown"].text == seen["mangled"].text


async def test_a_link_at_the_edge_of_its_ten_minutes(stand: Stand) -> None:
    link = await stand.link(ALEX, "/me")
    stand.clock.advance(minutes=9, seconds=59)
    assert (await Browser(stand).enters(link)).status == 200


async def test_somebody_who_is_led_to_press_another_s_link_is_not_signed_in_as_them(stand: Stand) -> None:
    """Signing a victim in as the attacker: the form's token hangs on a cookie that no other site can set."""
    link = await stand.link(BEA, "/me")
    attacker = Browser(stand)
    token = (await attacker.goes(link)).token
    victim = Browser(stand)
    assert (await victim.sends(link, token=token)).status == 403
    assert victim.cookies == {}
    assert (await attacker.sends(link, token=token)).status == 200


async def test_what_is_stored_opens_nothing(stand: Stand) -> None:
    made = await stand.access.link(GUILD, ALEX, "/me")
    assert made is not None
    token = URL(made).name
    browser = await stand.signed_in(BEA, "/me")
    await stand.database.close()
    stored = b"".join(path.read_bytes() for path in Path(stand.database.path or "").parent.glob("pages.db*"))
    assert stored
    assert token.encode() not in stored
    assert browser.cookies["handrail"].encode() not in stored


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/../etc/passwd",
        "/me?x=1",
        "/me#x",
        "me",
        "/ME",
        "",
    ],
)
async def test_a_link_leads_to_our_own_pages_only(stand: Stand, path: str) -> None:
    with pytest.raises(ValueError, match="our own pages"):
        await stand.access.link(GUILD, ALEX, path)


# -- sessions ----------------------------------------------------------------------------------------------------------


async def test_a_cookie_that_somebody_planted_is_not_taken_over(stand: Stand) -> None:
    attacker = await stand.signed_in(BEA, "/me")
    planted = attacker.cookies["handrail"]
    victim = Browser(stand)
    victim.cookies["handrail"] = planted
    await victim.enters(await stand.link(ALEX, "/me"))
    assert victim.cookies["handrail"] != planted
    assert (await attacker.goes("/me")).status == 401, "the session of the planted cookie ended"


async def test_the_cookie_changes_at_the_second_factor_and_the_old_one_is_dead(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    browser = Browser(stand)
    await browser.enters(await stand.link(RIVERA, f"/incident/{incident.id}"))
    before = dict(browser.cookies)
    assert (await browser.gives_code(RIVERA)).status == 200
    assert browser.cookies["handrail"] != before["handrail"]
    thief = Browser(stand)
    thief.cookies = before
    assert (await thief.goes(f"/incident/{incident.id}")).status == 401


async def test_without_the_second_factor_no_staff_page_and_no_act(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    here = f"/incident/{incident.id}"
    browser = Browser(stand)
    setup = await browser.enters(await stand.link(RIVERA, here))
    page = await browser.goes(here, follow=False)
    assert (page.status, page.headers["Location"]) == (303, "/second-factor")
    page = await browser.sends(f"{here}/acknowledge", token=setup.token, follow=False)
    assert (page.status, page.headers["Location"]) == (303, "/second-factor")
    assert (await stand.oncall.find(incident.id)).state is IncidentState.OPEN
    assert not [row for row in await stand.audit() if row[0] == "incident.viewed"]


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "A" * 5000, "../../etc/passwd"])
async def test_a_cookie_that_is_none_of_ours(stand: Stand, cookie: str) -> None:
    browser = Browser(stand)
    browser.cookies["handrail"] = cookie
    assert (await browser.goes("/me")).status == 401


# -- who may see what --------------------------------------------------------------------------------------------------


async def test_a_member_sees_no_incident_not_even_their_own(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    browser = Browser(stand)
    for path in (f"/incident/{incident.id}", "/incident/99999", "/second-factor"):
        page = await browser.enters(await stand.link(ALEX, path))
        assert page.status == 404
        assert "kill" not in page.text
        assert (await browser.goes("/second-factor")).status == 404


async def test_staff_of_another_server_see_as_much_as_if_there_were_none(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    await stand.programmes.adopt(Programme.model_validate(FILE), ELSEWHERE)
    browser = Browser(stand)
    await browser.enters(await stand.link(CHEN, f"/incident/{incident.id}", guild=ELSEWHERE))
    page = await browser.gives_code(CHEN)
    missing = await browser.goes("/incident/99999")
    assert (page.status, page.text) == (404, missing.text)


async def test_staff_who_leave_lose_the_page_at_once(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    browser = await stand.signed_in(RIVERA, f"/incident/{incident.id}")
    left = {**FILE, "staff": [str(OKAFOR)], "oncall": {"rota": {"handoff": "mon 09:00", "people": [str(OKAFOR)]}}}
    await stand.programmes.adopt(Programme.model_validate(left), GUILD)
    assert (await browser.goes(f"/incident/{incident.id}")).status == 404


async def test_a_member_sees_their_own_card_and_no_other(stand: Stand) -> None:
    alex, bea = await stand.signed_in(ALEX, "/me"), await stand.signed_in(BEA, "/me")
    await alex.sends("/me", {"phone": "555 0100"})
    assert "555 0100" not in (await bea.goes("/me")).text
    assert "555 0100" in (await alex.goes("/me")).text
    assert (await Browser(stand).enters(await stand.link(RIVERA, "/me"))).status == 404


# -- words and paths ---------------------------------------------------------------------------------------------------


async def test_words_are_words_wherever_they_stand(stand: Stand) -> None:
    attack = "<img src=x onerror=alert(1)>{{ 7*7 }}\"'</textarea><script>alert(2)</script>"
    incident = await stand.raise_alarm(f"{WORDS} {attack}")
    here = f"/incident/{incident.id}"
    browser = await stand.signed_in(RIVERA, here)
    await browser.sends(f"{here}/note", {"text": attack})
    form = {"told": attack, "affiliation": attack, "by": attack, "at": "2026-11-23T11:45", "nature": attack}
    page = await browser.sends(f"{here}/log", form)
    assert page.status == 200
    assert not re.search(r"<(script|img)", page.text)
    assert page.words.count("{{ 7*7 }}") >= 5
    page = await browser.goes(f"{here}?said=<script>alert(1)</script>")
    assert "<script" not in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/static/../security.py",
        "/static/..%2fsecurity.py",
        "/static/%2e%2e/%2e%2e/app.py",
        "/static/pages.css/../../x",
        "/static/",
        "/incident/1%2f..%2f2",
        "/incident/-1",
        "/incident/999999999999999999999",
        "/incident/%C2%B9",
        "/l/../../etc/passwd",
        "//evil.example/x",
        "/nothing",
    ],
)
async def test_no_path_leads_out(stand: Stand, path: str) -> None:
    page = await Browser(stand).goes(path)
    assert page.status in {401, 404, 410}
    assert "import" not in page.text


async def test_a_huge_body_is_refused_and_its_words_are_kept_off_the_record(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    browser = await stand.signed_in(RIVERA, f"/incident/{incident.id}")
    page = await browser.sends(f"/incident/{incident.id}/note", {"text": "x" * 100_000})
    assert page.status == 413
    assert "shorter" in page.words
    token = (await browser.goes(f"/incident/{incident.id}")).token
    page = await browser.sends(f"/incident/{incident.id}/note", {"text": "y" * 4001}, token=token)
    assert page.status == 413
    assert "y" * 4001 in page.text, "what somebody wrote is given back"
    assert await notes(stand, incident.id) == []


# -- https -------------------------------------------------------------------------------------------------------------


async def test_https_cookies_are_for_https_alone_and_for_this_host_alone(tmp_path: Path) -> None:
    async with open_stand(tmp_path, base_url="https://pages.example.org") as stand:
        made = await stand.access.link(GUILD, ALEX, "/me")
        assert made is not None
        assert made.startswith("https://pages.example.org/l/")
        browser = Browser(stand)
        await browser.goes(URL(made).path)
        page = await browser.sends(URL(made).path, follow=False, headers={"Origin": "https://pages.example.org"})
        assert page.status == 303
        cookie = page.headers["Set-Cookie"]
        assert cookie.startswith("__Host-handrail=")
        for part in ("HttpOnly", "Secure", "SameSite=Strict", "Path=/"):
            assert part in cookie
        assert "Domain" not in cookie
        assert (
            await browser.sends("/me", {"phone": "1"}, headers={"Origin": "http://pages.example.org"})
        ).status == 403
