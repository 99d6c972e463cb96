"""Words as people type them: what each becomes, and where it stood."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.crisis.folding import fold
from bot.crisis.lexicon import Lexicon
from bot.crisis.normalise import Break, Words, quotations, read
from bot.crisis.spelling import Vocabulary


def words(lexicon: Lexicon, text: str) -> Words:
    return read(text, lexicon.vocabulary)


def plain(lexicon: Lexicon, text: str) -> list[str]:
    return [readings[0] if readings else "?" for readings in words(lexicon, text).readings]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("MYSELF", "myself"),
        ("ｍｙｓｅｌｆ", "myself"),
        ("my\u200bself", "myself"),
        ("mys\u0435lf", "myself"),
        ("𝖐𝖎𝖑𝖑", "kill"),
        ("ᴋɪʟʟ", "kill"),
        ("🅺🅸🅻🅻", "kill"),
        ("k̶i̶l̶l̶", "kill"),
        ("don’t", "dont"),
        ("Mañana", "manana"),
        ("diiiie", "die"),
        ("killlll", "kill"),
        ("k*ll", "kill"),
        ("k1ll", "kill"),
        ("$uicide", "suicide"),
        ("su!cide", "suicide"),
        ("su!c!d@l", "suicidal"),
        ("mysefl", "myself"),
        ("hrut", "hurt"),
        ("suicde", "suicide"),
        ("wnat", "want"),
        ("od'd", "oded"),
        ("💀", "skull"),
        ("**kill**", "kill"),
        ("ki**ll**", "kill"),
        ("||kill||", "kill"),
        ("~~kill~~", "kill"),
        ("`kill`", "kill"),
        ("k.i.l.l", "kill"),
        ("k i l l", "kill"),
        ("k-i-l-l", "kill"),
    ],
)
def test_a_word_is_read_as_it_is_meant(lexicon: Lexicon, written: str, meant: str) -> None:
    (readings,) = words(lexicon, written).readings
    assert meant in readings


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("i w a n t t o d i e", ["i", "want", "to", "die"]),
        ("k i l l  m y s e l f", ["kill", "myself"]),
        ("w.a.n.t to d-i-e", ["want", "to", "die"]),
        ("killmyself", ["kill", "myself"]),
        ("#wanttodie", ["want", "to", "die"]),
        ("kill!myself", ["kill", "myself"]),
        ("pills||and||gun", ["pills", "and", "gun"]),
        ("look at https://example.org/kill-myself now", ["look", "at", "now"]),
        ("[die](https://example.org/kill)", ["die"]),
    ],
)
def test_words_run_together_or_pulled_apart_are_read_one_by_one(
    lexicon: Lexicon, written: str, meant: list[str]
) -> None:
    assert plain(lexicon, written) == meant


@pytest.mark.parametrize("word", ["willing", "filling", "soldier", "mythself", "exiting", "decided", "friend"])
def test_an_ordinary_word_is_not_taken_for_a_grave_one(lexicon: Lexicon, word: str) -> None:
    (readings,) = words(lexicon, word).readings
    assert not {"kill", "killing", "die", "suicide", "suicidal", "end"} & set(readings)


def test_letters_that_spell_nothing_are_left_alone(lexicon: Lexicon) -> None:
    assert words(lexicon, "q x z q x").starts == [0, 2, 4, 6, 8]


def test_a_masked_word_may_be_several() -> None:
    vocabulary = Vocabulary.of({"die", "due", "day"}, {}, [], {})
    assert read("d*e", vocabulary).readings == [("die", "due")]
    assert read("d1e", vocabulary).readings == [("die",)]


@pytest.mark.parametrize("text", ["I’m “ﬁne”, ok?", "a\u0301b 💀 c", "K i l l\u200b it", "¿Qué? ¡Sí!", "\ufdfa die"])
def test_offsets_are_those_of_the_text_as_written(lexicon: Lexicon, text: str) -> None:
    read_words = words(lexicon, text)
    last = 0
    for start, end in zip(read_words.starts, read_words.ends, strict=True):
        assert last <= start < end <= len(text)
        last = end


@settings(
    derandomize=True, max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(max_size=200))
def test_any_text_is_read_in_order_and_in_place(lexicon: Lexicon, text: str) -> None:
    read_words = words(lexicon, text)
    assert len(read_words.readings) == len(read_words.starts) == len(read_words.ends) == len(read_words.breaks)
    assert all(0 <= start < end <= len(text) for start, end in zip(read_words.starts, read_words.ends, strict=True))
    assert read_words.starts == sorted(read_words.starts)
    assert len(fold(text).text) <= 3 * len(text)


def test_a_wall_of_emoji_is_read_no_further_than_it_says_something(lexicon: Lexicon) -> None:
    """And what is written after it is read."""
    seen = words(lexicon, "ok " + "💀" * 500 + " goodnight")
    assert len(seen) == 1 + 32 + 1
    assert seen.readings[-1]


def test_sentences_end_at_stops_but_not_after_a_single_word(lexicon: Lexicon) -> None:
    none, clause, sentence = Break.NONE, Break.CLAUSE, Break.SENTENCE
    assert words(lexicon, "I am fine. You too?").breaks == [none, none, none, sentence, none]
    assert words(lexicon, "i. want. to. go.").breaks == [none, clause, clause, clause]
    assert words(lexicon, "i want... to, go").breaks == [none, none, clause, clause]
    assert words(lexicon, "i want\nto go\n\nhome").breaks == [none, none, clause, none, sentence]


def test_quotations_are_numbered_and_an_unclosed_one_is_none(lexicon: Lexicon) -> None:
    for text, numbers in (
        ('he says "go away" and “stop”', [0, 0, 1, 1, 0, 2]),
        ('he says "go away', [0, 0, 0, 0]),
    ):
        assert quotations(text, words(lexicon, text)) == numbers
