"""The sandbox's time. Everything that Discord dates (messages, tokens, timeouts, archives) is dated by it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class SandboxClock:
    """Real time with an offset that `move` adds to, or a frozen instant that only `move` changes.

    Every datetime is aware and in UTC. Time never goes backwards.
    """

    def __init__(self) -> None:
        self._offset = timedelta(0)
        self._frozen: datetime | None = None
        self._subscribers: list[Callable[[timedelta], None]] = []

    @classmethod
    def frozen(cls, start: datetime) -> "SandboxClock":
        """A clock that stands at `start` (aware; any zone) until it is moved.

        Raises:
            ValueError: `start` is naive.
        """
        if start.tzinfo is None:
            raise ValueError("A frozen clock needs an aware datetime to start from.")
        clock = cls()
        clock._frozen = start.astimezone(UTC)
        return clock

    @property
    def is_frozen(self) -> bool:
        """Whether only `move` changes the time."""
        return self._frozen is not None

    def now(self) -> datetime:
        """This instant, aware, in UTC."""
        return (self._frozen or datetime.now(UTC)) + self._offset

    def move(self, delta: timedelta) -> None:
        """Go forward by `delta` at once, then tell everyone who subscribed.

        Raises:
            ValueError: `delta` is negative.
        """
        if delta < timedelta(0):
            raise ValueError("The clock moves forward only.")
        self._offset += delta
        for callback in tuple(self._subscribers):
            callback(delta)

    def subscribe(self, callback: Callable[[timedelta], None]) -> Callable[[], None]:
        """Call `callback` with the delta after every move. Returns what ends the subscription."""
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe
