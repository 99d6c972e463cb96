"""The walk in a real browser, at a phone's width, by keyboard, dark and light; without a script anywhere.

With HANDRAIL_SCREENSHOTS set to a folder, what is seen is put there: that is how docs/images came to be.
"""

import importlib.util
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import pyotp
import pytest

from tests.sandbox.page.browser import ARGUMENTS, CHROMIUM, WAIT
from tests.web.stand import ALEX, RIVERA, Stand, leave_card

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or importlib.util.find_spec("playwright") is None, reason="no chromium or playwright here"
)

PHONE = 375
Scheme = Literal["light", "dark"]
CONTRAST = """() => {
  const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = node => {
    for (let at = node; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const bad = [];
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.offsetParent) continue;
    const [a, b] = [light(rgb(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) bad.push(`${node.tagName} ${node.textContent.trim().slice(0, 30)} ${ratio.toFixed(2)}`);
  }
  return bad;
}"""
UNLABELLED = """() => [...document.querySelectorAll('input:not([type=hidden]), textarea, select')]
  .filter(field => !field.labels.length).map(field => field.name)"""
SMALL = """() => [...document.querySelectorAll('button, input:not([type=hidden]), textarea, select, a.button, summary')]
  .filter(node => node.offsetParent && node.getBoundingClientRect().height < 36)
  .map(node => node.outerHTML.slice(0, 60))"""


@asynccontextmanager
async def phone(width: int = PHONE, scheme: Scheme = "light") -> AsyncIterator[Any]:
    """A page of a browser without scripts of the pages' own; anything it complains of fails the test."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - absent where no browser is tested

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = await browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, is_mobile=width < 600, has_touch=width < 600
        )
        context.set_default_timeout(WAIT)
        page = await context.new_page()
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        try:
            yield page
            # A page that is over is a 401, which browsers print; anything else is a mistake of the page.
            assert [each for each in wrong if "401" not in each] == []
        finally:
            await browser.close()


async def is_well_made(page: Any, name: str) -> None:
    """Nothing is wider than the screen, every field has a label, one heading leads, words can be read."""
    if folder := os.environ.get("HANDRAIL_SCREENSHOTS"):
        await page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    assert await page.locator("h1").count() == 1
    assert await page.get_attribute("html", "lang")
    assert await page.evaluate(UNLABELLED) == []
    assert await page.evaluate(CONTRAST) == []
    assert await page.evaluate(SMALL) == []
    ids = await page.evaluate("[...document.querySelectorAll('[id]')].map(node => node.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_link_second_factor_incident(stand: Stand, scheme: Scheme) -> None:
    await leave_card(stand)
    incident = await stand.raise_alarm()
    await stand.raise_alarm("I'm scared and I took all my pills")
    link = await stand.link(RIVERA, f"/incident/{incident.id}")
    async with phone(scheme=scheme) as page:
        await page.goto(f"{stand.url}{link}")
        await is_well_made(page, f"link-{scheme}")
        await page.keyboard.press("Enter")  # the one button has the focus
        await page.wait_for_selector("#code")
        await is_well_made(page, f"set-up-{scheme}")
        shown = re.sub(r"\s", "", await page.inner_text(".secret"))
        offered = await page.get_attribute("a.button", "href")
        assert f"secret={shown}" in offered
        await page.fill("#code", pyotp.TOTP(shown).at(stand.clock.now()))
        await page.keyboard.press("Enter")
        await page.wait_for_selector("mark")
        assert "kill myself" in " ".join(await page.locator("mark").all_inner_texts())
        assert await page.locator("script, img").count() == 0
        assert "<script>" in await page.inner_text("blockquote >> nth=0")
        await page.click("button:has-text('Acknowledge')")
        await page.wait_for_selector("text=You have it")
        assert "12 Canal St" in await page.inner_text("main")
        await page.fill("#text", "Spoke with Alex.\nSafe with Jo.")
        await page.click("text=Keep the note")
        await page.wait_for_selector(".note:has-text('Safe with Jo.')")
        await is_well_made(page, f"incident-{scheme}")
        await page.select_option("#outcome", "safe_supported")
        await page.click("button:has-text('Resolve')")
        await page.wait_for_selector("text=Resolved. Thank you")
        await page.go_back()
        await page.click("text=Sign out")
        await page.wait_for_selector("text=Signed out")
        back = await page.goto(f"{stand.url}/incident/{incident.id}")
        assert back.status == 401
        await is_well_made(page, f"over-{scheme}")


async def test_a_member_s_page_and_a_wide_screen(stand: Stand) -> None:
    async with phone(width=1200) as page:
        await page.goto(f"{stand.url}{await stand.link(ALEX, '/me')}")
        await page.click("button:has-text('Open')")
        await page.fill("#phone", "+1 555 0100")
        await page.fill("#place", "12 Canal St\nbell 3")
        await page.click("button:has-text('Save')")
        await page.wait_for_selector("text=Saved.")
        assert await page.input_value("#place") == "12 Canal St\nbell 3"
        await is_well_made(page, "me")


async def test_acknowledging_from_a_phone(stand: Stand) -> None:
    incident = await stand.raise_alarm()
    link = await stand.access.acknowledgement(700, RIVERA, incident.id)
    async with phone() as page:
        await page.goto(link)
        await is_well_made(page, "acknowledge")
        await page.click("button:has-text('Acknowledge')")
        await page.wait_for_selector("text=You have it")
        await is_well_made(page, "acknowledged")
    assert (await stand.oncall.find(incident.id)).acknowledged_by == RIVERA
