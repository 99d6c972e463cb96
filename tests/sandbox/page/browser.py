"""A real browser on the page, where this machine has one."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from tests.sandbox.page.stage import Stage

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT: Final = 10_000
"""Milliseconds after which what does not show is held missing."""


@asynccontextmanager
async def window(stage: Stage, *, width: int = 1360, touch: bool = False) -> AsyncIterator[Any]:
    """An open page; a script's error or a refused resource fails whoever used it."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - absent where no browser is tested

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = await browser.new_context(
            viewport={"width": width, "height": 800},
            timezone_id="America/New_York",
            locale="en-GB",
            has_touch=touch,
            is_mobile=touch,
        )
        context.set_default_timeout(WAIT)
        page = await context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        await page.goto(stage.sandbox.page_url)
        await page.wait_for_selector("#log > *")
        try:
            yield page
            # A refused act is a 409, which browsers print; anything else is a mistake of the page.
            assert [each for each in wrong if "409" not in each] == []
        finally:
            await browser.close()


async def become(page: Any, stage: Stage, name: str) -> None:
    """Choose who one is."""
    await page.click(f'[data-person="{stage.people[name].id}"]')
    await page.wait_for_selector(f'[data-person="{stage.people[name].id}"][aria-current]')


async def go(page: Any, stage: Stage, channel: str) -> None:
    """Go to a channel."""
    number = stage.channels[channel].id
    await page.click(f'[data-entry="{number}"]')
    await page.wait_for_selector(f'[data-entry="{number}"][aria-current]')
