"""One bucket for every request: never more than Discord allows in a second, and a page before everything else."""

import asyncio
from collections.abc import Mapping

from bot.delivery.pacing import Aside, Pacer, Turn
from bot.delivery.rules import Lane


class Stopwatch:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


async def turns(pacer: Pacer, watch: Stopwatch, wanted: Mapping[Turn, int], seconds: float) -> list[tuple[float, Turn]]:
    """Who got a turn when, in steps of a hundredth of a second."""
    got: list[tuple[float, Turn]] = []

    async def take(lane: Turn) -> None:
        await pacer.turn(lane)
        got.append((watch.seconds, lane))

    tasks = [asyncio.ensure_future(take(lane)) for lane, count in wanted.items() for _ in range(count)]
    steps = round(seconds * 100)
    for _ in range(steps):
        await asyncio.sleep(0)
        watch.seconds += 0.01
        pacer._tick()
        await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    pacer.close()
    return got


async def test_no_second_sees_more_than_discord_allows() -> None:
    watch = Stopwatch()
    got = await turns(Pacer(now=watch), watch, {Lane.BULK: 300, Lane.DIRECT: 100}, 4)
    times = [at for at, _ in got]
    assert max(sum(1 for other in times if at <= other < at + 1) for at in times) <= 50
    assert len(got) > 44 * 4


async def test_the_bulk_lane_alone_leaves_room() -> None:
    watch = Stopwatch()
    got = await turns(Pacer(now=watch), watch, {Lane.BULK: 400}, 4)
    times = [at for at, _ in got]
    assert max(sum(1 for other in times if at <= other < at + 1) for at in times) <= 45
    assert len(got) <= 40 * 4 + 5


async def test_a_page_never_waits_behind_reminders() -> None:
    watch = Stopwatch()
    pacer = Pacer(now=watch)
    crowd = [asyncio.ensure_future(pacer.turn(Lane.BULK)) for _ in range(200)]
    await asyncio.sleep(0)
    page = asyncio.ensure_future(pacer.turn(Lane.CRISIS))
    await asyncio.sleep(0)
    watch.seconds += 1 / 45
    pacer._tick()
    await asyncio.sleep(0)
    assert page.done()
    for task in crowd:
        task.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)
    pacer.close()


async def test_who_gives_up_waiting_takes_no_turn() -> None:
    watch = Stopwatch()
    pacer = Pacer(rate=1, bulk_rate=1, now=watch)
    first = [asyncio.ensure_future(pacer.turn(Lane.DIRECT)) for _ in range(5)]
    await asyncio.gather(*first)
    gone, stays = asyncio.ensure_future(pacer.turn(Lane.DIRECT)), asyncio.ensure_future(pacer.turn(Lane.DIRECT))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    watch.seconds += 1
    pacer._tick()
    await asyncio.sleep(0)
    assert stays.done()
    pacer.close()


async def test_hiding_a_message_waits_for_no_reminder_and_keeps_no_page_waiting() -> None:
    watch = Stopwatch()
    wanted: Mapping[Turn, int] = {Lane.DIRECT: 20, Lane.BULK: 20, Aside.HIDING: 1, Lane.CRISIS: 1}
    got = await turns(Pacer(now=watch), watch, wanted, 1)
    waited = [lane for _, lane in got[5:]]  # a burst of five goes at once, whatever it is
    assert waited[:2] == [Lane.CRISIS, Aside.HIDING]
