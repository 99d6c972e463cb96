"""`assess`: JSON Lines in, a tier for each out; and `--explain`, for people."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from bot.crisis.assessment import Assessment
from bot.crisis.detector import Detector
from bot.crisis.lines import explain_lines
from tests.cli.shell import environment, handrail

DANGER = "I'm going to kill myself tonight"
GIVEN = [
    json.dumps({"id": "a", "text": DANGER}),
    "{not json",
    "",
    json.dumps({"id": 7, "text": "The café on Main has good soup ☕"}, ensure_ascii=False),
    json.dumps({"id": "b"}),
    json.dumps([DANGER]),
]
OWN_PART = "import sys; sys.argv = ['bot', 'assess']; from bot.__main__ import main; code = main(); "
LIBRARIES = "print([name for name in ('discord', 'sqlalchemy', 'aiohttp') if name in sys.modules], file=sys.stderr)"


class BrokenDetector(Detector):
    """One with a defect."""

    def assess(self, text: str) -> Assessment:
        raise ZeroDivisionError(text)


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.load()


def explained(detector: Detector, *given: object) -> list[str]:
    return list(explain_lines((json.dumps(each) for each in given), detector))


class TestAssess:
    def test_an_answer_a_line_in_order_and_a_bad_line_stops_nothing(self, folder: Path) -> None:
        """No setting, no database, no token; a bad setting does not matter either."""
        done = handrail("assess", folder=folder, given="\n".join(GIVEN), settings={"WEB__PORT": "none"})
        assert (done.code, done.err) == (0, "")
        answers = [json.loads(line) for line in done.out.splitlines()]
        assert [(each["id"], each.get("tier"), "error" in each) for each in answers] == [
            ("a", "page", False),
            (None, None, True),
            (7, "none", False),
            ("b", None, True),
            (None, None, True),
        ]
        assert [each["line"] for each in answers if "error" in each] == [2, 5, 6]
        assert "suicidal-intent" in answers[0]["categories"]
        (start, end), *_ = answers[0]["spans"]
        assert "kill" in DANGER[start:end]
        assert "soup" not in done.out
        assert list(folder.iterdir()) == []

    def test_it_starts_without_discord_and_without_a_database(self, folder: Path) -> None:
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-c", OWN_PART + LIBRARIES],
            cwd=folder,
            env=environment({}),
            input=GIVEN[0],
            capture_output=True,
            encoding="utf-8",
            timeout=50,
            check=True,
        )
        assert json.loads(done.stdout)["tier"] == "page"
        assert done.stderr == "[]\n"

    def test_bytes_that_are_no_text_are_a_bad_line_and_no_more(self, folder: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "assess"],
            cwd=folder,
            env=environment({"LC_ALL": "C"}),
            input=b'\xff\xfe\n{"id": 1, "text": "caf\xc3\xa9"}\n',
            capture_output=True,
            timeout=50,
            check=True,
        )
        assert ["error" in json.loads(line) for line in done.stdout.splitlines()] == [True, False]


class TestExplain:
    def test_for_people_from_the_command_line(self, folder: Path) -> None:
        done = handrail("assess", "--explain", folder=folder, given="\n".join(GIVEN[:2]))
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("a: page: suicidal-intent\n  en/")
        assert ">>kill myself<< tonight" in done.out
        assert done.out.endswith("\n\nline 2: not valid JSON\n\n")

    def test_every_rule_marks_the_words_it_fired_on(self, detector: Detector) -> None:
        assessed = detector.assess(DANGER)
        (paragraph,) = explained(detector, {"id": "a", "text": DANGER})
        for rule, (start, end) in zip(assessed.rules, assessed.spans, strict=True):
            assert f"  {rule}\n    {DANGER[:start]}>>{DANGER[start:end]}<<{DANGER[end:]}\n" in paragraph

    def test_only_a_little_of_a_long_text(self, detector: Detector) -> None:
        text = "We walked by the river and talked. " * 5 + DANGER + ". Then the bus came and we went home. " * 3
        (paragraph,) = explained(detector, {"id": "a", "text": text})
        assert "    …" in paragraph
        assert paragraph.rstrip().endswith("…")
        assert max(len(line) for line in paragraph.splitlines()) < 150

    def test_nothing_found_and_no_id(self, detector: Detector) -> None:
        assert explained(detector, {"id": "a", "text": "Soup again"}, {"text": "Soup"}) == [
            "a: none\n",
            "line 2: none\n",
        ]

    def test_no_control_character_reaches_the_terminal(self, detector: Detector) -> None:
        text = f"\x1b[31mred\x07 {DANGER}\n\u202etxet \ud800"
        (paragraph,) = explained(detector, {"id": "\x1b]0;a", "text": text})
        assert all(each.isprintable() or each == "\n" for each in paragraph)
        assert paragraph.startswith("\\x1b]0;a: page")

    def test_a_detector_that_breaks_pages_and_says_so(self) -> None:
        assert explained(BrokenDetector(Detector.load().lexicon), {"id": "a", "text": "Soup"}) == [
            "a: page\n  detector-failed\n"
        ]

    def test_bad_lines_keep_their_numbers(self, detector: Detector) -> None:
        given: Iterable[str] = ["", "{", '{"id": 1}']
        assert list(explain_lines(given, detector)) == [
            "line 2: not valid JSON\n",
            "line 3: text is missing or is not a text\n",
        ]
