"""Who may be acted on, which step is fitting, when a night is quiet, and what a lock takes and gives back."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.quiet_hours import night_of, turns_of
from bot.cases.rules import COUNTS_FOR, SHIELDED_FROM, TALK, CaseDeed, Obstacle, Past, obstacle, suggested
from bot.members.rules import Role, Standing
from bot.program.permissions import NOTHING, Permission
from bot.program.restraints import SPEAKING, from_json, locked, to_json, unlocked
from bot.program.server import Overwrite, TargetKind
from bot.timing import QuietHours, to_local, zone

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
NEW_YORK = zone("America/New_York")
RIVERA, CHEN, ALEX = 1, 2, 3


def standing(user_id: int, *roles: Role) -> Standing:
    return Standing(9, user_id, frozenset(roles))


def in_the_way(deed: CaseDeed, *, actor: int = CHEN, incident: bool = True, for_others: bool = False) -> str | None:
    return obstacle(
        standing(actor, Role.STAFF),
        standing(ALEX, Role.PARTICIPANT),
        deed,
        has_incident=incident,
        on_call=RIVERA,
        for_others=for_others,
    )


@pytest.mark.parametrize("deed", CaseDeed)
@pytest.mark.parametrize("actor", [RIVERA, CHEN])
@pytest.mark.parametrize("for_others", [True, False])
def test_an_open_incident_shields_from_all_but_whoever_is_on_call(deed: CaseDeed, actor: int, for_others: bool) -> None:
    found = in_the_way(deed, actor=actor, for_others=for_others)
    if deed not in SHIELDED_FROM:
        assert found is None
    elif actor != RIVERA:
        assert found is Obstacle.INCIDENT
    else:
        assert found is (None if for_others else Obstacle.SAY_HARM)


def test_without_an_incident_staff_may() -> None:
    assert {in_the_way(deed, incident=False) for deed in CaseDeed} == {None}


def test_nobody_on_call_is_nobody_who_may() -> None:
    alex, chen = standing(ALEX, Role.PARTICIPANT), standing(CHEN, Role.STAFF)
    found = obstacle(chen, alex, CaseDeed.TIMEOUT, has_incident=True, on_call=None, for_others=True)
    assert found is Obstacle.INCIDENT


def test_who_stands_above_is_said_before_anything_of_an_incident() -> None:
    both = standing(CHEN, Role.STAFF), standing(RIVERA, Role.STAFF)
    assert obstacle(*both, CaseDeed.TIMEOUT, has_incident=True, on_call=None, for_others=False) is Obstacle.ABOVE
    self_ = standing(CHEN, Role.STAFF), standing(CHEN, Role.PARTICIPANT)
    assert obstacle(*self_, CaseDeed.WARN, has_incident=True, on_call=None, for_others=False) is Obstacle.ONESELF


@pytest.mark.parametrize(
    ("times", "deed", "minutes"),
    [
        (0, CaseDeed.WARN, None),
        (1, CaseDeed.WARN, None),
        (2, CaseDeed.TIMEOUT, 10),
        (3, CaseDeed.TIMEOUT, 60),
        (4, CaseDeed.TIMEOUT, 1440),
        (5, None, None),
        (50, None, None),
    ],
)
def test_the_steps(times: int, deed: CaseDeed | None, minutes: int | None) -> None:
    step = suggested([Past(CaseDeed.WARN, NOW)] * times, NOW, has_incident=False)
    assert step.deed is deed
    assert step.lasts == (timedelta(minutes=minutes) if minutes else None)


def test_what_is_long_ago_or_was_kind_does_not_count() -> None:
    old = [Past(CaseDeed.TIMEOUT, NOW - COUNTS_FOR)] * 9
    assert suggested(old, NOW, has_incident=False).deed is CaseDeed.WARN
    assert suggested([Past(CaseDeed.RELEASE, NOW)] * 9, NOW, has_incident=False).deed is CaseDeed.WARN


@given(st.lists(st.sampled_from(CaseDeed)), st.booleans())
def test_it_is_never_suggested_to_send_somebody_away_nor_anything_to_somebody_in_danger(
    deeds: list[CaseDeed], has_incident: bool
) -> None:
    step = suggested([Past(deed, NOW) for deed in deeds], NOW, has_incident=has_incident)
    assert step.deed is not CaseDeed.REMOVE
    assert step == TALK or not has_incident


# -- quiet hours -------------------------------------------------------------------------------------------------------

NIGHT = QuietHours(time(23), time(7))


@pytest.mark.parametrize(
    ("local", "night"),
    [
        ("2026-11-23T22:59", None),
        ("2026-11-23T23:00", "2026-11-23"),
        ("2026-11-24T00:00", "2026-11-23"),
        ("2026-11-24T06:59", "2026-11-23"),
        ("2026-11-24T07:00", None),
    ],
)
def test_a_night_has_one_name(local: str, night: str | None) -> None:
    assert night_of(NIGHT, datetime.fromisoformat(local).replace(tzinfo=NEW_YORK), NEW_YORK) == night


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-07", 7), ("2026-03-08", 8), ("2026-10-31", 9), ("2026-11-01", 8)],
    ids=["spring forward", "the night after", "fall back", "the night after that"],
)
def test_quiet_hours_follow_the_clock_on_the_wall(day: str, hours: int) -> None:
    evening = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=NEW_YORK)
    begins, ends = turns_of(NIGHT, NEW_YORK, evening, evening + timedelta(hours=24))
    assert [f"{to_local(at, NEW_YORK):%H:%M}" for at in (begins, ends)] == ["23:00", "07:00"]
    assert ends - begins == timedelta(hours=hours)


@pytest.mark.parametrize("minute", [0, 30])
def test_a_time_that_is_shown_twice_begins_and_ends_once(minute: int) -> None:
    begins_in_fold = QuietHours(time(1, minute), time(6))
    moments = [datetime(2026, 11, 1, 3, 0, tzinfo=UTC) + timedelta(minutes=10 * step) for step in range(60)]
    quiet = [night_of(begins_in_fold, at, NEW_YORK) is not None for at in moments]
    assert sum(one != other for one, other in pairwise(quiet)) == 2
    ends_in_fold = QuietHours(time(22), time(1, minute))
    quiet = [night_of(ends_in_fold, at, NEW_YORK) is not None for at in moments]
    assert sum(one != other for one, other in pairwise(quiet)) == 1


@given(
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001  # given their zone below
)
def test_between_two_turns_nothing_changes(start: time, end: time, at: datetime) -> None:
    if start == end:
        return
    hours, now = QuietHours(start, end), at.replace(tzinfo=UTC)
    turns = sorted(set(turns_of(hours, NEW_YORK, now, now + timedelta(hours=48))))
    for begins, ends in pairwise(turns):
        seen = {night_of(hours, begins + (ends - begins) * share / 8, NEW_YORK) is None for share in range(8)}
        assert len(seen) == 1


# -- locks -------------------------------------------------------------------------------------------------------------

EVERYONE = 100
BITS = st.integers(0, (1 << 41) - 1).map(Permission)
OVERWRITES = st.dictionaries(
    st.tuples(st.sampled_from(TargetKind), st.sampled_from([EVERYONE, 101, 102, 103])),
    st.tuples(BITS, BITS),
    max_size=6,
).map(
    lambda made: tuple(
        Overwrite(kind, target, allow & ~deny, deny)
        for (kind, target), (allow, deny) in made.items()
        if allow & ~deny or deny
    )
)
SPARED = {(TargetKind.ROLE, 101), (TargetKind.MEMBER, 102)}


@given(OVERWRITES)
def test_what_was_locked_is_given_back_to_the_bit(before: tuple[Overwrite, ...]) -> None:
    after = unlocked(locked(before, EVERYONE, SPARED), before)
    assert {one.who: one for one in after} == {one.who: one for one in before}


@given(OVERWRITES)
def test_a_lock_takes_only_speech_and_of_nobody_who_is_spared(before: tuple[Overwrite, ...]) -> None:
    after = {one.who: one for one in locked(before, EVERYONE, SPARED)}
    assert SPEAKING in after[TargetKind.ROLE, EVERYONE].deny
    for one in before:
        if one.who in SPARED:
            assert after[one.who] == one
        else:
            assert not after[one.who].allow & SPEAKING
            assert after[one.who].allow == one.allow & ~SPEAKING
    assert not SPEAKING & (Permission.VIEW_CHANNEL | Permission.USE_APPLICATION_COMMANDS)


@given(OVERWRITES)
def test_locking_twice_is_locking_once(before: tuple[Overwrite, ...]) -> None:
    once = locked(before, EVERYONE, SPARED)
    assert locked(once, EVERYONE, SPARED) == once
    assert from_json(to_json(once)) == once


def test_what_is_gone_by_hand_stays_gone() -> None:
    mine = Overwrite(TargetKind.MEMBER, 103, Permission.SEND_MESSAGES, NOTHING)
    assert unlocked((), (mine,)) == ()
