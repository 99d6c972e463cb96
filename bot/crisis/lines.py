"""Assessing many texts at once: JSON Lines in, JSON Lines out. What ``python -m bot assess`` runs."""

import json
from collections.abc import Iterable, Iterator
from math import isfinite

from bot.crisis.assessment import Assessment, Tier
from bot.crisis.detector import Detector

DETECTOR_FAILED = "detector-failed"
"""The rule named where the detector itself broke: that pages, and never passes for harmless."""
_BYTE_ORDER_MARK = "\ufeff"


def assess_lines(lines: Iterable[str], detector: Detector | None = None) -> Iterator[str]:
    """For each ``{"id": …, "text": "…"}`` one ``{"id", "tier", "categories", "rules", "spans"}``, in the same order.

    A line that is not such an object gives ``{"id", "line", "error"}`` (``line`` counts from 1) and the stream goes on.
    Empty lines are skipped. Nothing of a text is repeated in the output. Raises ContentError where the lexicon cannot
    be used, before the first line is read.
    """
    judge = detector or Detector.load()
    for number, line in _numbered(lines):
        yield json.dumps(_answer(judge, number, line))


def _numbered(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, without the mark some systems begin a file with, which is no part of the JSON."""
    for number, line in enumerate(lines, start=1):
        if (said := line.removeprefix(_BYTE_ORDER_MARK)).strip():
            yield number, said


def _answer(detector: Detector, number: int, line: str) -> dict[str, object]:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "line": number, "error": "not valid JSON"}
    if not isinstance(given, dict):
        return {"id": None, "line": number, "error": "expected an object with id and text"}
    name, text = given.get("id"), given.get("text")
    if not (name is None or isinstance(name, str | int) or (isinstance(name, float) and isfinite(name))):
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


AROUND = 40
"""Characters shown before and after what fired."""


def explain_lines(lines: Iterable[str], detector: Detector | None = None) -> Iterator[str]:
    """For people: each text's verdict as a paragraph, with every rule that fired and the words it fired on marked.

    Unlike ``assess_lines`` it repeats words of the texts, so what it prints belongs where the texts belong. Control
    characters in them are shown as escapes: none reaches a terminal. Raises ContentError as ``assess_lines`` does.
    """
    judge = detector or Detector.load()
    for number, line in _numbered(lines):
        yield _paragraph(_answer(judge, number, line), number, line)


def _paragraph(answer: dict[str, object], number: int, line: str) -> str:
    if "error" in answer:
        return f"line {number}: {answer['error']}\n"
    name = f"line {number}" if answer["id"] is None else str(answer["id"])
    text: str = json.loads(line)["text"]
    match answer:
        case {"tier": str(tier), "categories": list(categories), "rules": list(rules), "spans": list(spans)}:
            about = f": {', '.join(categories)}" if categories else ""
            # A detector that broke names a rule and no span.
            places = [*spans, *[None] * (len(rules) - len(spans))]
            reasons = [
                f"  {rule}" + ("" if span is None else f"\n    {_marked(text, *span)}")
                for rule, span in zip(rules, places, strict=True)
            ]
            return "\n".join([f"{_printable(name)}: {tier}{about}", *reasons, ""])
    raise AssertionError("an answer has either an error or a verdict")


def _marked(text: str, start: int, end: int) -> str:
    """The words that fired between >> and <<, with a little of what stands around them."""
    before, after = text[max(start - AROUND, 0) : start], text[end : end + AROUND]
    left, right = "…" if start > AROUND else "", "…" if len(text) > end + AROUND else ""
    return f"{left}{_printable(before)}>>{_printable(text[start:end])}<<{_printable(after)}{right}"


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text)
