"""Reading the lines: what is wrong with a file is said in one sentence."""

from pathlib import Path

import pytest

from bot.crisis.assessment import Tier
from training.corpora import CorpusError, cases, own_lines
from training.train import learnable


def written(folder: Path, text: str) -> Path:
    folder.joinpath("some.txt").write_text(text, encoding="utf-8")
    return folder


def test_lines_carry_what_stands_over_them(tmp_path: Path) -> None:
    written(tmp_path, "## es-lapse | notify\nrecaí\n\n## chat | none\nsoup\\nor salad\n")
    first, second = own_lines(tmp_path)
    assert (first.text, first.tier, first.kind, first.language) == ("recaí", Tier.NOTIFY, "es-lapse", "es")
    assert (second.text, second.tier, second.language) == ("soup\nor salad", Tier.NONE, "en")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("soup\n", "some.txt, line 1: a line before the first `## class | tier`."),
        ("## chat | nothing\n", "some.txt, line 1: expected `## class | tier`"),
        ("## chat\nsoup\n", "some.txt, line 1: expected `## class | tier`"),
    ],
)
def test_a_file_that_makes_no_sense_is_named_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(CorpusError, match="line 1") as refused:
        own_lines(written(tmp_path, text))
    assert str(refused.value).startswith(sentence)


def test_our_own_lines_are_many_and_no_line_of_the_hold_out_is_among_them() -> None:
    lines, _, _ = learnable()
    assert len(lines) > 30_000
    learnt = {line.text.casefold() for line in lines}
    measured = [line for line in cases() if line.split in {"holdout", "sealed"}]
    assert len(measured) > 1_200
    assert not [line.kind for line in measured if line.text.casefold() in learnt]


def test_the_suite_is_what_it_says() -> None:
    suite = cases()
    assert all(line.tier in line.right for line in suite)
    assert all(line.tier is Tier.PAGE for line in suite if line.never_miss)
    assert sum(line.language == "es" for line in suite) >= 150
    assert len({(line.text, line.split) for line in suite}) == len(suite)
