"""Reads one text for danger. Pure: the same text and lexicon give the same assessment, always.

A finding keeps its rule's tier unless a context lowers it, by one tier and no further, however many contexts there
are. The tone of a text never lowers first-person intent: people in danger joke.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.crisis.assessment import Assessment, Category, Tier
from bot.crisis.lexicon import Context, ContextKind, Lexicon, Rule, Signal, Softened, Turn, Unless
from bot.crisis.matcher import Found, Hits, Matcher
from bot.crisis.normalise import Break, Words, quotations, read
from bot.crisis.reach import Divisions, Match, Reach
from bot.crisis.second_stage import SecondStage, spoken

_MOST_TRIES = 32
"""Places of one rule that are held against the contexts. A text with more of them is taken at its gravest."""
_LOWERED_BY = {
    Softened.ANY: frozenset(ContextKind),
    Softened.FACTS: frozenset({ContextKind.WORDS, ContextKind.FACT}),
    Softened.WORDS: frozenset({ContextKind.WORDS}),
    Softened.NOTHING: frozenset[ContextKind](),
}


@dataclass(frozen=True, slots=True)
class _Finding:
    tier: Tier
    categories: tuple[Category, ...]
    rule: str
    span: tuple[int, int]
    asks: bool


class Detector:
    """Assesses texts by one lexicon. Safe to share between tasks and threads: it keeps nothing of what it reads."""

    def __init__(self, lexicon: Lexicon, second: SecondStage | None = None) -> None:
        """Without a ``second`` stage the rules alone decide: for their own tests, and for measuring what it adds."""
        self.lexicon, self._second = lexicon, second
        self.version = lexicon.version if second is None else f"{lexicon.version}+{second.version}"
        """What every assessment carries."""
        self._nothing = Assessment(Tier.NONE, (), (), (), self.version)

    @staticmethod
    def load() -> "Detector":
        """The detector as it is shipped: one a process, as it never changes and takes a while to read.

        Raises ContentError where the lexicon or the model cannot be used.
        """
        return _shipped()

    def assess(self, text: str) -> Assessment:
        """How urgent ``text`` is and why. Takes time linear in its length; accepts any text, and raises for none."""
        words = read(text, self.lexicon.vocabulary)
        findings = self._by_rules(text, words)
        if self._second is None:
            return self._assessment(findings)
        if any(finding.tier is Tier.PAGE and not finding.asks for finding in findings):
            return self._assessment(findings)
        known = self.lexicon.vocabulary.words
        said = spoken(text, words)
        if any(finding.tier is Tier.PAGE for finding in findings):
            if not self._second.doubts(said, known, words):
                return self._assessment(findings)
            findings = [_doubted(finding) for finding in findings]
        first = self._assessment(findings)
        explained = Category.PAST in first.categories or any("+" in rule for rule in first.rules)
        raised = self._second.raised(said, first.tier, known, words, explained=explained)
        if raised is None:
            return first
        return Assessment(
            tier=raised.tier,
            categories=tuple(dict.fromkeys((raised.category, *first.categories))),
            rules=(*(f"model/{raised.tier.value}" for _ in raised.spans), *first.rules),
            spans=(*raised.spans, *first.spans),
            version=self.version,
        )

    def _by_rules(self, text: str, words: Words) -> list[_Finding]:
        hits = self.lexicon.matcher.match(words)
        return _Findings(self.lexicon, text, words, hits).all() if hits.found else []

    def _assessment(self, findings: list[_Finding]) -> Assessment:
        if not findings:
            return self._nothing
        findings.sort(key=lambda finding: (-finding.tier.rank, finding.span, finding.rule))
        return Assessment(
            tier=findings[0].tier,
            categories=tuple(dict.fromkeys(category for finding in findings for category in finding.categories)),
            rules=tuple(finding.rule for finding in findings),
            spans=tuple(finding.span for finding in findings),
            version=self.version,
        )

    def steps(self, text: str) -> int:
        """How many steps matching ``text`` takes: what a test holds against its length."""
        return self.lexicon.matcher.match(read(text, self.lexicon.vocabulary)).steps


@cache
def _shipped() -> Detector:
    return Detector(Lexicon.load(), SecondStage.load())


class _Places:
    """Where each owner's patterns ended in one text."""

    def __init__(self, matcher: Matcher, words: Words, hits: Hits) -> None:
        self._matcher, self._words, self._hits = matcher, words, hits
        self.found: dict[int, list[Found]] = {}
        for found in hits.found:
            self.found.setdefault(matcher.patterns[found.pattern].owner, []).append(found)

    def match(self, number: int, found: Found) -> Match:
        """The whole of one place."""
        return Match(number, self._matcher.start(found, self._words, self._hits), found.end)

    def matches(self, number: int) -> list[Match]:
        """The whole of every place of one owner."""
        return [self.match(number, found) for found in self.found[number]]


