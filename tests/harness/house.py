"""The house: a sandbox, the real client connected to it over loopback, a real database file, and a clock to move.

Tests speak people and minutes. Nothing here waits by the clock on the wall: an act ends when everything it set going,
in the sandbox and in the bot, has come to rest.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.app import App, Tempo
from bot.client import is_event_task
from bot.db import Database
from bot.db.keys import find_keys
from bot.db.migrate import migrate
from bot.program.permissions import BOT_PERMISSIONS
from bot.timing import ManualClock
from config.settings import DatabaseSettings, DiscordSettings, Settings, WebSettings
from sandbox import Sandbox, SandboxClock
from sandbox.world.channels import Channel
from sandbox.world.guilds import Guild
from tests.harness.person import Person
from tests.sandbox.house import published
from tests.sandbox.openapi import check

MONDAY = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
"""A Monday, 8 in the morning in New York, where the fictional programme is."""

STAFF = ("Rivera", "Chen", "Okafor")
MEMBERS = ("Alex", "Bea", "Jo", "Sam")
TOKEN = "sandbox-token"
AT_ONCE = Tempo(
    requests_a_second=1e5, bulk_a_second=1e5, jitter=lambda: 0.5, guilds_within=0.05, identify_after=0, login_again=0.05
)
PATIENCE = 40.0
"""Seconds of real time after which something has hung; nothing here depends on how fast a machine is."""

_A_BREATH = 0.001
"""Seconds between two looks while something is under way. Looking without a pause keeps the interpreter's lock, and
starves the very threads that are waited for: SQLite's."""

PROGRAMME = """
program: {{name: Riverside, timezone: America/New_York, country: US, languages: [en, es]}}
guild: "{guild}"
staff: ["{Rivera}", "{Chen}", "{Okafor}"]
groups:
  - {{key: morning, name: Morning, track: iop}}
  - {{key: evening, name: Evening, track: iop}}
checkins:
  - {{group: morning, days: [mon, tue, wed, thu, fri], time: "09:00", window: 12h}}
prompts:
  - {{group: morning, time: "08:30"}}
sessions:
  - {{key: morning-group, group: morning, title: Morning group, starts: 2026-11-23T12:00, duration: 3h,
     rrule: "FREQ=WEEKLY;BYDAY=MO,WE,FR", where: Room 2, reminders: [24h, 1h, 10m]}}
oncall:
  rota: {{handoff: "mon 09:00", people: ["{Rivera}"]}}
  backup: ["{Chen}"]
  ladder: [{{after: 0s, notify: on-call}}, {{after: 3m, notify: backup}}, {{after: 7m, notify: everyone}}]
  repeat: 5m
"""


