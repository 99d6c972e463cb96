"""The language of the rules: what each element does."""

import pytest

from bot.crisis.matcher import Match, Matcher
from bot.crisis.normalise import Vocabulary, tokens
from bot.crisis.patterns import PatternError, compile_pattern

CLASSES = {"break": ["not"], "wish": ["want to", "hope"], "end": ["stop"], "fill": ["so", "very"]}
PHRASES = {tuple(member.split()): frozenset([f"en:{name}"]) for name, members in CLASSES.items() for member in members}
VOCABULARY = Vocabulary.of({word for phrase in PHRASES for word in phrase}, {}, [], {})


def found(pattern: str, text: str) -> list[str]:
    matcher = Matcher([compile_pattern(pattern, 0, "en", CLASSES)], PHRASES)
    words = tokens(text, VOCABULARY)
    return [text[words[start].start : words[end - 1].end] for _, start, end in matcher.match(words)[0]]


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("[wish] [end]", "I want to stop", ["want to stop"]),
        ("[wish] [end]", "I want stop", []),
        ("hope|[end]", "stop hope", ["stop", "hope"]),
        ("hope ~2 [end]", "hope a b stop", ["hope a b stop"]),
        ("hope ~2 [end]", "hope a b c stop", []),
        ("hope ~2 [end]", "hope not a stop", []),
        ("hope ~~2 [end]", "hope not a stop", ["hope not a stop"]),
        ("hope ~2[fill] [end]", "hope so very stop", ["hope so very stop"]),
        ("hope ~2[fill] [end]", "hope so far stop", []),
        ("hope now? [end]", "hope stop", ["hope stop"]),
        ("hope now? [end]", "hope now stop", ["hope now stop"]),
        ("^ hope", "so hope", []),
        ("^ hope", "so, hope", ["hope"]),
        ("^ ~1 hope", "so hope", ["so hope"]),
        ("hope $", "hope now", []),
        ("hope $", "hope, now", ["hope"]),
        ("hope now|$", "hope", ["hope"]),
        ("hope now|$", "hope now", ["hope now"]),
        ("hope now|$", "hope so", []),
        ("-[fill] hope", "so hope", []),
        ("-[fill] hope", "yes hope", ["hope"]),
        ("-[fill] hope", "I am so. Yes hope", ["hope"]),
        ("hope ![fill]", "hope so", []),
        ("hope ![fill]", "hope yes", ["hope"]),
        ("hope [end]", "I do hope. Stop now", []),
    ],
)
def test_elements(pattern: str, text: str, matches: list[str]) -> None:
    assert found(pattern, text) == matches


@pytest.mark.parametrize(
    "pattern", ["~1 hope", "[nobody]", "now?", "", "hope -[fill]", "hope ~0 x", "hope ~99 x", "ho:pe"]
)
def test_a_pattern_that_makes_no_sense_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern, 0, "en", CLASSES)


def test_patterns_that_begin_alike_keep_their_owners() -> None:
    patterns = [compile_pattern("hope ~1 now", 7, "en", CLASSES), compile_pattern("hope ~1 stop", 8, "en", CLASSES)]
    words = tokens("hope now stop", VOCABULARY)
    assert set(Matcher(patterns, PHRASES).match(words)[0]) == {Match(7, 0, 2), Match(8, 0, 3)}
