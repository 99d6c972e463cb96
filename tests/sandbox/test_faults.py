"""Lost connections, lost answers, limits and errors, as the client lives through them."""

import asyncio
from datetime import timedelta

import aiohttp
import discord
import pytest

from sandbox import Sandbox
from tests.sandbox.house import Bot, House, furnish, point_discord_at

MESSAGES = "POST /channels/{channel_id}/messages"


def channel_of(bot: Bot, house: House) -> discord.TextChannel:
    channel = bot.get_channel(house.general.id)
    assert isinstance(channel, discord.TextChannel)
    return channel


async def test_a_cut_connection_resumes_and_hears_what_it_missed(house: House) -> None:
    bot = await house.start_bot()
    (session,) = house.sandbox.sessions
    house.sandbox.faults.cut()
    assert not session.connected
    for number in range(5):
        house.sandbox.people.say(house.alex, house.general, str(number))
    await house.hears(bot, "message", 5)
    assert [args[0].content for name, args in bot.heard if name == "message"] == ["0", "1", "2", "3", "4"]
    assert house.sandbox.sessions == (session,)
    await house.hears(bot, "shard_resumed")
    assert bot.count("ready") == 1


async def test_an_invalidated_session_starts_anew_without_what_it_missed(house: House) -> None:
    bot = await house.start_bot()
    (before,) = house.sandbox.sessions
    house.sandbox.faults.invalidate()
    assert before not in house.sandbox.sessions
    house.sandbox.people.say(house.alex, house.general, "lost")
    await house.hears(bot, "ready", 2)
    (after,) = house.sandbox.sessions
    assert after.session_id != before.session_id
    house.sandbox.people.say(house.alex, house.general, "heard")
    (message,) = await house.hears(bot, "message")
    assert (message.content, bot.count("message")) == ("heard", 1)
    # What GUILD_CREATE says of each channel's last message is how a bot notices that it missed some.
    assert [each.content async for each in channel_of(bot, house).history()] == ["heard", "lost"]


async def test_a_session_that_ended_while_the_client_was_away_is_not_resumed(house: House) -> None:
    bot = await house.start_bot()
    house.sandbox.faults.cut()
    house.sandbox.hub.sessions.clear()
    await house.hears(bot, "ready", 2)
    assert bot.count("resumed") == 0


async def test_asked_to_reconnect_the_client_resumes(house: House) -> None:
    bot = await house.start_bot()
    house.sandbox.faults.reconnect()
    await house.hears(bot, "shard_resumed")


async def test_a_heartbeat_that_is_asked_for_comes(house: House) -> None:
    await house.start_bot()
    (session,) = house.sandbox.sessions
    house.sandbox.people.say(house.alex, house.general, "x")
    await house.caught_up(house.bots[0][0])
    session.request_heartbeat()
    await house.sandbox.changed(lambda: session.acknowledged == session.sequence)


async def test_the_client_waits_and_repeats_what_was_limited(house: House) -> None:
    bot = await house.start_bot()
    house.sandbox.faults.fail(MESSAGES, 429, retry_after=0.01)
    house.sandbox.faults.fail(MESSAGES, 429, retry_after=0.01)
    await channel_of(bot, house).send("in the end")
    statuses = [
        each.status for each in house.sandbox.requests.writes() if each.route == "/channels/{channel_id}/messages"
    ]
    assert statuses == [429, 429, 200]


async def test_a_channels_limit_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox(rate_limits=True)
    await sandbox.start()
    point_discord_at(sandbox, monkeypatch)
    house = furnish(sandbox)
    try:
        async with aiohttp.ClientSession(headers={"Authorization": f"Bot {sandbox.token}"}) as session:
            url = f"{sandbox.api_base}/channels/{house.general.id}/messages"
            replies = [await session.post(url, json={"content": str(number)}) for number in range(6)]
            assert [reply.status for reply in replies] == [200] * 5 + [429]
            assert [reply.headers.get("X-RateLimit-Remaining") for reply in replies] == ["4", "3", "2", "1", "0", "0"]
            refusal = await replies[-1].json()
            assert refusal["global"] is False
            assert 0 < refusal["retry_after"] <= 5
            assert "Via" in replies[-1].headers, "discord.py gives up on a 429 without it"
            assert replies[0].headers["Content-Type"] == "application/json"
        assert len(sandbox.people.read(house.alex, house.general)) == 5
    finally:
        await house.close()


