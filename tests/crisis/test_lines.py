"""JSON Lines in, JSON Lines out."""

import json

from bot.crisis.detector import Detector
from bot.crisis.lexicon import Lexicon
from bot.crisis.lines import DETECTOR_FAILED, assess_lines


def run(detector: Detector, *lines: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in assess_lines(lines, detector)]


def test_each_line_is_answered_in_order(detector: Detector) -> None:
    first, second = run(
        detector,
        '{"id": "a", "text": "I want to die"}\n',
        '{"id": 2, "text": "this homework is killing me"}',
    )
    assert first["id"] == "a"
    assert first["tier"] == "page"
    assert first["categories"] == ["suicidal-intent"]
    assert first["spans"][0] == [0, 13]  # type: ignore[index]  # a list, as JSON has it
    assert second == {"id": 2, "tier": "none", "categories": [], "rules": [], "spans": []}


def test_a_bad_line_is_an_error_and_the_stream_goes_on(detector: Detector) -> None:
    bad = ["{", "[1]", '{"id": 1}', '{"id": 1, "text": 5}', '{"id": [1], "text": "x"}', "[" * 100_000]
    answers = run(detector, *bad, "", '{"id": 9, "text": "hi"}')
    assert all("error" in answer and "tier" not in answer for answer in answers[:-1])
    assert [answer["line"] for answer in answers[:-1]] == [1, 2, 3, 4, 5, 6]
    assert answers[-1]["id"] == 9


def test_nothing_of_a_text_is_repeated(detector: Detector) -> None:
    canary = "quokka marmalade"
    answers = list(assess_lines([json.dumps({"id": 1, "text": f"I want to die, {canary}"}), f'{{"{canary}'], detector))
    assert not any("quokka" in answer for answer in answers)


def test_half_a_character_is_a_text_too(detector: Detector) -> None:
    (answer,) = run(detector, '{"id": 1, "text": "I want to die \\ud83d"}')
    assert answer["tier"] == "page"


class _Broken(Detector):
    def assess(self, text: str) -> object:  # type: ignore[override]  # a detector that breaks, whatever it is given
        raise RuntimeError(text)


def test_a_broken_detector_pages(lexicon: Lexicon) -> None:
    (answer,) = run(_Broken(lexicon), '{"id": 1, "text": "good morning"}')
    assert answer["tier"] == "page"
    assert answer["rules"] == [DETECTOR_FAILED]
