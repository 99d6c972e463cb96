"""One file of ``config/content/moderation/<language>``, written in the language of the crisis detector's rules.

bot/crisis/patterns.py explains the patterns and bot/crisis/lexicon_file.py how lists may be written. Six classes have
members that no file can list, and are filled while a text is read:

``number``  a number in figures (``20``)
``dose``    a number with its unit written against it (``20mg``)
``name``    a name that somebody of the programme goes by
``fullname``  two words with capitals in a row, neither of them a word of the rules (``Dana Whitlock``)
``odd``     a word that looks like a name on some platform: figures or a line among letters (``alex_77``)
``strange``  a word that neither the rules nor the harmless lines of ``crisis/benign`` hold
"""

from pydantic import BaseModel, ConfigDict, Field

from bot.crisis.lexicon_file import Members, Patterns, Spellings
from bot.moderation.judgement import Filter

__all__ = ["FILLED", "RuleEntry", "WordingFile"]

FILLED = ("number", "dose", "name", "fullname", "odd", "strange")
"""The classes that are filled while a text is read."""


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RuleEntry(_Schema):
    """Words that a filter finds, unless the same sentence holds what makes them harmless."""

    key: str
    filter: Filter
    about: str
    """What it is for, in a sentence: shown to staff who ask why."""
    patterns: Patterns = Field(min_length=1)
    unless: Patterns = ()


class WordingFile(_Schema):
    """One file. Those of a language are read as one."""

    common: Members = ()
    classes: dict[str, Members] = {}
    shapes: dict[str, Patterns] = {}
    spellings: Spellings = {}
    guarded: Members = ()
    """Words to be recognised with one letter wrong."""
    pictures: dict[str, str] = {}
    rules: tuple[RuleEntry, ...] = ()
