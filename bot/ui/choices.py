"""The choices of a command's option, named in every language there is: Discord shows each reader theirs.

Discord asks for these names when the commands are registered, not when somebody types, so they go by the language that
the reader's own Discord speaks.
"""

from collections.abc import Mapping

import discord
from discord import app_commands

from bot.content.texts import BASE_LANGUAGE, Texts, primary


def named_choices(texts: Texts, keys: Mapping[str, str]) -> list[app_commands.Choice[str]]:
    """A choice for each value of ``keys``, called as the text at its key, in English where there is no other wording.

    Raises ContentError for an unknown key.
    """
    found = []
    for value, key in keys.items():
        choice = app_commands.Choice(name=texts.say(BASE_LANGUAGE, key), value=value)
        choice.name_localizations = {
            locale: texts.say(locale.value, key)
            for locale in discord.Locale
            if primary(locale.value) in texts.languages and primary(locale.value) != BASE_LANGUAGE
        }
        found.append(choice)
    return found
