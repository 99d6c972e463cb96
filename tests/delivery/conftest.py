"""A sandbox with one channel and two people, and a workshop on it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox import Sandbox, SandboxClock
from sandbox.permissions import Permission
from sandbox.world.channels import Channel
from tests.delivery.bench_house import START, Workshop, open_workshop

TOKEN = "sandbox-token"


@dataclass
class Street:
    """Where deliveries go."""

    sandbox: Sandbox
    channel: Channel
    alex: int

    def texts(self) -> list[str]:
        return [message.content for message in self.sandbox.people.read(self.alex, self.channel)]

    def dm_texts(self) -> list[str]:
        return [message.content for message in self.sandbox.people.dms(self.alex)]


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    sandbox = Sandbox(SandboxClock.frozen(START), token=TOKEN, rate_limits=False)
    await sandbox.start()
    alex = sandbox.world.add_user("alex", "Alex")
    guild = sandbox.world.add_guild("Riverside", alex)
    channel = guild.add_channel("general")
    sandbox.world.add_bot_to_guild(guild, int(Permission.ADMINISTRATOR))
    yield Street(sandbox, channel, alex.id)
    await sandbox.stop()


@pytest.fixture
async def workshop(street: Street, tmp_path: Path, template: Path, discord_address: None) -> AsyncIterator[Workshop]:
    for file in template.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "handrail.db.key").chmod(0o600)
    async with open_workshop(tmp_path, street.sandbox.api_base, TOKEN) as made:
        yield made
