"""What the outbox promises: once, durably, in time, and never silently."""

from datetime import timedelta

import pytest

from bot.delivery import records
from bot.delivery.rules import LEASE, Lane, Outcome, State
from tests.delivery.bench_house import Workshop
from tests.delivery.conftest import Street


async def test_what_is_put_is_sent_once(workshop: Workshop, street: Street) -> None:
    await workshop.put(workshop.draft(channel_id=street.channel.id))
    await workshop.put(workshop.draft(channel_id=street.channel.id))
    await workshop.drain()
    await workshop.drain()
    assert street.texts() == ["hello one"]
    row = await workshop.row()
    assert (row.state, row.attempts, row.message_channel_id) == (State.SENT, 1, street.channel.id)


async def test_a_cause_that_is_rolled_back_says_nothing(workshop: Workshop, street: Street) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012  # the fault has to come after the put
        async with workshop.database.write() as session:
            await workshop.outbox.put(session, [workshop.draft(channel_id=street.channel.id)])
            _ = 1 / 0
    await workshop.drain()
    assert street.texts() == []


async def test_a_savepoint_wakes_nobody_and_the_commit_after_it_does(workshop: Workshop, street: Street) -> None:
    """What is woken too early finds nothing, and a page would lie there until the next look."""
    woken: list[bool] = []
    workshop.outbox.on_change = lambda: woken.append(True)
    async with workshop.database.write() as session:
        await workshop.outbox.put(session, [workshop.draft(channel_id=street.channel.id)])
        async with session.begin_nested():
            pass
        assert woken == []
    assert woken == [True]


async def test_nothing_goes_before_it_is_due(workshop: Workshop, street: Street) -> None:
    due = workshop.clock.now() + timedelta(minutes=5)
    await workshop.put(workshop.draft(channel_id=street.channel.id, due_at=due))
    await workshop.drain()
    assert street.texts() == []
    assert await workshop.outbox.nearest() == due
    workshop.clock.advance(minutes=5)
    await workshop.drain()
    assert street.texts() == ["hello one"]


async def test_what_is_too_late_expires_and_its_kind_is_told(workshop: Workshop, street: Street) -> None:
    now = workshop.clock.now()
    await workshop.put(workshop.draft(channel_id=street.channel.id, expires_at=now + timedelta(minutes=1)))
    workshop.clock.advance(minutes=1)
    await workshop.drain()
    assert street.texts() == []
    assert (await workshop.row()).state == State.EXPIRED
    assert workshop.says.failures == [Outcome.LATE]


async def test_it_looks_once_more_whether_it_is_wanted(workshop: Workshop, street: Street) -> None:
    await workshop.put(workshop.draft(channel_id=street.channel.id))
    workshop.says.withdrawn = True
    await workshop.drain()
    assert street.texts() == []
    row = await workshop.row()
    assert (row.state, row.reason) == (State.CANCELLED, Outcome.NOT_WANTED)


async def test_what_is_called_off_does_not_go(workshop: Workshop, street: Street) -> None:
    await workshop.put(workshop.draft(channel_id=street.channel.id, subject="incident:1"))
    async with workshop.database.write() as session:
        assert await workshop.outbox.cancel(session, "incident:1", Outcome.ACKNOWLEDGED) == 1
    await workshop.drain()
    assert street.texts() == []


async def test_a_claim_that_died_comes_back_when_its_lease_ends(workshop: Workshop, street: Street) -> None:
    await workshop.put(workshop.draft(channel_id=street.channel.id))
    async with workshop.database.write() as session:
        [dead] = await records.claim(session, Lane.BULK, 10, workshop.clock.now())
    await workshop.drain()
    assert street.texts() == [], "somebody else holds it"
    workshop.clock.advance(delta=LEASE[Lane.BULK])
    await workshop.drain()
    assert street.texts() == ["hello one"]
    async with workshop.database.write() as session:
        assert not await records.finish(session, dead, State.DEAD, workshop.clock.now(), reason=Outcome.REFUSED)
    assert (await workshop.row()).state == State.SENT, "the old claim's fence is behind"


