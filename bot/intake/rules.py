"""Up to where a channel has been read: the watermark only moves to the last message before which nothing is missing."""

from dataclasses import dataclass, field


@dataclass
class Watermark:
    """The reading of one channel. Ids are Discord's, and grow with time.

    ``safe`` is the id up to which, in one piece, every message was handled: what may be stored, and where catch-up
    begins. Live messages are always handled, but they move it only while nothing older may be missing. There are two
    reasons why something may be, and each has an end of its own:

    ``unread``: after a start, and after a gateway session that was lost; only catch-up ends it, by having read. Every
    loss raises ``epoch``, so that a reading which began before the newest loss does not pass for one after it.

    ``cut``: the connection is down, and its session may yet be resumed; then Discord replays what was missed.
    """

    safe: int
    unread: bool = True
    cut: bool = False
    epoch: int = 0
    _pending: set[int] = field(default_factory=set)
    _highest_done: int = 0

    def begin(self, message_id: int) -> None:
        """A message is being handled."""
        self._pending.add(message_id)

    def done(self, message_id: int) -> None:
        """A message has been handled: what had to be done for it is committed."""
        self._pending.discard(message_id)
        self._highest_done = max(self._highest_done, message_id)
        self._advance()

    def cut_off(self) -> None:
        """The connection is down; what comes now may be replayed, or lost."""
        self.cut = True

    def resumed(self) -> None:
        """The session goes on: what was missed is replayed, and handled as it comes. Older gaps stay as they are."""
        self.cut = False
        self._advance()

    def lost(self) -> None:
        """A new session has begun: what came between the two was told to nobody."""
        self.cut = False
        self.unread = True
        self.epoch += 1

    def caught_up(self, read_up_to: int, epoch: int) -> None:
        """Catch-up, which began in ``epoch``, has handled everything there was, up to ``read_up_to``."""
        if epoch != self.epoch:
            return
        self.unread = False
        self._highest_done = max(self._highest_done, read_up_to)
        self._advance()

    def _advance(self) -> None:
        if self.unread or self.cut:
            return
        reach = min(self._highest_done, min(self._pending) - 1) if self._pending else self._highest_done
        self.safe = max(self.safe, reach)
