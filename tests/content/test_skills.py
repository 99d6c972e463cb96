"""The loader of skills and micro-lessons: what is wrong is named with file, line and key."""

from pathlib import Path

import pytest

from bot.content import Content, Skill
from bot.content.skills import load_lessons, load_skills
from bot.errors import ContentError


def test_a_skill_is_found_by_key_and_a_wrong_key_says_the_nearest(content: Content) -> None:
    skill = content.skill("ride-the-wave")
    assert skill.wording("es-MX").title == "Monta la ola"
    assert skill.wording("fr").title == "Ride the wave"
    with pytest.raises(ContentError, match=r'no skill "ride-a-wave"; did you mean "ride-the-wave"\?'):
        content.skill("ride-a-wave")


ONE = """\
skills:
  - key: breathe
    need: anxiety
    modality: cbt
    minutes: 3
    tracks: [iop]
    assumes: nothing
    source: General practice
    en: {title: Breathe, text: Breathe out slowly.}
    es: {title: Respira, text: Suelta el aire despacio.}
"""


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (ONE.replace("need:", "neeed:"), ["skills/a.yaml", "line 3", "skills.0.neeed", 'did you mean "need"?']),
        (ONE.replace("title: Respira", "tittle: Respira"), ["line 10", "skills.0.es.tittle", 'did you mean "title"?']),
        (ONE.replace("anxiety", "angst"), ["line 3", "skills.0.need", "'anxiety'"]),
        (ONE.replace("minutes: 3", "minutes: 0"), ["line 5", "skills.0.minutes"]),
        (ONE.replace("breathe\n", "Breathe it\n"), ["line 2", "skills.0.key", "hyphens"]),
        (ONE.replace("Breathe out slowly.", "word " * 90), ["line 9", "skills.0.en", "90 words"]),
        (ONE + ONE.removeprefix("skills:\n"), ["line 11", "skills.1.key", "already"]),
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


STEPS = "en: {title: Breathe, text: Breathe out slowly., steps: [Out, In]}"


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (ONE.replace("    assumes: nothing\n", ""), ["skills.0.assumes", "required"]),
        (ONE.replace("assumes: nothing", "assumes: sobriety"), ["line 7", "skills.0.assumes", "'substance-use'"]),
        (ONE.replace("en: {title: Breathe, text: Breathe out slowly.}", STEPS), ["skills.0", "2 steps in English"]),
        (
            ONE.replace("text: Breathe out slowly.}", "text: Breathe out slowly., steps: [Out]}"),
            ["line 9", "skills.0.en.steps", "two to six"],
        ),
        (
            ONE.replace("text: Breathe out slowly.}", f"text: Breathe out., steps: [In, {'word ' * 88}]}}"),
            ["line 9", "skills.0.en", "91 words with its steps"],
        ),
    ],
)
def test_so_is_what_is_wrong_with_steps_and_readers(tmp_path: Path, bad: str, said: list[str]) -> None:
    (tmp_path / "a.yaml").write_text(bad, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_skills(tmp_path)
    assert all(part in str(caught.value) for part in said), str(caught.value)


LESSON = ONE.replace("skills:", "lessons:").replace("    need: anxiety\n    modality: cbt\n", "    topic: urges\n")


def test_lessons_are_read_the_same_way_and_a_library_may_have_none(tmp_path: Path) -> None:
    assert load_lessons(tmp_path / "lessons") == ()
    (tmp_path / "a.yaml").write_text(LESSON, encoding="utf-8")
    (lesson,) = load_lessons(tmp_path)
    assert lesson.wording("es").whole == "Suelta el aire despacio."
    (tmp_path / "a.yaml").write_text(LESSON.replace("urges", "weather"), encoding="utf-8")
    with pytest.raises(ContentError, match=r"lessons/a\.yaml, line 3, key .lessons\.0\.topic"):
        load_lessons(tmp_path)
