"""Discord gone altogether while somebody is waiting: nobody listens at its address, or it refuses our token."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from bot.errors import DiscordSetupError
from bot.observe.health import Condition
from bot.oncall.service import ResolvedAs
from tests.harness.house import TOKEN, House
from tests.harness.person import text_of
from tests.roads.loopback import Services, services
from tests.scenarios.test_roads import DANGER, begin

PATIENCE = 20
"""Seconds of real time after which discord.py, which connects again in its own time, has hung."""


@pytest.fixture
async def world() -> AsyncIterator[Services]:
    async with services() as made:
        yield made


@pytest.fixture
async def paged(empty_house: House, world: Services) -> House:
    """A house in which Rivera is being paged for Alex; Chen is next, in three minutes."""
    house = empty_house
    await begin(house, world, Rivera=[f"json://{world.host}/rivera"], Chen=[f"json://{world.host}/chen"])
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert house["Rivera"].is_paged()
    return house


def cards_for(house: House, name: str) -> list[str]:
    """The cards in #on-call that mention somebody."""
    found = house["Rivera"].reads("on-call")
    return [text_of(message) for message in found if house[name].id in message.mentions.user_ids]


async def test_nobody_listens_at_discords_address(paged: House, world: Services) -> None:
    house, port = paged, paged.sandbox._port
    await house.sandbox.stop()
    await house.advance(minutes=2, seconds=59)
    assert len(world.at("/rivera")) == 1, "a minute without an answer, as always"
    assert world.at("/chen") == []
    await house.advance(seconds=6)
    assert len(world.at("/chen")) == 1, "within seconds of the step: nobody waits for a Discord that is not there"
    await house.sandbox.start(port=port)
    assert cards_for(house, "Chen") == []
    await house.advance(seconds=31)
    assert len(cards_for(house, "Chen")) == 1, "the page stands on Discord once, when it is back"
    assert len([message for message in house["Chen"].reads() if "Acknowledge" in json.dumps(message.components)]) == 1
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    await house.app.rooms.oncall.acknowledge(incident.id, house["Chen"].id)  # no press is heard without a gateway
    await house.settles()
    await house.advance(minutes=15)
    assert len(world.at("/chen")) == 1


async def test_words_while_nobody_listens_are_read_when_discord_is_back(paged: House, world: Services) -> None:
    """Nobody can write on Discord while it is gone: what was written in its last moment is read afterwards."""
    house, port = paged, paged.sandbox._port
    await house.sandbox.stop()
    house.sandbox.people.say(house["Alex"].id, house.channel("morning-check-in"), "I have the pills in my hand")
    await house.sandbox.start(port=port)
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    async with asyncio.timeout(PATIENCE):
        while not await _joined(house, incident.id):  # noqa: ASYNC110  # discord.py connects again in its own time
            await asyncio.sleep(0.02)
    await house.settles()
    assert world.got == []


async def _joined(house: House, incident_id: int) -> list[str]:
    entries = await house.app.rooms.oncall.timeline(incident_id)
    return [one.kind.value for one in entries if one.kind.value in {"joined", "raised"}]


async def test_discord_refuses_the_token(paged: House, world: Services) -> None:
    house = paged
    look = house.app.watch.health.look
    assert (await look(anew=True)).is_well
    house.sandbox.world.application.token = "another"
    await house.advance(minutes=3, seconds=6)
    assert len(world.at("/chen")) == 1, "within seconds of the step"
    failing = (await look(anew=True)).failing
    assert Condition.TOKEN_ACCEPTED in failing, "at once, and not when a page is late"
    await house.advance(minutes=1)
    failing = (await look(anew=True)).failing
    assert {Condition.TOKEN_ACCEPTED, Condition.PAGES_ON_TIME} <= set(failing)
    house.sandbox.world.application.token = TOKEN
    await house.advance(seconds=31)
    assert len(cards_for(house, "Chen")) == 1
    assert (await look(anew=True)).is_well


async def test_a_gateway_that_refuses_the_token_ends_nothing_while_somebody_waits(
    paged: House, world: Services, capfd: pytest.CaptureFixture[str]
) -> None:
    """discord.py gives up for good then. The ladder does not: it ends when the incident is resolved, and says why."""
    house = paged
    waiting = asyncio.create_task(house.app.wait())
    house.sandbox.world.application.token = "another"
    house.sandbox.faults.reconnect()
    async with asyncio.timeout(PATIENCE):
        while not house.app.client.is_closed():  # noqa: ASYNC110  # discord.py tells nobody that it gives up
            await asyncio.sleep(0.02)
    await house.advance(minutes=3, seconds=6)
    assert not waiting.done(), "the process goes on"
    assert len(world.at("/chen")) == 1
    assert Condition.GATEWAY_FRESH in (await house.app.watch.health.look(anew=True)).failing
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    await house.app.rooms.oncall.acknowledge(incident.id, house["Chen"].id)
    await house.app.rooms.oncall.resolve(incident.id, house["Chen"].id, ResolvedAs.SAFE_SUPPORTED)
    with pytest.raises(DiscordSetupError, match="refuses the token"):
        async with asyncio.timeout(PATIENCE):
            await waiting
    assert "discord.token_refused" in capfd.readouterr().out
