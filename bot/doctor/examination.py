"""All the checks, in the order in which they are read. Each runs whatever became of the others."""

from collections.abc import Mapping
from pathlib import Path

import discord

from bot.doctor.application import visiting
from bot.doctor.configuration import pages_findings, settings_findings
from bot.doctor.cover import cover_findings
from bot.doctor.findings import Findings, look, look_here, warn
from bot.doctor.helplines import helpline_findings
from bot.doctor.programmes import Subject, find_programmes
from bot.doctor.server import (
    AUTOMOD,
    CHANNELS,
    PATIENCE,
    PERMISSIONS,
    SERVER,
    LookedAt,
    find_any_servers,
    find_server,
    layout_findings,
    native_findings,
    permission_findings,
)
from bot.doctor.storage import Store, key_findings, opened
from bot.doctor.timekeeping import zone_findings
from bot.program.service import ProgrammeService
from bot.timing import Clock
from bot.timing.zones import available_names
from config.settings import Settings

COVER = "on-call cover"


async def examine(settings: Settings, clock: Clock, environment: Mapping[str, str], env_file: Path) -> Findings:
    """Look at everything that these settings speak of. Makes no writing request and changes no file.

    ``environment`` and ``env_file`` are where the settings were read from, to be held against what is known.
    """
    findings = look_here("settings", lambda: settings_findings(environment, env_file))
    about_keys, keys = await key_findings(settings)
    findings += about_keys
    async with opened(settings.database.url, keys) as store:
        findings += store.findings
        programmes = None if store.database is None else ProgrammeService(store.database, clock)
        about_programmes, subjects = await find_programmes(settings.program, programmes)
        findings += about_programmes
        async with visiting(settings, clock) as visit:
            findings += visit.findings
            if visit.client is None:
                findings += _without_discord(subjects)
            elif subjects:
                for subject in subjects:
                    findings += await _Server(visit.client, subject, programmes, store).findings()
            else:
                findings += await _any_servers(visit.client)
    facts = [subject.programme.program for subject in subjects]
    findings += look_here("time zones", lambda: zone_findings([each.timezone for each in facts], available_names()))
    findings += look_here("private pages", lambda: pages_findings(settings.web))
    findings += look_here("helplines", lambda: helpline_findings([each.country for each in facts], clock.now().date()))
    return findings


class _Server:
    """The checks of one programme in its server."""

    def __init__(
        self, client: discord.Client, subject: Subject, programmes: ProgrammeService | None, store: Store
    ) -> None:
        self._client, self._subject, self._programmes, self._store = client, subject, programmes, store
        self._guild: LookedAt | None = None

    async def findings(self) -> Findings:
        """Which server it is, what the bot may do there, what is in it, and who can be paged."""
        findings = await look(SERVER, self._find(), patience=PATIENCE)
        if self._guild is None:
            return [*findings, *cover_findings(self._subject.programme, None)]
        findings += await look(
            PERMISSIONS, permission_findings(self._client, self._guild, self._subject.people), patience=PATIENCE
        )
        findings += await look(AUTOMOD, native_findings(self._subject, self._guild), patience=PATIENCE)
        findings += await look(CHANNELS, self._layout(self._guild), patience=PATIENCE)
        return findings + await look(COVER, self._cover(self._guild), patience=PATIENCE)

    async def _find(self) -> Findings:
        findings, self._guild = await find_server(self._client, self._subject)
        return findings

    async def _layout(self, guild: LookedAt) -> Findings:
        if self._programmes is None and not self._store.is_blank:
            return [warn(CHANNELS, "These could not be compared: the database does not say which ones are its own.")]
        return await layout_findings(self._subject, guild, self._programmes)

    async def _cover(self, guild: LookedAt) -> Findings:
        seen = await guild.snapshot(self._subject.people)
        return cover_findings(self._subject.programme, seen.members)


async def _any_servers(client: discord.Client) -> Findings:
    guilds: list[LookedAt] = []

    async def find() -> Findings:
        findings, found = await find_any_servers(client)
        guilds.extend(found)
        return findings

    findings = await look(SERVER, find(), patience=PATIENCE)
    for guild in guilds:
        findings += await look(PERMISSIONS, permission_findings(client, guild, ()), patience=PATIENCE)
    return findings


def _without_discord(subjects: list[Subject]) -> Findings:
    findings = [warn(SERVER, "Server, permissions, role order and channels could not be looked at.")]
    for subject in subjects:
        findings += cover_findings(subject.programme, None)
    return findings