class House:
    """Everything a scenario needs. Made by ``open_house``."""

    def __init__(self, folder: Path, sandbox: Sandbox, clock: ManualClock, guild: Guild) -> None:
        self.folder, self.sandbox, self.clock, self.guild = folder, sandbox, clock, guild
        self.people: dict[str, Person] = {}
        self._app: App | None = None
        self.web = WebSettings(port=0)
        """Any free port; the private pages have no address unless a test gives them one."""

    def __getitem__(self, name: str) -> Person:
        return self.people[name]

    @property
    def app(self) -> App:
        """The running bot."""
        assert self._app is not None, "the bot is not running"
        return self._app

    @property
    def staff(self) -> list[Person]:
        """Rivera, Chen and Okafor."""
        return [self.people[name] for name in STAFF]

    # -- the bot -------------------------------------------------------------------------------------------------------

    def settings(self, programme: str | None = PROGRAMME) -> Settings:
        """Settings that point at this house."""
        file = None
        if programme is not None:
            file = self.folder / "programme.yaml"
            ids = {name: person.id for name, person in self.people.items()}
            file.write_text(programme.format(guild=self.guild.id, **ids))
        return Settings(
            discord=DiscordSettings(token=SecretStr(TOKEN), api_base=self.sandbox.api_base),
            database=DatabaseSettings(url=f"sqlite+aiosqlite:///{self.folder / 'handrail.db'}"),
            program=file,
            web=self.web,
        )

    async def start(self, programme: str | None = PROGRAMME) -> App:
        """Start the bot, and wait until it has come to rest."""
        app = await App.build(self.settings(programme), self.clock, AT_ONCE)
        self._app = app
        await app.start(ticking=False)
        await self.settles()
        return app

    async def stop(self) -> None:
        """Stop the bot as SIGTERM would."""
        app, self._app = self.app, None
        await app.close()

    async def restart(self, programme: str | None = PROGRAMME) -> App:
        """Stop and start again on the same database."""
        await self.stop()
        return await self.start(programme)

    async def crash(self) -> None:
        """End the bot as a power cut would: nothing is finished, flushed or released."""
        app, self._app = self.app, None
        await crash(app)

    # -- time ----------------------------------------------------------------------------------------------------------

    async def advance(self, **delta: float) -> None:
        """Let time pass, from one due moment to the next, everything coming to rest in between."""
        target = self.clock.now() + timedelta(**delta)
        while True:
            await self.settles()
            nearest = await self.app.heart.nearest() if self._app is not None else None
            step = min(target, max(nearest, self.clock.now())) if nearest is not None else target
            if step > self.clock.now():
                self._move(step)
            elif self.clock.now() < target and (nearest is None or nearest > self.clock.now()):
                self._move(target)
            elif nearest is not None and nearest <= self.clock.now():
                self.app.heart.wake()
            await self.settles()
            nearest = await self.app.heart.nearest() if self._app is not None else None
            if self.clock.now() >= target and (nearest is None or nearest > target):
                return

    def _move(self, to: datetime) -> None:
        self.sandbox.clock.move(to - self.sandbox.clock.now())
        self.clock.set(to)

    async def settles(self) -> None:
        """Wait until nothing is under way any more, in the sandbox or in the bot."""
        quiet = 0
        async with asyncio.timeout(PATIENCE):
            while quiet < 3:
                await asyncio.sleep(_A_BREATH if quiet == 0 else 0)
                quiet = 0 if self._is_busy() else quiet + 1

    def _is_busy(self) -> bool:
        if self.sandbox.in_flight or any(is_event_task(task) for task in asyncio.all_tasks()):
            return True
        if self._app is None:
            return False
        return not self._app.is_idle or self._has_not_heard_all(self._app)

    def _has_not_heard_all(self, app: App) -> bool:
        for session in self.sandbox.sessions:
            shard = app.client.shards.get(session.shard_id)
            socket = shard._parent.ws if shard is not None else None
            if session.connected and socket is not None and (socket.sequence or 0) < session.sequence:
                return True
        return False

    # -- places --------------------------------------------------------------------------------------------------------

    def channel(self, name: str) -> Channel:
        """The channel of this name."""
        return next(channel for channel in self.guild.channels.values() if channel.name == name)

    def role(self, name: str) -> Any:
        """The role of this name."""
        return next(role for role in self.guild.roles.values() if role.name == name)

    async def enrol(self, *names: str, group: str = "morning") -> None:
        """Rivera enrols these people, and they agree."""
        for name in names:
            answer = await self["Rivera"].runs("member enrol", in_="staff-room", user=self[name].id, group=group)
            assert not answer.failed, answer.failed
            await self[name].clicks("I agree")


async def crash(app: App) -> None:
    """Tear the app's tasks down without letting any of them finish anything."""
    doomed = [task for task in asyncio.all_tasks() if task.get_name().startswith(("handrail", "discord.py"))]
    for task in doomed:
        task.cancel()
    await asyncio.gather(*doomed, return_exceptions=True)
    app.heart.stop()
    await app.client.close()
    await app.database.close()


@asynccontextmanager
async def open_house(
    folder: Path, template: Path, *, start: datetime = MONDAY, shards: int = 1, rate_limits: bool = False
) -> AsyncIterator[House]:
    """A house with its people and no bot yet; whatever is running at the end is stopped."""
    for file in template.iterdir():
        shutil.copy2(file, folder / file.name)
    sandbox = Sandbox(
        SandboxClock.frozen(start), token=TOKEN, shards=shards, rate_limits=rate_limits, interaction_deadline=PATIENCE
    )
    await sandbox.start()
    world = sandbox.world
    owner = world.add_user("owner", "Owner")
    guild = world.add_guild("Riverside", owner)
    house = House(folder, sandbox, ManualClock(start), guild)
    for name in (*STAFF, *MEMBERS):
        user = world.add_user(name.lower(), name)
        guild.add_member(user)
        house.people[name] = Person(house, name, user.id)
    stranger = world.add_user("stranger", "Stranger")
    house.people["Stranger"] = Person(house, "Stranger", stranger.id)
    house.people["Owner"] = Person(house, "Owner", owner.id)
    world.add_bot_to_guild(guild, int(BOT_PERMISSIONS))
    try:
        yield house
    finally:
        if house._app is not None:
            await house.stop()
        await sandbox.stop()
    conforms(sandbox)


def conforms(sandbox: Sandbox) -> None:
    """Hold every request of the scenario, and every reply, against Discord's document, where it is at hand."""
    api = published()
    problems = [str(problem) for record in sandbox.requests for problem in check(api, record)] if api else []
    assert not problems, "\n".join(problems)


async def make_template(folder: Path) -> None:
    """A migrated, empty database with its key file: made once, copied for every house."""
    url = f"sqlite+aiosqlite:///{folder / 'handrail.db'}"
    database = await Database.open(url, find_keys(url, None))
    try:
        await migrate(database)
    finally:
        await database.close()
