"""Every skill and every micro-lesson: short, plain, in both languages, with a source, and unlike the others."""

import itertools
import re
from collections import Counter

import pytest
import textstat
from rapidfuzz import fuzz

from bot.content import Content
from bot.content.skills import Assumes, Entry, Modality, Need
from tests.content.test_texts import BANNED

CONTENT = Content.load()
ENTRIES: tuple[Entry, ...] = (*CONTENT.skills, *CONTENT.lessons)
EVERY_ENTRY = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)

GRADE_AT_MOST = 8
"""Flesch-Kincaid grade level (Kincaid and others, 1975): what somebody reads at thirteen, and a tired person at all."""
TOO_LIKE = 75
"""Of 100, by the words that two texts share, whatever their order (RapidFuzz's token set ratio)."""

PRESUMES = re.compile(
    r"\b(?:your (?:sobriety|recovery)|stay(?:ing)? sober|sober|sobriety|sobri(?:os?|as?|edad)"
    r"|tu (?:recuperación|sobriedad)|days? without|días sin (?:beber|tomar|usar|consum\w+))\b",
    re.IGNORECASE,
)
SUBSTANCES = re.compile(
    r"\b(?:crav\w+|urges? to use|drink(?:s|ing)?|drunk|drugs?|using|relaps\w+|lapses?|dealer|pills?|bottles?|booze"
    r"|beers?|naloxone|sponsor)\b",
    re.IGNORECASE,
)


@EVERY_ENTRY
def test_it_is_short_and_plain(entry: Entry) -> None:
    for wording in (entry.en, entry.es):
        assert 30 < len(wording.whole.split()) < 90
    grade = textstat.flesch_kincaid_grade(entry.en.whole)
    assert grade <= GRADE_AT_MOST, grade


@EVERY_ENTRY
def test_it_says_none_of_the_words_that_hurt_and_takes_no_abstinence_for_granted(entry: Entry) -> None:
    for language, wording in (("en", entry.en), ("es", entry.es)):
        text = f"{wording.title} {wording.whole}"
        assert not re.findall(rf"\b(?:{BANNED[language]})\b", text, re.IGNORECASE)
        assert not PRESUMES.findall(text)


@EVERY_ENTRY
def test_what_speaks_of_substances_says_so(entry: Entry) -> None:
    if entry.assumes is Assumes.NOTHING:
        said = re.sub("drink something|energy drinks", "", f"{entry.en.title} {entry.en.whole}")
        assert not SUBSTANCES.findall(said)


@EVERY_ENTRY
def test_it_names_where_it_comes_from_and_is_there_in_spanish(entry: Entry) -> None:
    assert len(entry.source) > 20
    assert not re.search(
        r"Project MATCH|Big Book|Alcoholics Anonymous World|DBT (?:Skills )?(?:Training )?Handouts", entry.source
    )
    assert entry.es.whole != entry.en.whole
    assert re.search(r"[áéíóúñ¿¡]|\b(?:que|una?|los?|las?|tu|no)\b", entry.es.whole)


def test_none_is_there_twice_in_other_words() -> None:
    alike = [
        (one.key, other.key, language)
        for one, other in itertools.combinations(ENTRIES, 2)
        for language in ("en", "es")
        if fuzz.token_set_ratio(one.wording(language).text, other.wording(language).text) > TOO_LIKE
    ]
    assert alike == []
    titles = Counter(entry.wording(language).title.lower() for entry in ENTRIES for language in ("en", "es"))
    assert [title for title, count in titles.items() if count > 1] == []
    keys = Counter(entry.key for entry in ENTRIES)
    assert [key for key, count in keys.items() if count > 1] == []


def test_each_need_has_some_for_everybody() -> None:
    by_need = Counter(skill.need for skill in CONTENT.skills)
    for_all = Counter(skill.need for skill in CONTENT.skills if skill.assumes is Assumes.NOTHING)
    assert set(by_need) == set(Need)
    assert {skill.modality for skill in CONTENT.skills} == set(Modality)
    assert all(2 * for_all[need] >= count for need, count in by_need.items() if need is not Need.CRAVING)
