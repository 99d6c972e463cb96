"""Messages in and out, history, nonces, mentions, files."""

import io
from datetime import UTC, datetime, timedelta

import discord
import pytest

from sandbox import Refused, Sandbox, SandboxClock
from sandbox.permissions import Permission
from tests.sandbox.house import House, furnish, point_discord_at


async def test_a_message_reaches_the_client_with_its_author(house: House) -> None:
    bot = await house.start_bot()
    said = house.sandbox.people.say(house.alex, house.general, "good evening")
    (message,) = await house.hears(bot, "message")
    assert (message.id, message.content, message.author.id) == (said.id, "good evening", house.alex.id)
    assert isinstance(message.author, discord.Member)
    assert message.channel.name == "general"
    assert message.created_at == said.created_at


async def test_the_bot_posts_edits_and_deletes(house: House) -> None:
    bot = await house.start_bot()
    channel = bot.get_channel(house.general.id)
    assert isinstance(channel, discord.TextChannel)
    embed = discord.Embed(title="Today", description="One thing").add_field(name="When", value="18:00")
    sent = await channel.send("hello", embed=embed)
    (seen,) = house.sandbox.people.read(house.alex, house.general)
    assert seen.id == sent.id
    assert seen.text == "hello\nToday\nOne thing\nWhen\n18:00"
    edited = await sent.edit(content="hello again", embed=None)
    assert (edited.content, edited.embeds) == ("hello again", [])
    assert edited.edited_at is not None
    await house.hears(bot, "raw_message_edit")
    await sent.delete()
    assert house.sandbox.people.read(house.alex, house.general) == []
    await house.hears(bot, "message_delete")
    with pytest.raises(discord.NotFound) as missing:
        await channel.fetch_message(sent.id)
    assert missing.value.code == 10008


async def test_edits_and_deletions_of_people_are_heard(house: House) -> None:
    bot = await house.start_bot()
    said = house.sandbox.people.say(house.alex, house.general, "fist")
    house.sandbox.people.edit(house.alex, said, "first")
    before, after = await house.hears(bot, "message_edit")
    assert (before.content, after.content) == ("fist", "first")
    house.sandbox.people.delete(house.alex, said)
    (gone,) = await house.hears(bot, "message_delete")
    assert gone.id == said.id
    theirs = house.sandbox.people.say(house.bea, house.general, "mine")
    with pytest.raises(Refused):
        house.sandbox.people.edit(house.alex, theirs, "no")


@pytest.fixture
async def ten(house: House) -> tuple[discord.TextChannel, list[int]]:
    bot = await house.start_bot()
    ids = [house.sandbox.people.say(house.alex, house.general, str(number)).id for number in range(10)]
    channel = bot.get_channel(house.general.id)
    assert isinstance(channel, discord.TextChannel)
    return channel, ids


async def test_history_pages_in_every_direction(house: House, ten: tuple[discord.TextChannel, list[int]]) -> None:
    channel, ids = ten

    async def page(**query: int) -> list[int]:
        found = await channel._state.http.logs_from(channel.id, **{"limit": 3, **query})
        return [ids.index(int(each["id"])) for each in found]

    assert await page() == [9, 8, 7]
    assert await page(before=ids[5]) == [4, 3, 2]
    assert await page(after=ids[5]) == [8, 7, 6], "the oldest that follow, listed newest first"
    assert await page(after=ids[8]) == [9]
    assert await page(around=ids[5]) == [6, 5, 4]
    assert await page(around=ids[0], limit=4) == [1, 0]
    assert await page(before=ids[0]) == []
    house.sandbox.people.delete(house.alex, ids[4])
    assert await page(before=ids[5]) == [3, 2, 1]


async def test_the_clients_own_paging_finds_everything_once(
    house: House, ten: tuple[discord.TextChannel, list[int]]
) -> None:
    channel, ids = ten
    ids += [house.sandbox.people.say(house.bea, house.general, str(number)).id for number in range(10, 250)]
    newest_first = [message.id async for message in channel.history(limit=None)]
    assert newest_first == list(reversed(ids))
    after = discord.Object(ids[3])
    oldest_first = [message.id async for message in channel.history(limit=None, after=after, oldest_first=True)]
    assert oldest_first == ids[4:]
    some = [message.id async for message in channel.history(limit=5, around=discord.Object(ids[100]))]
    assert sorted(some) == ids[98:103]


