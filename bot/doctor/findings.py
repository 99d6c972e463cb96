"""What a check says, and how a check that cannot run is kept from stopping the others."""

import asyncio
from collections.abc import Awaitable
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
    except HandrailError as error:
        return [fail(topic, str(error))]
    except TimeoutError:
        return [fail(topic, "There was no answer in time.", "Run this again in a while.")]
    except discord.HTTPException as error:
        return [
            fail(topic, f"Discord did not answer as it should (HTTP {error.status}).", "Run this again in a while.")
        ]
    except (aiohttp.ClientError, OSError) as error:
        return [fail(topic, f"The connection broke ({type(error).__name__}).", "Run this again.")]
    except Exception as error:  # noqa: BLE001 - one check that breaks must not take the others' findings with it
        return [warn(topic, f"This could not be looked at ({type(error).__name__}).", "Run this again.")]


def counted(number: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many}"
