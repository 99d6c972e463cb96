"""All the checks, in the order in which they are read. Each runs whatever became of the others."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import discord

from bot.db import Database
from bot.doctor.application import visiting
from bot.doctor.configuration import pages_findings, settings_findings
from bot.doctor.cover import TOPIC as COVER
from bot.doctor.cover import cover_findings
from bot.doctor.findings import Findings, look, ok, warn
from bot.doctor.helplines import TOPIC as HELPLINES
from bot.doctor.helplines import helpline_findings
from bot.doctor.server import (
    CHANNELS,
    PATIENCE,
    PERMISSIONS,
    SERVER,
    LookedAt,
    Subject,
    find_any_servers,
    find_server,
    layout_findings,
    permission_findings,
)
from bot.doctor.storage import KEYS, Store, key_findings, opened
from bot.doctor.timekeeping import zone_findings
from bot.errors import HandrailError, ProgrammeFileError
from bot.doctor.findings import fail
from bot.program.file import digest_of, load_programme
from bot.program.service import ProgrammeService, Running
from bot.timing import Clock
from bot.timing.zones import available_names
from config.settings import Settings

PROGRAMME = "programme"

_NOT_LOOKED_AT = "This could not be looked at without Discord."


async def examine(settings: Settings, clock: Clock, environment: Mapping[str, str], env_file: Path) -> Findings:
    """Look at everything that these settings speak of. Makes no writing request and changes no file.

    ``environment`` and ``env_file`` are where the settings were read from, to be held against what is known.
    """
    findings = await look("settings", settings_findings(environment, env_file))
    about_keys, keys = await key_findings(settings)
    findings += about_keys
    async with opened(settings.database.url, keys) as store:
        findings += store.findings
        programmes = None if store.database is None else ProgrammeService(store.database, clock)
        about_programmes, subjects = await _subjects(settings.program, programmes)
        findings += about_programmes
        async with visiting(settings, clock) as visit:
            findings += visit.findings
            if visit.client is None:
                findings += await _without_discord(subjects)
            else:
                findings += await _in_discord(visit.client, subjects, programmes, store)
    facts = [subject.programme.program for subject in subjects]
    findings += await look("time zones", zone_findings([each.timezone for each in facts], available_names()))
    findings += await look("private pages", pages_findings(settings.web))
    findings += await look(HELPLINES, helpline_findings([each.country for each in facts], clock.now().date()))
    return findings
