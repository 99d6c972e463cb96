"""The bytes of uploaded files, kept for a while so that their links work."""

from collections import OrderedDict
from typing import Final

KEPT_BYTES: Final = 32 * 1024 * 1024
"""All files together; the oldest go first."""


class AttachmentStore:
    """File contents by attachment id, within a budget."""

    def __init__(self) -> None:
        self._contents: OrderedDict[int, bytes] = OrderedDict()
        self._size = 0

    def put(self, attachment_id: int, content: bytes) -> None:
        """Keep a file's bytes."""
        self._contents[attachment_id] = content
        self._size += len(content)
        while self._size > KEPT_BYTES and self._contents:
            _, gone = self._contents.popitem(last=False)
            self._size -= len(gone)

    def get(self, attachment_id: int) -> bytes | None:
        """A file's bytes, if they are still kept."""
        return self._contents.get(attachment_id)
