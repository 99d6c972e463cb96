"""The longest message Discord lets anybody send, made as hard as we can: the work stays bounded.

Work is counted, not timed: how long it takes is measured by ``python -m bot bench filters``.
"""

import sys
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.bench.filters import PEOPLE, PIECES, SETTINGS, hostile
from bot.moderation.filters import Filters

LIMIT = 4_000
STEPS_A_CHARACTER = 2
CALLS_A_CHARACTER = 60


@pytest.fixture(scope="module")
def filters() -> Filters:
    return Filters.load()


def calls(filters: Filters, text: str) -> int:
    """How many calls of functions, ours and built-in ones, a judgement takes."""
    count = 0

    def see(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(see)
    try:
        filters.judge(text, SETTINGS, people=PEOPLE)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_a_hostile_message_takes_no_more_work_than_promised(filters: Filters, piece: str) -> None:
    text = (piece * LIMIT)[:LIMIT]
    assert filters.wording.steps(text) <= STEPS_A_CHARACTER * LIMIT * 2
    filters.judge(text, SETTINGS, people=PEOPLE)  # what it remembers of its own rules is not counted
    assert calls(filters, text) <= CALLS_A_CHARACTER * LIMIT


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_work_grows_with_length_and_no_faster(filters: Filters, piece: str) -> None:
    text = (piece * LIMIT)[:LIMIT]
    for part in (text, text[: LIMIT // 2]):
        filters.judge(part, SETTINGS, people=PEOPLE)
    assert calls(filters, text) <= 2.2 * calls(filters, text[: LIMIT // 2]) + 500


@settings(derandomize=True, max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(piece=st.text(min_size=1, max_size=12))
def test_nor_does_any_text_repeated(filters: Filters, piece: str) -> None:
    assert filters.wording.steps((piece * LIMIT)[:LIMIT]) <= STEPS_A_CHARACTER * LIMIT * 2
    filters.judge((piece * LIMIT)[:LIMIT], SETTINGS, people=PEOPLE)


def test_the_benchmark_measures_these() -> None:
    assert {len(text) for text in hostile()} == {LIMIT}
