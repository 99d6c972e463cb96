"""What staff do about a channel for the safety of a group: a lock, a slower pace, quiet hours; all of it put back."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.errors import Refused
from sandbox.permissions import Permission
from tests.harness.cases import cases, may_write, mod
from tests.harness.house import PROGRAMME, House

DANGER = "I am going to kill myself tonight"
WHY = "went on about prices after two reminders"


# -- channels ----------------------------------------------------------------------------------------------------------


def overwrites(house: House, channel: str = "morning-check-in") -> dict[int, Any]:
    return dict(house.channel(channel).overwrites)


async def test_a_lock_spares_staff_and_is_put_back_exactly(house: House) -> None:
    await house.enrol("Alex", "Bea")
    channel = house.channel("morning-check-in")
    channel.set_overwrite(house["Bea"].id, deny=Permission.ADD_REACTIONS)
    before = overwrites(house)
    await mod(house, "Rivera", "lock", in_="morning-check-in", reason=WHY)
    assert not may_write(house, "Alex")
    assert not may_write(house, "Bea")
    assert may_write(house, "Chen")
    assert house["Alex"].sees("morning-check-in")
    line = house["Alex"].texts("morning-check-in")
    assert any("having a pause" in said and "/support" in said for said in line)
    assert not (await house["Alex"].runs("support", in_="morning-check-in")).failed

    await mod(house, "Chen", "unlock", in_="morning-check-in", reason="calm again")
    assert overwrites(house) == before
    assert may_write(house, "Alex")
    assert await cases(house) == [("lock", "done", "nobody"), ("unlock", "done", "nobody")]


async def test_a_lock_outlasts_a_restart_and_so_does_what_was_before(house: House) -> None:
    await house.enrol("Alex")
    before = overwrites(house)
    await mod(house, "Rivera", "lock", in_="morning-check-in", reason=WHY)
    await house.restart()
    await house.advance(minutes=15)
    assert not may_write(house, "Alex"), "setting the server up takes a lock for no drift"
    await mod(house, "Rivera", "unlock", in_="morning-check-in", reason=WHY)
    assert overwrites(house) == before
    await house.restart()
    assert overwrites(house) == before


async def test_a_crash_between_the_row_and_discord_loses_no_lock(house: House) -> None:
    await house.enrol("Alex")
    before = overwrites(house)
    house.app.outbox.hold_discord()
    await mod(house, "Rivera", "lock", in_="morning-check-in", reason=WHY)
    assert may_write(house, "Alex")
    await house.crash()
    await house.start()
    await house.advance(minutes=1)
    assert not may_write(house, "Alex")
    await mod(house, "Rivera", "unlock", in_="morning-check-in", reason=WHY)
    assert overwrites(house) == before


async def test_what_was_changed_by_hand_during_a_lock_stays(house: House) -> None:
    await house.enrol("Alex")
    await mod(house, "Rivera", "lock", in_="morning-check-in", reason=WHY)
    channel, role = house.channel("morning-check-in"), house.role("Morning")
    there = channel.overwrites[role.id]
    channel.set_overwrite(role.id, allow=there.allow & ~Permission.ADD_REACTIONS, deny=there.deny)
    await mod(house, "Rivera", "unlock", in_="morning-check-in", reason=WHY)
    after = channel.overwrites[role.id]
    assert after.allow & Permission.SEND_MESSAGES
    assert not after.allow & Permission.ADD_REACTIONS


async def test_the_lock_of_a_channel_that_was_deleted_is_over(house: House) -> None:
    await mod(house, "Rivera", "lock", in_="morning-check-in", reason=WHY)
    house.channel("morning-check-in").delete()
    await house.advance(minutes=30)
    assert await house.app.rooms.programmes.restraints.unfinished(house.guild.id) == []
    await house.restart()
    await house.enrol("Alex")
    assert may_write(house, "Alex"), "the set-up made another, which nobody has locked"


async def test_a_set_up_that_rewrites_a_locked_channel_leaves_it_locked(house: House) -> None:
    """A role was put in by hand, so the set-up rewrites the channel; nobody gets to speak there for a moment."""
    await house.enrol("Alex")
    channel, role = house.channel("morning-check-in"), house.role("Morning")
    before = overwrites(house)
    await mod(house, "Rivera", "lock", in_="morning-check-in", reason=WHY)
    guest = house.guild.add_role("Guests", 0)
    channel.set_overwrite(guest.id, allow=Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
    there = channel.overwrites[role.id]
    channel.set_overwrite(role.id, allow=there.allow | Permission.MANAGE_MESSAGES, deny=there.deny)
    house.sandbox.faults.hang("PUT /channels/*/permissions/*", times=None)  # nothing but the set-up itself may mend it
    await house.restart()
    house.sandbox.faults.clear()
    assert not channel.overwrites[role.id].allow & Permission.MANAGE_MESSAGES, "it was rewritten"
    assert not may_write(house, "Alex")
    assert may_write(house, "Chen")
    await mod(house, "Rivera", "unlock", in_="morning-check-in", reason="calm again")
    assert may_write(house, "Alex")
    after = overwrites(house)
    assert after[role.id] == before[role.id]
    await house.restart()
    assert overwrites(house) == after, "and there is nothing left for a set-up to do"


async def test_a_safety_reply_comes_during_a_lock(house: House) -> None:
    await house.enrol("Alex")
    house["Alex"].closes_dms()
    await mod(house, "Rivera", "lock", in_="morning-check-in", reason=WHY)
    await house["Alex"].says(DANGER)
    assert house["Rivera"].is_paged()
    await house.advance(minutes=1)
    threads = [place for place in house["Alex"].places() if place.name.startswith("A note for you")]
    assert any("988" in said for said in house["Alex"].texts(threads[0]))


@pytest.mark.parametrize("place", ["welcome", "on-call", "staff-room"])
async def test_only_a_groups_channel_is_anybodys_to_close(house: House, place: str) -> None:
    before = overwrites(house, place)
    answer = await mod(house, "Rivera", "lock", channel=house.channel(place).id, reason=WHY)
    assert "Only a group's own channels" in answer.text
    assert overwrites(house, place) == before


async def test_locking_twice_and_unlocking_what_is_open_says_so(house: House) -> None:
    await mod(house, "Rivera", "lock", in_="morning-check-in", reason=WHY)
    assert "locked already" in (await mod(house, "Chen", "lock", in_="morning-check-in", reason=WHY)).text
    await mod(house, "Rivera", "unlock", in_="morning-check-in", reason=WHY)
    assert "not locked" in (await mod(house, "Chen", "unlock", in_="morning-check-in", reason=WHY)).text
    assert len(await cases(house)) == 2


async def test_a_slower_pace_and_the_old_one_back(house: House) -> None:
    channel = house.channel("morning-check-in")
    channel.edit(slowmode=5)
    await mod(house, "Rivera", "slow", in_="morning-check-in", seconds=120, reason=WHY)
    assert channel.slowmode == 120
    await mod(house, "Rivera", "slow", in_="morning-check-in", seconds=300, reason=WHY)
    assert channel.slowmode == 300
    await house.restart()
    await mod(house, "Rivera", "slow", in_="morning-check-in", seconds=0, reason=WHY)
    assert channel.slowmode == 5


async def test_the_days_thread_goes_at_the_channels_pace_and_is_shut_with_it(house: House) -> None:
    await house.enrol("Alex")
    await house.advance(hours=2)
    channel = house.channel("morning-check-in")
    [thread] = [place for place in house["Alex"].places() if place.as_thread and place.as_thread.parent is channel]
    await mod(house, "Rivera", "slow", in_="morning-check-in", seconds=120, reason=WHY)
    assert (channel.slowmode, thread.slowmode) == (120, 120)
    await mod(house, "Rivera", "slow", in_="morning-check-in", seconds=0, reason=WHY)
    assert (channel.slowmode, thread.slowmode) == (0, 0)
    await mod(house, "Rivera", "lock", in_="morning-check-in", reason=WHY)
    with pytest.raises(Refused):
        house.sandbox.people.say(house["Alex"].id, thread, "hello")
    house.sandbox.people.say(house["Chen"].id, thread, "a moment, everybody")
    await mod(house, "Rivera", "unlock", in_="morning-check-in", reason=WHY)
    house.sandbox.people.say(house["Alex"].id, thread, "hello")


async def test_a_lock_that_discord_refuses_is_told_to_staff(house: House) -> None:
    channel = house.channel("morning-check-in")
    bot_role = next(role for role in house.guild.roles.values() if role.bot_id is not None)
    house.guild.edit_role(bot_role.id, permissions=bot_role.permissions & ~Permission.MANAGE_ROLES)
    before = overwrites(house)
    await mod(house, "Rivera", "lock", in_="morning-check-in", reason=WHY)
    assert "could not be locked" in house["Chen"].texts("staff-room")[-1]
    assert overwrites(house) == before
    assert not any("having a pause" in said for said in house["Rivera"].texts(channel))


# -- quiet hours -------------------------------------------------------------------------------------------------------

QUIET = PROGRAMME + 'moderation: {{quiet: ["23:00", "07:00"], quiet_by: lock}}\n'


async def test_quiet_hours_lock_by_the_wall_clock_and_open_in_the_morning(empty_house: House) -> None:
    house = empty_house
    await house.start(QUIET)
    await house.enrol("Alex")
    before = overwrites(house)
    await house.advance(hours=14, minutes=59)  # 22:59 in New York
    assert may_write(house, "Alex")
    await house.advance(minutes=1)
    assert not may_write(house, "Alex")
    assert any("Quiet hours until 07:00" in said for said in house["Alex"].texts("morning-check-in"))
    await house.advance(hours=8)
    assert overwrites(house) == before
    assert may_write(house, "Alex")


async def test_while_somebody_is_in_danger_their_group_is_slowed_and_not_locked(empty_house: House) -> None:
    house = empty_house
    await house.start(QUIET)
    await house.enrol("Alex")
    await house.enrol("Bea", group="evening")
    await house.advance(hours=14, minutes=58)
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=3)
    assert house.channel("morning-check-in").slowmode == 60
    assert may_write(house, "Alex")
    assert not may_write(house, "Bea", "evening-check-in")
    house._move(house.clock.now() + timedelta(hours=8))
    await house.advance(seconds=1)
    assert house.channel("morning-check-in").slowmode == 0


async def test_danger_during_quiet_hours_opens_the_lock_that_far(empty_house: House) -> None:
    house = empty_house
    await house.start(QUIET)
    await house.enrol("Alex")
    await house.advance(hours=15, minutes=1)
    assert not may_write(house, "Alex")
    await house["Alex"].says(DANGER)
    assert house["Rivera"].is_paged()
    assert may_write(house, "Alex"), "at once: nobody waits for the next planning"
    assert house.channel("morning-check-in").slowmode == 60


async def test_staff_open_a_quiet_channel_for_the_night_and_it_stays_open(empty_house: House) -> None:
    house = empty_house
    await house.start(QUIET)
    await house.enrol("Alex")
    await house.advance(hours=15, minutes=1)
    await mod(house, "Rivera", "unlock", in_="morning-check-in", reason="a hard night for everybody")
    assert may_write(house, "Alex")
    await house.advance(hours=2)
    await house.restart(QUIET)
    assert may_write(house, "Alex")
    await house.advance(hours=22)
    assert not may_write(house, "Alex"), "the next night is quiet again"


async def test_a_lock_of_staff_outlasts_the_quiet_hours(empty_house: House) -> None:
    house = empty_house
    await house.start(QUIET)
    await house.enrol("Alex")
    await house.advance(hours=15, minutes=1)
    await mod(house, "Rivera", "lock", in_="morning-check-in", reason=WHY)
    await house.advance(hours=9)
    assert not may_write(house, "Alex")
    await mod(house, "Rivera", "unlock", in_="morning-check-in", reason=WHY)
    assert may_write(house, "Alex")


async def test_quiet_hours_that_ended_while_the_bot_was_down_are_over(empty_house: House) -> None:
    house = empty_house
    await house.start(QUIET)
    await house.enrol("Alex")
    before = overwrites(house)
    await house.advance(hours=15, minutes=1)
    await house.stop()
    house._move(house.clock.now() + timedelta(hours=9))
    await house.start(QUIET)
    await house.advance(minutes=1)
    assert overwrites(house) == before
