"""Which card an answer belongs to: another group's, an old one, a late one, none at all."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select, text

from bot.checkins.records import CheckinAnswerRow, CheckinDayRow
from bot.checkins.service import Audience, Earlier, Feeling, Kept
from bot.errors import NotAllowedError, NotFoundError
from bot.program.layout import check_in_key
from tests.checkins.stories import NINE, stored, thread_of
from tests.checkins.world import (
    ALEX,
    BEA,
    GUILD,
    JO,
    RIVERA,
    SAM,
    World,
    answer,
    submit,
)

IN_DANGER = "I'm going to kill myself tonight"
LAPSED = "I drank last night after three weeks, I feel so ashamed"
NUMBERS = {"emergency": "911", "lifeline": "988"}


@pytest.mark.parametrize(
    ("user", "sentence"),
    [(JO, "belongs to another group"), (SAM, "works for members"), (RIVERA, "works for members")],
)
async def test_a_card_is_for_its_own_group(world: World, day: int, user: int, sentence: str) -> None:
    with pytest.raises(NotAllowedError, match=sentence):
        await world.checkins.may_open(GUILD, user, day)
    with pytest.raises(NotAllowedError, match=sentence):
        await submit(world, answer(user, day))
    assert await stored(world) == []


async def test_a_card_that_is_not_known_or_of_another_server_is_too_old(world: World, day: int) -> None:
    with pytest.raises(NotFoundError):
        await world.checkins.may_open(GUILD, ALEX, day + 99)
    async with world.database.write() as session:
        row = await session.get(CheckinDayRow, day)
        assert row is not None
        row.guild_id = GUILD + 1
    with pytest.raises(NotFoundError):
        await submit(world, answer(ALEX, day))


async def test_a_late_answer_belongs_to_its_day_and_is_posted(world: World, day: int) -> None:
    world.clock.set(NINE + timedelta(hours=13))  # 22:00 in New York
    await submit(world, answer(ALEX, day))
    await world.deliver()
    (row,) = await stored(world)
    assert row.day_id == day
    assert world.wall.texts(await thread_of(world, day)) == ["Alex checked in: Heavy"]


async def test_a_bare_checkin_joins_the_open_card(world: World, day: int) -> None:
    await submit(world, answer(ALEX, day, words="by the card", audience=Audience.SELF))
    await submit(world, answer(ALEX, None, key="2", words="by the command", audience=Audience.SELF))
    (row,) = await stored(world)
    assert (row.day_id, row.words) == (day, "by the command")


async def test_checkin_works_where_no_card_is_open(world: World) -> None:
    await submit(world, answer(ALEX, None))
    await submit(world, answer(BEA, None))
    await world.deliver()
    assert world.wall.texts(await world.channel(check_in_key("morning"))) == [
        "Alex checked in: Heavy",
        "Bea checked in: Heavy",
    ]
    async with world.database.read() as session:
        (day,) = await session.scalars(select(CheckinDayRow))
        answers = await session.scalar(select(func.count()).select_from(CheckinAnswerRow))
    assert (day.asked, day.local_date.isoformat(), answers) == (False, "2026-11-23", 2)
    assert (await world.checkins.may_open(GUILD, ALEX, None)).earlier == Earlier(Feeling.HEAVY, "", Audience.GROUP)


async def test_an_old_card_answers_for_today(world: World, day: int) -> None:
    world.clock.set(NINE + timedelta(days=3, hours=-1))  # Thursday, an hour before its card
    await submit(world, answer(ALEX, day, audience=Audience.SELF))
    (row,) = await stored(world)
    async with world.database.read() as session:
        found = await session.get(CheckinDayRow, row.day_id)
    assert found is not None
    assert (found.asked, found.local_date.isoformat()) == (False, "2026-11-26")


async def test_no_supportive_line_comes_twice_in_a_row(world: World, day: int) -> None:
    said: list[Kept] = []
    for number in range(12):
        world.clock.advance(minutes=1)
        given = answer(ALEX, day, key=str(number), audience=Audience.SELF)
        said.append((await submit(world, given))[2])
    lines = [kept.lines for kept in said]
    for before, after in pairwise(lines):
        assert not set(before) & set(after)
    assert len({line for pair in lines for line in pair}) >= 4


async def test_a_place_without_channels_still_keeps_the_answer(world: World, day: int) -> None:
    thread = await thread_of(world, day)
    async with world.database.write() as session:
        row = await session.get(CheckinDayRow, day)
        assert row is not None
        row.thread_id = None
        await session.execute(text("DELETE FROM server_objects"))
    _, _, kept = await submit(world, answer(ALEX, day, words="kept"))
    await world.deliver()
    assert world.wall.texts(thread) == []
    assert kept.audience is Audience.STAFF
    assert [row.words for row in await stored(world)] == ["kept"]
