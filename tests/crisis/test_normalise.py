"""Words as people type them: what each becomes, and where it stood."""

import pytest

from bot.crisis.lexicon import Lexicon
from bot.crisis.normalise import Token, tokens


def words(lexicon: Lexicon, text: str) -> tuple[Token, ...]:
    return tokens(text, lexicon.vocabulary)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("MYSELF", "myself"),
        ("ｍｙｓｅｌｆ", "myself"),
        ("my\u200bself", "myself"),
        ("mys\u0435lf", "myself"),
        ("don’t", "dont"),
        ("don`t", "dont"),
        ("Mañana", "manana"),
        ("diiiie", "die"),
        ("killlll", "kill"),
        ("k*ll", "kill"),
        ("k1ll", "kill"),
        ("$uicide", "suicide"),
        ("su!cide", "suicide"),
        ("mysefl", "myself"),
        ("suicde", "suicide"),
        ("wnat", "want"),
        ("💀", "skull"),
        ("**kill**", "kill"),
        ("||kill||", "kill"),
        ("`kill`", "kill"),
        ("k.i.l.l", "kill"),
        ("k i l l", "kill"),
        ("k-i-l-l", "kill"),
    ],
)
def test_a_word_is_read_as_it_is_meant(lexicon: Lexicon, written: str, meant: str) -> None:
    (word,) = words(lexicon, written)
    assert meant in word.readings


def test_spaced_letters_are_cut_into_words_even_without_wider_gaps(lexicon: Lexicon) -> None:
    assert [word.readings[0] for word in words(lexicon, "i w a n t t o d i e")] == ["i", "want", "to", "die"]


def test_letters_that_spell_nothing_are_left_alone(lexicon: Lexicon) -> None:
    assert [word.readings[0] for word in words(lexicon, "q x z q x")] == list("qxzqx")


def test_the_plain_reading_is_never_lost(lexicon: Lexicon) -> None:
    assert [word.readings[0] for word in words(lexicon, "k1ll 4 h0pe")] == ["k1ll", "4", "h0pe"]


@pytest.mark.parametrize("text", ["I’m “ﬁne”, ok?", "a\u0301b 💀 c", "K i l l\u200b it", "¿Qué? ¡Sí!"])
def test_offsets_are_those_of_the_text_as_written(lexicon: Lexicon, text: str) -> None:
    last = 0
    for word in words(lexicon, text):
        assert last <= word.start < word.end <= len(text)
        last = word.end


def test_sentences_end_at_stops_but_not_after_a_single_word(lexicon: Lexicon) -> None:
    assert [word.sentence for word in words(lexicon, "I am fine. You too?")] == [0, 0, 0, 1, 1]
    assert [word.sentence for word in words(lexicon, "i. want. to. go.")] == [0, 0, 0, 0]
    assert [word.sentence for word in words(lexicon, "i want... to go")] == [0, 0, 0, 0]


def test_quotations_are_numbered_and_an_unclosed_one_is_none(lexicon: Lexicon) -> None:
    assert [word.quote for word in words(lexicon, 'he says "go away" and “stop”')] == [0, 0, 1, 1, 0, 2]
    assert [word.quote for word in words(lexicon, 'he says "go away')] == [0, 0, 0, 0]
