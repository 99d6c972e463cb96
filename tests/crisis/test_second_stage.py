"""The statistical model: it raises, it doubts only rules that ask, it says why, keeps nothing, reckons as trained."""

import shutil
from array import array
from math import sqrt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.content.catalogue import content_folder
from bot.crisis.assessment import Category, Tier
from bot.crisis.detector import Detector
from bot.crisis.lexicon import Lexicon, Rule
from bot.crisis.ngrams import IDEAS_FILE, Ideas
from bot.crisis.normalise import Break, read
from bot.crisis.second_stage import (
    ASKED_MORE,
    CATEGORY_SIZE,
    FEW,
    MODEL_FILE,
    SHORT,
    STRETCHES,
    WEIGHTS_FILE,
    SecondStage,
    spoken,
)
from bot.errors import ContentError
from training.corpora import cases
from training.logistic import Example, Fitted

ANY_TEXT = settings(
    derandomize=True, max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
WORDS = st.lists(
    st.sampled_from(["i", "want", "to", "be", "here", "tonight", "rope", "goodbye", "ya", "no", "soup", "qwxz"]),
    max_size=SHORT,
)


@pytest.fixture(scope="module")
def second() -> SecondStage:
    return SecondStage.load()


@pytest.fixture(scope="module")
def sure(lexicon: Lexicon) -> frozenset[str]:
    """The rules that page by themselves."""
    rules = (owner for owner in lexicon.owners if isinstance(owner, Rule))
    return frozenset(rule.key for rule in rules if rule.tier is Tier.PAGE and not rule.asks)


def test_it_never_lowers_what_needs_no_second_opinion(
    detector: Detector, rules_alone: Detector, sure: frozenset[str]
) -> None:
    for line in cases():
        first, whole = rules_alone.assess(line.text), detector.assess(line.text)
        if whole.tier < first.tier:
            assert (first.tier, whole.tier) == (Tier.PAGE, Tier.NOTIFY)
            assert sure.isdisjoint(first.rules)
            assert any(rule.endswith("+model/harmless") for rule in whole.rules)


@ANY_TEXT
@given(text=st.text(max_size=300))
def test_nor_for_any_text_and_its_places_lie_in_it(
    detector: Detector, rules_alone: Detector, sure: frozenset[str], text: str
) -> None:
    found, first = detector.assess(text), rules_alone.assess(text)
    assert found.tier >= first.tier or (found.tier is Tier.NOTIFY and sure.isdisjoint(first.rules))
    assert len(found.rules) == len(found.spans)
    assert all(0 <= start < end <= len(text) for start, end in found.spans)


def test_a_rule_that_asks_is_doubted_and_one_that_does_not_never_is(detector: Detector, rules_alone: Detector) -> None:
    harmless = "two years since i got out. he broke my jaw once. im safe now"
    assert rules_alone.assess(harmless).tier is Tier.PAGE
    doubted = detector.assess(harmless)
    assert doubted.tier is Tier.NOTIFY
    assert "en/danger-from-somebody+model/harmless" in doubted.rules
    assert doubted.categories[0] is Category.HARM_FROM_OTHERS
    both = detector.assess(f"{harmless}. anyway i want to kill myself")
    assert both.tier is Tier.PAGE
    assert not any(rule.endswith("model/harmless") for rule in both.rules)


def test_a_grave_sentence_is_not_doubted_for_the_harmless_ones_around_it(detector: Detector) -> None:
    small_talk = "the soup was good and the bus was late. we are going to the market on sunday. "
    alone = detector.assess("he hit me again and locked the door, i'm scared")
    assert alone.tier is Tier.PAGE
    assert detector.assess(
        f"{small_talk * 4}he hit me again and locked the door, i'm scared. {small_talk * 4}"
    ).tier is (Tier.PAGE)


def test_words_too_few_to_judge_are_not_doubted(detector: Detector, rules_alone: Detector) -> None:
    for text in ("od'd", "stabbed me"):
        assert detector.assess(text).tier >= rules_alone.assess(text).tier


def test_it_earns_its_place_and_says_why(detector: Detector, rules_alone: Detector) -> None:
    """On lines nobody read it finds danger that the rules miss. Only counts are told: the lines stay unseen."""
    unseen = [line.text for line in cases() if line.split != "dev" and line.tier is Tier.PAGE]
    missed = [text for text in unseen if rules_alone.assess(text).tier is Tier.NONE]
    raised = [found for text in missed if (found := detector.assess(text)).tier >= Tier.NOTIFY]
    assert len(raised) >= len(missed) / 3
    for found in raised:
        assert found.rules
        assert set(found.rules) == {f"model/{found.tier.value}"}
        assert found.categories


def test_a_long_letter_does_not_dilute_it(detector: Detector, lexicon: Lexicon, second: SecondStage) -> None:
    """A sentence of which the model is surer than a stretch is asked for is found among many harmless ones."""
    before = "the bus was late and we talked about soup and the weather for a while. " * 12
    sure = []
    for line in cases():
        words = read(line.text, lexicon.vocabulary)
        if line.split != "dev" or not 3 <= len(words) <= SHORT or Break.SENTENCE in words.breaks[1:]:
            continue
        scores = second.scores(spoken(line.text, words), words)
        if any(score > head.threshold + ASKED_MORE + 0.5 for head, score in zip(second.heads, scores, strict=True)):
            sure.append(line.text)
    assert len(sure) > 100
    found = [text for text in sure if detector.assess(f"{before}{text}. {before}").tier >= Tier.NOTIFY]
    assert len(found) >= 0.95 * len(sure)


@ANY_TEXT
@given(words=WORDS)
def test_it_reckons_as_the_training_does(second: SecondStage, words: list[str]) -> None:
    scores = second._scores(second.heads, words, frozenset(), [(0, len(words))]) if words else []
    for head, found in zip(second.heads, scores, strict=bool(words)):
        weights = array("d", [weight * head.scale for weight in head.weights])
        example = Example(array("I", second.ngrams.all(words)))
        asked = 0 if len(words) >= FEW else ASKED_MORE
        assert found == [pytest.approx(Fitted(weights, head.bias).score(example) - asked, abs=1e-6)]


def test_a_long_text_is_read_in_stretches_of_the_same_reckoning(second: SecondStage) -> None:
    (length, stride), _ = STRETCHES
    words = [f"word{number % 7}" for number in range(length * 5)]
    stretches = [(start, start + length) for start in range(0, length * 4, stride)]
    (found, *_) = second._scores(second.heads, words, frozenset(), stretches)
    middle = second.ngrams.all(words[stride : stride + length])
    head = second.heads[0]
    whole = head.bias + head.scale * sum(head.weights[bucket] for bucket in middle) / sqrt(len(middle)) - ASKED_MORE
    assert found[1] == pytest.approx(whole, abs=0.5)  # but for the n-grams that reach over the stretch's edges


def test_nothing_of_a_text_is_kept(detector: Detector, lexicon: Lexicon) -> None:
    canary = "quokkamarmalade"
    detector.assess(f"I want to be with my {canary} tonight")
    assert detector._second is not None
    assert canary not in detector._second._own
    assert detector._second._own.keys() <= lexicon.vocabulary.words


def test_words_come_as_rules_read_them(lexicon: Lexicon) -> None:
    text = "i w4nt a qwxzy"
    assert spoken(text, read(text, lexicon.vocabulary)) == ["i", "want", "a", "qwxzy"]


def test_every_assessment_names_both_stages(detector: Detector, lexicon: Lexicon, second: SecondStage) -> None:
    assert detector.assess("soup").version == f"{lexicon.version}+{second.version}"


class TestLoading:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        place = tmp_path / "crisis" / "model"
        shutil.copytree(str(content_folder(None).joinpath("crisis", "model")), place)
        return tmp_path

    def test_the_shipped_one_is_whole(self, folder: Path, second: SecondStage) -> None:
        assert SecondStage.load(folder).version == second.version
        content = folder.joinpath("crisis", "model", WEIGHTS_FILE).read_bytes()
        assert len(content) == 2 * second.ngrams._mask + 2 + len(second.abouts) * CATEGORY_SIZE

    @pytest.mark.parametrize("name", [WEIGHTS_FILE, IDEAS_FILE])
    def test_a_changed_file_is_refused(self, folder: Path, name: str) -> None:
        file = folder.joinpath("crisis", "model", name)
        file.write_bytes(file.read_bytes()[:-1] + b" ")
        with pytest.raises(ContentError, match="not those that model"):
            SecondStage.load(folder)

    def test_another_format_is_refused(self, folder: Path) -> None:
        file = folder.joinpath("crisis", "model", MODEL_FILE)
        file.write_text(file.read_text(encoding="utf-8").replace('"format": 2', '"format": 1'), encoding="utf-8")
        with pytest.raises(ContentError, match="train it anew"):
            SecondStage.load(folder)

    def test_a_missing_one_is_refused(self, folder: Path) -> None:
        folder.joinpath("crisis", "model", WEIGHTS_FILE).unlink()
        with pytest.raises(ContentError, match="cannot be read"):
            SecondStage.load(folder)

    def test_a_line_of_ideas_that_is_none_is_named(self) -> None:
        with pytest.raises(ContentError, match="line 2"):
            Ideas.read("means: rope\nnothing here\n")
