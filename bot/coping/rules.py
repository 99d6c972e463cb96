"""The decisions of coping skills: which one a group gets today, and which one a person gets now.

Pure: the history goes in, a skill's key comes out. Nobody's choice depends on who else chose what.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.content import Need, Skill
from bot.program.schema import Programme
from bot.timing import Series, local_date, to_instant

SHOWN_KEPT = 10
"""How many of the skills a person was shown last are not shown again on demand."""

DISLIKED_FOR = timedelta(days=60)
"""How long `Not for me` keeps a skill from being offered to the person who pressed it."""

LATE_AFTER = timedelta(minutes=10)
"""A post that goes out this long after its hour says so."""

_MARGIN = timedelta(days=2)


class Verdict(StrEnum):
    """What somebody said about a skill. ``SAVED`` stands beside either of the others."""

    HELPED = "helped"
    NOT_FOR_ME = "not-for-me"
    SAVED = "saved"


@dataclass(frozen=True)
class Mark:
    """One press of one person's; ``at`` is UTC."""

    skill_key: str
    verdict: Verdict
    at: datetime


@dataclass(frozen=True)
class PromptTime:
    """One post to come: its group, its local date, its moment and the end of its local day, both UTC."""

    group_key: str
    local_date: date
    due_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Pick:
    """A skill for one person: ``again`` where they have seen them all, ``other_need`` where none is for their need."""

    skill_key: str
    again: bool = False
    other_need: bool = False


def prompt_times(programme: Programme, start: datetime, end: datetime) -> Iterator[PromptTime]:
    """Every post whose hour lies in [start, end)."""
    for prompt in programme.prompts:
        series = Series.daily(prompt.time, programme.zone, local_date(start, programme.zone) - _MARGIN)
        for occurrence in series.between(start, end):
            ends_at = _end_of(occurrence.local_date, occurrence.instant, programme.zone)
            yield PromptTime(prompt.group, occurrence.local_date, occurrence.instant, ends_at)


def _end_of(day: date, due_at: datetime, zone: ZoneInfo) -> datetime:
    ends_at = to_instant(datetime.combine(day + timedelta(days=1), time(0, 0)), zone).astimezone(UTC)
    # A zone that skips a whole day moves the post to the next one's first moment: it gets that day instead.
    return ends_at if ends_at > due_at else due_at + timedelta(days=1)


def is_still_planned(programme: Programme, group_key: str, due_at: datetime) -> bool:
    """Whether the programme, as it is now, still wants a post for this group at this very moment (UTC)."""
    times = prompt_times(programme, due_at, due_at + timedelta(microseconds=1))
    return any(time.group_key == group_key for time in times)


def fits_track(skill: Skill, tracks: Collection[str]) -> bool:
    """Whether a skill is for any of these tracks (iop, aftercare, family); somebody of none may have any skill."""
    return not tracks or any(track.value in tracks for track in skill.tracks)


def skill_of_the_day(skills: Iterable[Skill], track: str, history: Sequence[str], occasion: str) -> str | None:
    """The skill for a group on one ``occasion``, or none where no skill fits its ``track``.

    ``history`` holds the keys of what the group has had, oldest first. None comes again until all that fit have been
    used; then a new round begins, and not with the one that ended the last. Which of the remaining ones it is follows
    from ``occasion`` alone, so that two processes asked at once say the same.
    """
    fitting = [skill.key for skill in skills if fits_track(skill, {track})]
    used = _this_round(history, fitting)
    left = [key for key in fitting if key not in used]
    if not used and len(left) > 1 and history:
        left = [key for key in left if key != history[-1]]
    return min(left, key=lambda key: _drawn(occasion, key), default=None)


def _this_round(history: Iterable[str], fitting: Sequence[str]) -> set[str]:
    """What has been used since the present round began. A skill that is gone, or fits no more, counts for nothing."""
    used: set[str] = set()
    for key in history:
        if key in used:
            used = {key}  # it came again, so a new round had begun: the library was smaller then
        elif key in fitting:
            used.add(key)
        if used.issuperset(fitting):
            used = set()
    return used


def _drawn(occasion: str, key: str) -> bytes:
    """A lot: the same for the same occasion in every process, and without any order from one occasion to the next."""
    return hashlib.sha256(f"{occasion}:{key}".encode()).digest()


def skill_for_person(
    skills: Sequence[Skill],
    *,
    need: Need | None,
    tracks: Collection[str],
    shown: Sequence[str],
    disliked: Collection[str],
    roll: float,
) -> Pick | None:
    """A skill for one person now, or none where there is no skill at all.

    Any that fits the need and their tracks, drawn by ``roll`` (0 to below 1), but none of the last ten they were
    ``shown`` (newest last) and none they lately ``disliked``. Where that leaves nothing they get the one they have not
    seen for longest, and what they disliked only where there is nothing else: a skill that misses beats no answer at
    three in the morning.
    """
    fitting = [skill for skill in skills if fits_track(skill, tracks)] or list(skills)
    pool = [skill.key for skill in fitting if need is None or skill.need is need]
    other_need = not pool
    pool = pool or [skill.key for skill in fitting]
    recent = shown[-SHOWN_KEPT:]
    fresh = [key for key in pool if key not in recent and key not in disliked]
    if fresh:
        return Pick(fresh[int(roll * len(fresh))], other_need=other_need)
    last_seen = {key: place for place, key in enumerate(recent)}
    oldest = min(pool, key=lambda key: (key in disliked, last_seen.get(key, -1)), default=None)
    return Pick(oldest, again=oldest in last_seen, other_need=other_need) if oldest is not None else None


def disliked(marks: Iterable[Mark], now: datetime) -> frozenset[str]:
    """What a person's newest verdict, not too long ago, was `Not for me`. ``now`` is UTC."""
    newest: dict[str, Mark] = {}
    for mark in marks:
        if mark.verdict is not Verdict.SAVED and (mark.skill_key not in newest or newest[mark.skill_key].at <= mark.at):
            newest[mark.skill_key] = mark
    return frozenset(
        key for key, mark in newest.items() if mark.verdict is Verdict.NOT_FOR_ME and now - mark.at < DISLIKED_FOR
    )


def takes_the_place_of(mark: Verdict, earlier: Verdict) -> bool:
    """Whether a new verdict on a skill replaces an earlier one on it; saving and judging are two things."""
    return (mark is Verdict.SAVED) == (earlier is Verdict.SAVED)