async def test_a_start_releases_what_a_dead_process_held(workshop: Workshop, street: Street) -> None:
    await workshop.put(workshop.draft(channel_id=street.channel.id))
    async with workshop.database.write() as session:
        await records.claim(session, Lane.BULK, 10, workshop.clock.now())
    assert await workshop.outbox.release_leases() == 1
    await workshop.drain()
    assert street.texts() == ["hello one"]


async def test_a_fault_is_tried_again_later(workshop: Workshop, street: Street) -> None:
    street.sandbox.faults.fail("POST /channels/*/messages", 503, times=1)
    await workshop.put(workshop.draft(channel_id=street.channel.id))
    await workshop.drain()
    assert street.texts() == []
    workshop.clock.advance(seconds=3)
    await workshop.drain()
    assert street.texts() == ["hello one"]


async def test_a_lost_answer_does_not_double(workshop: Workshop, street: Street) -> None:
    street.sandbox.faults.drop_reply("POST /channels/*/messages", times=1)
    await workshop.put(workshop.draft(channel_id=street.channel.id))
    await workshop.drain()
    assert street.texts() == ["hello one"]
    assert (await workshop.row()).state == State.PENDING
    workshop.clock.advance(seconds=3)
    await workshop.drain()
    assert street.texts() == ["hello one"]
    assert (await workshop.row()).state == State.SENT


async def test_after_the_nonces_time_it_looks_in_the_channel_first(workshop: Workshop, street: Street) -> None:
    street.sandbox.faults.drop_reply("POST /channels/*/messages", times=1)
    await workshop.put(workshop.draft(channel_id=street.channel.id))
    await workshop.drain()
    [message] = street.sandbox.people.read(street.alex, street.channel)
    workshop.clock.advance(minutes=30)
    street.sandbox.clock.move(timedelta(minutes=30))
    mark = street.sandbox.requests.mark()
    await workshop.drain()
    assert street.texts() == ["hello one"]
    assert (await workshop.row()).message_id == message.id
    assert street.sandbox.requests.writes(mark) == [], "it was found, not posted again"


async def test_after_the_nonces_time_what_never_arrived_is_sent(workshop: Workshop, street: Street) -> None:
    street.sandbox.people.say(street.alex, street.channel, "hello one")
    street.sandbox.faults.fail("POST /channels/*/messages", 503, times=1)
    await workshop.put(workshop.draft(channel_id=street.channel.id))
    await workshop.drain()
    workshop.clock.advance(minutes=30)
    street.sandbox.clock.move(timedelta(minutes=30))
    await workshop.drain()
    assert street.texts() == ["hello one", "hello one"], "Alex's own words are not ours"


async def test_a_closed_dm_ends_it_with_its_name(workshop: Workshop, street: Street) -> None:
    street.sandbox.people.close_dms(street.alex)
    await workshop.put(workshop.draft(user_id=street.alex))
    await workshop.drain()
    row = await workshop.row()
    assert (row.state, row.reason) == (State.DEAD, Outcome.DM_CLOSED)
    assert workshop.says.failures == [Outcome.DM_CLOSED]
    mark = street.sandbox.requests.mark()
    workshop.clock.advance(hours=1)
    await workshop.drain()
    assert street.sandbox.requests.since(mark) == [], "it never loops"


async def test_a_dm_is_opened_once_and_its_channel_kept(workshop: Workshop, street: Street) -> None:
    await workshop.put(workshop.draft("one", user_id=street.alex), workshop.draft("two", user_id=street.alex))
    await workshop.drain()
    assert sorted(street.dm_texts()) == ["hello one", "hello two"]
    assert set(workshop.dms.known) == {street.alex}


