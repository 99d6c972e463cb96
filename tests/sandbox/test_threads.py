"""Threads, public and private, and who hears of them."""

from datetime import timedelta

import discord
import pytest

from sandbox import Refused, Sandbox
from sandbox.permissions import Permission
from tests.sandbox.house import Bot, House, furnish, point_discord_at


def text_channel(bot: Bot, house: House) -> discord.TextChannel:
    channel = bot.get_channel(house.general.id)
    assert isinstance(channel, discord.TextChannel)
    return channel


async def test_a_thread_from_a_message(house: House) -> None:
    bot = await house.start_bot()
    message = await text_channel(bot, house).send("Check-in for Monday")
    thread = await message.create_thread(name="Monday", auto_archive_duration=1440)
    assert thread.id == message.id
    await thread.send("hello")
    house.sandbox.people.say(house.alex, thread.id, "hello back")
    await house.sandbox.changed(lambda: any(each.content == "hello back" for each in bot.cached_messages))
    found = house.guild.threads[thread.id]
    assert (found.message_count, set(found.joined)) == (2, {house.me.id, house.alex.id})
    assert [each.content async for each in thread.history(oldest_first=True)][1:] == ["hello", "hello back"]
    refreshed = await text_channel(bot, house).fetch_message(message.id)
    assert refreshed.thread is not None
    assert refreshed.flags.has_thread
    with pytest.raises(discord.HTTPException) as twice:
        await message.create_thread(name="again")
    assert twice.value.code == 160004


async def test_a_private_thread_is_seen_by_those_in_it(house: House) -> None:
    bot = await house.start_bot()
    thread = await text_channel(bot, house).create_thread(
        name="For Alex", type=discord.ChannelType.private_thread, invitable=False
    )
    people = house.sandbox.people
    assert thread.id not in [each.id for each in people.visible_channels(house.alex)]
    with pytest.raises(Refused, match="no_access"):
        people.say(house.bea, thread.id, "let me in")
    await thread.add_user(discord.Object(house.alex.id))
    people.say(house.alex, thread.id, "thank you")
    assert thread.id in [each.id for each in people.visible_channels(house.alex)]
    assert thread.id not in [each.id for each in people.visible_channels(house.bea)]
    assert {member.id for member in await thread.fetch_members()} == {house.me.id, house.alex.id}
    await thread.remove_user(discord.Object(house.alex.id))
    assert thread.id not in [each.id for each in people.visible_channels(house.alex)]


async def test_a_mention_in_a_thread_brings_the_person_in(house: House) -> None:
    bot = await house.start_bot()
    thread = await text_channel(bot, house).create_thread(name="x", type=discord.ChannelType.private_thread)
    await thread.send(f"{house.bea.mention} please", allowed_mentions=discord.AllowedMentions.none())
    assert house.bea.id not in house.guild.threads[thread.id].joined
    await thread.send(f"{house.bea.mention} please", allowed_mentions=discord.AllowedMentions(users=True))
    assert house.bea.id in house.guild.threads[thread.id].joined


async def test_threads_of_people_are_heard_of(house: House) -> None:
    bot = await house.start_bot()
    thread = house.sandbox.people.create_thread(house.alex, house.general, "A question")
    (heard,) = await house.hears(bot, "thread_create")
    assert (heard.id, heard.owner_id, heard.parent_id) == (thread.id, house.alex.id, house.general.id)
    thread.delete()
    await house.hears(bot, "thread_delete")


async def test_idle_threads_are_archived_and_wake_up(house: House) -> None:
    bot = await house.start_bot()
    thread = await text_channel(bot, house).create_thread(
        name="Monday", type=discord.ChannelType.public_thread, auto_archive_duration=1440
    )
    house.sandbox.clock.move(timedelta(hours=23))
    assert not house.guild.threads[thread.id].archived
    house.sandbox.clock.move(timedelta(hours=1))
    assert house.guild.threads[thread.id].archived
    await house.sandbox.changed(lambda: bot.get_channel(thread.id) is None)
    assert [each.id async for each in text_channel(bot, house).archived_threads()] == [thread.id]
    assert await bot.guilds[0].active_threads() == []
    house.sandbox.people.say(house.alex, thread.id, "still here")
    assert not house.guild.threads[thread.id].archived
    assert [each.id for each in await bot.guilds[0].active_threads()] == [thread.id]


async def test_a_locked_thread_is_closed_to_members(house: House) -> None:
    bot = await house.start_bot()
    thread = await text_channel(bot, house).create_thread(name="x", type=discord.ChannelType.public_thread)
    await thread.edit(locked=True)
    with pytest.raises(Refused, match="locked"):
        house.sandbox.people.say(house.alex, thread.id, "hello?")
    await thread.send("the bot manages threads, and may")


async def test_private_threads_of_others_do_not_exist_for_a_plain_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start()
    point_discord_at(sandbox, monkeypatch)
    house = furnish(sandbox, int(Permission.VIEW_CHANNEL | Permission.CREATE_PRIVATE_THREADS))
    try:
        bot = await house.start_bot()
        thread = sandbox.people.create_thread(house.alex, house.general, "between us", private=True)
        sandbox.people.say(house.alex, thread, "unheard")
        sandbox.people.say(house.alex, house.general, "heard")
        (message,) = await house.hears(bot, "message")
        assert message.content == "heard"
        assert bot.count("thread_create") == 0
        with pytest.raises(discord.Forbidden) as hidden:
            await bot.fetch_channel(thread.id)
        assert hidden.value.code == 50001
        sandbox.people.say(house.alex, thread, f"<@{house.me.id}> come in")
        (joined,) = await house.hears(bot, "thread_join")
        assert joined.id == thread.id
    finally:
        await house.close()
