"""Login, READY, and what the client knows afterwards."""

import json

import aiohttp
import discord
import pytest

from sandbox import Sandbox
from sandbox.permissions import Permission
from sandbox.world.kinds import Intent
from tests.sandbox.house import Bot, House, furnish, point_discord_at


async def test_the_client_becomes_ready_and_knows_the_guild(house: House) -> None:
    bot = await house.start_bot()
    assert bot.user is not None
    assert bot.user.id == house.sandbox.world.bot.id
    (guild,) = bot.guilds
    assert guild.name == "Riverside"
    assert guild.owner_id == house.owner.id
    assert {member.display_name for member in guild.members} == {"Owner", "Alex", "Bea", "Handrail"}
    assert guild.me.guild_permissions.administrator
    assert [channel.name for channel in guild.text_channels] == ["general"]
    assert bot.application_id == house.sandbox.world.application.id


async def test_a_wrong_token_is_refused(house: House) -> None:
    bot = Bot()
    with pytest.raises(discord.LoginFailure):
        await bot.start("another-token")
    await bot.close()


async def test_a_privileged_intent_that_is_switched_off_closes_the_connection(house: House) -> None:
    house.sandbox.world.application.granted &= ~Intent.MESSAGE_CONTENT
    bot = Bot()
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await bot.start(house.sandbox.token)
    await bot.close()


async def test_without_message_content_the_words_of_others_are_hidden(house: House) -> None:
    bot = await house.start_bot(Bot(intents=discord.Intents(guilds=True, messages=True)))
    say = house.sandbox.people.say
    say(house.alex, house.general, "secret")
    say(house.alex, house.general, f"<@{house.me.id}> hello")
    say(house.alex, house.sandbox.people.dm_channel(house.alex), "in private")
    await house.hears(bot, "message", 3)
    heard = [args[0].content for name, args in bot.heard if name == "message"]
    assert heard == ["", f"<@{house.me.id}> hello", "in private"]


async def test_members_are_asked_for_when_the_client_needs_them(house: House) -> None:
    bot = await house.start_bot(Bot(chunk_guilds_at_startup=False))
    (guild,) = bot.guilds
    assert {member.id for member in guild.members} == {house.me.id}
    found = await guild.query_members("al", limit=5)
    assert [member.id for member in found] == [house.alex.id]
    by_id = await guild.query_members(user_ids=[house.bea.id, 12345])
    assert [member.id for member in by_id] == [house.bea.id]
    await guild.chunk()
    assert len(guild.members) == 4


async def test_two_shards_share_the_guilds(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox(shards=2, rate_limits=False)
    await sandbox.start()
    point_discord_at(sandbox, monkeypatch)
    house = furnish(sandbox)
    second = sandbox.world.add_guild("Hillside", house.owner, id=house.guild.id + (1 << 22), starter_channel="hill")
    sandbox.world.add_bot_to_guild(second, Permission.ADMINISTRATOR)
    bot = await house.start_bot()
    try:
        assert {session.shard_id for session in sandbox.sessions} == {0, 1}
        shards = {guild.name: guild.shard_id for guild in bot.guilds}
        assert sorted(shards.values()) == [0, 1]
        assert shards["Riverside"] == (house.guild.id >> 22) % 2
        sandbox.people.say(house.owner, second.channel_named("hill"), "over the hill")
        sandbox.people.say(house.alex, sandbox.people.dm_channel(house.alex), "a word")
        await house.hears(bot, "message", 2)
        sequences = {session.shard_id: session for session in sandbox.sessions}
        # READY, GUILD_CREATE, the chunk of members, and one message each; the DM goes to shard 0.
        in_hill = 1 if shards["Hillside"] == 0 else 0
        assert sequences[0].sequence == 3 + 1 + in_hill
        assert sequences[1].sequence == 3 + 1 - in_hill
    finally:
        await house.close()


async def test_only_loopback_is_served() -> None:
    sandbox = Sandbox()
    with pytest.raises(ValueError, match="loopback"):
        await sandbox.start(host="0.0.0.0")  # noqa: S104 - what must be refused


async def test_joining_and_leaving_guilds_while_connected(house: House) -> None:
    bot = await house.start_bot()
    other = house.sandbox.world.add_guild("Hillside", house.owner)
    house.sandbox.world.add_bot_to_guild(other)
    (joined,) = await house.hears(bot, "guild_join")
    assert joined.name == "Hillside"
    other.remove_member(house.me.user)
    (removed,) = await house.hears(bot, "guild_remove")
    assert removed.id == other.id
    house.guild.remove_member(house.bea)
    (left,) = await house.hears(bot, "member_remove")
    assert left.id == house.bea.id


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (["no json"], 4002),
        ([{"op": 2, "d": {"token": "x", "intents": 1}}], 4004),
        ([{"op": 2, "d": {"token": "sandbox-token", "intents": 1, "shard": [2, 2]}}], 4010),
        ([{"op": 2, "d": {"token": "sandbox-token", "intents": 1 << 40}}], 4013),
        ([{"op": 2, "d": {"token": "sandbox-token", "intents": 1}}] * 2, 4005),
        ([{"op": 8, "d": {}}], 4003),
        ([{"op": 2, "d": {"token": "sandbox-token", "intents": 1}}, {"op": 99}], 4001),
        ([{"op": 2, "d": {"token": "sandbox-token", "intents": 1}}, {"op": 8, "d": {"guild_id": "x"}}], 4002),
    ],
)
async def test_the_gateway_hangs_up_with_discords_code(house: House, frames: list[object], code: int) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(house.sandbox.gateway_url) as socket:
        for frame in frames:
            await socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))
        async for _ in socket:
            pass
        assert socket.close_code == code
