"""Staff's own words: what is understood, what is refused and why, what is found, and that it only ever raises."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.content import Content
from bot.crisis.assessment import Assessment, Category, Tier
from bot.crisis.detector import Detector
from bot.crisis.lexicon import Lexicon
from bot.crisis.lexicon_rules import MOST_TERMS, extends, is_in_use, may_decide, reminder_at
from bot.crisis.own_words import Known, OwnWords, Term
from bot.crisis.terms import LONGEST, MOST_WORDS, Reason, Refusal, Wording, parse
from bot.crisis.trial import Examined, Examiner, benign_lines
from bot.errors import ContentError
from bot.ui.lexicon import Wordings, fenced, unfenced
from training.corpora import own_lines

LATER = datetime(2027, 1, 1, tzinfo=UTC)
COMMON = frozenset({"the", "i", "you", "a", "to"})
LIMIT = 4_000
"""Characters."""
STEPS_A_CHARACTER = 2
ENGLISH = st.sampled_from(
    ["the", "bridge", "golden", "Jump", "fog", "...", "…", "/", "a/b", "can't", "ñandú", "4/20", "d"]
)
TEXTS = st.one_of(st.text(max_size=90), st.lists(ENGLISH, max_size=12).map(" ".join), st.lists(ENGLISH).map("".join))


@pytest.fixture(scope="module")
def wordings() -> Wordings:
    return Wordings(Content.load())


@pytest.fixture(scope="module")
def examiner(lexicon: Lexicon, detector: Detector) -> Examiner:
    lines = benign_lines()
    return Examiner(detector, Known.of(lexicon, lexicon.common, lines), lines)


def term(text: str, tier: Tier = Tier.NOTIFY, number: int = 1, category: Category = Category.CRAVING) -> Term:
    wording = parse(text, COMMON)
    assert isinstance(wording, Wording), wording
    return Term(number, wording, tier, category, LATER)


def refused(text: str) -> Refusal:
    refusal = parse(text, COMMON)
    assert isinstance(refusal, Refusal), refusal
    return refusal


class TestParsing:
    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("golden bridge", "golden bridge"),
            ("  Golden   BRIDGE ", "golden bridge"),
            ("jump...bridge / overpass", "jump ... bridge/overpass"),
            ("jump … bridge", "jump ... bridge"),
            ("can’t cope", "cant cope"),
            ("última cena", "ultima cena"),
            ("bridge/bridge/tower", "bridge/tower"),
            ("the bridge", "the bridge"),
            ("m30s", "m30s"),
        ],
    )
    def test_words_are_kept_one_way(self, text: str, kept: str) -> None:
        assert term(text).wording.text == kept

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", Reason.EMPTY),
            (" \n\t", Reason.EMPTY),
            ("\u200b\u200b", Reason.EMPTY),
            ("x" * (LONGEST + 1), Reason.TOO_LONG),
            ("one two three four five six seven eight nine", Reason.TOO_MANY_WORDS),
            ("aa/bb/cc/dd ee/ff/gg/hh jj", Reason.TOO_MANY_WORDS),
            ("the", Reason.ONLY_COMMON),
            ("i ... you", Reason.ONLY_COMMON),
            ("bridge/the", Reason.ONLY_COMMON),
            ("fog", Reason.TOO_SHORT),
            ("bridge/fog", Reason.TOO_SHORT),
            ("... bridge", Reason.GAP),
            ("jump ...", Reason.GAP),
            ("jump ... ... bridge", Reason.GAP),
            ("b*ridge", Reason.SIGNS),
            ("golden-bridge", Reason.SIGNS),
            ("bridge//tower", Reason.SIGNS),
            ("/bridge", Reason.SIGNS),
            ("bridge 💊", Reason.SIGNS),
            ("[break] ~3 kill_all", Reason.SIGNS),
            ("bridge <@123>", Reason.MENTION),
            ("bridge <@&123>", Reason.MENTION),
            ("bridge <#123>", Reason.MENTION),
            ("@everyone bridge", Reason.MENTION),
            ("https://example.org bridge", Reason.LINK),
            ("www.example.org", Reason.LINK),
            ("bridge <:snow:123>", Reason.EMOJI),
            ("bridge :snow:", Reason.EMOJI),
        ],
    )
    def test_what_is_no_term_is_refused_with_its_reason(self, text: str, reason: Reason) -> None:
        assert refused(text).reason is reason

    def test_every_reason_has_its_sentence_in_every_language(self, wordings: Wordings) -> None:
        every: Mapping[str, str | int] = {
            "length": 1, "count": 1, "most": 1, "least": 1, "signs": "*", "until": 1, "rule": "en/x",
            "flagged": 1, "total": 1,
        }  # fmt: skip
        for language in ("en", "es"):
            said = {wordings.refused(language, Refusal(reason, every)) for reason in Reason}
            assert len(said) == len(Reason)


class TestFinding:
    @pytest.fixture
    def words(self, examiner: Examiner) -> OwnWords:
        return OwnWords(
            [term("golden bridge", Tier.PAGE, 1), term("jump ... overpass/sandoz", number=2)], examiner.known
        )

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("the Golden Bridge tonight", {1: "Golden Bridge"}),
            ("goldn brigde", {1: "goldn brigde"}),
            ("g0lden b*idge", {1: "g0lden b*idge"}),
            ("**golden** bri**dge**, ok", {1: "golden** bri**dge"}),
            ("ｇｏｌｄｅｎ bridge", {1: "ｇｏｌｄｅｎ bridge"}),
            ("jump off that old overpass", {2: "jump off that old overpass"}),
            ("JUMP sandoz golden bridge", {1: "golden bridge", 2: "JUMP sandoz"}),
            ("jump off that very old overpass", {}),
            ("golden fridge", {}),
            ("the bridge is golden", {}),
            ("we stood there and it was golden. Bridge next", {}),
            ("", {}),
        ],
    )
    def test_words_are_found_as_people_write_them(self, words: OwnWords, text: str, found: dict[int, str]) -> None:
        assert {one.term.id: text[slice(*one.span)] for one in words.find(text)} == found

    def test_a_harmless_word_is_not_taken_for_a_misspelt_term(self, lexicon: Lexicon) -> None:
        without, knowing = (Known.of(lexicon, COMMON, lines) for lines in ([], ["my badge is blue"]))
        barge = [term("barge")]
        assert OwnWords(barge, without).find("lost my badge"), "which shows what knowing it is for"
        assert not OwnWords(barge, knowing).find("lost my badge")

    @pytest.mark.parametrize("shipped", list(Tier))
    @pytest.mark.parametrize("own", [Tier.PAGE, Tier.NOTIFY])
    def test_it_raises_and_never_lowers(self, examiner: Examiner, shipped: Tier, own: Tier) -> None:
        verdict = Assessment(shipped, (Category.LAPSE,), ("en/lapse",), ((0, 3),), "1")
        raised = OwnWords([term("golden bridge", own, 7)], examiner.known).raised("x golden bridge", verdict)
        assert raised.tier is max(shipped, own)
        assert set(raised.rules) == {"en/lapse", "own/7"}
        assert dict(zip(raised.rules, raised.spans, strict=True))["own/7"] == (2, 15)
        graver_first = ("own/7", "en/lapse") if own > shipped else ("en/lapse", "own/7")
        assert raised.rules == graver_first
        assert raised.version == "1"

    def test_no_context_softens_it(self, examiner: Examiner, detector: Detector) -> None:
        words = OwnWords([term("golden bridge", Tier.PAGE)], examiner.known)
        for text in ('she said "golden bridge"', "years ago, golden bridge lol", "no golden bridge, just kidding"):
            assert words.raised(text, detector.assess(text)).tier is Tier.PAGE

    def test_without_a_hit_the_verdict_is_the_very_same(self, examiner: Examiner, detector: Detector) -> None:
        verdict = detector.assess("I want to die")
        assert OwnWords([term("golden bridge")], examiner.known).raised("I want to die", verdict) is verdict


class TestTrying:
    def test_the_harmless_lines_are_ours_and_many(self) -> None:
        lines = benign_lines()
        assert len(lines) == len(set(lines)) >= 120
        assert not [line for line in lines if line.startswith("#")]

    def test_the_lexicon_does_not_read_them(self, lexicon: Lexicon) -> None:
        assert not [key for rule in lexicon.owners if (key := getattr(rule, "key", "")).startswith("benign/")]

    def test_without_a_line_nothing_can_be_tried(self, tmp_path: Path) -> None:
        (tmp_path / "crisis" / "benign").mkdir(parents=True)
        (tmp_path / "crisis" / "benign" / "en.txt").write_text("# nothing yet\n\n")
        with pytest.raises(ContentError, match="no line"):
            benign_lines(tmp_path)

    def test_common_words_are_those_of_the_lexicons_files(self, lexicon: Lexicon) -> None:
        assert {"i", "the", "que"} <= lexicon.common

    def test_what_is_shipped_already_names_its_rule(self, examiner: Examiner) -> None:
        refusal = examiner.examine("kill myself")
        assert isinstance(refusal, Refusal)
        assert refusal.reason is Reason.ALREADY_PAGED
        assert str(refusal.values["rule"]).startswith("en/")

    def test_what_adds_one_way_of_saying_it_is_taken(self, examiner: Examiner) -> None:
        assert isinstance(examiner.examine("kill/bridge myself"), Examined)

    def test_more_than_one_in_a_hundred_is_too_broad(self, lexicon: Lexicon, detector: Detector) -> None:
        known = Known.of(lexicon, COMMON)
        for hits, total, is_taken in ((1, 100, True), (2, 199, False), (2, 200, True), (1, 99, False)):
            lines = [f"line {at} {'golden bridge' if at < hits else 'nothing'}" for at in range(total)]
            outcome = Examiner(detector, known, lines).examine("golden bridge")
            if is_taken:
                assert isinstance(outcome, Examined)
                assert (outcome.trial.flagged, outcome.trial.total) == (hits, total)
                assert outcome.trial.examples == tuple(lines[:hits])
            else:
                assert outcome == Refusal(Reason.TOO_BROAD, {"flagged": hits, "total": total})

    def test_what_could_not_be_found_again_is_refused(self, examiner: Examiner) -> None:
        spelt = examiner.examine("d i e s")  # read as the word
        assert isinstance(spelt, Refusal)
        assert spelt.reason is Reason.NOT_FOUND_AGAIN


def test_what_only_the_second_stage_pages_may_still_be_a_term(examiner: Examiner, detector: Detector) -> None:
    paged = [line.text for line in own_lines() if line.tier is Tier.PAGE and line.text.isascii()]
    words = (
        text
        for text in paged
        if text.replace(" ", "").isalpha() and 3 <= len(text.split()) <= 6 and text == text.lower()
    )
    by_model = (text for text in words if detector.assess(text).rules[:1] == ("model/page",))
    outcomes = [examiner.examine(text) for text in islice(by_model, 5)]
    assert [type(outcome) for outcome in outcomes] == [Examined] * 5


class TestEverything:
    @settings(derandomize=True, deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
    @given(text=TEXTS)
    def test_any_text_is_refused_in_a_sentence_or_finds_its_own_words(
        self, examiner: Examiner, wordings: Wordings, text: str
    ) -> None:
        outcome = examiner.examine(text)
        if isinstance(outcome, Refusal):
            assert len(wordings.refused("en", outcome).split()) > 3
            return
        wording = outcome.wording
        assert parse(wording.text, frozenset()) == wording, "as it is kept it is the same term"
        assert len(wording.text) <= LONGEST
        assert sum(len(step.words) for step in wording.steps) <= MOST_WORDS
        words = OwnWords([Term(1, wording, Tier.PAGE, Category.CRAVING, LATER)], examiner.known)
        for example in wording.examples():
            assert words.find(f"well, {example} then"), example
        assert_linear(words, wording.text.replace("...", "x y") + " ")

    @pytest.mark.parametrize(
        "piece", ["golden ", "golden bridge ", "g*lden ", "goldem", "a", "* ", "jump jump x ", "\n"]
    )
    def test_two_hundred_terms_stay_in_bounds(self, examiner: Examiner, lexicon: Lexicon, piece: str) -> None:
        chance = random.Random(3)  # noqa: S311 - the same terms every time, nothing secret
        every = [word for word in sorted(lexicon.vocabulary.words) if word.isalpha() and len(word) > 3]
        terms = [term("golden ... bridge/jump ... x"), term("jump ... jump ... jump ... jump", number=2)]
        for number in range(3, MOST_TERMS + 1):
            chosen = chance.sample(every, 4)
            terms.append(term(f"{chosen[0]} ... {chosen[1]}/golden ... {chosen[2]} {chosen[3]}", number=number))
        assert_linear(OwnWords(terms, examiner.known), piece)

    @given(text=st.text())
    @settings(derandomize=True)
    def test_a_text_in_a_block_comes_out_as_it_went_in(self, text: str) -> None:
        assert unfenced(fenced(text)) == text.strip("\n")


def assert_linear(words: OwnWords, piece: str) -> None:
    """Steps, not seconds: how long one takes is measured by the benchmark."""
    assert words.steps((piece * LIMIT)[:LIMIT]) <= STEPS_A_CHARACTER * LIMIT


class TestRules:
    NOW = datetime(2026, 11, 23, 13, tzinfo=UTC)

    def test_it_takes_a_second_person(self) -> None:
        assert may_decide(1, 2)
        assert not may_decide(1, 1)

    @pytest.mark.parametrize(
        ("left", "removed", "in_use"), [(1, False, True), (0, False, False), (-1, False, False), (1, True, False)]
    )
    def test_a_term_is_in_use_until_it_ends_or_is_removed(self, left: int, removed: bool, in_use: bool) -> None:
        assert is_in_use(self.NOW + timedelta(seconds=left), self.NOW if removed else None, self.NOW) is in_use

    def test_renewing_has_to_add_a_day(self) -> None:
        ends = self.NOW + timedelta(days=8)
        assert not extends(ends, self.NOW, 8)
        assert extends(ends, self.NOW, 9)

    def test_staff_are_told_a_week_before_unless_it_lasts_no_longer(self) -> None:
        assert reminder_at(self.NOW + timedelta(days=7), self.NOW) is None
        assert reminder_at(self.NOW + timedelta(days=8), self.NOW) == self.NOW + timedelta(days=1)
