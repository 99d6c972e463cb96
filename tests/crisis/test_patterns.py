"""The language of the rules: what each element does."""

import pytest

from bot.crisis.matcher import Matcher
from bot.crisis.normalise import read
from bot.crisis.patterns import MOST_EXPANSIONS, Compiler, PatternError, expand
from bot.crisis.spelling import Vocabulary

CLASSES = {"break": ["not"], "wish": ["want to", "hope"], "end": ["stop"], "fill": ["so", "very"]}
PHRASES = {tuple(member.split()): frozenset([f"en:{name}"]) for name, members in CLASSES.items() for member in members}
VOCABULARY = Vocabulary.of({word for phrase in PHRASES for word in phrase} | {"now"}, {}, [], {})
COMPILER = Compiler("en", CLASSES)
LITERALS: dict[tuple[str, ...], frozenset[str]] = {(word,): frozenset([f"={word}"]) for word in ("hope", "now")}


def found(pattern: str, text: str) -> list[str]:
    every: set[tuple[str, ...]] = {*PHRASES, *LITERALS}
    phrases = {words: PHRASES.get(words, frozenset()) | LITERALS.get(words, frozenset()) for words in every}
    matcher = Matcher(COMPILER.compile(pattern, 0), phrases)
    words = read(text, VOCABULARY)
    hits = matcher.match(words)
    spans = (words.span(matcher.start(one, words, hits), one.end) for one in hits.found)
    return [text[start:end] for start, end in spans]


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
        ("hope ~1 $", "hope now. stop", ["hope now"]),
        ("hope now|$", "hope", ["hope"]),
        ("hope now|$", "hope now", ["hope now"]),
        ("hope now|$", "hope so", []),
        ("-[fill] hope", "so hope", []),
        ("-[fill] hope", "yes hope", ["hope"]),
        ("-[fill] hope", "I am so. Yes hope", ["hope"]),
        ("hope ![fill]", "hope so", []),
        ("hope ![fill]", "hope yes", ["hope"]),
        ("hope ~1 ![fill]", "hope so", []),
        ("hope ![wish]", "hope want to", []),
        ("hope [end]", "I do hope. Stop now", []),
    ],
)
def test_elements(pattern: str, text: str, matches: list[str]) -> None:
    assert found(pattern, text) == matches


@pytest.mark.parametrize(
    "pattern",
    ["~1 hope", "[nobody]", "now?", "", "hope -[fill]", "hope ~0 x", "hope ~99 x", "ho:pe", "hope ![fill] x", "$ a"],
)
def test_a_pattern_that_makes_no_sense_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        COMPILER.compile(pattern, 0)


def test_shapes_are_written_out_in_every_combination() -> None:
    shapes = {"a": ["x", "y z"], "b": ["<a> now", "then"]}
    first = ["x ~1 then", "x ~1 x now", "x ~1 y z now"]
    assert expand("<a> ~1 <b>", shapes) == [*first, "y z ~1 then", "y z ~1 x now", "y z ~1 y z now"]
    assert expand("plain", shapes) == ["plain"]


def test_a_shape_that_is_not_there_or_grows_too_large_is_refused() -> None:
    with pytest.raises(PatternError, match="nothing"):
        expand("<nothing>", {})
    many = {"a": [str(number) for number in range(MOST_EXPANSIONS // 10)]}
    with pytest.raises(PatternError, match="more than"):
        expand("<a> <a>", many)
    with pytest.raises(PatternError, match="more than"):
        expand("<a>", {"a": ["<a> x", "<a> y"]})


def test_patterns_that_begin_alike_keep_their_owners() -> None:
    patterns = [*COMPILER.compile("hope ~1 now", 7), *COMPILER.compile("hope ~1 [end]", 8)]
    phrases: dict[tuple[str, ...], frozenset[str]] = {**PHRASES, **LITERALS}
    hits = Matcher(patterns, phrases).match(read("hope now stop", VOCABULARY))
    assert {(patterns[one.pattern].owner, one.end) for one in hits.found} == {(7, 2), (8, 3)}
