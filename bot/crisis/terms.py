"""What staff may teach the detector: a few words of their own, understood or refused with a reason. Pure.

A term is words in a row; ``...`` between two words allows up to three others there, ``a/b`` takes either::

    golden bridge            jump ... bridge/overpass

What is understood becomes a pattern of bot/crisis/patterns.py; bot/crisis/own_words.py matches it.
"""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise, product

from bot.crisis.folding import fold

LONGEST = 80
"""Characters of a term."""
MOST_WORDS = 8
"""Words of a term, every alternative counted."""
SHORTEST_ALONE = 4
"""Letters of a term that is a single word."""
GAP = "..."
GAP_WORDS = 3
"""How many words may stand where ``...`` is written."""

_MENTION = re.compile(r"<[@#][!&]?\d+>|</[^>]*:\d+>|@everyone|@here")
_CUSTOM_EMOJI = re.compile(r"<a?:\w+:\d+>|(?<!\w):\w*[a-z]\w*:(?!\w)", re.IGNORECASE)
_LINK = re.compile(r"\w+://|\bwww\.|\bdiscord\.gg\b", re.IGNORECASE)
_DOTS = re.compile(r"\.{2,}")
_SLASH = re.compile(r"\s*/\s*")
_MOST_SIGNS_SHOWN = 5


class Reason(StrEnum):
    """Why a term is refused; ``lexicon.refused_<reason>`` is the sentence."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_MANY_WORDS = "too_many_words"
    ONLY_COMMON = "only_common"
    TOO_SHORT = "too_short"
    GAP = "gap"
    SIGNS = "signs"
    MENTION = "mention"
    LINK = "link"
    EMOJI = "emoji"
    NOT_FOUND_AGAIN = "not_found_again"
    ALREADY_THERE = "already_there"
    ALREADY_PROPOSED = "already_proposed"
    ALREADY_PAGED = "already_paged"
    TOO_BROAD = "too_broad"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A term that is not taken. ``values`` fill the sentence; they may hold the staff member's own words."""

    reason: Reason
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One word of a term: any of ``words``. ``after_gap`` says that others may stand before it."""

    words: tuple[str, ...]
    after_gap: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """A term as it was understood."""

    steps: tuple[Step, ...]

    @property
    def text(self) -> str:
        """As it is kept and shown: plain words, written one way however they were typed."""
        parts: list[str] = []
        for step in self.steps:
            parts += [GAP] if step.after_gap else []
            parts.append("/".join(step.words))
        return " ".join(parts)

    @property
    def key(self) -> tuple[tuple[frozenset[str], bool], ...]:
        """What two terms that mean the same have in common."""
        return tuple((frozenset(step.words), step.after_gap) for step in self.steps)

    @property
    def source(self) -> str:
        """The pattern."""
        parts: list[str] = []
        for step in self.steps:
            parts += [f"~~{GAP_WORDS}"] if step.after_gap else []
            parts.append("|".join(step.words))
        return " ".join(parts)

    def examples(self) -> Iterator[str]:
        """The shortest texts that hold it, one for each choice among alternatives: at most 18, for eight words."""
        for words in product(*(step.words for step in self.steps)):
            yield " ".join(words)


def parse(text: str, common: AbstractSet[str]) -> Wording | Refusal:
    """``text`` as a term, or why it is none; ``common`` are words that most texts hold. Never raises.

    A term is kept as ``Wording.text``, and parsing that gives the same term.
    """
    wording = _understood(text, common)
    if isinstance(wording, Wording) and _understood(wording.text, common) != wording:
        return Refusal(Reason.NOT_FOUND_AGAIN)
    return wording


def _understood(text: str, common: AbstractSet[str]) -> Wording | Refusal:
    given = text.strip()
    if not given:
        return Refusal(Reason.EMPTY)
    if len(given) > LONGEST:
        return Refusal(Reason.TOO_LONG, {"length": len(given), "most": LONGEST})
    for pattern, reason in ((_MENTION, Reason.MENTION), (_CUSTOM_EMOJI, Reason.EMOJI), (_LINK, Reason.LINK)):
        if pattern.search(given):
            return Refusal(reason)
    plain = _SLASH.sub("/", _DOTS.sub(f" {GAP} ", fold(given).text.replace("'", "")))
    tokens = plain.split()
    if not tokens:
        return Refusal(Reason.EMPTY)
    if signs := _signs(tokens):
        return Refusal(Reason.SIGNS, {"signs": signs})
    return _built(tokens, common)


def _built(tokens: list[str], common: AbstractSet[str]) -> Wording | Refusal:
    if GAP in (tokens[0], tokens[-1]) or any(one == two == GAP for one, two in pairwise(tokens)):
        return Refusal(Reason.GAP)
    steps: list[Step] = []
    after_gap = False
    for token in tokens:
        if token == GAP:
            after_gap = True
            continue
        steps.append(Step(tuple(dict.fromkeys(token.split("/"))), after_gap))
        after_gap = False
    if (count := sum(len(step.words) for step in steps)) > MOST_WORDS:
        return Refusal(Reason.TOO_MANY_WORDS, {"count": count, "most": MOST_WORDS})
    if all(any(word in common for word in step.words) for step in steps):
        # With alternatives, one way through them that says nothing is enough to find it everywhere.
        return Refusal(Reason.ONLY_COMMON)
    if len(steps) == 1 and min(map(len, steps[0].words)) < SHORTEST_ALONE:
        return Refusal(Reason.TOO_SHORT, {"least": SHORTEST_ALONE})
    wording = Wording(tuple(steps))
    if (length := len(wording.text)) > LONGEST:
        return Refusal(Reason.TOO_LONG, {"length": length, "most": LONGEST})
    return wording


def _signs(tokens: list[str]) -> str:
    """What stands in ``tokens`` and is no part of a word; a slash without a word on both sides of it is one, too."""
    odd: dict[str, None] = {}
    for token in tokens:
        if token == GAP:
            continue
        for part in token.split("/"):
            odd |= dict.fromkeys(character for character in part if not character.isalnum()) if part else {"/": None}
    return " ".join(list(odd)[:_MOST_SIGNS_SHOWN])