async def test_a_page_outlives_a_channel_that_seems_gone(workshop: Workshop, street: Street) -> None:
    street.sandbox.faults.fail("POST /channels/*/messages", 404, times=1, code=10003)
    await workshop.put(workshop.draft(lane=Lane.CRISIS, channel_id=street.channel.id))
    await workshop.drain()
    assert (await workshop.row()).state == State.PENDING
    workshop.clock.advance(seconds=31)
    await workshop.drain()
    assert street.texts() == ["hello one"]


async def test_a_page_is_never_given_up(workshop: Workshop, street: Street) -> None:
    street.sandbox.faults.fail("POST /channels/*/messages", 403, times=20, code=50013)
    await workshop.put(workshop.draft(lane=Lane.CRISIS, channel_id=street.channel.id))
    for _ in range(20):
        await workshop.drain()
        assert (await workshop.row()).state == State.PENDING
        workshop.clock.advance(seconds=31)
    await workshop.drain()
    assert street.texts() == ["hello one"]


async def test_what_discord_refuses_for_good_is_dead_with_its_reason(workshop: Workshop, street: Street) -> None:
    await workshop.put(workshop.draft(channel_id=street.channel.id, arguments={"text": "x" * 2001}))
    await workshop.drain()
    row = await workshop.row()
    assert (row.state, row.reason) == (State.DEAD, Outcome.REFUSED)


async def test_a_kind_nobody_knows_is_not_lost_silently(workshop: Workshop, street: Street) -> None:
    await workshop.put(workshop.draft(channel_id=street.channel.id, kind="of.another.version"))
    await workshop.drain()
    assert (await workshop.row()).reason == Outcome.UNKNOWN_KIND


async def test_a_renderer_that_raises_is_tried_again(workshop: Workshop, street: Street) -> None:
    await workshop.put(workshop.draft(lane=Lane.CRISIS, channel_id=street.channel.id, arguments={}))
    await workshop.drain()
    row = await workshop.row()
    assert (row.state, row.attempts) == (State.PENDING, 1)


async def test_claims_are_made_lane_by_lane_and_oldest_first(workshop: Workshop, street: Street) -> None:
    later, now = workshop.clock.now(), workshop.clock.now() - timedelta(minutes=1)
    await workshop.put(
        workshop.draft("late", channel_id=street.channel.id, due_at=later),
        workshop.draft("early", channel_id=street.channel.id, due_at=now),
        workshop.draft("page", lane=Lane.CRISIS, channel_id=street.channel.id, due_at=later),
    )
    async with workshop.database.write() as session:
        claimed = [one for lane in Lane for one in await records.claim(session, lane, 10, workshop.clock.now())]
    assert [one.dedupe_key for one in claimed] == ["page", "early", "late"]


async def test_a_claim_of_many_takes_no_more_than_asked(workshop: Workshop, street: Street) -> None:
    await workshop.put(*(workshop.draft(f"n{number}", channel_id=street.channel.id) for number in range(1200)))
    async with workshop.database.write() as session:
        first = await records.claim(session, Lane.BULK, 700, workshop.clock.now())
        second = await records.claim(session, Lane.BULK, 700, workshop.clock.now())
    assert (len(first), len(second)) == (700, 500)
    assert not {one.id for one in first} & {one.id for one in second}


async def test_a_refusal_does_not_clear_an_earlier_doubt(workshop: Workshop, street: Street) -> None:
    street.sandbox.faults.drop_reply("POST /channels/*/messages", times=1)
    street.sandbox.faults.fail("POST /channels/*/messages", 401, times=1)
    await workshop.put(workshop.draft(lane=Lane.CRISIS, channel_id=street.channel.id))
    await workshop.drain()
    workshop.clock.advance(seconds=3)
    await workshop.drain()
    workshop.clock.advance(minutes=30)
    street.sandbox.clock.move(timedelta(minutes=30))
    await workshop.drain()
    assert street.texts() == ["hello one"]
