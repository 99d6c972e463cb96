"""A programme in a sandbox server, set up as it should be, for a test to break one thing of."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import discord
from pydantic import SecretStr

from bot.db import Database
from bot.db.keys import new_key, parse_keys
from bot.discord_address import use_address
from bot.doctor.examination import examine
from bot.doctor.findings import Finding, Level
from bot.program.discord_guild import DiscordGuild
from bot.program.file import load_programme
from bot.program.permissions import BOT_PERMISSIONS
from bot.program.service import ProgrammeService
from bot.timing import OffsetClock
from config.settings import DatabaseSettings, DiscordSettings, SecuritySettings, Settings, WebSettings
from sandbox import Sandbox
from sandbox.world.guilds import Guild
from sandbox.world.users import User

KEY = new_key()
"""The key of every clinic's database, a new one for each run of the tests."""

PROGRAMME = """\
program: {{name: Riverside, timezone: America/New_York, country: US}}
guild: "{guild}"
staff: [{staff}]
groups:
  - {{key: morning, name: Morning group, track: iop}}
oncall:
  rota: {{people: [{rota}]}}
  backup: [{backup}]
"""


@dataclass
class Clinic:
    """The server, its people, and the settings of an installation that serves them."""

    sandbox: Sandbox
    folder: Path
    guild: Guild
    rivera: User
    chen: User
    okafor: User
    key: str = KEY
    clock: OffsetClock = field(default_factory=OffsetClock)

    @classmethod
    def furnish(cls, sandbox: Sandbox, folder: Path) -> "Clinic":
        """Rivera and Chen on the rota, Okafor as backup, and the bot as its invite link lets it in."""
        world = sandbox.world
        guild = world.add_guild("Riverside", world.add_user("owner", "Owner"))
        rivera, chen, okafor = (world.add_user(name.lower(), name) for name in ("Rivera", "Chen", "Okafor"))
        for person in (rivera, chen, okafor):
            guild.add_member(person)
        world.add_bot_to_guild(guild, int(BOT_PERMISSIONS))
        clinic = cls(sandbox, folder, guild, rivera, chen, okafor)
        clinic.write_programme()
        return clinic

    @property
    def file(self) -> Path:
        return self.folder / "riverside.yaml"

    @property
    def database_file(self) -> Path:
        return self.folder / "handrail.db"

    @property
    def settings(self) -> Settings:
        return Settings(
            _env_file=None,
            discord=DiscordSettings(token=SecretStr(self.sandbox.token), api_base=self.sandbox.api_base),
            database=DatabaseSettings(url=f"sqlite+aiosqlite:///{self.database_file}"),
            security=SecuritySettings(keys=SecretStr(self.key)),
            web=WebSettings(base_url="https://pages.riverside.example"),
            program=self.file,
        )

    def environment(self) -> dict[str, str]:
        """The same settings for another process, without the prefix."""
        return {
            "DISCORD__TOKEN": self.sandbox.token,
            "DISCORD__API_BASE": self.sandbox.api_base,
            "DATABASE__URL": f"sqlite+aiosqlite:///{self.database_file}",
            "SECURITY__KEYS": self.key,
            "PROGRAM": str(self.file),
        }

    def write_programme(
        self, *, staff: list[int] | None = None, rota: list[int] | None = None, backup: list[int] | None = None
    ) -> None:
        """Write the file, with these people in the place of those whom it names otherwise."""
        chosen = {
            "rota": [self.rivera.id, self.chen.id] if rota is None else rota,
            "backup": [self.okafor.id] if backup is None else backup,
        }
        chosen["staff"] = [self.rivera.id, self.chen.id, self.okafor.id] if staff is None else staff
        listed = {name: ", ".join(f'"{each}"' for each in ids) for name, ids in chosen.items()}
        self.file.write_text(PROGRAMME.format(guild=self.guild.id, **listed), encoding="utf-8")

    async def apply(self) -> None:
        """What ``python -m bot apply`` does."""
        await use_address(self.sandbox.api_base)
        database = await Database.open(self.settings.database.url, parse_keys(self.key))
        try:
            async with discord.Client(intents=discord.Intents(guilds=True)) as client:
                await client.login(self.sandbox.token)
                service = ProgrammeService(database, self.clock)
                await service.apply(load_programme(self.file), DiscordGuild(client, self.guild.id))
        finally:
            await database.close()

    async def examined(self, settings: Settings | None = None, **environment: str) -> "Report":
        """What the doctor finds. It must never ask Discord to change anything, whatever is wrong."""
        mark = self.sandbox.requests.mark()
        findings = await examine(settings or self.settings, self.clock, environment, self.folder / ".env")
        assert self.sandbox.requests.writes(mark) == []
        return Report(findings)

    def move_clock(self, seconds: float) -> None:
        """Let this machine's clock run ahead of Discord's."""
        self.clock.move(timedelta(seconds=seconds))


@dataclass(frozen=True)
class Report:
    """What was found."""

    findings: list[Finding]

    def about(self, topic: str) -> list[Finding]:
        return [finding for finding in self.findings if finding.topic == topic]

    def of(self, topic: str, level: Level) -> Finding:
        """The one finding of a topic at this level."""
        found = [finding for finding in self.about(topic) if finding.level is level]
        assert len(found) == 1, (topic, level, self.findings)
        return found[0]

    def failed(self) -> set[str]:
        """The topics that fail."""
        return {finding.topic for finding in self.findings if finding.level is Level.FAIL}

    def warned(self) -> set[str]:
        """The topics with a warning."""
        return {finding.topic for finding in self.findings if finding.level is Level.WARN}

    def is_well(self, *topics: str) -> bool:
        """Whether each of the topics was looked at and has nothing against it."""
        return all(self.about(each) and {one.level for one in self.about(each)} == {Level.OK} for each in topics)


def with_discord(settings: Settings, **changes: object) -> Settings:
    """The settings with these fields of their Discord branch changed."""
    return settings.model_copy(update={"discord": settings.discord.model_copy(update=changes)})
