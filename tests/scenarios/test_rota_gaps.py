"""Where nobody would answer: told a week, a day and an hour ahead, and at once where nobody could foresee it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.oncall.rota_service import Problem
from tests.harness.house import MONDAY, House
from tests.harness.person import labels_of, text_of
from tests.harness.rota import (
    BARE,
    DANGER,
    EMPTY,
    HAND_OVER,
    PERSON_WHO_IS_NOT_THERE,
    STRANGE,
    TWO,
    mention,
    on_call,
    posts,
    stamp,
)


async def make_gap(house: House, first: str, last: str) -> None:
    """Everybody on the rota has time off then."""
    rota, guild = house.app.rooms.oncall.rota, house.guild.id
    start, end = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (first, last))
    made = await rota.time_off(guild, house["Chen"].id, house["Rivera"].id, start, end)
    await house.settles()
    assert not isinstance(made, str), made


async def test_a_gap_is_told_a_week_a_day_and_an_hour_ahead_once_each(empty_house: House) -> None:
    house = empty_house
    await house.start(BARE)
    begins = MONDAY + timedelta(days=10, hours=6)
    await make_gap(house, begins.isoformat()[:16], (begins + timedelta(hours=5)).isoformat()[:16])
    told: list[timedelta] = []
    for lead in (timedelta(days=7), timedelta(days=1), timedelta(hours=1), timedelta(0)):
        for moment in (begins - lead - timedelta(seconds=1), begins - lead, begins - lead + timedelta(minutes=1)):
            before = len(posts(house, "Nobody is on call"))
            await house.advance(seconds=(moment - house.clock.now()).total_seconds())
            told += [begins - house.clock.now()] * (len(posts(house, "Nobody is on call")) - before)
    assert told == [timedelta(days=7), timedelta(days=1), timedelta(hours=1)]
    last = posts(house, "Nobody is on call")[-1]
    assert stamp(begins) in text_of(last)
    assert stamp(begins + timedelta(hours=5)) in text_of(last)
    assert last.pings == {house["Rivera"].id, house["Chen"].id}, "an hour ahead it asks somebody"


async def test_a_gap_that_is_near_already_is_told_at_once_and_can_be_closed_there(house: House) -> None:
    begins = MONDAY + timedelta(hours=20)
    await make_gap(house, begins.isoformat()[:16], (begins + timedelta(hours=5)).isoformat()[:16])
    [post] = posts(house, "Nobody is on call")
    assert labels_of(post) == ["Take this shift"]
    taken = await house["Okafor"].clicks("Take this shift", on=post)
    assert f"from {stamp(begins)} until {stamp(begins + timedelta(hours=5))}" in taken.text
    assert await on_call(house) == house["Rivera"].id, "only that stretch was taken"
    await house.advance(hours=22)
    assert len(posts(house, "Nobody is on call")) == 1, "what was closed is not told of any more"
    assert await on_call(house) == house["Okafor"].id
    [_, change] = await house.app.rooms.oncall.rota.changes(house.guild.id, MONDAY)
    await house.app.rooms.oncall.rota.cancel(change.id, house["Chen"].id)
    await house.settles()
    assert len(posts(house, "Nobody is on call")) == 2, "and told again once it is open again"


async def test_an_empty_rota_is_told_once_a_week(empty_house: House) -> None:
    house = empty_house
    await house.start(EMPTY)
    [post] = posts(house, "Nobody is on call now")
    assert "until further notice" in text_of(post)
    await house.restart(EMPTY)
    await house.advance(days=5)
    assert len(posts(house, "Nobody is on call now")) == 1
    await house.advance(days=3)
    assert len(posts(house, "Nobody is on call now")) == 2


async def test_whoever_no_verified_road_reaches_is_a_gap(empty_house: House) -> None:
    house = empty_house
    await house.start(TWO)

    async def reaches(_guild_id: int, person: int) -> bool:
        return person != house["Okafor"].id

    rota = house.app.rooms.oncall.rota
    rota.reaches = reaches
    house.app.heart.plan_soon()
    await house.settles()
    gaps = await rota.gaps(house.guild.id, MONDAY, MONDAY + timedelta(days=14))
    assert [(gap.person, gap.problem, gap.starts_at) for gap in gaps] == [
        (house["Okafor"].id, Problem.NOT_REACHED, HAND_OVER)
    ]
    [post] = posts(house, "no verified road reaches them")
    assert mention(house, "Okafor") in text_of(post)


async def test_a_road_that_cannot_be_asked_about_counts_as_none(house: House) -> None:
    async def reaches(_guild_id: int, _person: int) -> bool:
        raise OSError("unreachable")

    rota = house.app.rooms.oncall.rota
    rota.reaches = reaches
    gaps = await rota.gaps(house.guild.id, MONDAY, MONDAY + timedelta(days=1))
    assert {gap.problem for gap in gaps} == {Problem.NOT_REACHED}


async def test_an_unknown_id_on_the_rota_is_told_at_once_and_covered(empty_house: House) -> None:
    house = empty_house
    await house.start(STRANGE)
    [post] = posts(house, f"<@{PERSON_WHO_IS_NOT_THERE}> is on call now**", "is not in this server")
    assert labels_of(post) == ["Take this shift"]
    assert post.pings == {house["Chen"].id}, "whoever covers is asked"
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert house["Chen"].is_paged(), "the backup covers, at once"


async def test_an_unknown_id_that_is_on_call_much_later_or_backup_is_told_at_once(empty_house: House) -> None:
    house = empty_house
    await house.start(
        STRANGE.replace('backup: ["{Chen}"]', f'backup: ["{PERSON_WHO_IS_NOT_THERE}"]').replace(
            f'people: ["{PERSON_WHO_IS_NOT_THERE}", "{{Rivera}}"]', 'people: ["{Rivera}"]'
        )
    )
    [post] = posts(house, f"`{PERSON_WHO_IS_NOT_THERE}`")
    assert "not in this server" in text_of(post)
    await house.advance(hours=3)
    assert len(posts(house, f"`{PERSON_WHO_IS_NOT_THERE}`")) == 1


async def test_somebody_who_leaves_the_server_is_a_gap_once_it_is_known(empty_house: House) -> None:
    house = empty_house
    await house.start(TWO)
    house.sandbox.people.leave_guild(house["Okafor"].id, house.guild)
    await house.settles()
    await house.advance(minutes=11)
    house.app.heart.plan_soon()
    await house.settles()
    assert posts(house, mention(house, "Okafor"), "is not in this server")


@pytest.mark.parametrize("status", [403, 404, 503])
async def test_an_outage_is_not_a_removal(house: House, status: int) -> None:
    house.sandbox.faults.fail("GET /guilds/*/members/*", status, times=None)
    presence, asked = house.app.presence, len(house.sandbox.requests)
    presence.forget(house.guild.id, [house["Rivera"].id])
    await presence.ask()
    assert len(house.sandbox.requests) > asked, "it was asked"
    assert presence.is_there(house.guild.id, house["Rivera"].id)
