"""What holds for every text: nothing raises, spans point into the text as written, verdicts carry their reasons."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.crisis.assessment import Category, Tier
from bot.crisis.detector import Detector
from bot.crisis.lexicon import Lexicon


@settings(
    derandomize=True, max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(alphabet=st.characters(), max_size=400))
def test_any_text_is_assessed(detector: Detector, text: str) -> None:
    assessment = detector.assess(text)
    assert len(assessment.rules) == len(assessment.spans)
    assert (assessment.tier is Tier.NONE) == (not assessment.rules)
    assert all(0 <= start < end <= len(text) for start, end in assessment.spans)


WORDS = st.sampled_from(
    [
        *("i", "want", "to", "die", "kill", "myself", "not", "never", "tonight", "lol", "she", "he", "said", "my"),
        *("pills", "took", "all", '"don\'t"', "“quote”", ".", "!", ",", "\n", "💀", "quiero", "morir", "no", "si"),
        *("ago", "years", "cut", "again", "k*ll", "d1e", "safe", "cant", "anymore", "goodbye", "everyone"),
    ]
)


@settings(
    derandomize=True, max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=st.lists(WORDS, max_size=60))
def test_any_mixture_of_the_words_it_knows_is_assessed(detector: Detector, words: list[str]) -> None:
    text = " ".join(words)
    assessment = detector.assess(text)
    assert assessment == detector.assess(text)
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in assessment.spans)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("I’m okay. I want to die", "want to die"),
        ("Straße ﬁne. I ＷＡＮＴ to die", "ＷＡＮＴ to die"),
        ("hey \u200b\u200b i w\u200bant to d\u0456e", "w\u200bant to d\u0456e"),
        ("ok then ||k i l l  m y s e l f|| bye", "k i l l  m y s e l f"),
        ("well ... I want to diiiiiie!!", "want to diiiiiie"),
        ("hola. me quiero matar 😀", "me quiero matar"),
    ],
)
def test_spans_point_into_the_text_as_it_was_written(detector: Detector, text: str, where: str) -> None:
    assessment = detector.assess(text)
    assert assessment.tier is Tier.PAGE
    found = [text[start:end] for start, end in assessment.spans]
    assert any(part.endswith(where) for part in found), found


def test_an_assessment_names_category_rule_and_version_and_no_words(detector: Detector) -> None:
    assessment = detector.assess("I'm going to kill myself tonight")
    assert assessment.tier is Tier.PAGE
    assert assessment.categories[0] is Category.SUICIDAL_INTENT
    assert assessment.rules[0] == "en/plan-to-die"
    assert assessment.version == detector.version
    assert "tonight" not in repr(assessment)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("I just took all my pills", Category.OVERDOSE),
        ("I cut myself again last night", Category.SELF_HARM),
        ("my husband hit me", Category.HARM_FROM_OTHERS),
        ("I'm going to shoot my neighbor", Category.HARM_TO_OTHERS),
        ("my sister cut her wrists", Category.THIRD_PERSON),
        ("day two without drinking, seeing things on the wall", Category.WITHDRAWAL_DANGER),
        ("I relapsed yesterday", Category.LAPSE),
        ("I really want to get high right now", Category.CRAVING),
        ("I can't do this anymore", Category.HOPELESSNESS),
        ("this is goodbye", Category.IMPLICIT_INTENT),
        ("I survived a suicide attempt", Category.PAST),
    ],
)
def test_the_first_category_is_what_it_is_about(detector: Detector, text: str, category: Category) -> None:
    assert detector.assess(text).categories[0] is category


def test_the_same_content_gives_the_same_version(lexicon: Lexicon) -> None:
    assert Lexicon.load().version == lexicon.version


def test_tiers_are_ordered_by_urgency() -> None:
    assert sorted([Tier.PAGE, Tier.NONE, Tier.NOTIFY, Tier.LOG]) == [Tier.NONE, Tier.LOG, Tier.NOTIFY, Tier.PAGE]
    assert max(Tier.LOG, Tier.PAGE) is Tier.PAGE
    assert [tier.lowered() for tier in (Tier.PAGE, Tier.NOTIFY, Tier.LOG, Tier.NONE)] == [
        Tier.NOTIFY, Tier.LOG, Tier.NONE, Tier.NONE,
    ]  # fmt: skip
