"""What the bot may not do is refused, and what it may not see is not told to it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import discord
import pytest

from sandbox import Refused, Sandbox
from sandbox.permissions import Overwrite, Permission
from tests.sandbox.house import House, point_discord_at

PLAIN = Permission.MANAGE_ROLES | Permission.MANAGE_CHANNELS | Permission.MODERATE_MEMBERS | Permission.MANAGE_NICKNAMES


@pytest.fixture
async def plain(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """The bot has a few rights only, and a role that stands below one made before it came."""
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start()
    point_discord_at(sandbox, monkeypatch)
    world = sandbox.world
    owner = world.add_user("owner", "Owner")
    guild = world.add_guild("Riverside", owner)
    guild.add_role("Elder", Permission.VIEW_CHANNEL)
    made = House(
        sandbox,
        guild,
        owner,
        world.add_user("alex", "Alex"),
        world.add_user("bea", "Bea"),
        guild.add_channel("general"),
        world.add_bot_to_guild(guild, PLAIN),
    )
    guild.add_member(made.alex)
    guild.add_member(made.bea)
    yield made
    await made.close()


def code_of(error: pytest.ExceptionInfo[discord.HTTPException]) -> int:
    return error.value.code


async def test_a_channel_the_bot_cannot_see_is_silent_and_closed(plain: House) -> None:
    bot = await plain.start_bot()
    secret = plain.guild.add_channel("secret", overwrites=[Overwrite(plain.guild.id, 0, 0, Permission.VIEW_CHANNEL)])
    plain.sandbox.people.say(plain.owner, secret, "unheard")
    plain.sandbox.people.say(plain.owner, plain.general, "heard")
    (message,) = await plain.hears(bot, "message")
    assert message.content == "heard"
    with pytest.raises(discord.Forbidden) as forbidden:
        await bot.fetch_channel(secret.id)
    assert code_of(forbidden) == 50001
    with pytest.raises(Refused):
        plain.sandbox.people.say(plain.alex, secret, "hello?")
    assert [each.name for each in plain.sandbox.people.visible_channels(plain.alex)] == ["general"]


async def test_threads_are_told_of_when_their_channel_opens(plain: House) -> None:
    bot = await plain.start_bot()
    closed = [Overwrite(plain.guild.id, 0, 0, Permission.VIEW_CHANNEL)]
    secret = plain.guild.add_channel("secret", overwrites=closed)
    thread = plain.sandbox.people.create_thread(plain.owner, secret, "inside")
    await plain.caught_up(bot)
    assert bot.guilds[0].get_thread(thread.id) is None
    secret.set_overwrite(plain.me.id, allow=Permission.VIEW_CHANNEL)
    (joined,) = await plain.hears(bot, "thread_join")
    assert joined.id == thread.id


async def test_roles_above_the_bots_own_are_out_of_reach(plain: House) -> None:
    bot = await plain.start_bot()
    (guild,) = bot.guilds
    elder = next(role for role in guild.roles if role.name == "Elder")
    member = guild.get_member(plain.alex.id)
    assert member is not None
    with pytest.raises(discord.Forbidden) as above:
        await member.add_roles(elder)
    assert code_of(above) == 50013
    with pytest.raises(discord.Forbidden):
        await elder.edit(name="Mine")
    made = await guild.create_role(name="Morning", permissions=discord.Permissions.none())
    await member.add_roles(made)
    assert plain.guild.member(plain.alex).role_ids == [made.id]
    with pytest.raises(discord.Forbidden):
        await plain_top(guild).edit(position=5)
    assert made < guild.me.top_role < elder


def plain_top(guild: discord.Guild) -> discord.Role:
    return guild.me.top_role


async def test_nobody_grants_what_they_do_not_have(plain: House) -> None:
    bot = await plain.start_bot()
    (guild,) = bot.guilds
    with pytest.raises(discord.Forbidden) as grant:
        await guild.create_role(name="Boss", permissions=discord.Permissions(administrator=True))
    assert code_of(grant) == 50013
    with pytest.raises(discord.Forbidden) as overwrite:
        await guild.create_text_channel(
            "x", overwrites={guild.default_role: discord.PermissionOverwrite(ban_members=False)}
        )
    assert code_of(overwrite) == 50013
    channel = await guild.create_text_channel(
        "Morning Check In",
        overwrites={
            guild.default_role: discord.PermissionOverwrite(view_channel=False),
            guild.me: discord.PermissionOverwrite(view_channel=True),
        },
    )
    assert channel.name == "morning-check-in"
    assert not channel.permissions_for(guild.default_role).view_channel
    with pytest.raises(Refused):
        plain.sandbox.people.say(plain.alex, channel.id, "hello?")


async def test_moving_a_role_changes_what_it_may_touch(plain: House) -> None:
    bot = await plain.start_bot()
    (guild,) = bot.guilds
    elder = plain.guild.role_named("Elder")
    plain.guild.move_roles({plain.me.role_ids[0]: 3})
    await plain.caught_up(bot)
    member = guild.get_member(plain.alex.id)
    role = guild.get_role(elder.id)
    assert member is not None
    assert role is not None
    await member.add_roles(role)
    assert plain.guild.member(plain.alex).role_ids == [elder.id]


async def test_a_timeout_silences_until_it_ends_and_never_the_owner(plain: House) -> None:
    bot = await plain.start_bot()
    (guild,) = bot.guilds
    alex, owner = guild.get_member(plain.alex.id), guild.get_member(plain.owner.id)
    assert alex is not None
    assert owner is not None
    until = plain.sandbox.clock.now() + timedelta(minutes=10)
    await alex.edit(timed_out_until=until)
    with pytest.raises(Refused, match="no_permission"):
        plain.sandbox.people.say(plain.alex, plain.general, "hm")
    assert plain.sandbox.people.read(plain.alex, plain.general) == []
    plain.sandbox.clock.move(timedelta(minutes=11))
    plain.sandbox.people.say(plain.alex, plain.general, "back")
    with pytest.raises(discord.Forbidden):
        await owner.edit(timed_out_until=plain.sandbox.clock.now() + timedelta(minutes=1))


async def test_rights_in_a_channel_decide_over_posting(plain: House) -> None:
    bot = await plain.start_bot()
    channel = bot.get_channel(plain.general.id)
    assert isinstance(channel, discord.TextChannel)
    plain.general.set_overwrite(plain.me.id, deny=Permission.SEND_MESSAGES)
    with pytest.raises(discord.Forbidden) as sending:
        await channel.send("x")
    assert code_of(sending) == 50013
    plain.general.set_overwrite(plain.me.id, deny=Permission.READ_MESSAGE_HISTORY)
    plain.sandbox.people.say(plain.alex, plain.general, "x")
    assert [message async for message in channel.history()] == []
    plain.general.set_overwrite(plain.me.id, deny=Permission.VIEW_CHANNEL)
    with pytest.raises(discord.Forbidden) as seeing:
        await channel.send("x")
    assert code_of(seeing) == 50001


async def test_channels_follow_their_category(plain: House) -> None:
    await plain.start_bot()
    (bot, _) = plain.bots[0]
    (guild,) = bot.guilds
    category = await guild.create_category(
        "Morning",
        overwrites={
            guild.default_role: discord.PermissionOverwrite(view_channel=False),
            guild.me: discord.PermissionOverwrite(view_channel=True),
        },
    )
    inside = await guild.create_text_channel("check-in", category=category)
    assert inside.overwrites == category.overwrites
    plain.guild.channels[category.id].set_overwrite(plain.alex.id, allow=Permission.VIEW_CHANNEL)
    plain.sandbox.people.say(plain.alex, inside.id, "here")
    await category.delete()
    assert plain.guild.channels[inside.id].parent_id is None
    await inside.delete()
    assert [each.name for each in plain.guild.channels.values()] == ["general"]


async def test_ids_that_do_not_exist_say_so(plain: House) -> None:
    bot = await plain.start_bot()
    (guild,) = bot.guilds
    with pytest.raises(discord.NotFound) as channel:
        await bot.fetch_channel(17)
    assert code_of(channel) == 10003
    with pytest.raises(discord.NotFound) as member:
        await guild.fetch_member(17)
    assert code_of(member) == 10013
    stranger = plain.sandbox.world.add_user("stranger")
    with pytest.raises(discord.NotFound) as absent:
        await guild.fetch_member(stranger.id)
    assert code_of(absent) == 10007
    with pytest.raises(discord.NotFound) as elsewhere:
        await bot.fetch_guild(17)
    assert code_of(elsewhere) == 10004


async def test_slow_mode_holds_members_back(plain: House) -> None:
    await plain.start_bot()
    plain.general.edit(slowmode=60)
    plain.sandbox.people.say(plain.alex, plain.general, "one")
    with pytest.raises(Refused, match="slowmode"):
        plain.sandbox.people.say(plain.alex, plain.general, "two")
    plain.sandbox.clock.move(timedelta(seconds=60))
    plain.sandbox.people.say(plain.alex, plain.general, "two")
