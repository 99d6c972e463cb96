from datetime import timedelta
import pytest
from bot.delivery.rules import Lane, State
from tests.delivery.bench_house import Workshop
from tests.delivery.conftest import Street, street, workshop  # noqa: F401
from tests.harness.house import PROGRAMME, House
DANGER = "I'm going to kill myself tonight"


async def test_unsure_then_try_later_then_late(workshop: Workshop, street: Street) -> None:
    street.sandbox.faults.drop_reply("POST /channels/*/messages", times=1)
    street.sandbox.faults.fail("POST /channels/*/messages", 401, times=1)
    await workshop.put(workshop.draft(lane=Lane.CRISIS, channel_id=street.channel.id))
    await workshop.drain()
    workshop.clock.advance(seconds=3)
    await workshop.drain()
    print((await workshop.row()).unsure_since)
    workshop.clock.advance(minutes=30)
    street.sandbox.clock.move(timedelta(minutes=30))
    await workshop.drain()
    assert street.texts() == ["hello one"]


async def test_page_dm_of_a_later_step_is_taken_for_the_earlier(house: House) -> None:
    """Chen is paged at 3 min (backup) and at 7 min (everyone); at 7 min his DM meets a 3-minute 503."""
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=6, seconds=50)
    chen = house["Chen"]
    assert len(chen.reads()) == 1
    house.sandbox.faults.fail(f"POST /channels/{chen._place(None).id}/messages", 503, times=None)
    await house.advance(minutes=3)
    house.sandbox.faults.clear()
    await house.advance(minutes=1)
    print(len(chen.reads()))
    assert len(chen.reads()) == 2, "the second page was recorded as sent, and never was"


async def test_card_sent_then_crash_then_found_again(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says("good morning", in_="morning-check-in")
    house.sandbox.faults.drop_reply(f"POST /channels/{house.channel('on-call').id}/messages", times=1)
    # answer lost, and the bot dies before it can try again
    house.sandbox.faults.fail(f"POST /channels/{house.channel('on-call').id}/messages", 503, times=None)
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert len(house["Rivera"].reads("on-call")) == 1
    await house.crash()
    house.sandbox.faults.clear()
    house._move(house.clock.now() + timedelta(minutes=12))
    await house.start()
    await house.advance(seconds=20)
    for t in house["Rivera"].texts("on-call"): print(repr(t))
    assert sum("Nobody has" not in t for t in house["Rivera"].texts("on-call")) == 1, "the same card twice"
