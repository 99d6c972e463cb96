"""The longest message Discord lets anybody send, made as hard as we can: the work stays bounded.

Steps are counted, not seconds: how long a step takes is measured by ``python -m bot bench``.
"""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.crisis.detector import Detector
from bot.crisis.lexicon import Lexicon
from bot.crisis.normalise import read
from bot.crisis.second_stage import spoken

LIMIT = 4_000
"""Characters."""
STEPS_A_CHARACTER = 2
GRAMS_A_WORD = 120
"""A word's own n-grams, those with its neighbour, and pairs and triples of at most three ideas each."""

PIECES = (
    *("a", "i ", "i want ", "i i want to ", "kill myself ", "not not ", "*", "*a", "||", "' ", '"', "i.", "1"),
    *("\u200b", "i\u0301", "\ufdfa", "d i e ", "a b c d ", "if i ", "when im gone ", "me quiero ", "no ", "> "),
    *("i want to want to ", "aaab", "@!$", "k*", "k* ", "took all my ", "iii", "they said i said ", "\U0001f468\u200d"),
    *("💀", "\n\n", "W", "pills pills shaking ", "k!l!l ", "d1e ", "mysefl ", "aa ", "killmyself", "iwanttodie"),
    *("k.i.l.l.", "(", "[kill](", "~~kill~~ ", f"{'x' * 39} ", f"{'aaa' * 13} ", "i want to die. ", "im not suicidal "),
    *('she said "i want to die" ', "k*l*", "1a2b", "ki||ll|| ", "s u i c i d e ", "years ago i wanted to die ", "I'm "),
)


def of_vocabulary(lexicon: Lexicon, seed: int) -> str:
    chance = random.Random(seed)  # noqa: S311 - the same text every time, nothing secret
    words = [word for word in sorted(lexicon.vocabulary.words) if len(word) <= 3 + seed]
    return " ".join(chance.choice(words) + chance.choice(["", "", ",", "."]) for _ in range(LIMIT))[:LIMIT]


def assert_bounded(detector: Detector, lexicon: Lexicon, text: str) -> None:
    assert detector.steps(text) <= STEPS_A_CHARACTER * LIMIT
    words = spoken(text, read(text, lexicon.vocabulary))
    assert len(words) <= LIMIT
    assert detector._second is not None
    assert len(detector._second.ngrams.all(words)) <= GRAMS_A_WORD * len(words) + 1
    detector.assess(text)


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_a_hostile_message_takes_no_more_steps_than_promised(detector: Detector, lexicon: Lexicon, piece: str) -> None:
    assert_bounded(detector, lexicon, (piece * LIMIT)[:LIMIT])


@pytest.mark.parametrize("seed", range(6))
def test_nor_does_one_of_words_that_rules_know(detector: Detector, lexicon: Lexicon, seed: int) -> None:
    assert_bounded(detector, lexicon, of_vocabulary(lexicon, seed))


@settings(derandomize=True, max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(piece=st.text(min_size=1, max_size=12))
def test_nor_does_any_text_repeated(detector: Detector, lexicon: Lexicon, piece: str) -> None:
    assert_bounded(detector, lexicon, (piece * LIMIT)[:LIMIT])


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_work_grows_with_length_and_no_faster(detector: Detector, piece: str) -> None:
    text = (piece * LIMIT)[:LIMIT]
    half = max(detector.steps(text[: LIMIT // 2]), 200)
    assert detector.steps(text) <= 2.1 * half
