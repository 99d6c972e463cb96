"""The watchdog: a thread that raises the alarm when the event loop has stopped.

Everything else here runs on one loop. Whatever blocks it (a call that waits, a computation without end) stops pages,
ladders and heartbeats alike, and no task on that loop can say so. This thread can, as long as Python lets threads run:
code that holds the interpreter's lock for good stops it, too, and is noticed outside by the missing heartbeat.
"""

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Final

from bot.observe.logs import get_logger

log = get_logger(__name__)

STALL_AFTER: Final = 30.0
AGAIN_EVERY: Final = 300.0
MARK_EVERY: Final = 1.0


class Watchdog:
    """Watches for as long as ``run`` runs, and not longer: it ends with the task that leaves the marks.

    ``alarm`` is called in the thread, with the seconds for which the loop has stood still: once for a stall after
    ``stall_after`` seconds of it, and again every ``again_every`` while it lasts. Seconds are of the machine's
    monotonic clock, not of the app's: moving that one means nothing here. Time in which the thread itself did not run
    (the whole process was stopped, a debugger held it, the machine slept) does not count: nothing else ran, either.
    """

    def __init__(
        self,
        alarm: Callable[[float], None],
        *,
        stall_after: float = STALL_AFTER,
        again_every: float = AGAIN_EVERY,
        mark_every: float = MARK_EVERY,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._alarm, self._monotonic = alarm, monotonic
        self._stall_after, self._again_every, self._mark_every = stall_after, again_every, mark_every
        self._marks = 0
        self._ended = threading.Event()
        self._loop_thread: int | None = None

    async def run(self) -> None:
        """Leave a mark every second, and have the thread watch them, until cancelled."""
        self._ended.clear()
        self._loop_thread = threading.get_ident()
        # A daemon: a road that hangs in it must not keep the process from ending.
        threading.Thread(target=self._watch, name="handrail: watchdog", daemon=True).start()
        try:
            while True:
                self._marks += 1
                await asyncio.sleep(self._mark_every)
        finally:
            self._ended.set()

    # -- the thread ----------------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        seen, stood, alarms = self._marks, 0.0, 0
        before = self._monotonic()
        while not self._ended.wait(self._mark_every):
            now = self._monotonic()
            if self._marks != seen:
                if alarms:
                    log.warning("watchdog.moves_again", stood_for=round(stood, 1))
                seen, stood, alarms, before = self._marks, 0.0, 0, now
                continue
            stood += min(now - before, 2 * self._mark_every)
            before = now
            if stood >= self._stall_after + alarms * self._again_every:
                alarms += 1
                self._raise_alarm(stood)
                stood += self._monotonic() - before  # the roads took their time, and the loop stood all the while
                before = self._monotonic()

    def _raise_alarm(self, stood: float) -> None:
        log.critical("watchdog.loop_stands_still", stood_for=round(stood, 1), where=self._where())
        try:
            self._alarm(stood)
        except Exception:
            # It comes again in a few minutes; the log line above is there in any case.
            log.exception("watchdog.alarm_failed")

    def _where(self) -> str:
        """Where the loop stands: files, lines and functions, no values."""
        frame = sys._current_frames().get(self._loop_thread or 0)  # noqa: SLF001  # documented, in spite of its name
        return "" if frame is None else "".join(traceback.format_stack(frame)[-8:])
