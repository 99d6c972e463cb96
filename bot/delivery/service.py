"""The outbox at work: claim, look once more, send, record."""

import asyncio
import random
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session as OrmSession

from bot.db import Database, in_a_hurry
from bot.delivery import records, standings
from bot.delivery.kinds import Deed, Errand, Kind, Kinds, Post, Postponed, QuietKind, Receipt, Withdrawn
from bot.delivery.pacing import current_lane
from bot.delivery.records import Delivery, Draft
from bot.delivery.rules import (
    LANES,
    LEASE,
    OVER_DISCORD,
    URGENT,
    Lane,
    Outcome,
    State,
    ends_for_good,
    is_too_late,
    must_look_first,
    wait_before_retry,
)
from bot.delivery.standings import Standing
from bot.delivery.transport import RefusedForGoodError, Transport, TryLaterError, UnsureError
from bot.observe.logs import get_logger
from bot.timing import Clock

__all__ = [
    "Deed",
    "Delivery",
    "Draft",
    "Errand",
    "Kind",
    "Kinds",
    "Lane",
    "Outbox",
    "Outcome",
    "Post",
    "Postponed",
    "QuietKind",
    "Receipt",
    "Standing",
    "State",
    "Withdrawn",
]

log = get_logger(__name__)

# How many of a lane may be under way at once. Pages never wait for a slot that a reminder holds.
# A road that hangs holds its slot for its deadline and then leaves it for its wait: 256 are more than a clinic has.
SLOTS = {Lane.CRISIS: 64, Lane.ROADS: 256, Lane.DIRECT: 16, Lane.BULK: 24}
DEADLINE = {
    Lane.CRISIS: timedelta(seconds=20),
    Lane.ROADS: timedelta(seconds=20),  # each sender has ten of its own; this is for what goes before and after
    Lane.DIRECT: timedelta(seconds=60),
    Lane.BULK: timedelta(seconds=60),
}


