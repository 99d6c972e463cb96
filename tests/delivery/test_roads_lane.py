"""The lane of outside roads: with slots of its own, open while Discord's are held, and looking before it sends."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.rules import Lane, Outcome, State
from bot.delivery.service import SLOTS, Delivery, Errand, Postponed, QuietKind, Receipt
from bot.delivery.transport import RefusedForGoodError, TryLaterError, UnsureError
from tests.delivery.bench_house import START, Workshop
from tests.delivery.conftest import Street


async def nothing() -> None:
    """An errand that is done at once."""


class Runs(QuietKind):
    """An errand that a test gives."""

    name = "test.runs"

    def __init__(self) -> None:
        self.work: Callable[[], Awaitable[None]] = nothing
        self.later: datetime | None = None
        self.runs = 0
        self.heard: list[str] = []

    async def compose(self, delivery: Delivery, now: datetime) -> Errand | Postponed:
        if self.later is not None and now < self.later:
            return Postponed(self.later)

        async def run() -> Receipt:
            self.runs += 1
            await self.work()
            return Receipt()

        return Errand(run)

    async def sent(self, session: AsyncSession, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        self.heard.append("sent")

    async def failed(self, session: AsyncSession, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        self.heard.append(outcome.value)

    async def unanswered(self, session: AsyncSession, delivery: Delivery, now: datetime) -> None:
        self.heard.append("unanswered")


def errands(workshop: Workshop) -> Runs:
    kind = Runs()
    workshop.outbox._kinds.add(kind)
    return kind


async def test_an_errand_is_done_once_and_recorded(workshop: Workshop) -> None:
    kind = errands(workshop)
    await workshop.put(workshop.draft(lane=Lane.ROADS, kind="test.runs", user_id=1))
    await workshop.drain()
    assert (await workshop.row()).state == State.SENT
    assert (kind.runs, kind.heard) == (1, ["sent"])


async def test_what_is_postponed_counts_as_no_attempt(workshop: Workshop) -> None:
    kind = errands(workshop)
    kind.later = START + timedelta(seconds=60)
    await workshop.put(workshop.draft(lane=Lane.ROADS, kind="test.runs", user_id=1))
    await workshop.drain()
    row = await workshop.row()
    assert (row.state, row.attempts, row.unsure_since) == (State.PENDING, 0, None)
    assert await workshop.outbox.nearest() == kind.later
    workshop.clock.advance(seconds=60)
    await workshop.drain()
    assert (await workshop.row()).attempts == 1
    assert kind.runs == 1


async def test_each_end_is_told(workshop: Workshop) -> None:
    kind = errands(workshop)
    await workshop.put(workshop.draft(lane=Lane.ROADS, kind="test.runs", user_id=1))
    for error, heard in ((UnsureError(), "unanswered"), (TryLaterError(7), "unanswered")):

        async def fails(error: Exception = error) -> None:
            raise error

        kind.work = fails
        await workshop.drain()
        assert kind.heard[-1] == heard
        workshop.clock.advance(seconds=7)
    assert (await workshop.row()).state == State.PENDING, "it is tried again, for ever"

    async def refused() -> None:
        raise RefusedForGoodError(Outcome.REFUSED)

    kind.work = refused
    await workshop.drain()
    row = await workshop.row()
    assert (row.state, row.reason, kind.heard[-1]) == (State.DEAD, Outcome.REFUSED, "refused")


async def test_roads_that_hang_take_no_slot_of_a_page(workshop: Workshop, street: Street) -> None:
    kind, gate = errands(workshop), asyncio.Event()

    async def hangs() -> None:
        await gate.wait()

    kind.work = hangs
    hung = [
        workshop.draft(f"hung {number}", lane=Lane.ROADS, kind="test.runs", user_id=1)
        for number in range(SLOTS[Lane.CRISIS] + 10)
    ]
    await workshop.put(*hung)
    await workshop.outbox.start_due()
    await workshop.put(workshop.draft("page", lane=Lane.CRISIS, channel_id=street.channel.id))
    await workshop.outbox.start_due()
    await asyncio.wait(workshop.outbox._under_way[Lane.CRISIS])
    assert street.texts() == ["hello page"]
    assert len(workshop.outbox._under_way[Lane.ROADS]) == len(hung), "all at once, none behind another"
    gate.set()
    await workshop.drain()


async def test_without_a_login_roads_go_and_the_rest_waits(workshop: Workshop, street: Street) -> None:
    kind = errands(workshop)
    workshop.outbox.hold_discord()
    await workshop.put(
        workshop.draft("road", lane=Lane.ROADS, kind="test.runs", user_id=1),
        workshop.draft("page", lane=Lane.CRISIS, channel_id=street.channel.id),
        workshop.draft("reminder", lane=Lane.BULK, channel_id=street.channel.id),
    )
    await workshop.drain()
    assert kind.runs == 1
    assert street.texts() == []
    assert await workshop.outbox.nearest() is None, "no alarm is set for what cannot go"
    workshop.outbox.release_discord()
    await workshop.drain()
    assert street.texts() == ["hello page", "hello reminder"]


async def test_how_deliveries_stand(workshop: Workshop) -> None:
    kind = errands(workshop)
    await workshop.put(
        workshop.draft("one", lane=Lane.ROADS, kind="test.runs", user_id=1, subject="s"),
        workshop.draft(
            "two", lane=Lane.ROADS, kind="test.runs", user_id=2, subject="s", due_at=START + timedelta(minutes=1)
        ),
        workshop.draft("three", lane=Lane.ROADS, kind="test.runs", user_id=1, subject="other"),
    )
    await workshop.drain()
    async with workshop.database.read() as session:
        found = await workshop.outbox.standings(session, "s", ["test.runs"])
        last = await workshop.outbox.last_to(session, 1, ["test.runs"])
        never = await workshop.outbox.last_to(session, 2, ["test.runs"])
    assert [(one.dedupe_key, one.state, one.set_out, one.is_live) for one in found] == [
        ("one", State.SENT, True, False),
        ("two", State.PENDING, False, True),
    ]
    assert last is not None
    assert last.dedupe_key == "three"
    assert never is None
    assert kind.runs == 2
