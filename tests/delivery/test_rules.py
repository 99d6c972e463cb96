"""The decisions of delivery, by table and by property."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.rules import (
    Lane,
    Outcome,
    ends_for_good,
    is_too_late,
    must_look_first,
    wait_before_retry,
)

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 1), (2, 2), (3, 5), (4, 10), (5, 15), (6, 30), (7, 30), (500, 30)]
)
def test_a_page_waits_at_most_half_a_minute(attempts: int, seconds: int) -> None:
    assert wait_before_retry(Lane.CRISIS, attempts, 0.0) == timedelta(seconds=seconds)


@given(st.sampled_from(Lane), st.integers(1, 10_000), st.floats(0, 1))
def test_a_wait_is_never_nothing_and_never_for_ever(lane: Lane, attempts: int, jitter: float) -> None:
    wait = wait_before_retry(lane, attempts, jitter)
    assert timedelta(seconds=0.5) < wait <= timedelta(seconds=30 if lane is Lane.CRISIS else 330)


@given(st.integers(1, 20))
def test_jitter_spreads_what_failed_together(attempts: int) -> None:
    for lane in Lane:
        assert wait_before_retry(lane, attempts, 0.0) != wait_before_retry(lane, attempts, 1.0)


@pytest.mark.parametrize(
    ("minutes", "looks"), [(None, False), (0, False), (1, False), (2, False), (2.1, True), (60, True)]
)
def test_the_nonce_is_trusted_for_two_minutes(minutes: float | None, looks: bool) -> None:
    since = None if minutes is None else NOW - timedelta(minutes=minutes)
    assert must_look_first(since, NOW) is looks


def test_the_last_moment_is_too_late_and_a_page_never_is() -> None:
    assert is_too_late(NOW, NOW)
    assert not is_too_late(NOW + timedelta(seconds=1), NOW)
    assert not is_too_late(None, NOW)


@pytest.mark.parametrize("outcome", [Outcome.NO_ACCESS, Outcome.REFUSED, Outcome.TARGET_GONE])
def test_what_ends_a_reminder_does_not_end_a_page(outcome: Outcome) -> None:
    assert ends_for_good(Lane.BULK, outcome)
    assert ends_for_good(Lane.DIRECT, outcome)
    assert not ends_for_good(Lane.CRISIS, outcome)


def test_a_closed_dm_ends_every_lane_for_another_road_is_taken() -> None:
    assert all(ends_for_good(lane, Outcome.DM_CLOSED) for lane in Lane)