class Outbox:
    """Everything the bot says unasked, once, durably.

    ``put`` inside the transaction of the cause; the rest follows by itself. ``wake`` is cheap: call it at will.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        transport: Transport,
        kinds: Kinds,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database, self._clock, self._transport, self._kinds, self._jitter = (
            database,
            clock,
            transport,
            kinds,
            jitter,
        )
        self._under_way: dict[Lane, set[asyncio.Task[None]]] = {lane: set() for lane in LANES}
        self._woken = asyncio.Event()
        self._looking = self._look_again = False
        self._rest: asyncio.Task[None] | None = None
        self._closing = False
        self._open_lanes = frozenset(LANES)
        self.on_change: Callable[[], None] = lambda: None

    async def put(self, session: AsyncSession, drafts: Iterable[Draft]) -> None:
        """Insert ``drafts`` in the caller's transaction; they set out when it commits."""
        drafts = tuple(drafts)
        if not drafts:
            return
        await records.put(session, drafts, self._clock.now())
        event.listen(session.sync_session, "after_commit", self._committed)

    async def cancel(
        self,
        session: AsyncSession,
        subject: str,
        reason: Outcome = Outcome.NOT_WANTED,
        kinds: Sequence[str] = (),
        user_id: int | None = None,
    ) -> int:
        """Call off what has not gone out for ``subject``; an attempt under way looks once more and stops."""
        return await records.cancel(session, subject, reason, kinds, user_id)

    async def has_any_left(self, session: AsyncSession, subject: str, kind: str) -> bool:
        """Whether any delivery of ``kind`` for ``subject`` has arrived or may still arrive."""
        return await records.has_any_left(session, subject, kind)

    async def count_to(self, session: AsyncSession, user_id: int, kind: str) -> int:
        """How many deliveries of ``kind`` were ever made out to this person."""
        return await records.count_to(session, user_id, kind)

    async def messages_of(self, session: AsyncSession, subject: str, kind: str) -> Sequence[tuple[int, int]]:
        """(channel id, message id) of each message of ``kind`` sent for ``subject``."""
        return await records.messages_of(session, subject, kind)

    async def sent_as(self, session: AsyncSession, message_id: int) -> tuple[str, dict[str, str | int | None]] | None:
        """Of which kind a message of ours is, and by which arguments it was drawn; none where it is not on record."""
        return await records.sent_as(session, message_id)

    async def standings(self, session: AsyncSession, subject: str, kinds: Sequence[str]) -> Sequence[Standing]:
        """How every delivery of ``kinds`` for ``subject`` stands, oldest first."""
        return await standings.standings(session, subject, kinds)

    async def last_to(self, session: AsyncSession, user_id: int, kinds: Sequence[str]) -> Standing | None:
        """How the newest delivery of ``kinds`` to this person that came to an end did end."""
        return await standings.last_to(session, user_id, kinds)

    async def oldest_page_due(self) -> datetime | None:
        """When the longest waiting page on Discord was due (UTC), or none. Outside roads wait on purpose."""
        async with self._database.read() as session:
            return await standings.oldest_due(session, Lane.CRISIS)

    def hold_discord(self) -> None:
        """Claim nothing that goes over Discord until ``release_discord``: there is no login yet. Roads go."""
        self._open_lanes -= OVER_DISCORD

    def release_discord(self) -> None:
        """Discord can be reached: send what waited."""
        self._open_lanes |= OVER_DISCORD
        self.wake()

    def wake(self) -> None:
        """Look for due rows now."""
        self._woken.set()

    def _committed(self, session: OrmSession) -> None:
        if session.in_nested_transaction():
            return  # a savepoint of a unit of work that is not at its end: nobody sees the row yet
        self.wake()
        self.on_change()

    async def nearest(self) -> datetime | None:
        """When the next row that may go is due (UTC), or none."""
        async with self._database.read() as session:
            return await records.nearest(session, self._open_lanes)

    async def release_leases(self) -> int:
        """At a start on SQLite: nobody else holds a claim, so every claimed row is due now."""
        async with self._database.write() as session:
            return await records.release_all(session, self._clock.now())

    async def run(self) -> None:
        """Send what is due whenever woken, until cancelled."""
        while True:
            await self._woken.wait()
            self._looking = True
            self._woken.clear()
            try:
                await self._look()
            except Exception:
                # The rows are still there; the next tick, at most 15 s away, looks again.
                log.exception("outbox.pass_failed")
            finally:
                self._looking = False

    async def _look(self) -> None:
        """Pages at once; the rest beside it, so that a page that comes meanwhile waits for no claim of a reminder."""
        due = await self._lanes_due()
        await self._start(due & URGENT)
        if self._rest is not None and not self._rest.done():
            self._look_again = True
        elif due - URGENT:
            self._rest = asyncio.create_task(self._start_rest(due - URGENT), name="handrail: outbox, all but pages")

    async def _start_rest(self, due: Collection[Lane]) -> None:
        with in_a_hurry(False):
            try:
                await self._start(due)
            except Exception:
                log.exception("outbox.pass_failed")
        if self._look_again:
            self._look_again = False
            self.wake()

    async def start_due(self) -> int:
        """Claim what is due, as far as slots are free, and start sending it; how many were started."""
        return await self._start(await self._lanes_due())

    async def _lanes_due(self) -> frozenset[Lane]:
        async with self._database.read() as session:
            return frozenset(await records.lanes_due(session, self._clock.now())) & self._open_lanes

    async def _start(self, due: Collection[Lane]) -> int:
        started = 0
        for lane in (one for one in Lane if one in due):
            free = SLOTS[lane] - len(self._under_way[lane])
            if free <= 0 or self._closing:
                continue
            with in_a_hurry(lane in URGENT):
                async with self._database.write() as session:
                    claimed = await records.claim(session, lane, free, self._clock.now())
            for delivery in claimed:
                task = asyncio.create_task(self._deliver(delivery), name=f"handrail: delivery {delivery.id}")
                self._under_way[lane].add(task)
                task.add_done_callback(partial(self._finished, lane))
            started += len(claimed)
        return started

    def _finished(self, lane: Lane, task: asyncio.Task[None]) -> None:
        self._under_way[lane].discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("outbox.attempt_crashed", error=type(error).__name__, exc_info=error)
        self.wake()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being sent and nobody asked to look."""
        looking = self._looking or (self._rest is not None and not self._rest.done())
        return not self._woken.is_set() and not looking and not any(self._under_way.values())

    async def close(self, grace: timedelta = timedelta(seconds=3)) -> None:
        """Claim no more; give what is under way ``grace`` to finish. What is cut off comes back when its lease ends."""
        self._closing = True
        if self._rest is not None:
            await asyncio.wait({self._rest}, timeout=grace.total_seconds())
            self._rest.cancel()
        tasks = [task for tasks in self._under_way.values() for task in tasks]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _deliver(self, delivery: Delivery) -> None:
        with in_a_hurry(delivery.lane in URGENT):
            await self._deliver_in_turn(delivery)

    async def _deliver_in_turn(self, delivery: Delivery) -> None:
        current_lane.set(delivery.lane)
        lease = asyncio.create_task(self._hold(delivery), name=f"handrail: lease {delivery.id}")
        try:
            async with asyncio.timeout(DEADLINE[delivery.lane].total_seconds()):
                await self._attempt(delivery)
        except (UnsureError, TimeoutError):
            await self._again(delivery, unsure=True)
        except TryLaterError as later:
            await self._again(delivery, unsure=False, at_least=later.seconds)
        except RefusedForGoodError as refusal:
            await self._refused(delivery, refusal.outcome)
        except asyncio.CancelledError:
            raise
        except Exception:
            # A fault of ours (a renderer that raises): said loudly, and tried again, for a page above all.
            log.exception("outbox.attempt_failed", delivery=delivery.id, kind=delivery.kind, lane=delivery.lane.value)
            await self._again(delivery, unsure=True)
        finally:
            lease.cancel()
            with suppress(asyncio.CancelledError):
                await lease

    async def _attempt(self, delivery: Delivery) -> None:
        kind = self._kinds.find(delivery.kind)
        if kind is None:
            await self._end(delivery, State.DEAD, Outcome.UNKNOWN_KIND)
            return
        if is_too_late(delivery.expires_at, self._clock.now()):
            await self._end(delivery, State.EXPIRED, Outcome.LATE)
            return
        composed = await self._compose(kind, delivery)
        if isinstance(composed, Withdrawn):
            await self._end(delivery, State.CANCELLED, composed.reason)
            return
        if isinstance(composed, Postponed):
            async with self._database.write() as session:
                await records.put_back(session, delivery, composed.until, unsure=False, counts=False)
            self.on_change()
            return
        receipt: Receipt | None = None
        if isinstance(composed, Post) and must_look_first(delivery.unsure_since, self._clock.now()):
            assert delivery.unsure_since is not None  # noqa: S101  # what must_look_first has just said, for the type
            receipt = await self._transport.look_up(delivery, composed, delivery.unsure_since, self._is_known)
        if receipt is None:
            async with self._database.write() as session:
                if not await records.about_to_send(session, delivery, self._clock.now()):
                    return
            if isinstance(composed, Errand):
                receipt = await composed.run()
            elif isinstance(composed, Deed):
                receipt = await self._transport.do(delivery, composed)
            else:
                receipt = await self._transport.post(delivery, composed)
        await self._record(kind, delivery, receipt)

    async def _compose(self, kind: Kind, delivery: Delivery) -> Post | Deed | Errand | Postponed | Withdrawn:
        if not kind.only_looks:
            return await kind.compose(delivery, self._clock.now())
        async with self._database.read():  # what it looks up inside shares this view: a page is a dozen look-ups
            return await kind.compose(delivery, self._clock.now())

    async def _is_known(self, message_id: int) -> bool:
        async with self._database.read() as session:
            return await records.is_known_message(session, message_id)

    async def _record(self, kind: Kind, delivery: Delivery, receipt: Receipt) -> None:
        now = self._clock.now()
        message = None
        if receipt.channel_id is not None and receipt.message_id is not None:
            message = (receipt.channel_id, receipt.message_id)
        async with self._database.write() as session:
            if await records.finish(session, delivery, State.SENT, now, message=message):
                await kind.sent(session, delivery, receipt, now)
            else:
                # Called off, or taken over, while it was on its way: the message exists, so at least say where.
                await records.note_message(session, delivery, message)
                await kind.arrived_late(session, delivery, receipt, now)
                log.info("outbox.sent_after_claim_ended", delivery=delivery.id, kind=delivery.kind)

    async def _refused(self, delivery: Delivery, outcome: Outcome) -> None:
        log.warning("outbox.refused", delivery=delivery.id, kind=delivery.kind, outcome=outcome.value)
        now = self._clock.now()
        kind = self._kinds.find(delivery.kind)
        async with self._database.write() as session:
            gives_up = kind is not None and outcome in kind.gives_up_on
            if ends_for_good(delivery.lane, outcome) or gives_up:
                still_ours = await records.finish(session, delivery, State.DEAD, now, reason=outcome)
            else:
                next_at = now + wait_before_retry(delivery.lane, delivery.attempts, self._jitter())
                still_ours = await records.put_back(session, delivery, next_at, unsure=False)
            if still_ours and kind is not None:
                await kind.failed(session, delivery, outcome, now)
        self.wake()
        self.on_change()

    async def _again(self, delivery: Delivery, *, unsure: bool, at_least: float | None = None) -> None:
        wait = wait_before_retry(delivery.lane, delivery.attempts, self._jitter())
        wait = max(wait, timedelta(seconds=at_least or 0))
        now = self._clock.now()
        kind = self._kinds.find(delivery.kind)
        async with self._database.write() as session:
            if await records.put_back(session, delivery, now + wait, unsure=unsure) and kind is not None:
                await kind.unanswered(session, delivery, now)
        log.info("outbox.again", delivery=delivery.id, kind=delivery.kind, attempts=delivery.attempts, unsure=unsure)
        self.on_change()

    async def _end(self, delivery: Delivery, state: State, outcome: Outcome) -> None:
        now = self._clock.now()
        kind = self._kinds.find(delivery.kind)
        async with self._database.write() as session:
            if (
                await records.finish(session, delivery, state, now, reason=outcome)
                and kind
                and state is not State.CANCELLED
            ):
                await kind.failed(session, delivery, outcome, now)

    async def _hold(self, delivery: Delivery) -> None:
        """Renew the lease at half its length for as long as the attempt is under way."""
        while True:
            await asyncio.sleep(LEASE[delivery.lane].total_seconds() / 2)
            async with self._database.write() as session:
                await records.renew(session, delivery, self._clock.now())
