"""Helplines: the country's own two always, the others only once somebody has checked them."""

from pathlib import Path

import pytest

from bot.content import Content, LineKind
from bot.content.lines import Lines
from bot.errors import ContentError


def keys(content: Content, country: str, kinds: list[str], *, unverified: bool = False) -> list[str]:
    return [line.key for line in content.lines(country, kinds, "en", include_unverified=unverified)]


@pytest.mark.parametrize("kinds", [[kind] for kind in LineKind] + [[]])
def test_the_two_of_the_country_are_always_there(content: Content, kinds: list[str]) -> None:
    for country in ("US", "us", "DE"):
        assert {"emergency", "lifeline"} <= set(keys(content, country, kinds))


def test_what_was_asked_comes_first(content: Content) -> None:
    assert keys(content, "US", ["crisis"]) == ["lifeline", "emergency"]
    assert keys(content, "US", ["overdose"]) == ["emergency", "lifeline"]
    assert keys(content, "US", ["overdose"], unverified=True) == ["emergency", "poison-control", "lifeline"]
    assert keys(content, "US", ["domestic-violence", "emergency"], unverified=True)[:2] == [
        "domestic-violence",
        "emergency",
    ]


def test_a_line_nobody_checked_is_off_unless_asked_for(content: Content) -> None:
    assert "domestic-violence" not in keys(content, "US", ["domestic-violence"])
    assert "domestic-violence" in keys(content, "US", ["domestic-violence"], unverified=True)


def test_the_placeholders_of_the_texts(content: Content) -> None:
    assert (content.emergency("US", "en"), content.lifeline("US", "es")) == ("911", "988")
    assert content.emergency("FR", "en") == "your local emergency number"
    assert content.lifeline("FR", "es").startswith("servicio de ayuda en crisis")


def test_a_line_that_could_give_somebody_away_has_a_discreet_name(content: Content) -> None:
    for line in content.every_line("US"):
        if LineKind.DOMESTIC_VIOLENCE in line.kinds:
            for language in ("en", "es"):
                assert "iolen" not in (line.wording(language).discreet or "violence")


@pytest.mark.parametrize(
    "change", [("always: true", "always: false"), ("last_verified: null", "last_verifed: null"), ("call:", "fax:")]
)
def test_a_country_without_its_two_or_with_an_unknown_key_is_refused(tmp_path: Path, change: tuple[str, str]) -> None:
    original = Path(__file__).parents[2] / "config" / "content" / "lines" / "default.yaml"
    text = original.read_text(encoding="utf-8")
    (tmp_path / "default.yaml").write_text(text, encoding="utf-8")
    Lines.load(tmp_path)
    (tmp_path / "default.yaml").write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(ContentError, match=r"lines/default\.yaml, line \d+, key"):
        Lines.load(tmp_path)


def test_a_checked_line_is_shown(tmp_path: Path) -> None:
    folder = Path(__file__).parents[2] / "config" / "content" / "lines"
    for name in ("default.yaml", "us.yaml"):
        text = (folder / name).read_text(encoding="utf-8").replace("last_verified: null", "last_verified: 2026-11-02")
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert "domestic-violence" in [line.key for line in Lines.load(tmp_path).find("US", ["domestic-violence"], "en")]
