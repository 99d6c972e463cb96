"""The page in a browser: being people, talking, pressing, filling in, running commands, moving the clock."""

import importlib.util
from datetime import timedelta

import pytest

from tests.sandbox.page.browser import CHROMIUM, become, go, window
from tests.sandbox.page.stage import Stage, post_card

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or importlib.util.find_spec("playwright") is None, reason="no chromium or playwright here"
)


async def test_words_of_one_are_read_by_another(stage: Stage) -> None:
    async with window(stage) as page:
        await become(page, stage, "Alex")
        await go(page, stage, "morning-check-in")
        await page.keyboard.type("Slept **well** <b>today</b>")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("@Rivera")
        await page.wait_for_selector(".suggestions")
        await page.keyboard.press("Enter")
        await page.keyboard.type("thanks")
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".message .words")
        assert await page.input_value("#words") == ""
        await page.wait_for_selector(f'[data-person="{stage.people["Rivera"].id}"] .badge')
        await become(page, stage, "Rivera")
        await page.wait_for_selector(".message.rings")
        assert await page.inner_text(".message .words") == "Slept well <b>today</b>\n@Rivera thanks"
        assert await page.inner_text(".message .words strong") == "well"
        await page.wait_for_selector(f'[data-person="{stage.people["Rivera"].id}"] .badge', state="detached")
        await become(page, stage, "Bea")
        assert await page.locator(".message").count() == 0
        assert await page.locator(f'[data-entry="{stage.channels["morning-check-in"].id}"]').count() == 0


async def test_editing_and_deleting(stage: Stage) -> None:
    async with window(stage) as page:
        await become(page, stage, "Alex")
        await go(page, stage, "morning-check-in")
        await page.keyboard.type("Helo")
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".message")
        await page.keyboard.press("ArrowUp")
        await page.wait_for_selector(".about-message:has-text('Editing')")
        await page.fill("#words", "Hello")
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".edited")
        await page.hover(".message")
        await page.click(".message .more")
        await page.wait_for_selector(".menu")
        await page.keyboard.press("Escape")
        await page.wait_for_selector(".menu", state="detached")
        await page.click(".message .more")
        await page.click(".menu >> text=Delete")
        await page.wait_for_selector(".message", state="detached")
        assert stage.sandbox.people.read(stage.people["Alex"], stage.channels["morning-check-in"]) == []


async def test_buttons_forms_and_whispers(played: Stage) -> None:
    await post_card(played, "morning-check-in")
    async with window(played) as page:
        await become(page, played, "Alex")
        await go(page, played, "morning-check-in")
        assert await page.inner_text(".embed-title") == "Good morning"
        await page.click("text=Say hello")
        await page.wait_for_selector(".message.ephemeral:has-text('Hello, only you.')")
        assert "Only you can see this" in await page.inner_text(".message.ephemeral")
        await page.click(".message.ephemeral >> text=Dismiss")
        await page.wait_for_selector(".message.ephemeral", state="detached")

        await page.click("text=Check in")
        await page.wait_for_selector("dialog")
        await page.click("dialog >> text=Send")
        assert await page.locator("dialog .field-error:visible").all_inner_texts() == [
            "This is needed.",
            "A choice is needed.",
        ]
        await page.fill("dialog textarea", "x" * 61)
        assert await page.locator("dialog .field-error:visible").first.inner_text() == (
            "At most 60 characters; these are 61."
        )
        await page.fill("dialog textarea", "All right")
        await page.select_option("dialog select", "meeting")
        await page.click("dialog >> text=Send")
        await page.wait_for_selector("dialog", state="detached")
        await page.wait_for_selector(".message.ephemeral:has-text('Thank you: All right (meeting)')")
        assert await page.evaluate("document.activeElement.id") == "words"

        await page.select_option(".menu-select", "A walk")
        await page.wait_for_selector(".message.ephemeral:has-text('Noted: A walk')")
        await page.click("button:has-text('Silence')")
        await page.wait_for_selector(".failed:has-text('This application did not respond')")
        await become(page, played, "Rivera")
        await page.wait_for_selector(".embed-title")
        assert await page.locator(".message.ephemeral, .failed").count() == 0


async def test_a_command_by_the_keyboard(played: Stage) -> None:
    async with window(played) as page:
        await become(page, played, "Rivera")
        await go(page, played, "staff-room")
        await page.keyboard.type("/")
        await page.wait_for_selector("[role=option] >> text=/skill")
        assert await page.locator("[role=option]").count() == 2
        await page.keyboard.type("mem")
        await page.wait_for_selector("[role=option] >> nth=1", state="detached")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("form.command")
        await page.keyboard.press("Enter")
        assert await page.locator("form.command .field-error:visible").count() == 2
        await page.select_option("form.command select >> nth=0", label="Alex")
        await page.select_option("form.command select >> nth=1", label="Morning")
        await page.fill("form.command input", "6")
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".message.ephemeral:has-text('@Alex is invited to Morning for 6 weeks.')")
        assert "Rivera used /member enrol" in (await page.inner_text(".message.ephemeral .above")).replace("\n", " ")
        await page.hover(".message.ephemeral")
        await page.click(".message.ephemeral .more")
        await page.click(".menu >> text=Report to staff")
        await page.wait_for_selector(".message.ephemeral:has-text('Staff will look at it')")


async def test_the_clock_and_where_one_may_not_write(stage: Stage) -> None:
    async with window(stage) as page:
        await become(page, stage, "Alex")
        await go(page, stage, "welcome")
        assert await page.inner_text(".silent") == "This person may read here, but not write."
        before = stage.sandbox.clock.now()
        await page.click(".steps >> text=+1 day")
        await stage.sandbox.changed(lambda: stage.sandbox.clock.now() - before >= timedelta(days=1))
        await page.click(".steps >> text=next 09:00")
        await page.wait_for_selector(".time:text-is('09:00')")
        assert stage.sandbox.clock.now() - before > timedelta(days=1)


