"""What a lock takes from whom in a channel, and how exactly that is given back. Pure.

A lock takes only the right to speak, and of everybody but those it spares (staff, who is on call, the bot itself):
reading, and the slash commands by which help is asked for, stay. Nothing else of an overwrite is touched, so that what
somebody changes by hand meanwhile outlasts the lock.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from bot.program.permissions import NOTHING, Permission
from bot.program.server import Overwrite, TargetKind

__all__ = [
    "SLOWEST",
    "SPEAKING",
    "RestraintCause",
    "RestraintKind",
    "Who",
    "from_discord",
    "from_json",
    "locked",
    "to_json",
    "unlocked",
]

SPEAKING: Final = (
    Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.CREATE_PRIVATE_THREADS
)
"""What a lock takes."""

SLOWEST: Final = 21_600
"""Seconds between two messages of one person at most: Discord's limit of ``rate_limit_per_user``, six hours."""


class RestraintKind(StrEnum):
    """How a channel is restrained."""

    LOCK = "lock"
    SLOW = "slow"


class RestraintCause(StrEnum):
    """Who restrained it."""

    STAFF = "staff"
    QUIET_HOURS = "quiet_hours"


Who = tuple[TargetKind, int]
"""Whom an overwrite is for."""


def locked(overwrites: Iterable[Overwrite], everyone: int, spared: Collection[Who]) -> tuple[Overwrite, ...]:
    """The overwrites of a channel in which only ``spared`` may speak; ``everyone`` is the id of the role @everyone."""
    found: list[Overwrite] = []
    has_everyone = False
    for one in overwrites:
        is_everyone = one.who == (TargetKind.ROLE, everyone)
        has_everyone |= is_everyone
        if is_everyone:
            found.append(replace(one, allow=one.allow & ~SPEAKING, deny=one.deny | SPEAKING))
        elif one.who in spared:
            found.append(one)
        else:
            found.append(replace(one, allow=one.allow & ~SPEAKING))
    if not has_everyone:
        found.insert(0, Overwrite(TargetKind.ROLE, everyone, NOTHING, SPEAKING))
    return tuple(found)


def unlocked(now: Iterable[Overwrite], before: Iterable[Overwrite]) -> tuple[Overwrite, ...]:
    """The overwrites of a channel with the right to speak as it was ``before``; all else stays as it is ``now``.

    What is gone by now stays gone: somebody withdrew it by hand, and giving it back would open the room to them. What
    was not there before goes, where nothing is left of it.
    """
    earlier = {one.who: one for one in before}
    found: list[Overwrite] = []
    for one in now:
        was = earlier.get(one.who)
        allowed, denied = (was.allow, was.deny) if was is not None else (NOTHING, NOTHING)
        given = replace(
            one, allow=one.allow & ~SPEAKING | allowed & SPEAKING, deny=one.deny & ~SPEAKING | denied & SPEAKING
        )
        if was is not None or given.allow or given.deny:
            found.append(given)
    return tuple(found)


def to_json(overwrites: Iterable[Overwrite]) -> list[list[str]]:
    """Overwrites as a JSON column keeps them: bit sets as text, for they may be larger than a JSON number is exact."""
    return [[one.kind.value, str(one.target), str(int(one.allow)), str(int(one.deny))] for one in overwrites]


def from_json(stored: Iterable[Any]) -> tuple[Overwrite, ...]:
    """What ``to_json`` wrote."""
    return tuple(
        Overwrite(TargetKind(kind), int(target), Permission(int(allow)), Permission(int(deny)))
        for kind, target, allow, deny in stored
    )


def from_discord(stored: Iterable[Mapping[str, Any]]) -> tuple[Overwrite, ...]:
    """The ``permission_overwrites`` of Discord's channel object; ``type`` 0 is a role's, 1 a member's."""
    return tuple(
        Overwrite(
            TargetKind.MEMBER if int(one["type"]) else TargetKind.ROLE,
            int(one["id"]),
            Permission(int(one["allow"])),
            Permission(int(one["deny"])),
        )
        for one in stored
    )
