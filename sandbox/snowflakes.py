"""Discord's ids: milliseconds since 2015 in the upper 42 bits, a counter below, so that ids order by time."""

from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, TypeAlias

from sandbox.clock import SandboxClock

EPOCH: Final = datetime(2015, 1, 1, tzinfo=UTC)
"""The first instant an id can carry, as Discord documents under "Snowflakes"."""

_TIME_SHIFT: Final = 22


class HasId(Protocol):
    """Anything of Discord's that has an id: a user, a channel, a message, a role."""

    @property
    def id(self) -> int:
        """Its snowflake."""
        ...


Ref: TypeAlias = int | str | HasId
"""An id, or the thing that has it. Ids may come as text, as they do on the wire."""


def id_of(thing: Ref) -> int:
    """The id of `thing`.

    Raises:
        ValueError: a text that is no number.
    """
    if isinstance(thing, int):
        return thing
    return int(thing) if isinstance(thing, str) else thing.id


def snowflake_at(moment: datetime) -> int:
    """The smallest id of this instant (aware)."""
    return int((moment - EPOCH) / timedelta(milliseconds=1)) << _TIME_SHIFT


def moment_of(snowflake: int) -> datetime:
    """The instant an id carries, in UTC, to the millisecond."""
    return EPOCH + timedelta(milliseconds=snowflake >> _TIME_SHIFT)


class Snowflakes:
    """Makes ids from the clock, each greater than the one before, also while the clock stands still."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        """An id of now, never given before."""
        self._last = max(snowflake_at(self._clock.now()), self._last + 1)
        return self._last
