"""The matcher: what saves time hides nothing, nothing is kept, and it finds what trying everything finds."""

import json
import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.catalogue import content_folder
from bot.content.document import Document
from bot.crisis.lexicon import Lexicon, Rule
from bot.crisis.lexicon_file import LexiconFile
from bot.crisis.matcher import ROOM, Matcher
from bot.crisis.normalise import Break, Words, read
from bot.crisis.patterns import Compiler, Kind, Pattern
from bot.crisis.spelling import Vocabulary

CASES = Path(__file__).parent / "cases"
CHANCE = random.Random(11)  # noqa: S311 - the same texts every time, nothing secret


def kept(matcher: Matcher, words: Words) -> list[tuple[int, int, int]]:
    hits = matcher.match(words)
    return [(one.pattern, matcher.start(one, words, hits), one.end) for one in hits.found]


def slowly(matcher: Matcher, words: Words) -> list[tuple[int, int, int]]:
    hits = matcher.match_slowly(words)
    return [(one.pattern, matcher.start(one, words, hits), one.end) for one in hits.found]


def test_what_saves_time_hides_nothing_in_our_own_cases(lexicon: Lexicon) -> None:
    for file in sorted(CASES.glob("*_dev.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines()[::3]:
            words = read(json.loads(line)["text"], lexicon.vocabulary)
            for matcher in (lexicon.matcher, lexicon.contexts):
                assert kept(matcher, words) == slowly(matcher, words)


def test_what_saves_time_hides_nothing_in_any_mixture_of_the_words_it_knows(lexicon: Lexicon) -> None:
    vocabulary = sorted(lexicon.vocabulary.words)
    for _ in range(150):
        text = " ".join(CHANCE.choice(vocabulary) + CHANCE.choice(["", "", "", ",", "."]) for _ in range(20))
        words = read(text, lexicon.vocabulary)
        assert kept(lexicon.matcher, words) == slowly(lexicon.matcher, words), text


def test_what_saves_time_hides_nothing_near_each_pattern(lexicon: Lexicon) -> None:
    """A text of the words each pattern needs, the same without one of them, and the same the other way round."""
    members: dict[str, list[str]] = {}
    for word in sorted(lexicon.vocabulary.words):
        symbol = lexicon.matcher._symbol((word,))
        for label in lexicon.matcher._labels[symbol]:
            members.setdefault(label, []).append(word)
    for pattern in lexicon.matcher.patterns[::7]:
        takes = [element for element in pattern.elements if not element.optional]
        choices = [[word for label in sorted(element.labels) for word in members.get(label, ())] for element in takes]
        said = [CHANCE.choice(choice) if choice else "it" for choice in choices]
        for text in (" ".join(said), " ".join(said[1:]), " ".join(reversed(said))):
            words = read(text, lexicon.vocabulary)
            assert kept(lexicon.matcher, words) == slowly(lexicon.matcher, words), text


CLASSES = {"break": ["x"], "two": ["a b", "c"], "b": ["b"], "d": ["d"]}
SOURCES = (
    "a ~2 b",
    "a ~~1 c d?",
    "^ a b",
    "[two] ~1 c",
    "-[b] a c",
    "a b ![d]",
    "a ~1[b] c $",
    "a|[two] d|$",
    "d ~3 d",
)
PHRASES = {
    ("a",): frozenset(["=a"]), ("b",): frozenset(["=b", "en:b"]), ("c",): frozenset(["=c", "en:two"]),
    ("d",): frozenset(["=d", "en:d"]), ("x",): frozenset(["en:break"]), ("a", "b"): frozenset(["en:two"]),
}  # fmt: skip


def tried(patterns: list[Pattern], words: Words) -> set[tuple[int, int]]:
    """Every pattern at every word, every way: slow, and plain enough to believe."""
    said = [readings[0] for readings in words.readings]
    count = len(said)

    def ways(pattern: Pattern, index: int, at: int, begin: int) -> set[int]:
        if index == len(pattern.elements):
            return {at}
        element = pattern.elements[index]
        ends = ways(pattern, index + 1, at, begin) if element.optional else set()
        for length in (1, 2):
            inside = range(at + 1, at + length)
            if at + length > count or any(words.breaks[one] is Break.SENTENCE for one in inside):
                continue
            if at > begin and words.breaks[at] is Break.SENTENCE:
                continue
            labels = PHRASES.get(tuple(said[at : at + length]))
            taken = labels is not None and bool(labels & element.labels)
            if taken if element.kind is Kind.TAKE else length == 1 and not taken:
                ends |= ways(pattern, index + 1, at + length, begin)
        return ends

    found = set()
    for pattern in patterns:
        for begin in range(count):
            if pattern.starts_clause and begin and not words.breaks[begin]:
                continue
            inside = begin > 0 and words.breaks[begin] is not Break.SENTENCE
            if inside and PHRASES[(said[begin - 1],)] & pattern.not_before:
                continue
            for end in ways(pattern, 0, begin, begin):
                if pattern.ends_clause and end < count and not words.breaks[end]:
                    continue
                following = end < count and words.breaks[end] is not Break.SENTENCE
                if following and PHRASES[(said[end],)] & pattern.not_next:
                    continue
                found.add((pattern.owner, end))
    return found


@settings(derandomize=True, max_examples=500, deadline=None)
@given(letters=st.lists(st.sampled_from(["a", "b", "c", "d", "x", ",", "."]), max_size=14))
def test_it_finds_what_trying_everything_finds(letters: list[str]) -> None:
    compiler = Compiler("en", CLASSES)
    patterns = [pattern for owner, source in enumerate(SOURCES) for pattern in compiler.compile(source, owner)]
    matcher = Matcher(patterns, PHRASES)
    words = read(" ".join(letters), Vocabulary.of(set("abcdx"), {}, [], {}))
    found = {(patterns[one.pattern].owner, one.end) for one in matcher.match(words).found}
    assert found == tried(patterns, words)


def test_forgetting_changes_nothing(lexicon: Lexicon) -> None:
    words = read("I want to die tonight, goodbye everyone", lexicon.vocabulary)
    before = kept(lexicon.matcher, words)
    vocabulary = sorted(lexicon.vocabulary.words)
    for _ in range(400):
        text = " ".join(CHANCE.choice(vocabulary) for _ in range(40))
        lexicon.matcher.match(read(text, lexicon.vocabulary))
        assert len(lexicon.matcher._memory.states) <= ROOM * 8 // lexicon.matcher.layout.bits + 200
    assert kept(lexicon.matcher, words) == before


def test_nothing_of_a_text_is_kept(lexicon: Lexicon) -> None:
    canary = "quokkamarmalade"
    lexicon.matcher.match(read(f"I want to die, {canary}", lexicon.vocabulary))
    assert not any(canary in readings for readings in lexicon.matcher._by_readings)


def test_every_rule_can_fire(lexicon: Lexicon) -> None:
    owners = {pattern.owner for pattern in lexicon.matcher.patterns}
    assert all(number in owners for number, owner in enumerate(lexicon.owners) if isinstance(owner, Rule))


def test_each_english_rule_says_what_it_is_for() -> None:
    for item in content_folder(None).joinpath("crisis", "en").iterdir():
        file = Document.read(item, item.name).parse(LexiconFile)
        abouts = [entry.about for entry in file.rules] + [entry.about for entry in file.contexts]
        assert all(len(about) > 10 for about in [*abouts, *(entry.about for entry in file.together)]), item.name
