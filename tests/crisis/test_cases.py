"""The detector on our own test messages, each class with harmless twins. Nobody wrote them in need: they are ours."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.crisis.assessment import Tier
from bot.crisis.detector import Detector

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    language: str
    kind: str
    tier: Tier
    accepted: frozenset[Tier]
    text: str


def cases() -> list[Case]:
    found: list[Case] = []
    for file in sorted(CASES.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            accepted = frozenset(map(Tier, row["accepted"]))
            found.append(Case(file.stem, row["class"], Tier(row["tier"]), accepted, row["text"]))
    return found


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.language}-{case.kind}-{case.text[:24]}")
def test_is_found_as_urgent_as_it_is(detector: Detector, case: Case) -> None:
    assessment = detector.assess(case.text)
    assert assessment.tier in case.accepted, assessment


def test_there_are_enough_cases_and_every_danger_has_a_harmless_twin() -> None:
    every = cases()
    assert len(every) >= 80
    assert len({case.text for case in every}) == len(every)
    assert all(case.tier in case.accepted for case in every)
    kinds = {(case.language, case.kind) for case in every}
    for language in ("en", "es"):
        for kind in ("explicit", "goodbye", "self-harm", "overdose", "violence", "third", "lapse", "craving"):
            assert {(language, kind), (language, f"{kind}-twin")} <= kinds


@pytest.mark.parametrize("pause", ["", " ", ", ", ". ", " - "])
@pytest.mark.parametrize(
    "before", ["", "90 days today!", "I'm fine lol", "no urges today", "ten years ago I used to cut"]
)
def test_what_stands_before_never_hides_intent(detector: Detector, before: str, pause: str) -> None:
    said = f"{before}{pause or ' '}I'm going to kill myself tonight"
    assert detector.assess(said).tier is Tier.PAGE


@pytest.mark.parametrize("after", ["lol", "jk", "haha", "😂", "this game", "if I have to hear that song again"])
def test_a_joking_tone_never_lowers_first_person_intent(detector: Detector, after: str) -> None:
    assert detector.assess(f"I'm going to kill myself tonight {after}").tier is Tier.PAGE


def test_contexts_lower_by_one_tier_however_many_there_are(detector: Detector) -> None:
    once = detector.assess("years ago I tried to kill myself")
    twice = detector.assess("years ago, when I was a teenager, I tried to kill myself, back then")
    assert once.tier is twice.tier is Tier.NOTIFY
    assert any("+" in rule for rule in once.rules)
