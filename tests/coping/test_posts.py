"""The skill of the day in the group's channel."""

from datetime import UTC, date, datetime, timedelta

import discord
from sqlalchemy import select

from bot.coping.records import SkillPostRow
from bot.coping.service import CopingService
from bot.delivery.rules import State
from bot.program.layout import coping_key
from tests.checkins.world import CONTENT, GUILD, MONDAY_MORNING, World, programme

HALF_PAST_EIGHT = MONDAY_MORNING + timedelta(hours=1, minutes=30)
MONDAY = date(2026, 11, 23)


async def plan(world: World) -> None:
    await world.skill_planner.plan(world.clock.now() - timedelta(hours=26), world.clock.now() + timedelta(hours=36))


async def posts(world: World) -> list[SkillPostRow]:
    async with world.database.read() as session:
        return list(await session.scalars(select(SkillPostRow).order_by(SkillPostRow.due_at)))


async def test_the_post_comes_at_its_hour_with_its_three_buttons(world: World) -> None:
    channel = await world.channel(coping_key("morning"))
    await plan(world)
    await world.until(HALF_PAST_EIGHT)
    (at, post), *others = [(at, post) for at, post in world.wall.posted if at == channel]
    assert others == []
    (row,) = [row for row in await posts(world) if row.group_key == "morning" and row.local_date == MONDAY]
    skill = CONTENT.skill(row.skill_key)
    assert post.embed is not None
    assert (post.content, post.embed.title, post.embed.description) == ("", skill.en.title, skill.en.text)
    buttons = [item for item in (post.view.children if post.view else ()) if isinstance(item, discord.ui.Button)]
    assert [(button.label, button.custom_id) for button in buttons] == [
        ("Helped", f"skill:helped:{skill.key}"),
        ("Not for me", f"skill:not-for-me:{skill.key}"),
        ("Save", f"skill:save:{skill.key}"),
    ]
    assert (row.channel_id, row.due_at) == (at, HALF_PAST_EIGHT)
    assert row.message_id


async def test_planning_again_adds_nothing_and_what_is_over_is_left(world: World) -> None:
    await plan(world)
    rows = await world.rows("coping.post")
    # Sunday's have ended; the span reaches Tuesday 19:00 in New York.
    assert [(row.subject or "").rpartition(":")[2] for row in rows] == ["morning", "morning", "family", "family"]
    assert min(row.due_at for row in rows) == HALF_PAST_EIGHT
    await plan(world)
    assert len(await world.rows("coping.post")) == len(rows)


async def test_a_retry_and_another_process_show_the_same_skill(world: World) -> None:
    other = CopingService(world.database, world.clock, CONTENT, world.members, world.programmes)
    shown = set()
    for service in (world.coping, other, world.coping):
        daily = await service.daily(GUILD, "morning", MONDAY, HALF_PAST_EIGHT, world.clock.now())
        assert daily is not None
        shown.add(daily.skill.key)
    assert len(shown) == len(await posts(world)) == 1


async def test_a_hundred_days_bring_a_hundred_skills(world: World) -> None:
    shown = []
    for day in range(100):
        due_at = HALF_PAST_EIGHT + timedelta(days=day)
        daily = await world.coping.daily(GUILD, "morning", MONDAY + timedelta(days=day), due_at, due_at)
        assert daily is not None
        shown.append(daily.skill.key)
    assert len(set(shown)) == len(shown)


async def test_the_family_group_gets_what_fits_it(world: World) -> None:
    for day in range(12):
        due_at = datetime(2026, 11, 23, 15, tzinfo=UTC) + timedelta(days=day)
        daily = await world.coping.daily(GUILD, "family", MONDAY + timedelta(days=day), due_at, due_at)
        assert daily is not None
        assert "family" in daily.skill.tracks


async def test_a_moved_hour_withdraws_the_old_post_and_sends_the_new(world: World) -> None:
    await plan(world)
    await world.programmes.adopt(programme(prompts=[{"group": "morning", "time": "09:00"}]), GUILD)
    await plan(world)
    await world.until(HALF_PAST_EIGHT)
    assert world.wall.posted == []
    await world.until(HALF_PAST_EIGHT + timedelta(minutes=30))
    assert len(world.wall.posted) == 1


async def test_a_late_post_says_so_and_yesterdays_never_comes(world: World) -> None:
    channel = await world.channel(coping_key("morning"))
    await plan(world)
    await world.until(HALF_PAST_EIGHT + timedelta(hours=2))
    assert world.wall.texts(channel) == ["Today's skill comes a little late."]
    await world.until(datetime(2026, 11, 25, 5, tzinfo=UTC))  # Wednesday 00:00 in New York: Tuesday's is over
    assert len(world.wall.texts(channel)) == 1
    assert State.EXPIRED in {State(row.state) for row in await world.rows("coping.post")}


async def test_a_skill_that_left_the_library_is_chosen_anew(world: World) -> None:
    first = await world.coping.daily(GUILD, "morning", MONDAY, HALF_PAST_EIGHT, world.clock.now())
    assert first is not None
    async with world.database.write() as session:
        row = (await session.scalars(select(SkillPostRow))).one()
        row.skill_key = "gone-since"
    again = await world.coping.daily(GUILD, "morning", MONDAY, HALF_PAST_EIGHT, world.clock.now())
    assert again is not None
    assert [row.skill_key for row in await posts(world)] == [again.skill.key]