async def test_a_message_that_arrives_is_there_and_the_switch_of_dms(stage: Stage) -> None:
    async with window(stage) as page:
        await become(page, stage, "Alex")
        await go(page, stage, "morning-coping")
        stage.sandbox.people.say(stage.people["Rivera"], stage.channels["morning-coping"], "Here I am")
        await page.wait_for_selector(".message:has-text('Here I am')")
        await page.click("#dms")
        await stage.sandbox.changed(lambda: not stage.people["Alex"].dms_open)
        stage.sandbox.people.open_dms(stage.people["Alex"])
        await page.click(f'[data-person="{stage.people["Bea"].id}"]')
        await become(page, stage, "Alex")
        assert await page.is_checked("#dms")


async def test_on_a_phone(stage: Stage) -> None:
    async with window(stage, width=360, touch=True) as page:
        assert not await page.is_visible("#people")
        await page.tap("#open-sides")
        await page.tap(f'[data-person="{stage.people["Alex"].id}"]')
        await page.wait_for_selector("#people", state="hidden")
        await page.tap("#open-sides")
        await page.tap(f'[data-entry="{stage.channels["morning-check-in"].id}"]')
        await page.wait_for_selector("#people", state="hidden")
        await page.fill("#words", "From the bus")
        await page.tap(".send")
        await page.wait_for_selector(".message:has-text('From the bus')")
        assert await page.evaluate("document.documentElement.scrollWidth") == 360


async def test_a_link_to_a_message_leads_there_and_not_out(stage: Stage) -> None:
    people, alex = stage.sandbox.people, stage.people["Alex"]
    said = people.say(alex, stage.channels["morning-coping"], "Over here")
    address = f"https://discord.com/channels/{stage.guild.id}/{said.channel_id}/{said.id}"
    people.say(alex, stage.channels["morning-check-in"], f"See {address}")
    async with window(stage) as page:
        await become(page, stage, "Alex")
        await go(page, stage, "morning-check-in")
        await page.click(".words >> text=#morning-coping › message")
        await page.wait_for_selector(f"#message-{said.id}:has-text('Over here')")
        assert await page.inner_text("#place h2") == "morning-coping"
        assert len(page.context.pages) == 1


async def test_drafts_stay_with_their_place_and_editing_gives_them_back(stage: Stage) -> None:
    stage.sandbox.people.say(stage.people["Alex"], stage.channels["morning-check-in"], "Said before")
    async with window(stage) as page:
        await become(page, stage, "Alex")
        await go(page, stage, "morning-check-in")
        await page.fill("#words", "half a sentence")
        await go(page, stage, "morning-coping")
        assert await page.input_value("#words") == ""
        await go(page, stage, "morning-check-in")
        assert await page.input_value("#words") == "half a sentence"
        await page.hover(".message")
        await page.click(".message .more")
        await page.click(".menu >> text=Edit")
        assert await page.input_value("#words") == "Said before"
        await page.keyboard.press("Escape")
        assert await page.input_value("#words") == "half a sentence"


async def test_an_answer_comes_into_sight_and_other_words_do_not_move_the_reader(played: Stage) -> None:
    people, place = played.sandbox.people, played.channels["morning-check-in"]
    await post_card(played, "morning-check-in")
    for number in range(40):
        people.say(played.people["Rivera"], place, f"Line {number}")
    async with window(played) as page:
        await become(page, played, "Alex")
        await go(page, played, "morning-check-in")
        await page.wait_for_selector(".message:has-text('Line 39')")
        await page.locator("text=Say hello").scroll_into_view_if_needed()
        people.say(played.people["Rivera"], place, "One more")
        await page.wait_for_selector(".message:has-text('One more')")
        assert await page.evaluate("document.getElementById('log').scrollTop") < 200
        assert await page.is_visible("#jump")
        await page.click("text=Say hello")
        await page.wait_for_selector(".message.ephemeral")
        await page.wait_for_selector("#jump", state="hidden")
        await page.click(".message.ephemeral >> text=Dismiss")
        await page.wait_for_selector(".message.ephemeral", state="detached")


async def test_earlier_messages_load_above_what_one_reads(stage: Stage) -> None:
    people, place = stage.sandbox.people, stage.channels["morning-check-in"]
    for number in range(130):
        people.say(stage.people["Rivera"], place, f"Line {number}.")
    async with window(stage) as page:
        await become(page, stage, "Alex")
        await go(page, stage, "morning-check-in")
        await page.wait_for_selector(".message:has-text('Line 129.')")
        assert await page.locator(".message").count() == 100
        await page.click("text=Earlier messages")
        await page.wait_for_selector(".message:has-text('Line 0.')")
        assert await page.locator(".message").count() == 130
        assert await page.evaluate("document.getElementById('log').scrollTop") > 300
        assert await page.locator("text=Earlier messages").count() == 0


async def test_a_command_typed_faster_than_the_list_comes(played: Stage) -> None:
    async with window(played) as page:
        await become(page, played, "Rivera")
        await go(page, played, "staff-room")
        await page.fill("#words", "/member enr")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("form.command >> text=/member enrol")
        await page.wait_for_selector(".suggestions", state="hidden")
        await page.keyboard.press("Escape")
        await page.wait_for_selector("form.command", state="detached")
        assert played.sandbox.people.read(played.people["Rivera"], played.channels["staff-room"]) == []
