"""Somebody in two groups: the form says which it is for, and its words go there and nowhere else."""

from datetime import timedelta

import pytest

from bot.checkins.rules import mark_of
from bot.errors import NotAllowedError
from bot.program.layout import check_in_key
from bot.ui.checkins import form
from tests.checkins.stories import NINE, thread_of
from tests.checkins.world import ALEX, BEA, CONTENT, GUILD, World, answer, submit
from tests.harness.leaving import leaves

SIX_PM = NINE + timedelta(hours=9)


@pytest.fixture
async def in_both(world: World, day: int) -> int:
    """Alex is in the evening group as well; Monday's card of the morning group."""
    await world.enrol(ALEX, "Alex", "evening")
    return day


async def test_words_go_to_the_group_the_form_was_opened_for_whichever_card_opens_meanwhile(
    world: World, in_both: int
) -> None:
    world.clock.set(SIX_PM - timedelta(minutes=1))
    opening = await world.checkins.may_open(GUILD, ALEX, None)
    assert opening.group_name == "Morning IOP"
    await world.until(SIX_PM + timedelta(minutes=1))  # the evening group's card is up, and it is the newest
    await submit(world, answer(ALEX, words="for my morning people", group_mark=opening.group_mark))
    await world.deliver()
    assert "for my morning people" in world.wall.texts(await thread_of(world, in_both))[-1]
    assert (await world.checkins.may_open(GUILD, ALEX, None)).group_name == "Evening IOP"


async def test_where_both_cards_are_open_the_one_that_is_not_answered_is_asked_for(world: World, in_both: int) -> None:
    await world.until(SIX_PM + timedelta(minutes=1))
    names = []
    for key in ("1", "2", "3"):
        opening = await world.checkins.may_open(GUILD, ALEX, None)
        names.append(opening.group_name)
        await submit(world, answer(ALEX, key=key, group_mark=opening.group_mark))
    assert names == ["Evening IOP", "Morning IOP", "Evening IOP"]


async def test_the_form_names_the_group_only_where_there_is_a_choice(world: World, in_both: int) -> None:
    opening = await world.checkins.may_open(GUILD, ALEX, in_both)
    assert form(CONTENT, opening, "form", in_both).title == "Check in: Morning IOP"
    alone = await world.checkins.may_open(GUILD, BEA, in_both)
    assert form(CONTENT, alone, "form", in_both).title == "Check in"


async def test_out_of_that_group_meanwhile_nothing_goes_to_the_other(world: World, in_both: int) -> None:
    opening = await world.checkins.may_open(GUILD, ALEX, None)
    await leaves(world.database, world.clock, world.members, GUILD, ALEX)
    await world.enrol(ALEX, "Alex", "evening")
    with pytest.raises(NotAllowedError, match="another group"):
        await submit(world, answer(ALEX, words="for my morning people", group_mark=opening.group_mark))
    await world.deliver()
    assert not world.wall.texts(await world.channel(check_in_key("evening")))


async def test_a_form_from_before_forms_said_their_group_still_arrives(world: World, day: int) -> None:
    await submit(world, answer(ALEX, words="hello"))
    await world.deliver()
    assert "hello" in world.wall.texts(await thread_of(world, day))[-1]


def test_a_mark_fits_beside_a_server_and_tells_groups_apart() -> None:
    assert len(f"{2**63 - 1}.{mark_of('morning')}") <= 38
    assert mark_of("morning") != mark_of("evening")
