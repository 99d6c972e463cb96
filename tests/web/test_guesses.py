"""The second factor against guessing, against a code used twice, and against being set up by somebody else."""

import re

from bot.db.base import Erase, tables_of_people
from bot.db.models import load_models
from bot.privacy.records import blank
from tests.web.stand import RIVERA, Browser, Stand


async def test_after_five_wrong_codes_there_is_a_wait_which_is_told(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    await stand.signed_in(RIVERA, f"/incident/{incident.id}")
    stand.clock.advance(hours=1)
    browser = Browser(stand)
    await browser.enters(await stand.link(RIVERA, f"/incident/{incident.id}"))
    wrong = f"{(int(stand.code_of(RIVERA)) + 1) % 1_000_000:06d}"
    for _ in range(4):
        page = await browser.gives_code(RIVERA, wrong)
        assert (page.status, page.asks_for_code) == (403, True)
    token = page.token
    page = await browser.gives_code(RIVERA, wrong)
    assert page.status == 429
    assert "try again in 5 minutes" in page.words
    right = await browser.sends("/second-factor", {"code": stand.code_of(RIVERA)}, token=token)
    assert right.status == 429, "the right code is not looked at either"
    other = Browser(stand)
    page = await other.enters(await stand.link(RIVERA, f"/incident/{incident.id}"))
    assert page.status == 429, "another browser is no way round"
    stand.clock.advance(minutes=5)
    await browser.goes("/second-factor")
    page = await browser.gives_code(RIVERA, wrong)
    assert "try again in 10 minutes" in page.words
    stand.clock.advance(minutes=10)
    await browser.goes("/second-factor")
    assert (await browser.gives_code(RIVERA)).status == 200
    assert [row[0] for row in await stand.audit()].count("second-factor.refused") == 6


async def test_a_code_is_good_once(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    await stand.signed_in(RIVERA, f"/incident/{incident.id}")
    browser = Browser(stand)
    await browser.enters(await stand.link(RIVERA, f"/incident/{incident.id}"))
    page = await browser.gives_code(RIVERA)
    assert page.status == 403
    assert "was used already" in page.words


async def test_the_secret_that_one_browser_was_shown_is_no_other_s(stand: Stand) -> None:
    """Somebody who looked at the set-up page in another's stead must not know the secret that is then set up."""
    incident = await stand.raise_alarm()
    here = f"/incident/{incident.id}"
    first, second = Browser(stand), Browser(stand)
    shown = [(await one.enters(await stand.link(RIVERA, here))).text for one in (first, second)]
    secrets = [re.search(r'class="secret">([A-Z2-7 ]+)<', text) for text in shown]
    assert secrets[0]
    assert secrets[1]
    assert secrets[0][1] != secrets[1][1]
    await second.gives_code(RIVERA)
    page = await first.goes("/second-factor")
    assert "otpauth" not in page.text
    assert page.asks_for_code


async def test_an_erasure_of_one_s_data_does_not_open_the_second_factor_anew(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    await stand.signed_in(RIVERA, f"/incident/{incident.id}")
    table = next(one for one in tables_of_people(load_models()) if one.table.name == "second_factors")
    assert table.erase is Erase.BLANK
    async with stand.database.write() as session:
        assert await blank(session, table, RIVERA) == 1
    page = await Browser(stand).enters(await stand.link(RIVERA, f"/incident/{incident.id}"))
    assert page.status == 403
    assert "otpauth" not in page.text
    assert "second-factor reset" in page.words
    assert await stand.access.factor.reset(RIVERA)
    page = await Browser(stand).enters(await stand.link(RIVERA, f"/incident/{incident.id}"))
    assert "otpauth" in page.text
