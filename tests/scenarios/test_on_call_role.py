"""The role `On call`: whoever is on call carries it, from the hand-over on, and only they."""

import pytest

from tests.harness.house import STAFF, House
from tests.harness.rota import BARE, DAILY, DANGER, HAND_OVER, TWO, on_call

CHANGES = ("PUT", "DELETE")


def carriers(house: House) -> list[str]:
    """Who carries the role at Discord."""
    return [name for name in STAFF if "On call" in house[name].roles()]


def given_and_taken(house: House, since: int = 0) -> list[tuple[str, str]]:
    """What was asked of Discord about the role: (method, whose)."""
    role, names = str(house.role("On call").id), {str(house[name].id): name for name in STAFF}
    asked = [one for one in house.sandbox.requests.since(since) if one.path.endswith(f"/roles/{role}")]
    return [(one.method, names[one.path.split("/")[-3]]) for one in asked if one.method in CHANGES]


async def test_it_goes_over_at_the_hand_over(empty_house: House) -> None:
    house = empty_house
    await house.start(TWO)
    assert carriers(house) == ["Rivera"]
    await house.advance(minutes=59)
    assert carriers(house) == ["Rivera"]
    await house.advance(minutes=1)
    assert carriers(house) == ["Okafor"]
    assert given_and_taken(house) == [("PUT", "Rivera"), ("PUT", "Okafor"), ("DELETE", "Rivera")], "never without"


async def test_an_override_has_it_and_it_goes_back_by_itself(empty_house: House) -> None:
    house = empty_house
    await house.start(BARE)
    await house["Rivera"].runs("oncall override", in_="staff-room", user=house["Okafor"].id, hours=2)
    assert carriers(house) == ["Okafor"]
    await house.advance(hours=2)
    assert carriers(house) == ["Rivera"]


async def test_an_override_that_is_taken_back_and_set_again_within_minutes(empty_house: House) -> None:
    house = empty_house
    await house.start(BARE)
    for _ in range(2):
        await house["Rivera"].runs("oncall override", in_="staff-room", user=house["Okafor"].id, hours=2)
        assert carriers(house) == ["Okafor"]
        await house["Rivera"].clicks("Undo", in_="on-call")
        assert carriers(house) == ["Rivera"]


async def test_whoever_takes_the_shift_has_it(empty_house: House) -> None:
    house = empty_house
    await house.start(TWO)
    await house.advance(hours=1, minutes=1)
    await house["Chen"].clicks("Take this shift", in_="on-call")
    assert carriers(house) == ["Chen"]


async def test_a_restart_gives_and_takes_nothing(empty_house: House) -> None:
    house = empty_house
    await house.start(TWO)
    mark = house.sandbox.requests.mark()
    await house.restart(TWO)
    await house.advance(minutes=10)
    assert given_and_taken(house, mark) == []


async def test_a_hand_over_missed_while_down_is_made_up_for(empty_house: House) -> None:
    house = empty_house
    await house.start(DAILY)
    await house.stop()
    house._move(house.clock.now().replace(day=24, hour=2))  # past 8 in the evening in New York
    await house.start(DAILY)
    assert carriers(house) == ["Okafor"]


async def test_discord_away_only_delays_it_and_no_page_waits(empty_house: House) -> None:
    house = empty_house
    await house.start(TWO)
    await house.enrol("Alex")
    house.sandbox.faults.fail("* /guilds/*/members/*/roles/*", 503, times=None)
    await house.advance(hours=1, minutes=1)
    assert await on_call(house) == house["Okafor"].id
    assert carriers(house) == ["Rivera"]
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert house["Okafor"].is_paged(), "with or without the role"
    house.sandbox.faults.clear()
    await house.advance(minutes=6)
    assert carriers(house) == ["Okafor"]


async def test_a_role_that_may_not_be_given_is_tried_again_now_and_then(empty_house: House) -> None:
    house = empty_house
    await house.start(BARE)
    house.sandbox.faults.fail("PUT /guilds/*/members/*/roles/*", 403, times=None)
    await house["Rivera"].runs("oncall override", in_="staff-room", user=house["Okafor"].id, hours=2)
    asked = len(given_and_taken(house))
    assert carriers(house) == ["Rivera"], "it is taken from nobody before somebody else has it"
    for _ in range(9):
        await house.advance(minutes=1)
        house.app.heart.plan_soon()
        await house.settles()
    assert len(given_and_taken(house)) == asked, "no storm of requests that count as invalid"
    house.sandbox.faults.clear()
    await house.advance(minutes=1)
    house.app.heart.plan_soon()
    await house.settles()
    assert carriers(house) == ["Okafor"]


async def test_the_role_deleted_by_mistake_is_given_back(empty_house: House) -> None:
    house = empty_house
    await house.start(BARE)
    house.guild.remove_role(house.role("On call"))
    await house.settles()
    assert carriers(house) == ["Rivera"]


async def test_nobody_has_it_while_whoever_is_on_call_is_gone(empty_house: House) -> None:
    house = empty_house
    await house.start(BARE)
    okafor = house["Okafor"].id
    await house["Rivera"].runs("oncall override", in_="staff-room", user=okafor, hours=8)
    house.sandbox.people.leave_guild(okafor, house.guild)
    house.app.presence.forget(house.guild.id, [okafor])
    await house.settles()
    await house["Rivera"].clicks("Undo", in_="on-call")
    assert [name for name in ("Rivera", "Chen") if "On call" in house[name].roles()] == ["Rivera"]


@pytest.mark.parametrize("is_given", [False, True])
async def test_killed_while_it_goes_over(empty_house: House, is_given: bool) -> None:
    """After the note and before the first request, and between the two requests."""
    house = empty_house
    await house.start(TWO)
    house._move(HAND_OVER)
    role = house.app.rooms.oncall.role
    change = await role.change(house.guild.id)
    assert change is not None
    await role.begins(change)
    if is_given:
        await house.app.client.http.add_role(house.guild.id, house["Okafor"].id, change.role_id)
    await house.crash()
    await house.start(TWO)
    assert carriers(house) == ["Okafor"]
