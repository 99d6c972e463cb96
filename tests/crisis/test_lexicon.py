"""A lexicon that clinicians edit: what is wrong in it is said with file, line and key."""

from pathlib import Path

import pytest

from bot.crisis.assessment import Tier
from bot.crisis.detector import Detector
from bot.crisis.lexicon import Lexicon
from bot.errors import ContentError

GOOD = """
classes:
  break: [not]
  wish: [want to]
rules:
  - {key: leaves, tier: page, categories: [implicit-intent], softened: facts, patterns: ["[wish] leave"]}
  - {key: sighs, tier: notify, categories: [hopelessness], patterns: ["[wish] sigh"]}
contexts:
  - {key: once, kind: fact, where: sentence, patterns: ["years ago"], unless: ["tonight"]}
  - {key: laughs, kind: tone, where: message, patterns: ["haha"]}
  - {key: said, kind: fact, where: quoted, patterns: ["she says"]}
signals: {thanks: ["thanks all"], bye: ["bye now"]}
together:
  - {key: farewell, tier: page, categories: [implicit-intent], of: [thanks, bye]}
"""


def lexicon(folder: Path, text: str) -> Lexicon:
    language = folder / "crisis" / "en"
    language.mkdir(parents=True)
    (language / "rules.yaml").write_text(text, encoding="utf-8")
    return Lexicon.load(folder)


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        ("I want to leave", Tier.PAGE),
        ("years ago I want to leave", Tier.NOTIFY),
        ("years ago I want to leave tonight", Tier.PAGE),
        ("It was years ago. I want to leave", Tier.PAGE),
        ("haha I want to leave", Tier.PAGE),
        ("I want to sigh", Tier.NOTIFY),
        ("I want to sigh haha", Tier.LOG),
        ('she says "I want to leave"', Tier.NOTIFY),
        ('she says "hm" but I want to leave', Tier.PAGE),
        ("thanks all", Tier.NONE),
        ("bye now and thanks all", Tier.PAGE),
    ],
)
def test_rules_contexts_and_signals(tmp_path: Path, text: str, tier: Tier) -> None:
    assert Detector(lexicon(tmp_path, GOOD)).assess(text).tier is tier


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (GOOD.replace('"[wish] leave"', '"[wihs] leave"'), ["rules.yaml", "line 6", "rules.0.patterns.0", "[wihs]"]),
        (GOOD.replace("tier: notify", "teir: notify"), ["line 7", "rules.1.teir", 'did you mean "tier"?']),
        (GOOD.replace("tier: notify", "tier: urgent"), ["line 7", "rules.1.tier", "'page'"]),
        (GOOD.replace("key: sighs", "key: leaves"), ["line 7", "leaves", "already"]),
        (GOOD.replace("of: [thanks, bye]", "of: [thanks, byes]"), ["line 14", "byes"]),
        (GOOD.replace("wish: [want to]", "wish: ['[wsh]']"), ["line 4", "classes.wish", "[wsh]"]),
        (GOOD.replace("wish: [want to]", "wish: ['[wish]']"), ["line 4", "holds itself"]),
        ("classes: {break: [not]}", ["no rule"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, bad: str, said: list[str]) -> None:
    with pytest.raises(ContentError) as caught:
        lexicon(tmp_path, bad)
    assert all(part in str(caught.value) for part in said), str(caught.value)
