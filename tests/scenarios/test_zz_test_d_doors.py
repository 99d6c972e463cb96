"""Presses, forms, threads, DMs."""
from datetime import timedelta
import asyncio
from tests.harness.house import PROGRAMME, House
from bot.members.records import MemberRow
DANGER = "I'm going to kill myself tonight"


async def test_form_with_words_when_the_deferral_fails(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    form = await alex.runs("checkin", in_="morning-check-in")
    house.sandbox.faults.fail("POST /interactions/*/*/callback", 404, times=1, code=10062)
    house.sandbox.people.submit(alex.id, form.interaction, {"feeling": "heavy", "words": DANGER, "share": "self", "contact": "no"})
    await house.settles()
    print(await house.app.rooms.oncall.unresolved(house.guild.id))
    assert house["Rivera"].is_paged()


async def test_acknowledge_when_the_deferral_fails(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER)
    card = house["Rivera"].reads("on-call")[-1]
    house.sandbox.faults.fail("POST /interactions/*/*/callback", 404, times=1, code=10062)
    house.sandbox.people.click(house["Rivera"].id, card, "Acknowledge")
    await house.settles()
    assert not house["Rivera"].is_paged()


async def test_form_with_words_while_the_database_is_busy(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    form = await alex.runs("checkin", in_="morning-check-in")
    database = house.app.database
    database.patience = 0.2
    async with database.exclusively():
        i = house.sandbox.people.submit(alex.id, form.interaction, {"feeling": "heavy", "words": DANGER, "share": "self", "contact": "no"})
        await house.sandbox.changed(lambda: bool(i.messages) and any(m.content for m in i.messages), 10)
    await house.advance(minutes=5)
    said = "\n".join(m.content for m in i.messages)
    print(repr(said))
    assert "988" in said or house["Rivera"].is_paged()


async def test_first_dm_while_the_database_is_busy(house: House) -> None:
    jo = house["Jo"]
    await house.enrol("Jo", group="evening")
    # erased DM book, as after /privacy erase or a restore from an older backup
    from sqlalchemy import delete
    from bot.members.records import DmChannelRow
    async with house.app.database.write() as session:
        await session.execute(delete(DmChannelRow))
    database = house.app.database
    database.patience = 0.2
    async with database.exclusively():
        house.sandbox.people.say(jo.id, jo._place(None), DANGER)
        for _ in range(100):
            await asyncio.sleep(0.01)
    database.patience = 30
    for _ in range(250):
        await asyncio.sleep(0.01)
    await house.settles()
    await house.advance(minutes=10)
    assert house["Rivera"].is_paged()


async def test_channel_message_while_the_database_is_busy(house: House) -> None:
    await house.enrol("Jo", group="evening")
    jo = house["Jo"]
    database = house.app.database
    database.patience = 0.2
    async with database.exclusively():
        house.sandbox.people.say(jo.id, house.channel("evening-check-in"), DANGER)
        for _ in range(100):
            await asyncio.sleep(0.01)
    database.patience = 30
    for _ in range(250):
        await asyncio.sleep(0.01)
    await house.settles()
    assert house["Rivera"].is_paged()


async def test_member_row_of_a_server_that_is_gone(house: House) -> None:
    await house.enrol("Alex")
    async with house.app.database.write() as session:
        session.add(MemberRow(guild_id=999, user_id=house["Alex"].id, chosen_name="Alex", language="en", reminders=True, created_at=house.clock.now()))
    await house["Alex"].says(DANGER)
    await house.advance(minutes=30)
    assert any(p.is_paged() for p in house.staff)


async def test_two_people_whose_ids_end_alike(empty_house: House) -> None:
    from tests.harness.person import Person
    house = empty_house
    alex = house["Alex"]
    twin = house.sandbox.world.add_user("twin", "Twin", id=alex.id + 10_000)
    house.guild.add_member(twin)
    house.people["Twin"] = Person(house, "Twin", twin.id)
    await house.start()
    await house.enrol("Alex", "Twin")
    alex.closes_dms(); house["Twin"].closes_dms()
    await alex.says(DANGER, in_="morning-check-in")
    await house["Twin"].says(DANGER, in_="morning-check-in")
    seen = [t for p in alex.places() if p.name.startswith("A note") for t in alex.texts(p)]
    print(seen)
    assert not any(str(twin.id) in t for t in seen), "Alex reads the crisis answer of somebody else"


async def test_support_by_dm_with_no_programme(empty_house: House) -> None:
    house = empty_house
    await house.start(None)
    a = await house["Alex"].runs("support")
    print(a.text)
    assert "988" in a.text


async def test_words_by_dm_with_no_programme(empty_house: House) -> None:
    house = empty_house
    await house.start(None)
    await house["Alex"].says(DANGER)
    assert any("988" in t for t in house["Alex"].texts())


async def test_member_left_and_dm_closed(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    alex.closes_dms()
    house.sandbox.people.say(alex.id, house.channel("morning-check-in"), DANGER)
    house.guild.remove_member(alex.id)
    await house.settles()
    assert house["Rivera"].is_paged()
    await house.advance(minutes=2)
    mark = house.sandbox.requests.mark()
    await house.advance(minutes=5)
    refused = [(r.method, r.route, r.status) for r in house.sandbox.requests.since(mark) if r.status >= 400]
    print(refused[:4], len(refused))
    assert not refused, "goes on for ever, and nobody is told that no answer reached the person"


async def test_reply_refused_for_another_reason(house: House) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    house.sandbox.faults.fail(f"POST /channels/{alex._place(None).id}/messages", 403, times=None, code=20026)
    await alex.says(DANGER, in_="morning-check-in")
    await house.advance(minutes=2)
    assert [p for p in alex.places() if p.name.startswith("A note")], "no other road is taken"


async def test_long_list(house: House) -> None:
    from bot.oncall.service import Alarm, Shift
    from bot.crisis.assessment import Tier
    for n in range(21):
        async with house.app.database.write() as session:
            session.add(MemberRow(guild_id=house.guild.id, user_id=5000 + n, chosen_name="*" * 80, language="en", reminders=True, created_at=house.clock.now()))
            await house.app.rooms.oncall.raise_alarm(session, Alarm(house.guild.id, 5000 + n, Tier.NOTIFY, f"k{n}"), Shift(None, None))
    await house.settles()
    a = await house["Rivera"].runs("incident list", in_="on-call")
    print(a.text[:200])
    newest = (await house.app.rooms.oncall.unresolved(house.guild.id))[-1]
    assert newest.code in a.text