class _Findings:
    """What the matches in one text mean together."""

    def __init__(self, lexicon: Lexicon, text: str, words: Words, hits: Hits) -> None:
        self._lexicon, self._text, self._words = lexicon, text, words
        self._places = _Places(lexicon.matcher, words, hits)

    def all(self) -> list[_Finding]:
        """One finding for each rule: its gravest place, the first of those that are equally grave."""
        owners = self._lexicon.owners
        rules = [(number, owner) for number in self._places.found if isinstance(owner := owners[number], Rule)]
        findings = self._together()
        if rules:
            reaches = self._reaches()
            findings += [self._gravest(number, rule, reaches) for number, rule in rules]
        return [finding for finding in findings if finding.tier is not Tier.NONE]

    def _gravest(self, number: int, rule: Rule, reaches: Sequence[Reach]) -> _Finding:
        kinds = _LOWERED_BY[rule.softened]
        mine = [reach for reach in reaches if reach.context.kind in kinds and _concerns(reach.context, rule)]
        lowered: _Finding | None = None
        for tries, found in enumerate(self._places.found[number]):
            match = self._places.match(number, found)
            softener = next((reach.context for reach in mine if reach.covers(match)), None)
            span = self._words.span(match.start, match.end)
            if softener is None or tries >= _MOST_TRIES:
                return _Finding(rule.tier, rule.categories, rule.key, span, rule.asks)
            if lowered is None:
                key = f"{rule.key}+{softener.key}"
                lowered = _Finding(rule.tier.lowered(), rule.categories, key, span, rule.asks)
        assert lowered is not None  # noqa: S101 - a rule is here because it has a place
        return lowered

    def _reaches(self) -> list[Reach]:
        """The contexts that hold: those found whose sentence does not also hold what takes them away."""
        owners, matcher = self._lexicon.owners, self._lexicon.contexts
        places = _Places(matcher, self._words, matcher.match(self._words))
        contexts = [(number, owner) for number in places.found if isinstance(owner := owners[number], Context)]
        if not contexts:
            return []
        divisions = self._divisions(places)
        cancelled = {
            (owner.context, divisions.sentences[found.end - 1])
            for number, several in places.found.items()
            if isinstance(owner := owners[number], Unless)
            for found in several
        }
        reaches = []
        for number, context in contexts:
            held = [
                match
                for match in places.matches(number)
                if (context.key, divisions.sentences[match.start]) not in cancelled
            ]
            if held:
                reaches.append(Reach(context, held, self._words, divisions))
        return reaches

    def _divisions(self, places: _Places) -> Divisions:
        turns = {
            match.start
            for number in places.found
            if isinstance(self._lexicon.owners[number], Turn)
            for match in places.matches(number)
        }
        clauses: list[int] = []
        sentences: list[int] = []
        clause = sentence = 0
        for at, before in enumerate(self._words.breaks):
            if before or at in turns:
                clause += 1
            if before is Break.SENTENCE:
                sentence += 1
            clauses.append(clause)
            sentences.append(sentence)
        return Divisions(clauses, sentences, quotations(self._text, self._words))

    def _together(self) -> list[_Finding]:
        signals: dict[str, Found] = {}
        for number, places in self._places.found.items():
            owner = self._lexicon.owners[number]
            if isinstance(owner, Signal):
                signals[owner.key] = places[0]
        findings: list[_Finding] = []
        for several in self._lexicon.together:
            if signals and several.signals <= signals.keys():
                matches = [self._places.match(0, signals[key]) for key in several.signals]
                span = self._words.span(min(one.start for one in matches), max(one.end for one in matches))
                findings.append(_Finding(several.tier, several.categories, several.key, span, several.asks))
        return findings


def _doubted(finding: _Finding) -> _Finding:
    """A finding whose second opinion is that the text is plainly harmless: told to staff, without waking anybody."""
    if finding.tier is not Tier.PAGE:
        return finding
    return replace(finding, tier=finding.tier.lowered(), rule=f"{finding.rule}+model/harmless")


def _concerns(context: Context, rule: Rule) -> bool:
    """A context says something of its own language only: "ten years ago …, me voy a matar" is not of ten years ago."""
    if context.key.partition("/")[0] != rule.key.partition("/")[0]:
        return False
    return not context.lowers or not context.lowers.isdisjoint(rule.categories)