async def test_an_enforced_nonce_makes_one_message(house: House) -> None:
    bot = await house.start_bot()
    channel = bot.get_channel(house.general.id)
    assert isinstance(channel, discord.TextChannel)
    first = await channel.send("once", nonce="row-17")
    second = await channel.send("twice?", nonce="row-17")
    assert second.id == first.id
    assert second.content == "once"
    assert first.nonce == "row-17"
    await house.caught_up(bot)
    assert bot.count("message") == 1
    assert (await channel.fetch_message(first.id)).nonce is None, "Discord does not keep it with the message"
    house.sandbox.clock.move(timedelta(minutes=3, seconds=1))
    third = await channel.send("later", nonce="row-17")
    assert third.id != first.id


async def test_mentions_ping_as_far_as_they_are_allowed(house: House) -> None:
    role = house.guild.add_role("Morning")
    house.guild.member(house.bea).add_role(role)
    bot = await house.start_bot()
    channel = bot.get_channel(house.general.id)
    assert isinstance(channel, discord.TextChannel)
    text = f"{house.alex.mention} {role.mention} @everyone"
    world = house.sandbox.world

    async def pings(allowed: discord.AllowedMentions) -> set[str]:
        sent = await channel.send(text, allowed_mentions=allowed)
        return {world.users[each].display_name for each in world.message(sent.id).pings}

    nobody = discord.AllowedMentions.none()
    assert await pings(nobody) == set()
    assert await pings(discord.AllowedMentions(users=True, roles=False, everyone=False)) == {"Alex"}
    assert await pings(discord.AllowedMentions(users=False, roles=[role], everyone=False)) == {"Bea"}
    assert await pings(discord.AllowedMentions.all()) == {"Alex", "Bea", "Owner"}
    said = house.sandbox.people.say(house.alex, house.general, "a question")
    reply = await channel.send("an answer", reference=channel.get_partial_message(said.id), allowed_mentions=nobody)
    assert world.message(reply.id).pings == frozenset()


async def test_a_member_who_may_not_ping_all_pings_nobody(house: House) -> None:
    house.guild.edit_role(
        house.guild.everyone, permissions=house.guild.everyone.permissions & ~Permission.MENTION_EVERYONE
    )
    said = house.sandbox.people.say(house.alex, house.general, "@everyone look")
    assert said.pings == frozenset()
    assert not said.mentions.everyone


async def test_files_arrive_and_can_be_read_again(house: House) -> None:
    bot = await house.start_bot()
    channel = bot.get_channel(house.general.id)
    assert isinstance(channel, discord.TextChannel)
    file = discord.File(io.BytesIO(b"BEGIN:VCALENDAR"), "group.ics", description="The group")
    sent = await channel.send("the calendar", file=file)
    (attachment,) = sent.attachments
    assert (attachment.filename, attachment.size, attachment.description) == ("group.ics", 15, "The group")
    assert await attachment.read() == b"BEGIN:VCALENDAR"
    house.sandbox.people.say(house.alex, house.general, attachments=[("photo.png", b"\x89PNG")])
    (heard,) = await house.hears(bot, "message", 2)
    assert heard.attachments[0].content_type == "image/png"


async def test_replies_forwards_and_polls_of_people_arrive_whole(house: House) -> None:
    bot = await house.start_bot()
    people = house.sandbox.people
    said = people.say(house.alex, house.general, "the first")
    people.say(house.bea, house.general, "the second", reply_to=said)
    (reply,) = await house.hears(bot, "message", 2)
    assert reply.reference.resolved.content == "the first"
    assert reply.type is discord.MessageType.reply
    people.say(house.bea, house.general, forward=said)
    (forwarded,) = await house.hears(bot, "message", 3)
    assert forwarded.message_snapshots[0].content == "the first"
    poll = {"question": {"text": "Tonight?"}, "answers": [{"poll_media": {"text": "Yes"}}]}
    people.say(house.bea, house.general, poll=poll)
    (asked,) = await house.hears(bot, "message", 4)
    assert (asked.poll.question, [answer.text for answer in asked.poll.answers]) == ("Tonight?", ["Yes"])


