"""Every other service that apprise knows, each attempt in a thread of its own."""

from typing import Any

from bot.delivery.transport import RefusedForGoodError, TryLaterError, UnsureError
from bot.roads.addresses import Other
from bot.roads.message import Message
from bot.roads.threads import Threads

SLOTS = 32


class ByApprise:
    """Sends through apprise's plugins, which block. One attempt a road: a hung one holds its own thread and no more."""

    def __init__(self) -> None:
        self._threads = Threads("apprise", SLOTS)
        self._under_way: set[str] = set()

    async def send(self, key: str, address: Other, message: Message) -> None:
        """Send the message; ``key`` is the road's.

        Raises:
            RefusedForGoodError, TryLaterError, UnsureError: apprise says no more than that it did not work, which may
                pass: it is tried again.
        """
        if key in self._under_way:
            raise TryLaterError  # the thread of an earlier attempt has not come back yet
        self._under_way.add(key)

        def work() -> bool:
            try:
                return _send(address, message)
            finally:
                self._under_way.discard(key)

        try:
            taken = await self._threads.run(work)
        except TryLaterError:
            self._under_way.discard(key)
            raise
        except RefusedForGoodError:
            raise
        except Exception:  # noqa: BLE001  # a plugin's own; what it says may hold the address
            raise UnsureError from None
        if not taken:
            raise UnsureError


def _send(address: Other, message: Message) -> bool:
    import apprise  # noqa: PLC0415  # only who has such a contact waits for it

    found: Any = apprise.Apprise.instantiate(address.url, suppress_exceptions=True)
    if found is None:
        return False
    kind = apprise.NotifyType.INFO if message.is_drill else apprise.NotifyType.FAILURE
    return bool(found.notify(title=message.title, body=message.whole, notify_type=kind))
