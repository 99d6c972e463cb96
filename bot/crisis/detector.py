"""Reads one text for danger. Pure: the same text and lexicon give the same assessment, always.

A finding keeps its rule's tier unless a context lowers it, by one tier and no further, however many contexts there
are. The tone of a text never lowers first-person intent: people in danger joke.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.crisis.assessment import Assessment, Category, Tier
from bot.crisis.lexicon import Context, ContextKind, Lexicon, Rule, Signal, Softened, Unless
from bot.crisis.matcher import Match
from bot.crisis.normalise import Token, tokens
from bot.crisis.reach import Reach


@dataclass(frozen=True, slots=True)
class _Finding:
    tier: Tier
    categories: tuple[Category, ...]
    rule: str
    span: tuple[int, int]


class Detector:
    """Assesses texts by one lexicon. Safe to share between tasks and threads: it keeps nothing of what it reads."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    @property
    def version(self) -> str:
        """The version every assessment carries."""
        return self._lexicon.version

    def assess(self, text: str) -> Assessment:
        """How urgent ``text`` is and why. Takes time linear in its length; accepts any text, and raises for none."""
        words = tokens(text, self._lexicon.vocabulary)
        matches, _ = self._lexicon.matcher.match(words)
        findings = [*self._rules(matches, words), *self._together(matches, words)]
        findings.sort(key=lambda finding: (-finding.tier.rank, finding.span, finding.rule))
        best: dict[str, _Finding] = {}
        for finding in findings:
            if finding.tier is not Tier.NONE:
                best.setdefault(finding.rule.partition("+")[0], finding)
        kept = list(best.values())
        return Assessment(
            tier=kept[0].tier if kept else Tier.NONE,
            categories=tuple(dict.fromkeys(category for finding in kept for category in finding.categories)),
            rules=tuple(finding.rule for finding in kept),
            spans=tuple(finding.span for finding in kept),
            version=self._lexicon.version,
        )

    def steps(self, text: str) -> int:
        """How many steps matching ``text`` takes: what a test holds against its length."""
        return self._lexicon.matcher.match(tokens(text, self._lexicon.vocabulary))[1]

    def _rules(self, matches: Sequence[Match], words: Sequence[Token]) -> list[_Finding]:
        reaches = self._reaches(matches, words)
        findings: list[_Finding] = []
        for match in matches:
            rule = self._lexicon.owners[match.owner]
            if not isinstance(rule, Rule):
                continue
            softener = next((one.context for one in reaches if _softens(one.context, rule) and one.covers(match)), None)
            findings.append(
                _Finding(
                    tier=rule.tier if softener is None else rule.tier.lowered(),
                    categories=rule.categories,
                    rule=rule.key if softener is None else f"{rule.key}+{softener.key}",
                    span=_span(match.start, match.end, words),
                )
            )
        return findings

    def _reaches(self, matches: Sequence[Match], words: Sequence[Token]) -> list[Reach]:
        """The contexts that hold: those found whose sentence does not also hold what takes them away."""
        owners = self._lexicon.owners
        cancelled: set[tuple[str, int]] = set()
        for match in matches:
            owner = owners[match.owner]
            if isinstance(owner, Unless):
                cancelled.add((owner.context, words[match.start].sentence))
        places: dict[Context, list[Match]] = {}
        for match in matches:
            owner = owners[match.owner]
            if isinstance(owner, Context) and (owner.key, words[match.start].sentence) not in cancelled:
                places.setdefault(owner, []).append(match)
        return [Reach(context, found, words) for context, found in places.items()]

    def _together(self, matches: Sequence[Match], words: Sequence[Token]) -> list[_Finding]:
        signals: dict[str, Match] = {}
        for match in matches:
            owner = self._lexicon.owners[match.owner]
            if isinstance(owner, Signal):
                signals.setdefault(owner.key, match)
        findings: list[_Finding] = []
        for several in self._lexicon.together:
            if several.signals <= signals.keys():
                places = [signals[key] for key in several.signals]
                span = _span(min(place.start for place in places), max(place.end for place in places), words)
                findings.append(_Finding(several.tier, several.categories, several.key, span))
        return findings


def _softens(context: Context, rule: Rule) -> bool:
    if context.lowers and not context.lowers & set(rule.categories):
        return False
    if rule.softened is Softened.FACTS:
        return context.kind is ContextKind.FACT
    return rule.softened is Softened.ANY


def _span(start: int, end: int, words: Sequence[Token]) -> tuple[int, int]:
    return words[start].start, words[end - 1].end
