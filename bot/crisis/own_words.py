"""Matching staff's own words beside the shipped lexicon. They can raise a verdict; nothing here can lower one.

Pure. A text is read a second time for them, with a vocabulary of their own; a programme without terms never comes here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from bot.crisis.assessment import Assessment, Category, Tier
from bot.crisis.folding import fold
from bot.crisis.lexicon import Lexicon
from bot.crisis.matcher import Matcher
from bot.crisis.normalise import Vocabulary, read
from bot.crisis.patterns import Compiler, Pattern, literals
from bot.crisis.spelling import Readings
from bot.crisis.terms import Wording

NAMESPACE = "own"
"""Rules are named ``own/<term id>``."""
_GUARDED_LEAST = 5
"""Letters from which on a word is recognised with one letter wrong."""
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")

DEFAULT_CATEGORY: Mapping[Tier, Category] = {Tier.PAGE: Category.IMPLICIT_INTENT, Tier.NOTIFY: Category.CRAVING}
"""The category of a term for which staff chose none: it decides which answer the person gets."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term in use, until ``expires_at`` (UTC)."""

    id: int
    wording: Wording
    tier: Tier
    category: Category
    expires_at: datetime

    @property
    def rule(self) -> str:
        """The name it goes by in an assessment."""
        return f"{NAMESPACE}/{self.id}"


@dataclass(frozen=True)
class Known:
    """What is known without any term, so that a plain word is never taken for a misspelt term.

    ("Fridge" is one letter from "bridge".) ``common`` makes matching faster and tells which words say nothing.
    """

    words: frozenset[str]
    spellings: Mapping[str, Readings]
    pictures: Mapping[str, str]
    common: AbstractSet[str]

    @classmethod
    def of(cls, lexicon: Lexicon, common: AbstractSet[str], lines: Iterable[str] = ()) -> "Known":
        """What the shipped lexicon knows, and every word of ``lines``, which are harmless ones."""
        vocabulary = lexicon.vocabulary
        everyday = {word.replace("'", "") for line in lines for word in _WORD.findall(fold(line).text)}
        words = frozenset(vocabulary.words) | common | (everyday - vocabulary.spellings.keys())
        return cls(words, vocabulary.spellings, vocabulary.pictures, common)


class OwnFinding(NamedTuple):
    """A term that stands in a text, and where: characters of the text as it was written."""

    term: Term
    span: tuple[int, int]


class OwnWords:
    """The terms of one programme, compiled. Safe to share; it keeps nothing of what it reads."""

    def __init__(self, terms: Sequence[Term], known: Known) -> None:
        """Raises PatternError for a wording that ``terms.parse`` did not make."""
        self.terms = tuple(terms)
        compiler = Compiler(NAMESPACE, ())
        patterns: list[Pattern] = []
        phrases: dict[tuple[str, ...], frozenset[str]] = {}
        for owner, term in enumerate(self.terms):
            patterns += compiler.compile(term.wording.source, owner)
            phrases |= {(word,): frozenset([f"={word}"]) for word in literals(term.wording.source)}
        self._vocabulary = _vocabulary({word for (word,) in phrases}, known)
        self._matcher = Matcher(patterns, phrases, known.common)

    def find(self, text: str) -> list[OwnFinding]:
        """The first place of each term in ``text``, the gravest first. Linear in its length; raises for no text."""
        words = read(text, self._vocabulary)
        hits = self._matcher.match(words)
        found: dict[int, OwnFinding] = {}
        for place in hits.found:
            owner = self._matcher.patterns[place.pattern].owner
            if owner not in found:
                span = words.span(self._matcher.start(place, words, hits), place.end)
                found[owner] = OwnFinding(self.terms[owner], span)
        return sorted(found.values(), key=lambda one: (-one.term.tier.rank, one.span, one.term.id))

    def steps(self, text: str) -> int:
        """How many steps matching ``text`` takes: what a test holds against its length."""
        return self._matcher.match(read(text, self._vocabulary)).steps

    def raised(self, text: str, shipped: Assessment) -> Assessment:
        """The shipped verdict on ``text`` together with what the terms say: as grave or graver, never less."""
        found = self.find(text)
        if not found:
            return shipped
        categories = [one.term.category for one in found]
        rules = [one.term.rule for one in found]
        spans = [one.span for one in found]
        tier = found[0].term.tier
        if tier > shipped.tier:
            every = [*categories, *shipped.categories]
            return replace(
                shipped,
                tier=tier,
                categories=tuple(dict.fromkeys(every)),
                rules=(*rules, *shipped.rules),
                spans=(*spans, *shipped.spans),
            )
        every = [*shipped.categories, *categories]
        return replace(
            shipped,
            categories=tuple(dict.fromkeys(every)),
            rules=(*shipped.rules, *rules),
            spans=(*shipped.spans, *spans),
        )


def _vocabulary(own: AbstractSet[str], known: Known) -> Vocabulary:
    """How texts are read for ``own`` words: what hides or misspells one of them leads to it, and to nothing else."""
    guarded = sorted(word for word in own if len(word) >= _GUARDED_LEAST and word.isalpha())
    mine = Vocabulary.of(own, {}, guarded, {})
    return replace(mine, words=mine.words | known.words, spellings=known.spellings, pictures=known.pictures)
