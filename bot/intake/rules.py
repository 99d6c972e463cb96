"""Up to where a channel has been read: the watermark only moves to the last message before which nothing is missing."""

from dataclasses import dataclass, field


@dataclass
class Watermark:
    """The reading of one channel. Ids are Discord's, and grow with time.

    ``safe`` is the id up to which, in one piece, every message was handled: what may be stored, and where catch-up
    begins. While ``gap`` is open (a start, a lost gateway session), live messages are handled but do not move it, for
    something older may still be unread.
    """

    safe: int
    gap: bool = True
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

    def open_gap(self) -> None:
        """From now on messages may have been missed."""
        self.gap = True

    def close_gap(self, read_up_to: int) -> None:
        """Catch-up has handled everything there was, up to ``read_up_to``."""
        self.gap = False
        self._highest_done = max(self._highest_done, read_up_to)
        self._advance()

    def _advance(self) -> None:
        if self.gap:
            return
        reach = min(self._highest_done, min(self._pending) - 1) if self._pending else self._highest_done
        self.safe = max(self.safe, reach)
