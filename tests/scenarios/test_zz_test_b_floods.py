"""Steps that pile up while nobody can hear them."""
from datetime import timedelta
from tests.harness.house import PROGRAMME, House
DANGER = "I'm going to kill myself tonight"


async def test_a_night_down_with_an_open_page(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.crash()
    house._move(house.clock.now() + timedelta(hours=1))
    dms, cards = len(house["Rivera"].reads()), len(house["Rivera"].reads("on-call"))
    await house.start()
    await house.advance(seconds=1)
    dms, cards = len(house["Rivera"].reads()) - dms, len(house["Rivera"].reads("on-call")) - cards
    print("DMs to Rivera at start", dms, "cards", cards)
    assert dms <= 2 and cards <= 2


async def test_an_hour_of_discord_down_with_an_open_page(house: House) -> None:
    await house.enrol("Alex")
    fault = house.sandbox.faults.fail("POST /channels/*/messages", 503, times=None)
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=25)
    house.sandbox.faults.clear()
    await house.advance(seconds=40)
    dms, cards = len(house["Rivera"].pages()), len(house["Rivera"].reads("on-call"))
    print("pages to Rivera", dms, "cards", cards)
    assert cards <= 2


async def test_channel_gone_rows_never_end(house: House) -> None:
    await house.enrol("Alex")
    house.sandbox.faults.fail(f"POST /channels/{house.channel('on-call').id}/messages", 403, times=None, code=50013)
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=20)
    mark = house.sandbox.requests.mark()
    await house.advance(minutes=5)
    n = sum(1 for r in house.sandbox.requests.since(mark) if r.status == 403)
    print("403s in five minutes, after twenty:", n)
    assert n <= 20


async def test_more_than_eighty_staff(empty_house: House) -> None:
    house = empty_house
    extra = [house.sandbox.world.add_user(f"s{i}", f"S{i}") for i in range(90)]
    for u in extra:
        house.guild.add_member(u)
    ids = ", ".join(f'"{u.id}"' for u in extra)
    await house.start(PROGRAMME.replace('"{Okafor}"]', '"{Okafor}", ' + ids + "]"))
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=4)
    before = len(house["Rivera"].reads("on-call"))
    await house.advance(minutes=7)
    assert len(house["Rivera"].reads("on-call")) > before, "the card of the step for everyone never shows"
