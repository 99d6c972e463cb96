"""Assessing many texts at once: JSON Lines in, JSON Lines out. What ``python -m bot assess`` runs."""

import json
from collections.abc import Iterable, Iterator

from bot.crisis.assessment import Assessment, Tier
from bot.crisis.detector import Detector
from bot.crisis.lexicon import Lexicon

DETECTOR_FAILED = "detector-failed"
"""The rule named where the detector itself broke: that pages, and never passes for harmless."""


def assess_lines(lines: Iterable[str], detector: Detector | None = None) -> Iterator[str]:
    """For each ``{"id": …, "text": "…"}`` one ``{"id", "tier", "categories", "rules", "spans"}``, in the same order.

    A line that is not such an object gives ``{"id", "line", "error"}`` (``line`` counts from 1) and the stream goes on.
    Empty lines are skipped. Nothing of a text is repeated in the output. Raises ContentError where the lexicon cannot
    be used, before the first line is read.
    """
    judge = detector or Detector(Lexicon.load())
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield json.dumps(_answer(judge, number, line))


def _answer(detector: Detector, number: int, line: str) -> dict[str, object]:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "line": number, "error": "not valid JSON"}
    if not isinstance(given, dict):
        return {"id": None, "line": number, "error": "expected an object with id and text"}
    name, text = given.get("id"), given.get("text")
    if not isinstance(name, str | int) and name is not None:
        return {"id": None, "line": number, "error": "id must be a text or a number"}
    if not isinstance(text, str):
        return {"id": name, "line": number, "error": "text is missing or is not a text"}
    try:
        return {"id": name, **_fields(detector.assess(text))}
    except Exception:  # noqa: BLE001 - whatever broke, this text has not been found harmless: it pages
        return {"id": name, "tier": Tier.PAGE.value, "categories": [], "rules": [DETECTOR_FAILED], "spans": []}


def _fields(assessment: Assessment) -> dict[str, object]:
    return {
        "tier": assessment.tier.value,
        "categories": [category.value for category in assessment.categories],
        "rules": list(assessment.rules),
        "spans": [list(span) for span in assessment.spans],
    }
