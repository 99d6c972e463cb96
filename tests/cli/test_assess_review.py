"""`assess` as other programs use it: a line at a time, from any system, with any id."""

import json
import selectors
import subprocess
import sys
from pathlib import Path

import pytest

from bot.crisis.detector import Detector
from bot.crisis.lines import assess_lines, explain_lines
from tests.cli.shell import environment

DANGER = "I'm going to kill myself tonight"


@pytest.mark.parametrize("options", [[], ["--explain"]])
def test_a_line_is_answered_while_the_next_one_is_awaited(folder: Path, options: list[str]) -> None:
    """Somebody who sends one line and waits must not wait for ever for what lies in a buffer."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "bot", "assess", *options],
        cwd=folder,
        env=environment({}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps({"id": "a", "text": DANGER}) + "\n")
            process.stdin.flush()
            said = _line_within(process, 30)
            assert "page" in said
        finally:
            process.kill()


def _line_within(process: "subprocess.Popen[str]", seconds: float) -> str:
    """The next line of its output; empty where none came in time."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        return process.stdout.readline() if selector.select(seconds) else ""


def test_a_byte_order_mark_costs_no_line(detector: Detector) -> None:
    """Some systems put one before the first line; of files put together, others have one, too."""
    line = "\ufeff" + json.dumps({"id": 1, "text": DANGER})
    assert [json.loads(answer)["tier"] for answer in assess_lines([line, line, "\ufeff\n"], detector)] == ["page"] * 2
    assert [said[:7] for said in explain_lines([line], detector)] == ["1: page"]


@pytest.mark.parametrize("name", ["1.5", "-2", "0", "1e3", '"1"', "null"])
def test_any_number_is_an_id(detector: Detector, name: str) -> None:
    (answer,) = map(json.loads, assess_lines([f'{{"id": {name}, "text": "{DANGER}"}}'], detector))
    assert (answer["id"], answer["tier"]) == (json.loads(name), "page")


@pytest.mark.parametrize("name", ["NaN", "Infinity", "1e999"])
def test_what_json_has_no_number_for_is_no_id(detector: Detector, name: str) -> None:
    (said,) = assess_lines([f'{{"id": {name}, "text": "hi"}}'], detector)
    assert "NaN" not in said
    assert "Infinity" not in said
    assert json.loads(said) == {"id": None, "line": 1, "error": "id must be a text or a number"}


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.load()
