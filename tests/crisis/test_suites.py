"""The detector on our own suites. Nobody wrote their lines in need: they are ours.

Each figure has a floor a little under what was measured last (docs/crisis-detection.md): a change that finds less, or
wakes staff for nothing more often, is seen here and has to be meant. What fails is told by id or count: the hold-out
and the sealed suite are never printed.
"""

import pytest

from bot.crisis.assessment import Tier
from bot.crisis.detector import Detector
from bot.crisis.rules import reply_key
from training.corpora import Line, cases
from training.measures import SPANISH, SUITE, Aim, Judged

FLOORS = {
    # split: never-miss at page, expected at page: flagged, at page; harmless at page (a ceiling)
    "dev": (0.93, 0.97, 0.93, 0.05),
    "holdout": (0.85, 0.88, 0.83, 0.18),
    "sealed": (0.89, 0.92, 0.83, 0.12),
}


@pytest.fixture(scope="module")
def verdicts(detector: Detector) -> list[Judged]:
    return [Judged(line, detector.assess(line.text).tier) for line in cases()]


def aim(name: str, aims: tuple[Aim, ...] = (*SUITE, *SPANISH)) -> Aim:
    return next(one for one in aims if one.name == name)


@pytest.mark.parametrize("split", FLOORS)
def test_it_finds_no_less_than_it_did_and_wakes_no_more(verdicts: list[Judged], split: str) -> None:
    mine = [one for one in verdicts if one.line.split == split]
    never, flagged, paged, harmless = FLOORS[split]
    assert aim("never-miss lines at page").share(mine).rate >= never
    assert aim("expected at page: flagged").share(mine).rate >= flagged
    assert aim("expected at page: at page").share(mine).rate >= paged
    assert aim("harmless: at page").share(mine).rate <= harmless


def test_what_is_said_outright_is_never_missed(verdicts: list[Judged]) -> None:
    """Explicit intent in the half that may be read: every line of it pages."""
    outright = [
        one for one in verdicts if one.line.split == "dev" and one.line.kind in {"si_explicit", "first_explicit"}
    ]
    assert len(outright) >= 25
    assert [one.line.text for one in outright if one.tier is not Tier.PAGE] == []


ANSWERS = {
    "overdose_own": {"crisis.reply_overdose"},
    "overdose_beside_me": {"crisis.reply_overdose", "crisis.reply_third_person"},
    "withdrawal_danger": {"crisis.reply_withdrawal", "crisis.reply_overdose"},
    "abuse_now": {"crisis.reply_violence"},
    "self_harm_now": {"crisis.reply_suicide"},
    "harm_others": {"crisis.reply_harm_to_others"},
    "relapse": {"crisis.notify_lapse"},
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_is_found_is_answered_with_what_saves(detector: Detector, kind: str) -> None:
    wanted = [line for line in cases() if line.kind == kind and line.tier >= Tier.NOTIFY]
    found = [verdict for line in wanted if (verdict := detector.assess(line.text)).tier is line.tier]
    assert len(found) >= 10
    answers = [reply_key(one.tier, one.categories) for one in found]
    assert sum(answer in ANSWERS[kind] for answer in answers) / len(answers) >= 0.75


EVERYDAY = (
    *("hi", "bye", "bye all", "goodbye", "bye bye", "tonight", "good night all", "see you tonight", "bye for now"),
    *("thanks everyone bye", "ok bye", "night", "love you all", "sorry", "home now", "not tonight", "k", "lol", "ttyl"),
    *("last day tomorrow", "take care everyone", "hola", "chao", "buenas noches", "gracias a todos", "hasta luego"),
)


@pytest.mark.parametrize("text", EVERYDAY)
def test_what_everybody_says_wakes_nobody(detector: Detector, text: str) -> None:
    assert detector.assess(text).tier <= Tier.LOG


def test_every_danger_has_a_harmless_twin() -> None:
    suite = cases()
    assert len(suite) >= 600
    readable = {line.kind for line in suite if line.split == "dev"}
    for kind in (
        "si_explicit",
        "goodbye_euphemism",
        "self_harm_now",
        "overdose_own",
        "abuse_now",
        "relapse",
        "craving",
    ):
        assert {kind, f"{kind}_benign"} <= readable


OUTRIGHT = (
    "I'm going to kill myself tonight",
    "me voy a matar esta noche",
)


@pytest.mark.parametrize("said", OUTRIGHT)
@pytest.mark.parametrize("pause", [" ", ", ", ". ", " - ", "\n"])
@pytest.mark.parametrize(
    "before",
    ["", "90 days today!", "I'm fine lol", "no urges today", "ten years ago I used to cut", "hace años me corté"],
)
def test_what_stands_before_never_hides_intent(detector: Detector, before: str, pause: str, said: str) -> None:
    assert detector.assess(f"{before}{pause}{said}").tier is Tier.PAGE


@pytest.mark.parametrize("said", OUTRIGHT)
@pytest.mark.parametrize("after", ["lol", "jk", "haha", "😂", "this game", "if I have to hear that song again"])
def test_a_joking_tone_never_lowers_first_person_intent(detector: Detector, after: str, said: str) -> None:
    assert detector.assess(f"{said} {after}").tier is Tier.PAGE


def test_contexts_lower_by_one_tier_however_many_there_are(rules_alone: Detector) -> None:
    once = rules_alone.assess("years ago I tried to kill myself")
    twice = rules_alone.assess("years ago, when I was a teenager, I tried to kill myself, back then")
    assert once.tier is twice.tier is Tier.NOTIFY
    assert any("+" in rule for rule in once.rules)


@pytest.mark.parametrize("line", [one for one in cases() if one.split == "dev"][::40], ids=lambda line: line.kind)
def test_the_same_line_has_the_same_verdict(detector: Detector, line: Line) -> None:
    assert detector.assess(line.text) == detector.assess(line.text)
