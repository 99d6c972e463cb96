"""One file of ``config/content/crisis/<language>``, as clinicians write it.

Patterns and the members of classes may be lists, or plain text: a pattern a line, where ``#`` begins a comment;
members with commas between. Text is read many times faster than a list, and is easier on the eyes.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.crisis.assessment import Category, Tier


class Softened(StrEnum):
    """What may lower a rule by one tier."""

    ANY = "any"
    """Another's words, a fact, or the tone."""
    FACTS = "facts"
    """Another's words, or a fact that makes it something else: denied, past."""
    WORDS = "words"
    """Only that it is denied, or another's words. First-person intent now, means in hand and overdose have this."""
    NOTHING = "nothing"


class ContextKind(StrEnum):
    """What a context says."""

    WORDS = "words"
    """That these are another's words, or that the thing is denied."""
    FACT = "fact"
    """That it was so once, or is about somebody else."""
    TONE = "tone"
    """That it is said lightly."""


class Where(StrEnum):
    """Where a context must stand to count."""

    TOUCHING = "touching"
    """Sharing a word with it."""
    CLAUSE = "clause"
    """In the same clause: up to a comma, dash, bracket, line break or turning word ("but")."""
    SENTENCE = "sentence"
    MESSAGE = "message"
    QUOTED = "quoted"
    """Just before a quotation, for what stands in the quotation: ``she says "…"``."""


def _lines(value: object) -> object:
    if not isinstance(value, str):
        return value
    lines = (line.partition("#")[0].strip() for line in value.splitlines())
    return tuple(line for line in lines if line)


def _members(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = ",".join(line.partition("#")[0] for line in value.splitlines())
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _pairs(value: object) -> object:
    """``right: wrong, wrong`` a line, turned round: the wrong spelling leads to the right one."""
    if not isinstance(value, str):
        return value
    found: dict[str, str] = {}
    for line in value.splitlines():
        right, colon, wrongs = line.partition("#")[0].partition(":")
        for wrong in wrongs.split(",") if colon else ():
            found[wrong.strip()] = right.strip()
    return found


Patterns = Annotated[tuple[str, ...], BeforeValidator(_lines)]
Members = Annotated[tuple[str | int, ...], BeforeValidator(_members)]
Spellings = Annotated[dict[str, str], BeforeValidator(_pairs)]


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RuleEntry(_Schema):
    """Words that mean danger of some tier."""

    key: str
    about: str = ""
    """What it is for, in a sentence."""
    tier: Tier
    categories: tuple[Category, ...] = Field(min_length=1)
    softened: Softened = Softened.ANY
    asks: bool = False
    """Whether the rule asks for a second opinion: its words are often harmless. It pages unless the second stage finds
    the text plainly harmless; then it is of tier notify."""
    patterns: Patterns = Field(min_length=1)


class TogetherEntry(_Schema):
    """Signals that mean danger when one text holds them all."""

    key: str
    about: str = ""
    tier: Tier
    categories: tuple[Category, ...] = Field(min_length=1)
    asks: bool = False
    of: tuple[str, ...] = Field(min_length=2)


class ContextEntry(_Schema):
    """Words that lower what stands in their reach by one tier. Without ``lowers`` it lowers any category."""

    key: str
    about: str = ""
    kind: ContextKind
    where: Where
    lowers: tuple[Category, ...] = ()
    patterns: Patterns = Field(min_length=1)
    unless: Patterns = ()


class LexiconFile(_Schema):
    """One file. Those of a language are read as one."""

    common: Members = ()
    """Words that most texts hold: they make matching faster and change nothing else."""
    classes: dict[str, Members] = {}
    shapes: dict[str, Patterns] = {}
    spellings: Spellings = {}
    guarded: Members = ()
    """Words to be recognised with one letter wrong."""
    swappable: Members = ()
    """Words to be recognised with two letters that stand together changed over. May be shorter than guarded ones."""
    pictures: dict[str, str] = {}
    signals: dict[str, Patterns] = {}
    rules: tuple[RuleEntry, ...] = ()
    together: tuple[TogetherEntry, ...] = ()
    contexts: tuple[ContextEntry, ...] = ()
