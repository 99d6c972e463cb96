"""Which step is next, whom it reaches and when it is due, and what follows the end of an incident: by table."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.oncall.rules import (
    Policy,
    ResolvedAs,
    Step,
    asks_for_log,
    people_of,
    told_of_unread_at,
    wants_follow_up,
)

POLICY = Policy(
    (Step(timedelta(0), "on-call"), Step(timedelta(minutes=3), "backup"), Step(timedelta(minutes=7), "everyone")),
    timedelta(minutes=5),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "minutes", "notify"),
    [
        (0, 0, "on-call"),
        (1, 3, "backup"),
        (2, 7, "everyone"),
        (3, 12, "everyone"),
        (4, 17, "everyone"),
        (12, 57, "everyone"),
    ],
)
def test_the_ladder_repeats_its_last_step_for_ever(number: int, minutes: int, notify: str) -> None:
    assert POLICY.step(number) == Step(timedelta(minutes=minutes), notify)


def test_a_policy_survives_its_column() -> None:
    assert Policy.from_json(POLICY.to_json()) == POLICY


@pytest.mark.parametrize(
    ("notify", "people"),
    [("on-call", (1,)), ("backup", (2, 3)), ("everyone", (1, 2, 3, 4))],
)
def test_whom_a_step_reaches(notify: str, people: tuple[int, ...]) -> None:
    assert people_of(notify, 1, [2, 3], [1, 2, 4]) == people


def test_an_empty_rota_reaches_nobody_at_the_first_step() -> None:
    assert people_of("on-call", None, [2], [3]) == ()


def test_a_policy_written_before_it_knew_its_deadlines_has_the_usual_ones() -> None:
    old = {"steps": [[0, "on-call"]], "repeat": 300}
    policy = Policy.from_json(old)
    assert (policy.notify_within, policy.let_go_after) == (timedelta(hours=4), timedelta(minutes=20))


@pytest.mark.parametrize("outcome", list(ResolvedAs))
def test_everybody_is_looked_in_on_unless_there_was_no_danger(outcome: ResolvedAs) -> None:
    assert wants_follow_up(outcome) == (outcome not in {ResolvedAs.FALSE_ALARM, ResolvedAs.READ_NOT_URGENT})
    assert asks_for_log(outcome) == (outcome is ResolvedAs.EMERGENCY_CALLED)


@pytest.mark.parametrize(
    ("minutes", "told_at"),
    [(0, 5), (0.1, 5), (4.9, 5), (5, 10), (5.1, 10), (61, 65)],
)
def test_staff_are_told_of_the_unread_every_five_minutes(minutes: float, told_at: float) -> None:
    began = utc("2026-11-23T14:00")
    assert told_of_unread_at(began, began + timedelta(minutes=minutes)) == began + timedelta(minutes=told_at)
