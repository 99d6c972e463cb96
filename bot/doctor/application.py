"""The Discord application: reached, its token right, its intents switched on. Asked by reading requests alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
import discord
from yarl import URL

from bot.discord_address import use_address
from bot.doctor.findings import Finding, Findings, fail, look, ok, warn
from bot.doctor.timekeeping import clock_finding
from bot.errors import SettingsError
from bot.timing import Clock
from config.settings import Settings, token_of

DISCORD, TOKEN, INTENTS = "discord", "token", "intents"

PATIENCE = 5.0
"""Seconds that Discord may take for one answer."""

_PORTAL = "https://discord.com/developers/applications"
_HALF_A_SECOND = timedelta(seconds=0.5)


@dataclass(frozen=True, slots=True)
class Visit:
    """What was found of the application, and a client that is logged in, where one could be."""

    findings: Findings
    client: discord.Client | None = None


@asynccontextmanager
async def visiting(settings: Settings, clock: Clock) -> AsyncIterator[Visit]:
    """Look at the application, and stay logged in over REST for the other checks."""
    findings, reached = await _reach(settings.discord.api_base, clock)
    try:
        token = token_of(settings)
    except SettingsError as error:
        yield Visit([*findings, fail(TOKEN, str(error))])
        return
    if not reached:
        yield Visit([*findings, warn(TOKEN, "A token is set; whether Discord takes it could not be looked at.")])
        return
    await use_address(settings.discord.api_base)
    async with discord.Client(intents=discord.Intents(guilds=True)) as client:
        findings += await look(TOKEN, _log_in(client, token), patience=PATIENCE)
        if client.user is None or client.application is None:
            yield Visit(findings)
            return
        yield Visit([*findings, *intent_findings(client.application)], client)


async def _reach(api_base: str, clock: Clock) -> tuple[Findings, bool]:
    shown = str(URL(api_base).with_user(None))  # a proxy's address may hold a password
    refused = fail(
        DISCORD,
        f"There is no Discord API at {shown}.",
        "Look at HANDRAIL_DISCORD__API_BASE; left out, it is Discord's own.",
    )
    try:
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            asked = clock.now()
            async with session.get(f"{api_base}/gateway") as answer:
                answered = clock.now()
                if answer.status >= 500:
                    sentence = f"Discord answers with HTTP {answer.status}."
                    return [fail(DISCORD, sentence, "Look at https://discordstatus.com, and run this again.")], False
                body = await answer.json(content_type=None)
                if not isinstance(body, dict) or "url" not in body:
                    return [refused], False
                theirs = _date(answer.headers.get("Date"))
    except ValueError:
        return [refused], False
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        sentence = f"Discord cannot be reached at {shown} ({type(error).__name__})."
        advice = "Look at the network and its firewall, and at HANDRAIL_DISCORD__API_BASE."
        return [fail(DISCORD, sentence, advice)], False
    half_way = asked + (answered - asked) / 2
    return [ok(DISCORD, f"Discord answers at {shown}."), clock_finding(half_way, theirs)], True


def _date(header: str | None) -> datetime | None:
    """The middle of the second that a Date header names: the header leaves its fraction out."""
    try:
        return None if header is None else parsedate_to_datetime(header) + _HALF_A_SECOND
    except ValueError:
        return None


async def _log_in(client: discord.Client, token: str) -> Findings:
    try:
        await client.login(token)
    except discord.LoginFailure:
        advice = f"Open {_PORTAL}, reset the token under Bot, and copy the new one into HANDRAIL_DISCORD__TOKEN."
        return [fail(TOKEN, "Discord refuses the token in HANDRAIL_DISCORD__TOKEN.", advice)]
    return [ok(TOKEN, f"Discord takes the token; the application's id is {client.application_id}.")]


def intent_findings(application: discord.AppInfo) -> Findings:
    """Whether the gateway will let the bot read messages, and whether presses and commands come by the gateway."""
    findings: list[Finding] = []
    page = f"{_PORTAL}/{application.id}"
    if application.flags.gateway_message_content:
        findings.append(ok(INTENTS, "Message Content is granted by Discord."))
    elif application.flags.gateway_message_content_limited:
        findings.append(ok(INTENTS, "Message Content is switched on, for as long as the bot is in under 100 servers."))
    else:
        findings.append(
            fail(
                INTENTS,
                "Message Content is switched off: the bot is refused at its start.",
                f"Open {page}/bot and switch on Message Content Intent.",
            )
        )
    if application.interactions_endpoint_url is not None:
        findings.append(
            fail(
                INTENTS,
                "Presses and slash commands are sent to a web address and not to the bot.",
                f"Open {page}/information and empty Interactions Endpoint URL.",
            )
        )
    return findings
