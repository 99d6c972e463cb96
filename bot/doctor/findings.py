"""What a check says, and how a check that cannot run is kept from stopping the others."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

import aiohttp
import discord

from bot.errors import HandrailError


class Level(StrEnum):
    """How grave a finding is."""

    OK = "ok"
    WARN = "warn"
    """Handrail works, and somebody should know."""
    FAIL = "fail"
    """Something that was promised does not happen."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. Carries ids, never a token, a key, an address with a password, or anybody's words."""

    level: Level
    topic: str
    sentence: str
    advice: str = ""
    """What to do about it; empty where the sentence says it, or nothing is to be done."""


Findings = list[Finding]

_LATER = "Run this again in a while."


def ok(topic: str, sentence: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, topic, sentence)


def warn(topic: str, sentence: str, advice: str = "") -> Finding:
    """Somebody should know."""
    return Finding(Level.WARN, topic, sentence, advice)


def fail(topic: str, sentence: str, advice: str = "") -> Finding:
    """Something does not work."""
    return Finding(Level.FAIL, topic, sentence, advice)


async def look(topic: str, check: Awaitable[Findings], *, patience: float | None = None) -> Findings:
    """What ``check`` finds, or, where it cannot run, why.

    ``patience``: seconds of real time that it may take. Nothing is raised but a cancellation.
    """
    try:
        async with asyncio.timeout(patience):
            return await check
    except Exception as error:  # noqa: BLE001 - a check that breaks must not take the others' findings with it
        return [_why_not(topic, error)]


def look_here(topic: str, check: Callable[[], Findings]) -> Findings:
    """The same for what is on this machine, and needs no waiting."""
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - as above
        return [_why_not(topic, error)]


def _why_not(topic: str, error: Exception) -> Finding:
    match error:
        case HandrailError():
            return fail(topic, str(error))
        case discord.HTTPException():
            return fail(topic, f"Discord did not answer as it should (HTTP {error.status}).", _LATER)
        case TimeoutError():
            return fail(topic, "There was no answer in time.", _LATER)
        case aiohttp.ClientError() | OSError():
            return fail(topic, f"This broke off ({type(error).__name__}).", _LATER)
        case _:
            return warn(topic, f"This could not be looked at ({type(error).__name__}).", _LATER)


def counted(number: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many}"
