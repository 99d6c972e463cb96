"""The card at its hour, its thread, and a programme that changes under it."""

from datetime import timedelta

import discord
from sqlalchemy import func, select

from bot.checkins.records import CheckinDayRow
from bot.delivery.rules import State
from bot.program.actions import ObjectRef
from bot.program.layout import ObjectKind, check_in_key
from bot.program.records import remember_object
from tests.checkins.world import GUILD, MONDAY_MORNING, PROGRAMME, World, programme

NINE = MONDAY_MORNING + timedelta(hours=2)


async def days(world: World) -> int:
    async with world.database.read() as session:
        return int(await session.scalar(select(func.count()).select_from(CheckinDayRow)) or 0)


async def test_planning_twice_plans_once(world: World) -> None:
    await world.plan()
    before = [(row.id, row.dedupe_key, row.due_at, row.expires_at) for row in await world.rows("checkins.card")]
    await world.plan()
    assert [(row.id, row.dedupe_key, row.due_at, row.expires_at) for row in await world.rows("checkins.card")] == before
    assert len(before) == await days(world) == 3  # Monday morning and evening, Tuesday morning
    assert before[0][2:] == (NINE, NINE + timedelta(hours=12))


async def test_a_card_whose_window_has_ended_is_not_planned_and_one_that_runs_is(world: World) -> None:
    world.clock.advance(hours=5)
    await world.planner.plan(world.clock.now() - timedelta(days=4), world.clock.now())
    rows = await world.rows("checkins.card")
    assert [row.due_at for row in rows] == [NINE]  # Thursday's and Friday's are over


async def test_a_group_without_a_channel_gets_its_card_once_the_channel_is_there(world: World) -> None:
    groups = [*PROGRAMME["groups"], {"key": "night", "name": "Night IOP", "track": "iop"}]
    with_night = programme(groups=groups, checkins=[{"group": "night", "time": "09:00"}])
    await world.programmes.adopt(with_night, GUILD)
    await world.plan()
    assert await world.rows("checkins.card") == []
    async with world.database.write() as session:
        await remember_object(session, GUILD, ObjectRef(ObjectKind.CHANNEL, check_in_key("night")), 7000)
    await world.plan()
    await world.until(NINE)
    assert len(world.wall.embeds(7000)) == 1


async def test_the_card_has_its_date_and_button_and_opens_the_thread(world: World) -> None:
    channel = await world.channel(check_in_key("morning"))
    await world.plan()
    await world.until(NINE - timedelta(seconds=1))
    assert world.wall.posted == []
    await world.until(NINE)
    ((at, post),) = world.wall.posted
    assert at == channel
    assert post.embed is not None
    assert post.embed.author.name == "Check-in, Monday, November 23"
    assert f"<t:{int(NINE.timestamp()) + 12 * 3600}:t>" in (post.embed.description or "")
    assert post.view is not None
    (button,) = post.view.children
    assert isinstance(button, discord.ui.Button)
    async with world.database.read() as session:
        day = (await session.scalars(select(CheckinDayRow).where(CheckinDayRow.opens_at == NINE))).one()
    assert (button.label, button.custom_id) == ("Check in", f"checkin:open:{day.id}")
    assert (day.channel_id, day.message_id, day.thread_id) == (channel, 900_001, 900_001)
    assert world.places.names == {900_001: "Check-in, Monday, November 23"}


async def test_a_late_card_says_so(world: World) -> None:
    await world.plan()
    await world.until(NINE + timedelta(minutes=11))
    assert "later than usual" in (world.wall.embeds(await world.channel(check_in_key("morning")))[0].description or "")


async def test_a_card_that_could_not_go_out_in_its_window_never_does(world: World) -> None:
    await world.plan()
    await world.until(NINE + timedelta(hours=12))
    assert world.wall.embeds(await world.channel(check_in_key("morning"))) == []
    assert (await world.rows("checkins.card"))[0].state == State.EXPIRED


async def test_a_moved_hour_withdraws_the_old_card_and_sends_the_new_one(world: World) -> None:
    await world.plan()
    moved = programme(checkins=[{"group": "morning", "time": "10:00", "window": "2h"}])
    await world.programmes.adopt(moved, GUILD)
    await world.plan()
    await world.until(NINE)
    assert world.wall.posted == []
    await world.until(NINE + timedelta(hours=1))
    assert len(world.wall.embeds(await world.channel(check_in_key("morning")))) == 1


async def test_a_corrected_zone_moves_the_card_too(world: World) -> None:
    await world.plan()
    facts = {"name": "Riverside IOP", "timezone": "America/Chicago", "country": "US"}
    await world.programmes.adopt(programme(program=facts), GUILD)
    await world.plan()
    await world.until(NINE)
    assert world.wall.posted == []
    await world.until(NINE + timedelta(hours=1))
    assert len(world.wall.embeds(await world.channel(check_in_key("morning")))) == 1


async def test_the_card_speaks_the_programmes_first_language(world: World) -> None:
    facts = {"name": "Riverside IOP", "timezone": "America/New_York", "country": "US", "languages": ["es"]}
    await world.programmes.adopt(programme(program=facts), GUILD)
    await world.plan()
    await world.until(NINE)
    (embed,) = world.wall.embeds(await world.channel(check_in_key("morning")))
    assert embed.author.name == "Registro, lunes 23 de noviembre"
