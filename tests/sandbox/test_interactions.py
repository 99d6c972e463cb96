"""Buttons, selects, forms, deferrals, follow-ups, and the three seconds."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any, Self, cast

import discord
import pytest

from sandbox import Refused, Sandbox
from sandbox.world.messages import Draft
from sandbox.world.posting import post
from tests.sandbox.house import Bot, House, furnish, point_discord_at

Press = Callable[[discord.Interaction], Awaitable[None]]


class Card(discord.ui.View):
    """A card whose button does what a test says."""

    def __init__(self, press: Press) -> None:
        super().__init__(timeout=None)
        self.press = press
        self.chosen: list[object] = []

    @discord.ui.button(label="Check in", custom_id="checkin:open:1")
    async def check_in(self, interaction: discord.Interaction, _button: discord.ui.Button[Self]) -> None:
        await self.press(interaction)

    @discord.ui.button(label="Closed", custom_id="checkin:closed:1", disabled=True)
    async def closed(self, interaction: discord.Interaction, _button: discord.ui.Button[Self]) -> None:
        await self.press(interaction)

    @discord.ui.select(
        custom_id="mood",
        placeholder="How is it?",
        max_values=2,
        options=[discord.SelectOption(label=name, value=name[:1]) for name in ("Good", "Fair", "Low")],
    )
    async def mood(self, interaction: discord.Interaction, select: discord.ui.Select[Self]) -> None:
        self.chosen.append(select.values)
        await self.press(interaction)

    @discord.ui.select(cls=discord.ui.UserSelect, custom_id="buddy")
    async def buddy(self, interaction: discord.Interaction, select: discord.ui.UserSelect[Self]) -> None:
        self.chosen.append([user.display_name for user in select.values])
        await self.press(interaction)


async def put_card(house: House, bot: Bot, press: Press) -> tuple[Card, int]:
    card = Card(press)
    channel = bot.get_channel(house.general.id)
    assert isinstance(channel, discord.TextChannel)
    return card, (await channel.send("How was today?", view=card)).id


async def test_a_button_answers_privately(house: House) -> None:
    bot = await house.start_bot()

    async def press(interaction: discord.Interaction) -> None:
        assert interaction.message is not None
        await interaction.response.send_message(f"thanks, {interaction.user.display_name}", ephemeral=True)

    _, message_id = await put_card(house, bot, press)
    interaction = await house.sandbox.people.click(house.alex, message_id, "check in").answered()
    assert [message.text for message in interaction.ephemeral] == ["thanks, Alex"]
    assert interaction.failed is None
    with pytest.raises(Refused, match="no_message"):
        house.sandbox.people.click(house.bea, interaction.ephemeral[0], "anything")


async def test_disabled_and_vanished_buttons_cannot_be_pressed(house: House) -> None:
    bot = await house.start_bot()

    async def press(interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(content="done", view=None)

    _, message_id = await put_card(house, bot, press)
    with pytest.raises(Refused, match="disabled"):
        house.sandbox.people.click(house.alex, message_id, "Closed")
    interaction = await house.sandbox.people.click(house.alex, message_id, "checkin:open:1").answered()
    assert interaction.updated is house.sandbox.world.message(message_id)
    assert (interaction.updated.content, interaction.updated.buttons) == ("done", [])
    with pytest.raises(Refused, match="no_component"):
        house.sandbox.people.click(house.alex, message_id, "Check in")


async def test_selects_take_labels_values_and_people(house: House) -> None:
    bot = await house.start_bot()

    async def press(interaction: discord.Interaction) -> None:
        await interaction.response.defer()

    card, message_id = await put_card(house, bot, press)
    select = house.sandbox.people.select
    await select(house.alex, message_id, "How is it?", ["Good", "L"]).answered()
    await select(house.alex, message_id, "buddy", [house.bea]).answered()
    assert card.chosen == [["G", "L"], ["Bea"]]
    with pytest.raises(Refused, match="count"):
        select(house.alex, message_id, "mood", ["Good", "Fair", "Low"])
    with pytest.raises(Refused, match="unknown_option"):
        select(house.alex, message_id, "mood", ["Splendid"])


class Form(discord.ui.Modal, title="Check in"):
    """Every way discord.py 2.7 has to ask for a text or a choice."""

    words: discord.ui.Label[Any] = discord.ui.Label(
        text="In your own words",
        description="As much as you like",
        component=discord.ui.TextInput(style=discord.TextStyle.long, max_length=10),
    )
    share: discord.ui.Label[Any] = discord.ui.Label(
        text="Share with",
        component=discord.ui.Select(
            options=[discord.SelectOption(label="My group", value="group"), discord.SelectOption(label="Staff only")]
        ),
    )
    buddy: discord.ui.Label[Any] = discord.ui.Label(
        text="With whom", component=discord.ui.UserSelect(required=False, min_values=0)
    )
    old: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Anything else", required=False)

    def __init__(self, filled: list[object]) -> None:
        super().__init__(custom_id="checkin:form:1")
        self.filled = filled

    async def on_submit(self, interaction: discord.Interaction) -> None:
        words = cast("discord.ui.TextInput[Any]", self.words.component)
        share = cast("discord.ui.Select[Any]", self.share.component)
        buddy = cast("discord.ui.UserSelect[Any]", self.buddy.component)
        names = [user.display_name for user in buddy.values]
        self.filled.append((words.value, share.values, names, self.old.value))
        await interaction.response.send_message("noted", ephemeral=True)


async def test_a_form_is_opened_checked_and_sent(house: House) -> None:
    bot = await house.start_bot()
    filled: list[object] = []

    async def press(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Form(filled))

    _, message_id = await put_card(house, bot, press)
    people = house.sandbox.people
    opened = await people.click(house.alex, message_id, "Check in").answered()
    assert opened.modal is not None
    assert opened.modal.title == "Check in"
    assert [(each.label, each.required) for each in opened.modal.fields] == [
        ("In your own words", True),
        ("Share with", True),
        ("With whom", False),
        ("Anything else", False),
    ]
    for values, code in (
        ({"Share with": "group"}, "required"),
        ({"In your own words": "x" * 11, "Share with": "group"}, "length"),
        ({"In your own words": "x", "Share with": "nobody"}, "unknown_option"),
        ({"In your own words": "x"}, "required"),
        ({"In your own words": "x", "Share with": ["group", "Staff only"]}, "count"),
        ({"Colour": "red"}, "unknown_field"),
    ):
        with pytest.raises(Refused) as refused:
            people.submit(house.alex, opened, values)
        assert refused.value.code == code, values
    with pytest.raises(Refused, match="no_form"):
        people.submit(house.bea, opened, {})
    sent = people.submit(
        house.alex, opened, {"In your own words": "fine", "Share with": "my group", "With whom": [house.bea.id]}
    )
    await sent.answered()
    assert filled == [("fine", ["group"], ["Bea"], "")]
    assert sent.ephemeral[0].text == "noted"


async def test_thinking_is_filled_by_the_first_follow_up(house: House) -> None:
    bot = await house.start_bot()

    async def press(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        first = await interaction.followup.send("one", wait=True)
        second = await interaction.followup.send("two", wait=True)
        assert (await interaction.original_response()).id == first.id != second.id

    _, message_id = await put_card(house, bot, press)
    interaction = house.sandbox.people.click(house.alex, message_id, "Check in")
    await interaction.answered()
    assert interaction.deferred
    await house.sandbox.changed(lambda: len(interaction.messages) == 2)
    assert interaction.complete
    assert [(message.text, message.is_ephemeral) for message in interaction.messages] == [("one", True), ("two", False)]


async def test_thinking_is_filled_by_an_edit(house: House) -> None:
    bot = await house.start_bot()

    async def press(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)
        seen = house.sandbox.world.interactions.get(interaction.id)
        assert seen is not None
        assert seen.complete is False
        await interaction.edit_original_response(content="ready")

    _, message_id = await put_card(house, bot, press)
    interaction = house.sandbox.people.click(house.alex, message_id, "Check in")
    await house.sandbox.changed(lambda: interaction.complete)
    (message,) = interaction.messages
    assert (message.text, message.is_loading, message.is_ephemeral) == ("ready", False, False)


async def test_answers_can_be_edited_and_deleted_later(house: House) -> None:
    bot = await house.start_bot()
    kept: list[discord.Interaction] = []

    async def press(interaction: discord.Interaction) -> None:
        kept.append(interaction)
        await interaction.response.send_message("first", ephemeral=True)

    _, message_id = await put_card(house, bot, press)
    await house.sandbox.people.click(house.alex, message_id, "Check in").answered()
    (interaction,) = kept
    await interaction.edit_original_response(content="second")
    assert house.sandbox.people.read(house.alex, house.general)[-1].text == "second"
    with pytest.raises(discord.InteractionResponded):
        await interaction.response.send_message("again")
    await interaction.delete_original_response()
    assert [each.id for each in house.sandbox.people.read(house.alex, house.general)] == [message_id]
    house.sandbox.clock.move(timedelta(minutes=16))
    with pytest.raises(discord.NotFound) as expired:
        await interaction.followup.send("too late")
    assert expired.value.code == 10015


async def test_a_second_first_answer_is_refused(house: House) -> None:
    bot = await house.start_bot()
    codes: list[int] = []

    async def press(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        interaction.response._response_type = None
        try:
            await interaction.response.send_message("again")
        except discord.HTTPException as error:
            codes.append(error.code)
            house.sandbox.changes.notify()

    _, message_id = await put_card(house, bot, press)
    house.sandbox.people.click(house.alex, message_id, "Check in")
    await house.sandbox.changed(lambda: codes)
    assert codes == [40060]


@pytest.fixture
async def hasty(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """A house where an answer must come within 50 ms."""
    sandbox = Sandbox(rate_limits=False, interaction_deadline=0.05)
    await sandbox.start()
    point_discord_at(sandbox, monkeypatch)
    made = furnish(sandbox)
    yield made
    await made.close()


async def test_an_answer_after_the_deadline_is_refused(hasty: House) -> None:
    bot = await hasty.start_bot()
    codes: list[int] = []

    async def press(interaction: discord.Interaction) -> None:
        mine = hasty.sandbox.world.interactions.get(interaction.id)
        assert mine is not None
        await mine.done.wait()
        try:
            await interaction.response.send_message("late")
        except discord.NotFound as error:
            codes.append(error.code)
            hasty.sandbox.changes.notify()

    _, message_id = await put_card(hasty, bot, press)
    interaction = hasty.sandbox.people.click(hasty.alex, message_id, "Check in")
    await interaction.answered()
    assert interaction.failed == "This application did not respond"
    assert not interaction.responded
    await hasty.sandbox.changed(lambda: codes)
    assert codes == [10062]


async def test_without_a_bot_the_person_is_told_so(hasty: House) -> None:
    button = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Help", "custom_id": "x"}]}
    message = post(hasty.general, hasty.me.id, Draft(content="x", components=[button]))
    interaction = await hasty.sandbox.people.click(hasty.alex, message, "Help").answered()
    assert interaction.failed is not None
    assert interaction.complete


async def test_ephemeral_answers_travel_like_dms(house: House) -> None:
    """Discord tells a bot of its own ephemeral messages without a guild, as if they were DMs."""
    bot = await house.start_bot()

    async def press(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("between us", ephemeral=True)

    await put_card(house, bot, press)
    (card,) = await house.hears(bot, "message")
    await house.sandbox.people.click(house.alex, card.id, "Check in").answered()
    (heard,) = await house.hears(bot, "message", 2)
    assert (heard.content, heard.guild, heard.flags.ephemeral) == ("between us", None, True)
    fetched = [message.id async for message in card.channel.history()]
    assert fetched == [card.id]