async def test_pins_and_reactions(house: House) -> None:
    bot = await house.start_bot()
    channel = bot.get_channel(house.general.id)
    assert isinstance(channel, discord.TextChannel)
    sent = await channel.send("read this")
    await sent.pin()
    assert [message.id async for message in channel.pins()] == [sent.id]
    await sent.unpin()
    assert [message.id async for message in channel.pins()] == []
    await sent.add_reaction("👍")
    house.sandbox.people.react(house.alex, sent.id, "👍")
    await house.hears(bot, "raw_reaction_add", 2)
    fetched = await channel.fetch_message(sent.id)
    assert (fetched.reactions[0].count, fetched.reactions[0].me) == (2, True)
    assert {user.id async for user in fetched.reactions[0].users()} == {house.alex.id, house.me.id}


async def test_many_are_deleted_at_once_but_no_old_ones(house: House) -> None:
    bot = await house.start_bot()
    channel = bot.get_channel(house.general.id)
    assert isinstance(channel, discord.TextChannel)
    old = house.sandbox.people.say(house.alex, house.general, "old")
    house.sandbox.clock.move(timedelta(days=15))
    new = [house.sandbox.people.say(house.alex, house.general, str(number)) for number in range(3)]
    await channel.delete_messages([discord.Object(each.id) for each in new])
    await house.hears(bot, "raw_bulk_message_delete")
    assert house.sandbox.people.read(house.alex, house.general) == [old]
    newer = house.sandbox.people.say(house.alex, house.general, "x")
    with pytest.raises(discord.HTTPException) as refused:
        await channel.delete_messages([discord.Object(old.id), discord.Object(newer.id)])
    assert refused.value.code == 50034


async def test_what_discord_refuses_is_refused_with_its_path(house: House) -> None:
    bot = await house.start_bot()
    channel = bot.get_channel(house.general.id)
    assert isinstance(channel, discord.TextChannel)
    with pytest.raises(discord.HTTPException) as too_long:
        await channel.send("x" * 2001)
    assert (too_long.value.status, too_long.value.code) == (400, 50035)
    assert "content" in too_long.value.text
    with pytest.raises(discord.HTTPException) as empty:
        await channel.send(" ")
    assert empty.value.code == 50006
    with pytest.raises(discord.HTTPException) as unknown:
        await channel.send("x", reference=discord.MessageReference(message_id=5, channel_id=channel.id))
    assert unknown.value.code == 50035


async def test_dms_open_closed_and_without_a_server_in_common(house: House) -> None:
    bot = await house.start_bot()
    people = house.sandbox.people
    user = bot.get_user(house.alex.id)
    assert user is not None
    await user.send("hello")
    assert [message.content for message in people.dms(house.alex)] == ["hello"]
    people.say(house.alex, people.dm_channel(house.alex), "hello back")
    (heard,) = await house.hears(bot, "message", 2)
    assert isinstance(heard.channel, discord.DMChannel)
    people.close_dms(house.alex)
    with pytest.raises(discord.Forbidden) as closed:
        await user.send("again")
    assert closed.value.code == 50007
    people.say(house.alex, people.dm_channel(house.alex), "one may still write to the bot")
    stranger = house.sandbox.world.add_user("stranger")
    with pytest.raises(Refused, match="no_mutual_guild"):
        people.dm_channel(stranger)
    with pytest.raises(discord.Forbidden) as far:
        await (await bot.fetch_user(stranger.id)).send("hello")
    assert far.value.code == 50278


async def test_ids_order_by_time_while_the_clock_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    start = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    sandbox = Sandbox(SandboxClock.frozen(start), rate_limits=False)
    await sandbox.start()
    point_discord_at(sandbox, monkeypatch)
    house = furnish(sandbox)
    try:
        bot = await house.start_bot()
        first, second = (sandbox.people.say(house.alex, house.general, text) for text in ("a", "b"))
        assert first.id < second.id
        assert first.created_at == second.created_at == start
        sandbox.clock.move(timedelta(hours=1))
        sandbox.people.say(house.alex, house.general, "c")
        (message,) = await house.hears(bot, "message", 3)
        assert message.created_at == start + timedelta(hours=1)
    finally:
        await house.close()
