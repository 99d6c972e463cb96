"""Whatever a stored programme has become, it keeps its server, its staff and whoever is on call."""

from typing import Any

import pytest

from bot.program.mending import mend
from bot.program.schema import Notified, Programme

STORED: dict[str, Any] = Programme.model_validate(
    {
        "program": {"name": "Riverside", "timezone": "America/New_York", "country": "US"},
        "guild": "111111111111111111",
        "staff": ["222222222222222222", "333333333333333333"],
        "groups": [
            {"key": "morning", "name": "Morning", "track": "iop"},
            {"key": "evening", "name": "Evening", "track": "iop"},
        ],
        "oncall": {"rota": {"people": ["222222222222222222"]}, "backup": ["333333333333333333"]},
    }
).to_stored()


def keeps_people_safe(programme: Programme) -> bool:
    return (
        programme.guild == 111111111111111111
        and programme.staff == (222222222222222222, 333333333333333333)
        and programme.oncall.rota.people == (222222222222222222,)
        and programme.oncall.backup == (333333333333333333,)
        and programme.oncall.ladder[-1].notify is Notified.EVERYONE
    )


def test_what_fits_is_left_as_it_is() -> None:
    programme, left_out = mend(STORED)
    assert programme == Programme.from_stored(STORED)
    assert left_out == ()


@pytest.mark.parametrize(
    ("change", "left_out"),
    [
        ({"once_allowed": {"a": 1}}, ("once_allowed",)),
        ({"checkins": [{"group": "morning", "time": "25:00"}, {"group": "evening", "time": "09:00"}]}, None),
        ({"groups": [{"key": "evening"}, *STORED["groups"]]}, None),
        ({"prompts": "none"}, ("prompts",)),
        ({"meetings": [{"key": "x", "kind": "other", "fellowship": "A", "source": "b"}, 3]}, None),
        ({"program": {"name": "Riverside", "timezone": "Nowhere/At_All", "country": "US", "colour": "red"}}, None),
        ({"program": None}, None),
    ],
    ids=["a key", "an item", "an incomplete item", "a section", "two items", "facts", "no facts"],
)
def test_what_does_not_fit_is_left_out_and_named(change: dict[str, Any], left_out: tuple[str, ...] | None) -> None:
    programme, named = mend({**STORED, **change})
    assert keeps_people_safe(programme)
    assert [group.key for group in programme.groups] == ["morning", "evening"]
    assert named
    assert left_out is None or named == left_out


def test_the_items_that_fit_stay() -> None:
    checkins = [{"group": "morning", "time": at} for at in ("08:00", "25:00", "09:00", "x", "10:00")]
    programme, _ = mend({**STORED, "checkins": checkins})
    assert [checkin.time.hour for checkin in programme.checkins] == [8, 9, 10]


def test_a_rung_that_does_not_fit_leaves_the_others() -> None:
    oncall = {
        **STORED["oncall"],
        "ladder": [{"after": "0s", "notify": "nobody"}, {"after": "2m", "notify": "everyone"}],
    }
    programme, _ = mend({**STORED, "oncall": oncall})
    assert keeps_people_safe(programme)
