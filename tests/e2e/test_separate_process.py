"""`python -m bot run` beside the sandbox, on an empty server: set-up, enrolment, the four duties, SIGTERM, and again.

The clock here is the real one, so the programme's times are set around the present minute: what was due within it is
sent at once, and a reminder whose lead ends in a moment is waited for by what it does, not by the time it takes.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import pytest

from bot.program.permissions import BOT_PERMISSIONS
from sandbox import Sandbox
from sandbox.world.channels import Channel
from sandbox.world.guilds import Guild
from sandbox.world.interactions import Interaction
from sandbox.world.messages import Message
from sandbox.world.users import User

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0

PROGRAMME = """
program: {{name: Riverside, timezone: UTC, country: US, languages: [en]}}
staff: ["{rivera}"]
groups:
  - {{key: morning, name: Morning, track: iop}}
checkins:
  - {{group: morning, time: "{minute}", window: 12h}}
prompts:
  - {{group: morning, time: "{minute}"}}
sessions:
  - {{key: morning-group, group: morning, title: Morning group, starts: {starts}, duration: 3h, reminders: [{lead}s]}}
oncall:
  rota: {{handoff: "mon 09:00", people: ["{rivera}"]}}
"""


@asynccontextmanager
async def bot(folder: Path, sandbox: Sandbox) -> AsyncIterator[None]:
    """The bot, running; stopped by SIGTERM, within five seconds, with exit code 0."""
    settings = {
        "HANDRAIL_DISCORD__TOKEN": sandbox.token,
        "HANDRAIL_DISCORD__API_BASE": sandbox.api_base,
        "HANDRAIL_PROGRAM": str(folder / "programme.yaml"),
        "HANDRAIL_WEB__PORT": "0",
        "HANDRAIL_LOG__FORMAT": "json",
        "PYTHONPATH": str(ROOT),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", cwd=folder, env={**os.environ, **settings}, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(PATIENCE):
            said = b""
            while b"app.started" not in said:
                said = await process.stderr.readline()
                assert said, "the bot ended before it had started"
        reading = asyncio.create_task(process.stderr.read())
        yield
        begun = perf_counter()
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await process.wait() == 0
        assert perf_counter() - begun < 5
        assert b"Traceback" not in await reading
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    made = Sandbox()
    await made.start()
    yield made
    await made.stop()


def button(messages: list[Message], label: str) -> Message | None:
    return next((message for message in messages if any(each.label == label for each in message.buttons)), None)


async def test_it_sets_up_enrols_and_does_its_four_duties(tmp_path: Path, sandbox: Sandbox) -> None:
    world, people = sandbox.world, sandbox.people
    guild: Guild = world.add_guild("Riverside", world.add_user("owner", "Owner"))
    rivera, alex = world.add_user("rivera", "Rivera"), world.add_user("alex", "Alex")
    for user in (rivera, alex):
        guild.add_member(user)
    world.add_bot_to_guild(guild, int(BOT_PERMISSIONS))
    assert not guild.channels

    def channel(name: str) -> Channel:
        found = guild.channel_named(name)
        assert found is not None
        return found

    def sees(user: User, name: str) -> bool:
        return any(place.name == name for place in people.visible_channels(user))

    def can_press(user: User, name: str | None, label: str) -> Message | None:
        messages = people.dms(user) if name is None else people.read(user, channel(name)) if sees(user, name) else []
        return button(messages, label)

    async def presses(user: User, name: str | None, label: str) -> Interaction:
        await sandbox.changed(lambda: can_press(user, name, label), PATIENCE)
        message = can_press(user, name, label)
        assert message is not None
        interaction = people.click(user, message, label)
        await sandbox.changed(lambda: interaction.complete or interaction.modal, PATIENCE)
        assert interaction.failed is None
        return interaction

    now = datetime.now(UTC)
    starts = now.replace(second=0, microsecond=0) + timedelta(minutes=3)
    lead = int((starts - now).total_seconds()) - 12
    programme = PROGRAMME.format(rivera=rivera.id, minute=f"{now:%H:%M}", starts=f"{starts:%Y-%m-%dT%H:%M}", lead=lead)
    (tmp_path / "programme.yaml").write_text(programme)

    async with bot(tmp_path, sandbox):
        enrol = people.command(rivera, channel("staff-room"), "member enrol", user=alex, group="morning")
        await sandbox.changed(lambda: enrol.complete, PATIENCE)
        await presses(alex, None, "I agree")
        await sandbox.changed(lambda: sees(alex, "morning-check-in"), PATIENCE)

        form = await presses(alex, "morning-check-in", "Check in")
        assert form.modal is not None
        await presses(alex, "morning-coping", "Helped")
        await presses(alex, None, "On my way")

        people.say(alex, channel("morning-check-in"), "I'm going to kill myself tonight")
        await sandbox.changed(lambda: any("988" in message.text for message in people.dms(alex)), PATIENCE)
        await presses(rivera, "on-call", "Acknowledge")
        await sandbox.changed(lambda: not can_press(rivera, "on-call", "Acknowledge"), PATIENCE)

    said = {place.id: len(people.read(rivera, place)) for place in people.visible_channels(rivera)}
    mark = sandbox.requests.mark()
    async with bot(tmp_path, sandbox):
        await sandbox.changed(lambda: any(each.connected for each in sandbox.sessions), PATIENCE)
    assert [(each.method, each.route) for each in sandbox.requests.writes(mark)] == []
    assert said == {place.id: len(people.read(rivera, place)) for place in people.visible_channels(rivera)}
