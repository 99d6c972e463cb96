"""How the detector fares: whether it fails on what it is given. In memory, for it says something of this process."""

from datetime import datetime, timedelta
from typing import Final

WELL_AGAIN_AFTER: Final = timedelta(minutes=5)
"""How long after its last failure a detector that works again counts as whole. One success alone proves little."""


class Faults:
    """Remembers the last failure and the last success. All datetimes are UTC."""

    def __init__(self) -> None:
        self._failed_at: datetime | None = None
        self._works = True

    def failed(self, now: datetime) -> None:
        """It broke on a text."""
        self._failed_at, self._works = now, False

    def worked(self) -> None:
        """It judged a text."""
        self._works = True

    def is_broken(self, now: datetime) -> bool:
        """Whether it failed last, or failed a short while ago."""
        if self._failed_at is None:
            return False
        return not self._works or now - self._failed_at < WELL_AGAIN_AFTER
