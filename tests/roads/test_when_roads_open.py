"""When an outside road opens, as a rule: sooner where Discord has not carried the step."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.service import Standing, State
from bot.oncall.paging import CARD, DM
from bot.oncall.reach import Reached, opens_later, reached_by

STEP = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
ARRIVED, WAITING, FAILED = Reached.ARRIVED, Reached.WAITING, Reached.FAILED


def at(kind: str, state: State, person: int | None = None, seconds: float = 0) -> Standing:
    return Standing(kind, "key", person, STEP + timedelta(seconds=seconds), state, None, set_out=False)


@pytest.mark.parametrize(
    ("standings", "reached"),
    [
        ([at(CARD, State.SENT), at(DM, State.SENT, 1)], ARRIVED),
        ([at(CARD, State.SENT), at(DM, State.PENDING, 1)], WAITING),
        ([at(CARD, State.CLAIMED), at(DM, State.SENT, 1)], WAITING),
        ([at(CARD, State.SENT), at(DM, State.DEAD, 1)], FAILED),
        ([at(CARD, State.SENT), at(DM, State.SENT, 2)], FAILED),
        ([at(DM, State.SENT, 1)], FAILED),
        ([], FAILED),
        # An earlier step's rows say nothing of this one; one that made way for a later step's is not held against it.
        ([at(CARD, State.SENT, None, -60), at(DM, State.SENT, 1, -60)], FAILED),
        ([at(CARD, State.CANCELLED), at(CARD, State.SENT, None, 9), at(DM, State.SENT, 1, 9)], ARRIVED),
        # The card that stands in #staff-room, while the one in #on-call still cannot go.
        ([at(CARD, State.PENDING), at(CARD, State.SENT, None, 1), at(DM, State.SENT, 1)], WAITING),
    ],
)
def test_how_discord_has_reached_somebody(standings: list[Standing], reached: Reached) -> None:
    assert reached_by(standings, 1, STEP) is reached


@pytest.mark.parametrize(
    ("waited", "reached", "failing", "look_after"),
    [
        (0, ARRIVED, False, 5),
        (0, WAITING, False, 5),
        (5, ARRIVED, False, 15),
        (5, WAITING, False, 15),
        (14.9, WAITING, False, 15),
        (15, WAITING, False, None),
        (15, ARRIVED, False, 60),
        (59.9, ARRIVED, False, 60),
        (60, ARRIVED, False, None),
        (600, ARRIVED, False, None),
        (5, FAILED, False, None),
        (0, ARRIVED, True, None),
        (0, WAITING, True, None),
    ],
)
def test_when_it_opens(waited: float, reached: Reached, failing: bool, look_after: float | None) -> None:
    now = STEP + timedelta(seconds=waited)
    expected = STEP + timedelta(seconds=look_after) if look_after is not None else None
    assert opens_later(STEP, now, reached, discord_is_failing=failing) == expected
