"""Every command that a text sends somebody to is one that the bot has."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from discord import app_commands
from discord.ext import commands

import bot.cogs
from bot.content import Content, Texts

NAMED = re.compile(r"(?<![\w/.:<])/([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")


def commands_of_the_cogs() -> frozenset[str]:
    """The full names of what can be run ("privacy show"), from the classes: nothing is built or connected."""
    found: set[str] = set()
    for module in pkgutil.iter_modules(bot.cogs.__path__):
        for thing in vars(importlib.import_module(f"bot.cogs.{module.name}")).values():
            if isinstance(thing, type) and issubclass(thing, commands.Cog):
                for command in thing.__cog_app_commands__:
                    inner = command.walk_commands() if isinstance(command, app_commands.Group) else (command,)
                    found |= {one.qualified_name for one in inner if isinstance(one, app_commands.Command)}
    return frozenset(found)


def named_in(text: str, runnable: frozenset[str]) -> Iterator[tuple[str, bool]]:
    """Each command that ``text`` names, and whether it can be run: by its first word alone, or by the first two."""
    for first, second in NAMED.findall(text):
        whole = f"{first} {second}".strip()
        yield (first, True) if first in runnable else (whole, whole in runnable)


@pytest.fixture(scope="module")
def runnable() -> frozenset[str]:
    return commands_of_the_cogs()


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Content.load().texts


def test_every_command_that_a_text_names_can_be_run(texts: Texts, runnable: frozenset[str]) -> None:
    named = [
        (language, key, command, is_there)
        for language in texts.languages
        for key in texts.keys
        for text in texts.raw(language, key)
        for command, is_there in named_in(text, runnable)
    ]
    assert [found for found in named if not found[-1]] == []
    assert {"privacy show", "support", "stop"} <= {command for _, _, command, _ in named}, "the search finds them"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Staff are reached by /support at any time.", []),
        ("See `/privacy show`, and/or https://example.org/nowhere <t:1:R>.", []),
        ("Try /suport.", ["suport"]),
        ("`/privacy shew` lists it, /privacy is not enough", ["privacy shew", "privacy is"]),
    ],
)
def test_a_slip_is_found(text: str, wrong: list[str], runnable: frozenset[str]) -> None:
    assert [command for command, is_there in named_in(text, runnable) if not is_there] == wrong
