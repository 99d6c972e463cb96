"""Coping skills: short, plain, in both languages, with a source, and never taking sobriety for granted."""

import re
from pathlib import Path

import pytest

from bot.content import Content, Skill
from bot.content.skills import MAX_WORDS, load_skills
from bot.errors import ContentError

PRESUMES = re.compile(
    r"\b(?:your (?:sobriety|recovery)|stay sober|staying sober|sober|sobri\w+|tu recuperación|days? without)\b",
    re.IGNORECASE,
)


def syllables(word: str) -> int:
    """An estimate for English: groups of vowels, without a silent final e, at least one."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", letters))
    silent = letters.endswith("e") and not letters.endswith(("le", "ee", "ye")) and groups > 1
    silent_ed = letters.endswith("ed") and not letters.endswith(("ted", "ded")) and groups > 1
    return max(1, groups - (silent or silent_ed))


def grade(text: str) -> float:
    """Flesch-Kincaid grade level (Kincaid and others, 1975): 0.39 words a sentence + 11.8 syllables a word - 15.59."""
    words = re.findall(r"[A-Za-z'’]+", text)
    sentences = max(1, len(re.findall(r"[.!?]+(?=\s|$|\")", text)))
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def test_the_first_file_has_ten_skills_for_many_needs(content: Content) -> None:
    assert len(content.skills) == 10
    assert len({skill.need for skill in content.skills}) >= 8
    assert len({skill.key for skill in content.skills}) == 10
    assert len({skill.en.title for skill in content.skills} | {skill.es.title for skill in content.skills}) == 20


def test_each_is_short_and_plain(content: Content) -> None:
    for skill in content.skills:
        for wording in (skill.en, skill.es):
            assert 30 < len(wording.text.split()) < MAX_WORDS, skill.key
        assert grade(skill.en.text) <= 8, (skill.key, grade(skill.en.text))


def test_none_presumes_sobriety(content: Content) -> None:
    for skill in content.skills:
        for text in (skill.en.text, skill.es.text, skill.en.title, skill.es.title):
            assert not PRESUMES.search(text), skill.key


def test_each_names_where_it_comes_from(content: Content) -> None:
    assert all(len(skill.source) > 20 for skill in content.skills)


def test_a_skill_is_found_by_key_and_a_wrong_key_says_the_nearest(content: Content) -> None:
    skill = content.skill("ride-the-wave")
    assert skill.wording("es-MX").title == "Monta la ola"
    assert skill.wording("fr").title == "Ride the wave"
    with pytest.raises(ContentError, match=r'no skill "ride-a-wave"; did you mean "ride-the-wave"\?'):
        content.skill("ride-a-wave")


def test_the_grade_tells_plain_from_hard() -> None:
    assert grade("Sit down. Feel your feet. Take a slow breath in.") < 3
    assert grade("Interpersonal effectiveness necessitates considerable differentiation of physiological states.") > 15


ONE = """\
skills:
  - key: breathe
    need: anxiety
    modality: cbt
    minutes: 3
    tracks: [iop]
    source: General practice
    en: {title: Breathe, text: Breathe out slowly.}
    es: {title: Respira, text: Suelta el aire despacio.}
"""


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (ONE.replace("need:", "neeed:"), ["skills/a.yaml", "line 3", "skills.0.neeed", 'did you mean "need"?']),
        (ONE.replace("title: Respira", "tittle: Respira"), ["line 9", "skills.0.es.tittle", 'did you mean "title"?']),
        (ONE.replace("anxiety", "angst"), ["line 3", "skills.0.need", "'anxiety'"]),
        (ONE.replace("minutes: 3", "minutes: 0"), ["line 5", "skills.0.minutes"]),
        (ONE.replace("breathe\n", "Breathe it\n"), ["line 2", "skills.0.key", "hyphens"]),
        (ONE.replace("Breathe out slowly.", "word " * 90), ["line 8", "skills.0.en.text", "90 words"]),
        (ONE + ONE.removeprefix("skills:\n"), ["line 10", "skills.1.key", "already"]),
    ],
)
def test_what_is_wrong_is_named_with_file_line_and_key(tmp_path: Path, bad: str, said: list[str]) -> None:
    (tmp_path / "a.yaml").write_text(bad, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_skills(tmp_path)
    assert all(part in str(caught.value) for part in said), str(caught.value)


def test_the_same_key_in_two_files_is_refused_and_the_good_file_is_not(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(ONE, encoding="utf-8")
    (found,) = load_skills(tmp_path)
    assert isinstance(found, Skill)
    (tmp_path / "b.yaml").write_text(ONE, encoding="utf-8")
    with pytest.raises(ContentError, match=r"skills/b\.yaml, line 2.*already"):
        load_skills(tmp_path)