async def test_a_lost_answer_is_a_message_all_the_same(house: House) -> None:
    bot = await house.start_bot()
    house.sandbox.faults.drop_reply(MESSAGES)
    with pytest.raises(aiohttp.ClientError):
        await channel_of(bot, house).send("did it arrive?", nonce="row-1")
    assert [each.content for each in house.sandbox.people.read(house.alex, house.general)] == ["did it arrive?"]
    again = await channel_of(bot, house).send("did it arrive?", nonce="row-1")
    assert [each.id for each in house.sandbox.people.read(house.alex, house.general)] == [again.id]
    dropped = next(each for each in house.sandbox.requests.writes() if each.route.endswith("/messages"))
    assert (dropped.status, dropped.reply["content"]) == (0, "did it arrive?")


async def test_failures_hit_as_often_as_asked_and_do_nothing(house: House) -> None:
    bot = await house.start_bot()
    house.sandbox.faults.fail(MESSAGES, 403, times=2, code=50013)
    channel = channel_of(bot, house)
    for _ in range(2):
        with pytest.raises(discord.Forbidden):
            await channel.send("x")
    assert (await channel.send("x")).content == "x"
    assert len(house.sandbox.people.read(house.alex, house.general)) == 1
    house.sandbox.faults.fail(f"/channels/{house.general.id}/*", 503)
    with pytest.raises(discord.DiscordServerError):
        await channel.send("x")


async def test_a_request_may_hang_until_it_is_let_go(house: House) -> None:
    bot = await house.start_bot()
    house.sandbox.faults.hang(MESSAGES)
    sending = asyncio.create_task(channel_of(bot, house).send("at last"))
    await house.sandbox.changed(lambda: any(each.hits for each in house.sandbox.faults.active))
    assert house.sandbox.in_flight == 1
    assert not house.sandbox.people.read(house.alex, house.general)
    house.sandbox.faults.clear()
    await sending
    assert house.sandbox.people.read(house.alex, house.general)


async def test_a_slow_answer_is_an_answer(house: House) -> None:
    bot = await house.start_bot()
    house.sandbox.faults.slow(MESSAGES, 0.01)
    assert (await channel_of(bot, house).send("x")).content == "x"


async def test_connections_can_be_refused_for_a_while(house: House) -> None:
    bot = await house.start_bot()
    house.sandbox.faults.refuse_connections()
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(house.sandbox.gateway_url)
        house.sandbox.faults.refuse_connections(refuse=False)
        async with session.ws_connect(house.sandbox.gateway_url) as socket:
            assert (await socket.receive_json())["op"] == 10
    assert bot.is_ready()


async def test_the_record_counts_what_was_written(house: House) -> None:
    bot = await house.start_bot()
    mark = house.sandbox.requests.mark()
    channel = channel_of(bot, house)
    sent = await channel.send("x")
    await channel.fetch_message(sent.id)
    house.sandbox.clock.move(timedelta(hours=1))
    (request,) = house.sandbox.requests.writes(since=mark)
    assert (request.method, request.route) == ("POST", "/channels/{channel_id}/messages")
    assert request.path == f"/channels/{house.general.id}/messages"
    assert (request.body["content"], request.status, request.reply["content"]) == ("x", 200, "x")
    assert house.sandbox.clock.now() - request.at >= timedelta(hours=1)
    assert house.sandbox.requests.count("GET", "/channels/{channel_id}/messages/{message_id}", since=mark) == 1
    assert "Authorization" not in request.headers
