"""What lowers a finding and what does not, clause by clause."""

import pytest

from bot.crisis.assessment import Tier
from bot.crisis.detector import Detector

PAGE, NOTIFY, LOG, NONE = Tier.PAGE, Tier.NOTIFY, Tier.LOG, Tier.NONE


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("I'm not suicidal, just worn out", NOTIFY),
        ("no thoughts of hurting myself today", NOTIFY),
        ("I would never kill myself", NOTIFY),
        ("haven't had a suicidal thought in weeks", NOTIFY),
        ("it's not that I want to die, I'm just bored", NOTIFY),
        ('he asked "do you want to die" and I laughed', NOTIFY),
        ("my brother told me to go kill myself", NOTIFY),
        ('the song goes "I want to die young"', NOTIFY),
        ("six years ago I wanted to die", NOTIFY),
        ("I used to cut when I was in high school", NOTIFY),
        ("tried to hang myself as a teenager, so glad the rope broke", NOTIFY),
        ("my cousin died of an overdose in May", NOTIFY),
        ("if you are feeling suicidal please call 988", LOG),
        ("anyone who wants to die should talk to staff", NOTIFY),
        ("I'd rather die than eat that again", NOTIFY),
        ("gonna kill him if he eats my fries again", NOTIFY),
        ("laughed so hard I died", NONE),
        ("we wiped on the last boss, everyone died", NONE),
    ],
)
def test_these_are_lowered(detector: Detector, text: str, most: Tier) -> None:
    assert detector.assess(text).tier <= most


@pytest.mark.parametrize(
    "text",
    [
        # what looks like a denial and is none
        "I can't promise I won't kill myself",
        "I can't stop wanting to die",
        "not sure I won't hurt myself",
        "it's not that I want attention, I want to be dead",
        "don't tell me not to kill myself",
        "I'm not suicidal. I want to die",
        "I don't want to be here anymore",
        # reassurance, recovery and laughter before it
        "90 days clean and all I want is to be dead",
        "I'm good lol, anyway I have a loaded gun in my lap",
        "great day! took all my pills haha",
        "ten years ago I tried to die and tonight I want to die again",
        # said in a game's, a song's, a question's neighbourhood
        "after this match I'm going to kill myself",
        "the song says let me die and honestly so do I, tonight",
        "if he leaves I'll kill myself",
        # somebody else first
        "my sister says I'm fine but I'm going to hang myself",
        '"get over it" she says. I took the whole bottle',
    ],
)
def test_these_page_whatever_stands_beside_them(detector: Detector, text: str) -> None:
    assert detector.assess(text).tier is PAGE


def test_an_assessment_names_the_context_that_lowered(detector: Detector) -> None:
    denied = detector.assess("I would never kill myself")
    assert any(rule.endswith("+en/denied") for rule in denied.rules)
    quoted = detector.assess('she said "I want to die" at the match')
    assert any(rule.endswith("+en/quoted") for rule in quoted.rules)


def test_what_is_lowered_and_what_is_not_are_told_apart_in_one_text(detector: Detector) -> None:
    text = "I'm not going to kill myself. Okay, that's a lie, I'm going to kill myself"
    assessment = detector.assess(text)
    assert assessment.tier is PAGE
    start, end = assessment.spans[0]
    assert text[start:end].startswith("I'm going to")
    assert start > 30
