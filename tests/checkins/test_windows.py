"""Windows over midnight and over the end of a pause, a thread that is gone for two at once, and long lists of names."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete

from bot.checkins.records import CheckinAnswerRow
from bot.checkins.service import Audience, Unheard
from bot.delivery.kinds import Post, Receipt
from bot.delivery.records import Delivery
from bot.delivery.rules import Lane
from bot.program.layout import check_in_key
from bot.ui.checkin_rounds import unheard_text
from tests.checkins.stories import NINE, thread_of
from tests.checkins.world import ALEX, BEA, CHEN, CONTENT, GUILD, World, answer, programme, submit

NIGHTS = {"group": "morning", "days": ["mon", "tue", "wed"], "time": "21:00", "window": "12h"}
NINE_PM = NINE + timedelta(hours=12)


async def test_two_on_their_way_to_a_thread_that_is_gone_are_both_posted(world: World, day: int) -> None:
    world.wall.gone.add(await thread_of(world, day))
    await submit(world, answer(ALEX, day))
    await submit(world, answer(BEA, day))
    await world.deliver()
    channel = await world.channel(check_in_key("morning"))
    assert sorted(world.wall.texts(channel)) == ["Alex checked in: Heavy", "Bea checked in: Heavy"]


async def test_where_the_channel_is_gone_too_it_is_tried_once_and_not_for_ever(world: World, day: int) -> None:
    world.wall.gone |= {await thread_of(world, day), await world.channel(check_in_key("morning"))}
    await submit(world, answer(ALEX, day))
    await world.deliver()
    assert len(await world.rows("checkins.post")) == 2


@pytest.mark.parametrize("erased", [False, True])
async def test_what_is_taken_back_while_it_is_on_its_way_does_not_stay_in_the_thread(
    world: World, day: int, monkeypatch: pytest.MonkeyPatch, *, erased: bool
) -> None:
    await submit(world, answer(ALEX, day, words="for the group"))
    put = world.wall.post

    async def slowly(delivery: Delivery, post: Post) -> Receipt:
        """Discord takes it, and before the answer is here its author changes their mind, and that is carried out."""
        receipt = await put(delivery, post)
        monkeypatch.setattr(world.wall, "post", put)
        if erased:
            async with world.database.write() as session:
                await world.posting.take_back(session, ALEX)
                await session.execute(delete(CheckinAnswerRow))
        else:
            await submit(world, answer(ALEX, day, key="2", audience=Audience.SELF))
        under_way = set(world.outbox._under_way[Lane.DIRECT])
        await world.outbox.start_due()
        await asyncio.gather(*(world.outbox._under_way[Lane.DIRECT] - under_way))
        return receipt

    monkeypatch.setattr(world.wall, "post", slowly)
    await world.deliver()
    assert len(world.wall.posted) == 1
    thread = await thread_of(world, day)
    assert [channel for channel, _ in world.eraser.deleted] == [thread]


async def a_night(world: World) -> int:
    """Monday's card at nine in the evening, open until nine in the morning."""
    await world.programmes.adopt(programme(checkins=[NIGHTS]), GUILD)
    await world.plan(24)
    await world.until(NINE_PM)
    (row,) = [row for row in await world.rows("checkins.card") if row.state == "sent"]
    return int(row.arguments["day"])


async def test_after_midnight_an_open_card_still_takes_an_answer_for_its_own_evening(world: World) -> None:
    day = await a_night(world)
    await world.until(NINE_PM + timedelta(hours=5))  # two in the morning
    await submit(world, answer(ALEX, day, words="still awake"))
    await submit(world, answer(BEA, words="me too"))
    await world.deliver()
    said = {text.splitlines()[-1] for text in world.wall.texts(await thread_of(world, day))}
    assert said == {"> still awake", "> me too"}


async def test_whose_pause_ended_while_a_card_was_open_is_not_missed_at_it(world: World) -> None:
    await world.members.pause(GUILD, ALEX, "1")  # until midnight after tomorrow
    await world.until(NINE_PM - timedelta(minutes=1))
    await world.members.pause(GUILD, ALEX, "2026-11-24")
    day = await a_night(world)
    await world.until(NINE_PM + timedelta(hours=12, minutes=1))
    unheard = await world.posting.closing.unheard(GUILD, CHEN, day)
    assert unheard is not None
    assert unheard.names == ("Bea",)


def test_a_long_list_of_long_names_fits_a_message_and_says_that_it_goes_on() -> None:
    names = tuple(f"*{'_' * 70}*{number}" for number in range(40))
    said = unheard_text(CONTENT, Unheard("en", "Morning", NINE.date(), names))
    assert len(said) <= 2000
    assert said.endswith("…")
    few = unheard_text(CONTENT, Unheard("en", "Morning", NINE.date(), ("Bea", "Jo")))
    assert few.endswith("Not heard from: Bea, Jo")
