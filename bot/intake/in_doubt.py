"""Danger that cannot be written down: pages from memory while whoever holds the words goes on trying."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from bot.crisis.service import CrisisService, Response, Spoken, Worry
from bot.db import in_a_hurry
from bot.observe.logs import get_logger
from bot.oncall.unrecorded import Unrecorded, Urgent

log = get_logger(__name__)

PATIENCE_SECONDS: Final = 3.0
"""How long the database may take over grave words before a page goes without it."""
RETRY_SECONDS: Final = (0.5, 1, 2, 5, 10, 15, 30)


class InDoubt:
    """Stands between the intake and the crisis service, and notices when the second does not get through."""

    def __init__(self, crisis: CrisisService, unrecorded: Unrecorded) -> None:
        self._crisis, self._unrecorded = crisis, unrecorded
        self._asked: dict[str, asyncio.Task[None]] = {}
        self._doubting: set[asyncio.Task[None]] = set()
        self.patience = PATIENCE_SECONDS

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being sent from memory, and no wish to be contacted waits to be recorded."""
        return self._unrecorded.is_idle and not self._asked and not self._doubting

    # -- words ---------------------------------------------------------------------------------------------------------

    async def hear(self, spoken: Spoken, work: Callable[[], Awaitable[Response]]) -> Response:
        """Have ``work`` handle the words; where it fails or takes long and they are grave, page from memory meanwhile.

        Raises what ``work`` raises: whoever holds the words tries again.
        """
        under_way = asyncio.Event()
        under_way.set()
        slow = asyncio.get_running_loop().call_later(self.patience, self._begin_to_doubt, spoken, under_way)
        try:
            with in_a_hurry():
                response = await work()
        except Exception:
            await self._page_if_grave(spoken)
            raise
        finally:
            slow.cancel()
            under_way.clear()
        self._unrecorded.recorded(spoken.key)
        return response

    def _begin_to_doubt(self, spoken: Spoken, under_way: asyncio.Event) -> None:
        task = asyncio.create_task(self._page_if_grave(spoken, under_way), name=f"handrail: in doubt {spoken.key}")
        self._doubting.add(task)
        task.add_done_callback(self._doubting.discard)

    async def _page_if_grave(self, spoken: Spoken, under_way: asyncio.Event | None = None) -> None:
        """Page, unless the words were handled while we looked: then nobody would ever call that page off."""
        if self._unrecorded.is_held(spoken.key) or not await self._crisis.is_grave(spoken):
            return
        if under_way is not None and not under_way.is_set():
            return
        self._unrecorded.page(
            Urgent(
                guild_id=spoken.guild_id,
                user_id=spoken.author_id,
                key=spoken.key,
                channel_id=spoken.channel_id,
                message_id=spoken.message_id,
                is_dm=spoken.source.startswith("dm"),
                needs_answer=spoken.message_id is not None,
            )
        )

    # -- a wish to be contacted, a worry -------------------------------------------------------------------------------

    def ask(self, urgent: Urgent, source: str) -> None:
        """Somebody pressed for contact, and it could not be written down: page now, and record it when it can be.

        Doing it again for one occasion does nothing.
        """
        guild_id = urgent.guild_id
        if guild_id is None:
            self._unrecorded.page(urgent)  # nobody's: there is nowhere to record it
            return
        self._hold(urgent, partial(self._crisis.ask_for_contact, guild_id, urgent.user_id, urgent.key, source))

    async def worry(self, about: Worry) -> str | None:
        """Somebody worries about somebody else: pages, and returns what to say to whoever asked.

        None where it could not be written down: then it pages from memory, and is recorded when it can be.
        """
        urgent = Urgent(
            guild_id=about.guild_id,
            user_id=about.by if about.person is None else about.person,
            key=about.key,
            channel_id=about.channel_id,
            message_id=about.message_id,
            asks_contact=about.person in {None, about.by},
            is_worry=about.person is not None,
        )
        record = partial(self._crisis.worry, about)
        slow = asyncio.get_running_loop().call_later(self.patience, self._hold, urgent, record)
        try:
            with in_a_hurry():
                said = await record()
        except Exception:
            log.exception("in_doubt.worry_not_recorded", key=urgent.key)
            self._hold(urgent, record)
            return None
        finally:
            slow.cancel()
        self._unrecorded.recorded(urgent.key)
        return said

    def _hold(self, urgent: Urgent, record: Callable[[], Awaitable[object]]) -> None:
        """Page from memory, and try ``record`` until it has been written down."""
        if urgent.key in self._asked:
            return
        self._unrecorded.page(urgent)
        task = asyncio.create_task(self._until_recorded(urgent, record), name=f"handrail: asked for {urgent.key}")
        self._asked[urgent.key] = task
        task.add_done_callback(lambda _task: self._asked.pop(urgent.key, None))

    async def _until_recorded(self, urgent: Urgent, record: Callable[[], Awaitable[object]]) -> None:
        attempt = 0
        while True:
            try:
                await record()
            except Exception:
                log.exception("in_doubt.again", key=urgent.key, attempt=attempt)
                await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
                attempt += 1
            else:
                self._unrecorded.recorded(urgent.key)
                return

    async def close(self, grace: float) -> None:
        """Give what is asked for ``grace`` seconds to be recorded; what is not is lost, and that is said."""
        if self._asked:
            await asyncio.wait(set(self._asked.values()), timeout=grace)
        for key, task in list(self._asked.items()):
            log.error("in_doubt.lost_at_shutdown", key=key)
            task.cancel()
            await asyncio.wait({task})
        await self._unrecorded.close()
