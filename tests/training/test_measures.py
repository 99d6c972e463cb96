"""Counts and intervals, against values worked out elsewhere."""

import pytest

from bot.crisis.assessment import Tier
from training.baselines import KEYWORDS, PHRASES, automod, phrases
from training.corpora import Line
from training.measures import SUITE, Judged, Share


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    # Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 1998, table I,
    # method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval(part: int, whole: int, low: float, high: float) -> None:
    assert Share(part, whole).interval == pytest.approx((low, high), abs=5e-5)


def test_a_share_of_nothing_is_unknown() -> None:
    assert Share(0, 0).interval == (0.0, 1.0)


def test_an_aim_counts_its_own_lines_only() -> None:
    danger = Line("a", Tier.PAGE, "x", "y", never_miss=True)
    harmless = Line("b", Tier.NONE, "x", "y")
    verdicts = [Judged(danger, Tier.NOTIFY), Judged(harmless, Tier.PAGE), Judged(harmless, Tier.NONE)]
    found = {aim.name: (aim.share(verdicts), aim.is_kept(aim.share(verdicts))) for aim in SUITE}
    assert found["never-miss lines at page"] == (Share(0, 1), False)
    assert found["expected at page: flagged"] == (Share(1, 1), True)
    assert found["harmless: at page"] == (Share(1, 2), False)
    assert found["expected at notify: flagged"] == (Share(0, 0), None)


def test_what_others_do() -> None:
    assert len(set(PHRASES)) == 20
    assert len(set(KEYWORDS)) == 45
    assert phrases("I want to DIE") is automod("so suicidality") is Tier.PAGE
    assert automod("kmsx") is phrases("kms") is not Tier.PAGE or automod("kmsx") is Tier.NONE
    assert automod("kms") is Tier.PAGE
    assert phrases("soup") is automod("soup") is Tier.NONE
