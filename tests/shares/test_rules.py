"""Where shares are on, how many are taken, and who may open and look behind a seal: every case of each."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.crisis.assessment import Tier
from bot.shares.rules import (
    LOOK_WITHIN,
    Agreeing,
    Refusal,
    Request,
    SealState,
    agreeing,
    goes_to_staff,
    is_on,
    may_look,
    refusal,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ASKER, SECOND, THIRD, AUTHOR = 1, 2, 3, 9


@pytest.mark.parametrize(
    ("minors", "in_file", "by_staff", "wanted"),
    [
        (False, False, None, False),
        (False, True, None, True),
        (False, False, True, True),
        (False, True, False, False),
        (True, True, True, False),
        (True, True, None, False),
    ],
)
def test_staffs_word_goes_before_the_file_and_minors_before_both(
    *, minors: bool, in_file: bool, by_staff: bool | None, wanted: bool
) -> None:
    assert is_on(minors=minors, in_file=in_file, by_staff=by_staff) is wanted


@pytest.mark.parametrize(
    ("tier", "wanted"), [(Tier.NONE, True), (Tier.LOG, True), (Tier.NOTIFY, False), (Tier.PAGE, False)]
)
def test_what_says_danger_is_in_no_queue(tier: Tier, *, wanted: bool) -> None:
    assert goes_to_staff(tier) is wanted


def test_two_wait_and_three_a_day() -> None:
    day = timedelta(hours=24)
    assert refusal(1, [NOW, NOW], NOW) is None
    assert refusal(2, [], NOW) is Refusal.TOO_MANY_WAIT
    assert refusal(0, [NOW, NOW, NOW], NOW) is Refusal.TOO_MANY_TODAY
    assert refusal(0, [NOW, NOW, NOW - day], NOW) is None, "24 hours ago is another day"


def request(state: SealState = SealState.ASKED, decided_by: int | None = None) -> Request:
    decided_at = NOW if decided_by is not None else None
    return Request(state, ASKER, NOW + timedelta(hours=24), decided_by, decided_at)


@pytest.mark.parametrize(
    ("staff", "wanted"), [(ASKER, Agreeing.NOT_YOU), (AUTHOR, Agreeing.NOT_YOU), (SECOND, Agreeing.DONE)]
)
def test_two_different_people_open_a_seal_and_neither_is_its_author(staff: int, wanted: Agreeing) -> None:
    assert agreeing(request(), staff, AUTHOR, NOW) is wanted


def test_nobody_agrees_when_it_was_answered_or_its_time_is_over() -> None:
    assert agreeing(request(), SECOND, AUTHOR, NOW + timedelta(hours=24)) is Agreeing.BEFORE
    for state in (SealState.AGREED, SealState.REFUSED, SealState.EXPIRED):
        assert agreeing(request(state, SECOND), THIRD, AUTHOR, NOW) is Agreeing.BEFORE


def test_only_the_two_look_and_not_for_ever() -> None:
    opened = request(SealState.AGREED, SECOND)
    assert may_look(opened, ASKER, NOW)
    assert may_look(opened, SECOND, NOW + LOOK_WITHIN - timedelta(seconds=1))
    assert not may_look(opened, SECOND, NOW + LOOK_WITHIN)
    assert not may_look(opened, THIRD, NOW)
    for state in (SealState.ASKED, SealState.REFUSED, SealState.EXPIRED):
        assert not may_look(request(state, SECOND), ASKER, NOW)
