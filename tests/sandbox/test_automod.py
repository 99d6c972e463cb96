"""AutoMod rules, as the real client makes them; what they stop, and what Discord tells of it."""

import discord
import pytest

from sandbox import validate
from sandbox.errors import Refused
from sandbox.world.automod import PRESET_WORDS
from tests.sandbox.bodies import refusals
from tests.sandbox.house import House

SLUR = PRESET_WORDS[3]


async def make(
    house: House, trigger: discord.AutoModTrigger, name: str = "Slurs", **more: object
) -> discord.AutoModRule:
    bot = await house.start_bot() if not house.bots else house.bots[0][0]
    guild = bot.get_guild(house.guild.id)
    assert guild is not None
    block = discord.AutoModRuleAction(custom_message="Not posted.")
    return await guild.create_automod_rule(
        name=name,
        event_type=discord.AutoModRuleEventType.message_send,
        trigger=trigger,
        actions=[block, discord.AutoModRuleAction(channel_id=house.general.id)],
        enabled=True,
        **more,  # type: ignore[arg-type]  # of create_automod_rule's own
    )


def preset() -> discord.AutoModTrigger:
    return discord.AutoModTrigger(presets=discord.AutoModPresets(slurs=True))


async def test_what_a_rule_finds_is_not_posted_and_told_where_the_rule_says(house: House) -> None:
    group = house.guild.add_channel("group")
    await make(house, preset())
    with pytest.raises(Refused, match="Not posted"):
        house.sandbox.people.say(house.alex.id, group, f"you {SLUR}, you")
    bot = house.bots[0][0]
    (message,) = await house.hears(bot, "message")
    assert message.type is discord.MessageType.auto_moderation_action
    assert (message.author.id, message.channel.id) == (house.alex.id, house.general.id)
    [embed] = message.embeds
    assert (embed.type, embed.description) == ("auto_moderation_message", f"you {SLUR}, you")
    told = {each.name: each.value for each in embed.fields}
    assert (told["rule_name"], told["channel_id"]) == ("Slurs", str(group.id))
    assert not list(house.sandbox.world.history.each(group.id))
    await message.delete()
    house.sandbox.people.say(house.alex.id, group, f"{SLUR}s is another word")


async def test_words_may_begin_and_end_anywhere_where_a_star_says_so(house: House) -> None:
    trigger = discord.AutoModTrigger(keyword_filter=["*join.example/*"], allow_list=["join.example/ours"])
    await make(house, trigger)
    with pytest.raises(Refused):
        house.sandbox.people.say(house.alex.id, house.general, "https://join.example/abc")
    house.sandbox.people.say(house.alex.id, house.general, "https://join.example/ours and join.example")


async def test_who_is_exempt_and_what_is_edited(house: House) -> None:
    staff = house.guild.add_role("Staff")
    house.guild.member(house.bea).add_role(staff)
    quiet = house.guild.add_channel("quiet")
    await make(house, preset(), exempt_roles=[discord.Object(staff.id)], exempt_channels=[discord.Object(quiet.id)])
    people = house.sandbox.people
    people.say(house.bea.id, house.general, SLUR)
    people.say(house.owner.id, house.general, SLUR)
    people.say(house.alex.id, quiet, SLUR)
    said = people.say(house.alex.id, house.general, "hello")
    with pytest.raises(Refused):
        people.edit(house.alex.id, said, SLUR)
    assert said.content == "hello"


async def test_a_guild_has_one_rule_of_presets_and_rules_change_and_go(house: House) -> None:
    rule = await make(house, preset())
    with pytest.raises(discord.HTTPException) as refused:
        await make(house, preset(), name="Another")
    assert refused.value.code == 50035
    await rule.edit(enabled=False)
    house.sandbox.people.say(house.alex.id, house.general, SLUR)
    assert [each.enabled for each in await rule.guild.fetch_automod_rules()] == [False]
    await rule.delete()
    assert await rule.guild.fetch_automod_rules() == []
    with pytest.raises(discord.NotFound):
        await rule.guild.fetch_automod_rule(rule.id)


async def test_without_the_right_to_manage_the_server_there_are_none(house: House) -> None:
    bot = await house.start_bot()
    [role] = [role for role in house.guild.roles.values() if role.bot_id is not None]
    house.guild.edit_role(role, permissions=0)
    with pytest.raises(discord.Forbidden):
        await bot.http.get_auto_moderation_rules(house.guild.id)


RULE = {"name": "Slurs", "event_type": 1, "trigger_type": 4, "actions": [{"type": 1}]}


@pytest.mark.parametrize(
    ("more", "at"),
    [
        ({"name": ""}, "name"),
        ({"trigger_type": 3}, "trigger_type"),
        ({"actions": []}, "actions"),
        ({"actions": [{"type": 2}]}, "actions.0.metadata"),
        ({"actions": [{"type": 1, "metadata": {"custom_message": "x" * 151}}]}, "actions.0.metadata.custom_message"),
        ({"trigger_metadata": {"keyword_filter": ["x" * 61]}}, "trigger_metadata.keyword_filter.0"),
        ({"trigger_metadata": {"presets": [4]}}, "trigger_metadata.presets.0"),
        ({"exempt_channels": list(range(51))}, "exempt_channels"),
        ({"exempt_roles": list(range(21))}, "exempt_roles"),
    ],
)
def test_what_discord_refuses_in_a_rule(more: dict[str, object], at: str) -> None:
    assert refusals(validate.automod_create, RULE) == []
    assert [path for path, _ in refusals(validate.automod_create, RULE | more)] == [at]
