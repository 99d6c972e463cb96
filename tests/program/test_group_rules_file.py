"""What a programme file says of a group's rules: one text for everybody, or one a language."""

import pytest

from bot.program.schema import EVERY_LANGUAGE, Programme
from tests.program.files import TWO_GROUPS, programme, refusal

KIND, AMABLE = "Be kind.", "Sé amable."


def written(rules: str) -> str:
    assert "track: iop" in TWO_GROUPS
    return TWO_GROUPS.replace("track: iop", f"track: iop, rules: {rules}", 1)


@pytest.mark.parametrize(
    ("rules", "texts"),
    [
        (KIND, {EVERY_LANGUAGE: KIND}),
        (f"{{en: {KIND}}}", {EVERY_LANGUAGE: KIND}),
        (f"{{en: {KIND}, es: {AMABLE}}}", {"en": KIND, "es": AMABLE}),
        ("", {}),
        ("{}", {}),
    ],
)
def test_what_is_read_comes_back_from_storage(rules: str, texts: dict[str, str]) -> None:
    read = programme(written(rules))
    assert read.groups[0].rules == texts
    assert Programme.from_stored(read.to_stored()) == read


def test_what_was_stored_as_one_text_is_read() -> None:
    stored = programme(written(KIND)).to_stored()
    stored["groups"][0]["rules"] = KIND
    assert Programme.from_stored(stored).groups[0].rules == {EVERY_LANGUAGE: KIND}


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("{en: Be kind., ed: x}", "this word is not known; "),
        ('{en: ""}', "this is empty"),
        ("[Be kind.]", "one value is expected here"),
    ],
)
def test_what_is_no_rules_is_refused_with_its_line(rules: str, said: str) -> None:
    [problem] = refusal(written(rules))
    assert said in problem
    assert "line " in problem
    assert "groups.rules" in problem
