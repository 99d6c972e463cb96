"""Where messages are kept, and how Discord pages through them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Final

from sandbox.world.messages import Message

KEPT_PER_CHANNEL: Final = 50_000
"""Messages remembered a channel; the oldest go first, so that a long run keeps its size."""

_FORGET_AT_ONCE: Final = KEPT_PER_CHANNEL // 10


class History:
    """Every message, by id, and in order by channel. Ephemeral ones are found by id only."""

    def __init__(self) -> None:
        self._messages: dict[int, Message] = {}
        self._channels: dict[int, list[int]] = {}

    def add(self, message: Message) -> None:
        """Keep a new message; ids only grow, so it is the channel's last. Ephemeral ones are kept beside."""
        self._messages[message.id] = message
        ids = self._channels.setdefault(message.channel_id, [])
        ids.append(message.id)
        if len(ids) > KEPT_PER_CHANNEL:
            for old in ids[:_FORGET_AT_ONCE]:
                del self._messages[old]
            del ids[:_FORGET_AT_ONCE]

    def find(self, message_id: int) -> Message | None:
        """The message of this id, wherever it is."""
        return self._messages.get(message_id)

    def in_channel(self, channel_id: int, message_id: int) -> Message | None:
        """The message of this id, if it is in this channel and everybody's."""
        message = self._messages.get(message_id)
        if message is None or message.channel_id != channel_id or message.is_ephemeral:
            return None
        return message

    def remove(self, message: Message) -> None:
        """Forget a message."""
        message.deleted = True
        del self._messages[message.id]
        ids = self._channels[message.channel_id]
        del ids[bisect_left(ids, message.id)]

    def forget_channel(self, channel_id: int) -> None:
        """Forget every message of a channel."""
        for message_id in self._channels.pop(channel_id, ()):
            self._messages.pop(message_id).deleted = True

    def each(self, channel_id: int) -> Iterator[Message]:
        """A channel's messages, oldest first, ephemeral ones among them."""
        return (self._messages[each] for each in tuple(self._channels.get(channel_id, ())))

    def page(
        self,
        channel_id: int,
        limit: int,
        *,
        before: int | None = None,
        after: int | None = None,
        around: int | None = None,
    ) -> list[Message]:
        """A page as Discord gives it: always newest first.

        `before` is what precedes that id, the newest of it; `after` what follows, the *oldest* of it; `around` takes
        half from each side. Without any it is the channel's newest. `around` wins over `before`, that over `after`.
        """
        ids = self._channels.get(channel_id, [])
        if around is not None:
            half = limit // 2
            middle = bisect_left(ids, around)
            older = self._take(reversed(ids[:middle]), half)
            at = bisect_right(ids, around)
            newer = self._take(ids[middle:at] + ids[at:], limit - half)
            return sorted((*older, *newer), key=lambda message: message.id, reverse=True)
        if before is not None:
            return self._take(reversed(ids[: bisect_left(ids, before)]), limit)
        if after is not None:
            return list(reversed(self._take(ids[bisect_right(ids, after) :], limit)))
        return self._take(reversed(ids), limit)

    def _take(self, ids: Iterable[int], limit: int) -> list[Message]:
        found: list[Message] = []
        for message_id in ids:
            if len(found) >= limit:
                break
            message = self._messages[message_id]
            if not message.is_ephemeral:
                found.append(message)
        return found

    def __len__(self) -> int:
        return len(self._messages)
