import asyncio
from datetime import timedelta
from sqlalchemy import update
from tests.harness.house import PROGRAMME, House
from tests.harness.person import text_of
from bot.members.records import MemberRow
from bot.oncall.records import IncidentRow
DANGER = "I'm going to kill myself tonight"


async def test_two_acknowledge_at_once(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER)
    card = house["Rivera"].reads("on-call")[-1]
    a = house.sandbox.people.click(house["Rivera"].id, card, "Acknowledge")
    b = house.sandbox.people.click(house["Chen"].id, card, "Acknowledge")
    await house.settles()
    said = [m.content for i in (a, b) for m in i.messages]
    assert sum("You have it" in s for s in said) == 1 and sum("took it" in s for s in said) == 1, said


async def test_a_slow_planner_holds_the_ladder(house: House, monkeypatch) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER)
    gate = asyncio.Event()
    planner = house.app.heart._planners[0]
    async def slow(start, end):
        await gate.wait()
    monkeypatch.setattr(planner, "plan", slow)
    house.app.heart.plan_soon()
    house.sandbox.clock.move(timedelta(minutes=4))
    house.clock.set(house.clock.now() + timedelta(minutes=4))
    for _ in range(200):
        await asyncio.sleep(0.01)
    paged = house["Chen"].is_paged()
    gate.set()
    await house.settles()
    assert paged, "the ladder waits for a planner"


async def test_one_bad_incident_holds_all(house: House) -> None:
    await house.enrol("Alex", "Bea")
    await house["Alex"].says(DANGER)
    await house["Bea"].says(DANGER)
    async with house.app.database.write() as session:
        await session.execute(update(IncidentRow).where(IncidentRow.user_id == house["Alex"].id).values(policy={"steps": []}))
    house._move(house.clock.now() + timedelta(minutes=4))
    house.app.heart.wake()
    for _ in range(100):
        await asyncio.sleep(0.01)
    assert house["Chen"].is_paged(), "Bea's page climbs no more"


async def test_wild_names(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    for name in ("*" * 80, "\u202e\u200b" * 40, "[x](https://evil.example)", "@everyone <@&1>", "`_~|>" * 16):
        async with house.app.database.write() as session:
            await session.execute(update(MemberRow).values(chosen_name=name))
        await alex.says(DANGER)
        card = house["Rivera"].reads("on-call")[-1]
        assert "Page" in text_of(card)
        assert not card.mentions.everyone if hasattr(card.mentions, "everyone") else True
        form = await house["Rivera"].clicks("Resolve", in_="on-call")
        await form.fills(outcome="false_alarm")
    assert len([m for m in house["Rivera"].reads() if "Resolve" not in str(m)]) >= 5


async def test_on_call_channel_deleted_and_dm_closed(house: House) -> None:
    await house.enrol("Alex")
    house["Rivera"].closes_dms()
    house.guild.remove_member(house["Rivera"].id)
    await house["Alex"].says(DANGER)
    await house.advance(seconds=30)
    assert house["Chen"].is_paged(), "nobody was reached at step 0, and the next waits for three minutes"


async def test_presses_finish_at_shutdown(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    form = await alex.runs("checkin", in_="morning-check-in")
    house.sandbox.faults.slow("POST /interactions/*/*/callback", 0.3, times=1)
    i = house.sandbox.people.submit(alex.id, form.interaction, {"feeling": "heavy", "words": DANGER, "share": "self", "contact": "no"})
    for _ in range(10):
        await asyncio.sleep(0.01)
    await house.stop()
    await asyncio.sleep(0.5)
    await house.start()
    assert house["Rivera"].is_paged(), "words sent in a form while we shut down are lost"


async def test_stored_programme_that_cannot_be_read_any_more(house: House) -> None:
    await house.enrol("Alex")
    from bot.program.records import ProgrammeRow
    async with house.app.database.write() as session:
        for row in (await session.scalars(__import__("sqlalchemy").select(ProgrammeRow))).all():
            row.content = {**row.content, "was_allowed_once": 1}
            row.digest = "x"
    house.sandbox.people.say(house["Alex"].id, house.channel("morning-check-in"), DANGER)
    for _ in range(200):
        await asyncio.sleep(0.01)
    paged = house["Rivera"].is_paged()
    async with house.app.database.write() as session:
        for row in (await session.scalars(__import__("sqlalchemy").select(ProgrammeRow))).all():
            row.content = {k: v for k, v in row.content.items() if k != "was_allowed_once"}
            row.digest = "y"
    for _ in range(300):
        await asyncio.sleep(0.01)
    await house.settles()
    assert paged


async def test_dm_channel_that_is_no_more(house: House) -> None:
    """The kept DM channel of Rivera is another application's (a restored database): a page by DM never arrives."""
    await house.enrol("Alex")
    from bot.members.records import DmChannelRow
    async with house.app.database.write() as session:
        await session.merge(DmChannelRow(user_id=house["Rivera"].id, channel_id=123456))
    await house["Alex"].says(DANGER)
    await house.advance(minutes=2)
    assert [m for m in house["Rivera"].reads()], "no DM, for ever"
