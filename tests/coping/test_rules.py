"""Which skill a group gets, and which one a person."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content import Modality, Need, Skill, Track, Wording
from bot.content.skills import Assumes
from bot.coping.rules import (
    DISLIKED_FOR,
    SHOWN_KEPT,
    Mark,
    Pick,
    Verdict,
    disliked,
    is_still_planned,
    prompt_times,
    skill_for_person,
    skill_of_the_day,
    takes_the_place_of,
)
from tests.checkins.world import programme

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVERY_TRACK = tuple(Track)


def a_skill(number: int, *, need: Need = Need.ANXIETY, tracks: tuple[Track, ...] = EVERY_TRACK) -> Skill:
    wording = Wording(title="A skill", text="Do it.")
    return Skill(
        key=f"skill-{number}",
        need=need,
        modality=Modality.CBT,
        minutes=3,
        tracks=tracks,
        assumes=Assumes.NOTHING,
        source="A source",
        en=wording,
        es=wording,
    )


def days_of(skills: list[Skill], days: int, group: str = "morning", history: tuple[str, ...] = ()) -> list[str]:
    """What a group gets, day after day."""
    had = list(history)
    for day in range(days):
        key = skill_of_the_day(skills, "iop", had, f"1:{group}:{date(2026, 1, 1) + timedelta(days=day)}")
        assert key is not None
        had.append(key)
    return had[len(history) :]


# -- the group --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 7, 30, 140])
@pytest.mark.parametrize("group", ["morning", "evening", "night"])
def test_a_year_never_repeats_before_all_were_used(count: int, group: str) -> None:
    skills = [a_skill(number) for number in range(count)]
    had = days_of(skills, 365, group)
    for start in range(0, 365 - count, count):
        assert len(set(had[start : start + count])) == count
    assert all(before != after for before, after in pairwise(had))


def test_two_groups_have_it_in_another_order_and_two_processes_in_the_same() -> None:
    skills = [a_skill(number) for number in range(20)]
    assert days_of(skills, 20) == days_of(list(reversed(skills)), 20)
    assert days_of(skills, 20) != days_of(skills, 20, "evening")


def test_a_round_is_not_the_same_order_again() -> None:
    had = days_of([a_skill(number) for number in range(12)], 24)
    assert had[:12] != had[12:]


def test_only_what_fits_the_track() -> None:
    skills = [
        a_skill(1, tracks=(Track.FAMILY,)),
        a_skill(2, tracks=(Track.IOP,)),
        a_skill(3, tracks=(Track.AFTERCARE,)),
    ]
    assert set(days_of(skills, 5)) == {"skill-2"}
    assert skill_of_the_day(skills[:1], "iop", [], "x") is None


@given(before=st.integers(1, 8), days=st.integers(0, 40), now=st.integers(1, 12))
@settings(max_examples=60)
def test_where_the_library_grew_or_shrank_the_round_is_ended_and_the_next_is_whole(
    before: int, days: int, now: int
) -> None:
    had = days_of([a_skill(number) for number in range(before)], days)
    then = days_of([a_skill(number) for number in range(now)], 2 * now, history=tuple(had))
    ends = [end for end in range(1, now + 1) if len(set(then[:end])) == end and len(set(then[end : end + now])) == now]
    assert ends


def test_a_new_skill_gets_its_turn_in_the_running_round() -> None:
    skills = [a_skill(number) for number in range(6)]
    had = days_of(skills[:5], 4)
    rest = days_of(skills, 2, history=tuple(had))
    assert set(had) | set(rest) == {skill.key for skill in skills}


# -- the hour ---------------------------------------------------------------------------------------------------------


def test_every_day_of_the_year_has_one_post_also_where_the_clock_changes() -> None:
    house = programme(prompts=[{"group": "morning", "time": "02:30"}])
    times = list(prompt_times(house, datetime(2026, 1, 1, 5, tzinfo=UTC), datetime(2027, 1, 1, 5, tzinfo=UTC)))
    assert [time.local_date for time in times] == [date(2026, 1, 1) + timedelta(days=day) for day in range(365)]
    spring = next(time for time in times if time.local_date == date(2026, 3, 8))
    assert spring.due_at == datetime(2026, 3, 8, 7, tzinfo=UTC)  # 02:30 does not exist: 03:00 EDT
    assert all(time.due_at < time.ends_at <= time.due_at + timedelta(hours=25) for time in times)


def test_a_post_ends_with_its_local_day() -> None:
    (time,) = (time for time in prompt_times(programme(), NOW, NOW + timedelta(hours=2)) if time.group_key == "morning")
    assert (time.due_at, time.ends_at) == (
        datetime(2026, 11, 23, 13, 30, tzinfo=UTC),
        datetime(2026, 11, 24, 5, tzinfo=UTC),
    )
    assert is_still_planned(programme(), "morning", time.due_at)
    assert not is_still_planned(programme(), "family", time.due_at)
    assert not is_still_planned(programme(prompts=[{"group": "morning", "time": "08:31"}]), "morning", time.due_at)


# -- one person -------------------------------------------------------------------------------------------------------

MANY = [a_skill(number, need=Need.SLEEP if number % 3 else Need.CRAVING) for number in range(30)]


def pick(skills: list[Skill] = MANY, **changes: object) -> Pick | None:
    asked: dict[str, object] = {"need": None, "tracks": (), "shown": (), "disliked": (), "roll": 0.0}
    return skill_for_person(skills, **{**asked, **changes})  # type: ignore[arg-type]  # any of the rule's arguments


@given(
    st.lists(st.integers(0, 29), max_size=30),
    st.sets(st.integers(0, 29), max_size=15),
    st.floats(0, 1, exclude_max=True),
)
def test_none_of_the_last_ten_and_nothing_disliked(shown: list[int], unloved: set[int], roll: float) -> None:
    keys, not_loved = [f"skill-{number}" for number in shown], {f"skill-{number}" for number in unloved}
    got = pick(shown=keys, disliked=not_loved, roll=roll)
    assert got is not None
    assert got.skill_key not in keys[-SHOWN_KEPT:]
    assert got.skill_key not in not_loved
    assert not got.again


def test_every_fitting_skill_can_come() -> None:
    picks = [pick(need=Need.CRAVING, roll=roll / 100) for roll in range(100)]
    counts = Counter(got.skill_key for got in picks if got)
    assert set(counts) == {skill.key for skill in MANY if skill.need is Need.CRAVING}
    assert min(counts.values()) == max(counts.values()) == 10


def test_where_all_were_seen_it_is_the_one_longest_ago() -> None:
    two = MANY[:2]
    assert pick(two, shown=["skill-1", "skill-0"]) == Pick("skill-1", again=True)
    assert pick(two, shown=["skill-1", "skill-0"], disliked={"skill-1"}) == Pick("skill-0", again=True)


def test_what_was_disliked_comes_only_where_there_is_nothing_else() -> None:
    assert pick(MANY[:1], disliked={"skill-0"}) == Pick("skill-0")


def test_a_need_without_a_skill_gets_another_and_is_told() -> None:
    got = pick(need=Need.SHAME)
    assert got is not None
    assert got.other_need


def test_a_family_member_gets_what_is_for_families() -> None:
    skills = [a_skill(1, tracks=(Track.IOP,)), a_skill(2, tracks=(Track.FAMILY,))]
    assert pick(skills, tracks={"family"}) == Pick("skill-2")
    assert pick(skills[:1], tracks={"family"}) == Pick("skill-1")  # something rather than nothing
    assert pick([]) is None


def mark(verdict: Verdict, days_ago: float, key: str = "skill-1") -> Mark:
    return Mark(key, verdict, NOW - timedelta(days=days_ago))


@pytest.mark.parametrize(
    ("marks", "found"),
    [
        ([], set()),
        ([mark(Verdict.NOT_FOR_ME, 1)], {"skill-1"}),
        ([mark(Verdict.NOT_FOR_ME, DISLIKED_FOR.days)], set()),
        ([mark(Verdict.NOT_FOR_ME, 2), mark(Verdict.HELPED, 1)], set()),
        ([mark(Verdict.HELPED, 2), mark(Verdict.NOT_FOR_ME, 1)], {"skill-1"}),
        ([mark(Verdict.NOT_FOR_ME, 2), mark(Verdict.SAVED, 1)], {"skill-1"}),
        ([mark(Verdict.NOT_FOR_ME, 2), mark(Verdict.HELPED, 1, "skill-2")], {"skill-1"}),
    ],
)
def test_the_newest_verdict_counts_for_a_while(marks: list[Mark], found: set[str]) -> None:
    assert disliked(marks, NOW) == found
    assert disliked(marks[::-1], NOW) == found


def test_saving_and_judging_are_two_things() -> None:
    assert takes_the_place_of(Verdict.HELPED, Verdict.NOT_FOR_ME)
    assert takes_the_place_of(Verdict.SAVED, Verdict.SAVED)
    assert not takes_the_place_of(Verdict.SAVED, Verdict.HELPED)
    assert not takes_the_place_of(Verdict.HELPED, Verdict.SAVED)
