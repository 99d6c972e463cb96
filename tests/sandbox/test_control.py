"""Driving the sandbox from another process, and running it alone."""

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest

from tests.sandbox.house import House

ROOT = Path(__file__).parents[2]


class Remote:
    """A script in another process, as far as the sandbox can tell."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session = session
        self._base = base

    async def person(self, verb: str, **arguments: object) -> Any:
        return await self.post(f"people/{verb}", **arguments)

    async def post(self, path: str, **arguments: object) -> Any:
        async with self._session.post(f"{self._base}_sandbox/{path}", json=arguments) as reply:
            body = await reply.json()
            return body["result"] if reply.status == 200 else (reply.status, body.get("refused"))

    async def get(self, path: str) -> Any:
        async with self._session.get(f"{self._base}_sandbox/{path}") as reply:
            return (await reply.json())["result"]


async def test_people_faults_and_time_are_within_reach(house: House) -> None:
    bot = await house.start_bot()

    @bot.tree.command(name="skill", description="A skill")
    async def skill(interaction: discord.Interaction, need: str) -> None:
        await interaction.response.send_message(f"Try this for {need}", ephemeral=True)

    await bot.tree.sync()
    alex, general = str(house.alex.id), str(house.general.id)
    async with aiohttp.ClientSession() as session:
        remote = Remote(session, house.sandbox.page_url)
        said = await remote.person("say", user=alex, channel=general, content="hello")
        (heard,) = await house.hears(bot, "message")
        assert str(heard.id) == said["id"]
        answered = await remote.person("command", user=alex, channel=general, name="skill", options={"need": "sleep"})
        assert answered["messages"][0]["text"] == "Try this for sleep"
        assert [each["text"] for each in await remote.person("read", user=alex, channel=general)] == [
            "hello",
            "Try this for sleep",
        ]
        assert await remote.person("say", user=alex, channel="17", content="x") == (409, "no_access")
        assert await remote.person("__init__", world=1) == (400, None)
        state = await remote.get("state")
        assert state["guilds"][0]["id"] == str(house.guild.id)
        assert state["sessions"][0]["connected"] is True
        requests = await remote.get("requests?since=0")
        assert any(each["route"].endswith("/callback") for each in requests["requests"])
        assert (await remote.get(f"requests?since={requests['mark']}"))["requests"] == []
        before = house.sandbox.clock.now()
        await remote.post("clock", seconds=3600)
        assert house.sandbox.clock.now() - before >= timedelta(hours=1)
        await remote.post("faults", fault="close_dms", user=alex)
        assert not house.alex.dms_open
        await remote.post("faults", fault="cut")
        await house.hears(bot, "shard_resumed")


async def test_it_runs_alone_until_it_is_told_to_stop() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", "0", "--guild-id", "4242", stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout is not None
    facts = json.loads(await process.stdout.readline())
    try:
        assert facts["guild_id"] == "4242"
        assert set(facts["people"]) == {
            "Owner", "Rivera", "Chen", "Okafor", "Alex", "Bea", "Jo", "Sam", "Stranger",
        }  # fmt: skip
        async with aiohttp.ClientSession(headers={"Authorization": f"Bot {facts['token']}"}) as session:
            async with session.get(f"{facts['api_base']}/users/@me") as reply:
                assert (await reply.json())["id"] == facts["bot_id"]
            async with session.get(f"{facts['page']}_sandbox/state") as reply:
                assert (await reply.json())["result"]["guilds"][0]["id"] == "4242"
    finally:
        process.terminate()
        assert await process.wait() == 0


async def test_a_public_address_is_refused_with_a_sentence() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--host", "192.0.2.1", stderr=asyncio.subprocess.PIPE, cwd=ROOT
    )
    _, stderr = await process.communicate()
    assert process.returncode == 2
    assert b"loopback" in stderr


@pytest.mark.parametrize("path", ["/nothing", "/channels/abc", "/channels/1/messages?limit=x"])
async def test_what_does_not_exist_is_answered_in_discords_shape(house: House, path: str) -> None:
    house.nonsense.add(path)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {house.sandbox.token}"}) as session:
        async with session.get(house.sandbox.api_base + path) as reply:
            body = await reply.json()
            assert reply.status in {400, 404}
            assert {"message", "code"} <= set(body)
        async with session.get(f"{house.sandbox.api_base}/users/@me", headers={"Authorization": "Bot x"}) as reply:
            assert (reply.status, await reply.json()) == (401, {"message": "401: Unauthorized", "code": 0})
        async with session.post(
            f"{house.sandbox.api_base}/channels/{house.general.id}/messages",
            data="{",
            headers={"Content-Type": "application/json"},
        ) as reply:
            assert (reply.status, (await reply.json())["code"]) == (400, 50109)
