"""What is held outlasts time, restarts and outages: nothing is lost, nothing waits unseen, nothing is done twice."""

import asyncio

from bot.moderation.service import Hidden
from tests.harness.house import PROGRAMME, House
from tests.harness.person import labels_of

NUMBER = "if anybody needs a lift, my number is 555-867-5309"
CHANNEL, QUEUE = "morning-check-in", "mod-queue"


async def test_staff_are_reminded_until_somebody_decides(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(NUMBER, in_=CHANNEL)
    rivera = house["Rivera"]
    await house.advance(hours=3, minutes=59)
    assert len(house["Okafor"].reads(QUEUE)) == 1
    await house.advance(minutes=2)
    assert len(house["Okafor"].reads(QUEUE)) == 2
    assert rivera.id in house["Okafor"].reads(QUEUE)[-1].mentions.user_ids, "who is on call"
    await house.restart()
    await house.advance(hours=4)
    assert len(house["Okafor"].reads(QUEUE)) == 3
    await rivera.clicks("Decline", on=house["Okafor"].reads(QUEUE)[0])
    assert all(labels_of(card) == ["Show"] for card in house["Okafor"].reads(QUEUE)), "every card says so"
    await house.advance(hours=9)
    assert len(house["Okafor"].reads(QUEUE)) == 3


async def test_the_programme_says_how_long_it_may_wait(empty_house: House) -> None:
    house = empty_house
    await house.start(PROGRAMME + "moderation: {{held_within: 30m}}\n")
    await house.enrol("Alex")
    await house["Alex"].says(NUMBER, in_=CHANNEL)
    await house.advance(minutes=31)
    assert len(house["Okafor"].reads(QUEUE)) == 2


async def test_a_crash_between_storing_and_taking_away_loses_nothing(house: House) -> None:
    await house.enrol("Alex", "Bea")
    stored = asyncio.Event()

    async def never(channel_id: int, message_id: int) -> Hidden:
        del channel_id, message_id
        stored.set()
        await asyncio.Event().wait()
        return Hidden.DONE

    house.app.rooms.moderation.held.hide = never
    house.sandbox.people.say(house["Alex"].id, house.channel(CHANNEL), NUMBER)
    async with asyncio.timeout(20):
        await stored.wait()
    await house.crash()
    assert NUMBER in house["Bea"].texts(CHANNEL), "it still stands"
    await house.start()
    await house.advance(seconds=10)
    assert NUMBER not in house["Bea"].texts(CHANNEL)
    assert any(NUMBER in text for text in house["Alex"].texts())
    assert len(house["Okafor"].reads(QUEUE)) == 1
    await house["Rivera"].clicks("Approve", in_=QUEUE)
    assert any("555" in text for text in house["Bea"].texts(CHANNEL))


async def test_what_was_written_while_we_were_away_is_held_when_we_are_back(house: House) -> None:
    await house.enrol("Alex", "Bea")
    await house.crash()
    house.sandbox.people.say(house["Alex"].id, house.channel(CHANNEL), NUMBER)
    await house.start()
    assert NUMBER not in house["Bea"].texts(CHANNEL)
    assert len(house["Okafor"].reads(QUEUE)) == 1
    await house.restart()
    assert len(house["Okafor"].reads(QUEUE)) == 1, "read twice, held once"


async def test_discord_not_answering_is_tried_again(house: House) -> None:
    await house.enrol("Alex", "Bea")
    house.sandbox.faults.fail("DELETE /channels/{channel_id}/messages/{message_id}", 500, 12)
    await house["Alex"].says(NUMBER, in_=CHANNEL)
    await house.advance(minutes=10)
    assert NUMBER not in house["Bea"].texts(CHANNEL)
    assert len([text for text in house["Alex"].texts() if "not in trouble" in text]) == 1


async def test_the_buttons_work_after_a_restart(house: House) -> None:
    await house.enrol("Alex", "Bea")
    await house["Alex"].says(NUMBER, in_=CHANNEL)
    await house.restart()
    await house["Rivera"].clicks("Approve", in_=QUEUE)
    assert any("555" in text for text in house["Bea"].texts(CHANNEL))


async def test_the_queue_lists_what_waits(house: House) -> None:
    await house.enrol("Alex")
    rivera = house["Rivera"]
    assert "Nothing waits" in (await rivera.runs("mod queue", in_=QUEUE)).text
    await house["Alex"].says(NUMBER, in_=CHANNEL)
    listed = await rivera.runs("mod queue", in_=QUEUE)
    assert listed.is_private
    assert "Held: **Alex** in Morning" in listed.text
    assert "555" in (await listed.clicks("Show 1")).text
