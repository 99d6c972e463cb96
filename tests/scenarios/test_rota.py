"""The rota in the house: who is on call, who changes it, and what is told at a hand-over."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from bot.errors import NotAllowedError
from bot.oncall.rota_service import Change
from tests.harness.house import MONDAY, PROGRAMME, House
from tests.harness.person import labels_of, text_of
from tests.harness.rota import (
    DAILY,
    DANGER,
    EMPTY,
    HAND_OVER,
    ROTATING_BACKUP,
    SPANISH,
    TWO,
    mention,
    on_call,
    posts,
    stamp,
)

# -- /oncall who -------------------------------------------------------------------------------------------------------


async def test_who_says_now_next_and_whom_each_step_reaches(empty_house: House) -> None:
    house = empty_house
    await house.start(TWO)
    answer = await house["Chen"].runs("oncall who", in_="staff-room")
    assert answer.is_private
    lines = answer.text.splitlines()
    assert lines[0] == f"On call now: {mention(house, 'Rivera')}, until {stamp(HAND_OVER)}."
    assert lines[1] == f"Next: {mention(house, 'Okafor')}, from {stamp(HAND_OVER)}."
    rivera, chen, okafor = (mention(house, name) for name in ("Rivera", "Chen", "Okafor"))
    assert lines[3:] == [
        f"- at once: on call – {rivera}",
        f"- after 3m: backup – {chen}",
        f"- after 7m: all staff – {rivera}, {chen}, {okafor}",
        "- then again every 5m",
    ]


async def test_who_marks_whoever_no_road_reaches(house: House) -> None:
    async def reaches(_guild_id: int, person: int) -> bool:
        return person != house["Chen"].id

    house.app.rooms.oncall.rota.reaches = reaches
    answer = await house["Chen"].runs("oncall who", in_="staff-room")
    assert f"backup – {mention(house, 'Chen')} (not reached)" in answer.text


async def test_who_says_honestly_that_there_is_no_rota(empty_house: House) -> None:
    await empty_house.start(EMPTY)
    answer = await empty_house["Chen"].runs("oncall who", in_="staff-room")
    assert "Nobody is on call" in answer.text
    assert "at once: on call – nobody, so the next step is taken at once" in answer.text


async def test_members_see_and_change_nothing_of_the_rota(house: House) -> None:
    await house.enrol("Alex")
    alex, rota, guild = house["Alex"], house.app.rooms.oncall.rota, house.guild.id
    offered = {each.path for each in house.sandbox.people.commands_for(alex.id, house.channel("morning-check-in"))}
    assert not [path for path in offered if path.startswith("oncall")]
    staff = house.sandbox.people.commands_for(house["Chen"].id, house.channel("staff-room"))
    wanted = {f"oncall {name}" for name in ("who", "override", "timeoff", "calendar", "drill")}
    assert wanted <= {each.path for each in staff}, "one group, though its commands stand in several cogs"
    with pytest.raises(NotAllowedError):
        await rota.override(guild, alex.id, house["Okafor"].id, 1)
    with pytest.raises(NotAllowedError):
        await rota.take(guild, alex.id)
    with pytest.raises(NotAllowedError):
        await rota.time_off(guild, alex.id, house["Rivera"].id, MONDAY, MONDAY + timedelta(days=1))
    made = await rota.override(guild, house["Chen"].id, house["Okafor"].id, 1)
    assert isinstance(made, Change)
    with pytest.raises(NotAllowedError):
        await rota.cancel(made.id, alex.id)
    assert await on_call(house) == house["Okafor"].id


# -- overrides ---------------------------------------------------------------------------------------------------------


async def test_an_override_has_the_page_go_to_them_and_ends_by_itself(house: House) -> None:
    await house.enrol("Alex", "Bea")
    answer = await house["Rivera"].runs("oncall override", in_="staff-room", user=house["Okafor"].id, hours=2)
    assert answer.is_private
    assert f"{mention(house, 'Okafor')} is on call" in answer.text
    [line] = posts(house, mention(house, "Okafor"), "has set this")
    assert labels_of(line) == ["Undo"]
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert house["Okafor"].is_paged()
    assert not house["Rivera"].is_paged()
    answer = await house["Okafor"].clicks("Resolve")
    await answer.fills(outcome="safe_supported")
    await house.advance(hours=2, minutes=1)
    await house["Bea"].says(DANGER, in_="morning-check-in")
    assert house["Rivera"].is_paged()


async def test_an_override_can_be_taken_back_once(house: House) -> None:
    await house["Rivera"].runs("oncall override", in_="staff-room", user=house["Okafor"].id, hours=2)
    assert await on_call(house) == house["Okafor"].id
    undone = await house["Chen"].clicks("Undo", in_="on-call")
    assert "Taken back" in undone.text
    assert await on_call(house) == house["Rivera"].id
    assert posts(house, "Taken back by", mention(house, "Chen"))
    again = await house["Okafor"].clicks("Undo", in_="on-call")
    assert "taken back before" in again.text
    [change] = await house.app.rooms.oncall.rota.changes(house.guild.id, MONDAY)
    assert (change.set_by, change.cancelled_by) == (house["Rivera"].id, house["Chen"].id), "kept, not deleted"


async def test_only_staff_can_be_put_on_call(house: House) -> None:
    answer = await house["Rivera"].runs("oncall override", in_="staff-room", user=house["Sam"].id, hours=2)
    assert "Only staff" in answer.text
    assert await on_call(house) == house["Rivera"].id


async def test_an_override_for_somebody_who_is_staff_no_more_lapses(house: House) -> None:
    await house["Rivera"].runs("oncall override", in_="staff-room", user=house["Okafor"].id, hours=48)
    assert await on_call(house) == house["Okafor"].id
    await house.restart(PROGRAMME.replace(', "{Okafor}"]', "]"))
    assert await on_call(house) == house["Rivera"].id


async def test_a_rota_that_cannot_be_read_pages_the_backup_at_once(house: House) -> None:
    await house.enrol("Alex")
    async with house.app.database.write() as session:
        await (await session.connection()).exec_driver_sql("DROP TABLE rota_changes")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    assert house["Chen"].is_paged()


# -- time off ----------------------------------------------------------------------------------------------------------


async def test_in_time_off_the_next_in_turn_stands_in(empty_house: House) -> None:
    house = empty_house
    await house.start(TWO)
    rivera = house["Rivera"].id
    answer = await house["Chen"].runs(
        "oncall timeoff", in_="staff-room", user=rivera, **{"from": "2026-11-23", "to": "2026-11-23"}
    )
    midnight = datetime(2026, 11, 24, 5, tzinfo=UTC)  # in New York; the day that is named last is off, all of it
    assert f"until {stamp(midnight)}" in answer.text
    assert await on_call(house) == house["Okafor"].id
    who = await house["Chen"].runs("oncall who", in_="staff-room")
    assert f"standing in for {mention(house, 'Rivera')}" in who.text


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("tomorrow", "2026-11-25", "Write a day as"),
        ("2026-02-30", "2026-11-25", "in no calendar"),
        ("2026-11-25", "2026-11-24", "end before it begins"),
        ("2026-11-20", "2026-11-21", "That time is over"),
        ("2026-11-24 25:00", "2026-11-25", "A time is written"),
        ("2026-11-24", "2028-11-25", "more than a year"),
    ],
)
async def test_a_time_off_that_is_none_changes_nothing(house: House, first: str, last: str, sentence: str) -> None:
    rivera = house["Rivera"].id
    answer = await house["Chen"].runs("oncall timeoff", in_="staff-room", user=rivera, **{"from": first, "to": last})
    assert sentence in answer.text
    assert await on_call(house) == rivera
    assert await house.app.rooms.oncall.rota.changes(house.guild.id, MONDAY - timedelta(days=30)) == []


async def test_who_is_off_is_not_paged_as_backup(house: House) -> None:
    chen = house["Chen"].id
    await house["Chen"].runs(
        "oncall timeoff", in_="staff-room", user=chen, **{"from": "2026-11-23 07:00", "to": "2026-11-23 12:00"}
    )
    rota = house.app.rooms.oncall.rota
    assert await rota.backup(house.guild.id) == ()
    assert await rota.backup(house.guild.id, MONDAY + timedelta(hours=4)) == (chen,)


# -- backup in turn ----------------------------------------------------------------------------------------------------


async def test_the_backup_takes_turns_of_its_own_and_is_never_who_is_on_call(empty_house: House) -> None:
    house = empty_house
    await house.start(ROTATING_BACKUP)
    await house.enrol("Alex")
    rota, guild = house.app.rooms.oncall.rota, house.guild.id
    rivera, chen, okafor = (house[name].id for name in ("Rivera", "Chen", "Okafor"))
    found = [await rota.backup(guild, MONDAY + timedelta(days=day)) for day in range(4)]
    assert found == [(chen,), (chen,), (rivera,), (rivera,)], "Okafor is on call from the second day on"
    assert await on_call(house) == rivera
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=4)
    assert house["Chen"].is_paged()
    assert house["Okafor"].reads() == []
    assert okafor


# -- the hand-over -----------------------------------------------------------------------------------------------------


async def test_the_hand_over_names_who_goes_who_comes_and_what_is_open(empty_house: House) -> None:
    house = empty_house
    await house.start(TWO)
    await house.enrol("Alex", "Bea")
    await house.advance(minutes=50)
    await house["Alex"].says(DANGER, in_="morning-check-in")
    await house["Rivera"].clicks("Acknowledge")
    await house.advance(minutes=8)
    await house["Bea"].says(DANGER, in_="morning-check-in")
    await house.advance(minutes=2)
    [post] = posts(house, "Hand-over")
    said = text_of(post)
    next_week = HAND_OVER + timedelta(days=7)
    assert f"{mention(house, 'Rivera')} goes off call; {mention(house, 'Okafor')} is on call" in said
    assert stamp(next_week) in said
    open_ones = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert all(f"`{incident.code}`" in said for incident in open_ones)
    assert len(open_ones) == 2
    assert "nobody has it" in said
    assert post.pings == {house["Okafor"].id}
    assert labels_of(post) == ["Take this shift"]
    assert "Alex" not in said


async def test_whoever_takes_the_shift_has_it_until_its_end(empty_house: House) -> None:
    house = empty_house
    await house.start(TWO)
    await house.advance(hours=1, minutes=1)
    taken = await house["Chen"].clicks("Take this shift", in_="on-call")
    assert f"until {stamp(HAND_OVER + timedelta(days=7))}" in taken.text
    [line] = posts(house, "takes the shift")
    assert mention(house, "Chen") in text_of(line)
    again = await house["Chen"].clicks("Take this shift", in_="on-call")
    assert "yours already" in again.text
    assert await on_call(house) == house["Chen"].id
    post = posts(house, "Hand-over")[0]
    await house.advance(days=7, hours=1)
    assert await on_call(house) == house["Rivera"].id
    late = await house["Chen"].clicks("Take this shift", on=post)
    assert "That time is over" in late.text, "an old post gives nobody the shift of today"
    assert await on_call(house) == house["Rivera"].id


async def test_every_hand_over_is_told_once_also_over_a_restart(empty_house: House) -> None:
    house = empty_house
    await house.start(DAILY)
    await house.advance(hours=13)
    assert len(posts(house, "Hand-over")) == 1
    await house.restart(DAILY)
    await house.advance(minutes=10)
    assert len(posts(house, "Hand-over")) == 1
    await house.stop()
    house._move(house.clock.now() + timedelta(days=1))
    await house.start(DAILY)
    [_, second] = posts(house, "Hand-over")
    assert "This is late" in text_of(second), "said after the outage, and that it is late"
    await house.advance(days=2)
    assert len(posts(house, "Hand-over")) == 4


async def test_a_hand_over_that_was_moved_is_not_told_at_its_old_time(empty_house: House) -> None:
    house = empty_house
    await house.start(TWO)
    await house.restart(TWO.replace("mon 09:00", "mon 10:00"))
    await house.advance(hours=1, minutes=30)
    assert posts(house, "Hand-over") == []
    assert await on_call(house) == house["Rivera"].id
    await house.advance(minutes=31)
    assert len(posts(house, "Hand-over")) == 1
    assert await on_call(house) == house["Okafor"].id


async def test_staff_are_spoken_to_in_the_programmes_first_language(empty_house: House) -> None:
    house = empty_house
    await house.start(SPANISH)
    await house.advance(hours=1, minutes=1)
    assert len(posts(house, "Relevo", "termina su guardia")) == 1


# -- the calendar ------------------------------------------------------------------------------------------------------


async def test_the_calendar_holds_ones_own_shifts_in_neutral_words(empty_house: House) -> None:
    house = empty_house
    await house.start(TWO)
    answer = await house["Okafor"].runs("oncall calendar", in_="staff-room")
    assert answer.is_private
    [file] = answer.messages[-1].attachments
    kept = house.sandbox.world.attachments.get(file.id)
    assert kept is not None
    events = Calendar.from_ical(kept).walk("VEVENT")
    assert [event.decoded("dtstart") for event in events][:2] == [HAND_OVER, HAND_OVER + timedelta(days=14)]
    assert {str(event["summary"]) for event in events} == {"On call"}
    assert len({str(event["uid"]) for event in events}) == len(events) == 7
    assert all(event.decoded("dtend") - event.decoded("dtstart") <= timedelta(days=7, hours=1) for event in events)
    nothing = await house["Chen"].runs("oncall calendar", in_="staff-room")
    assert "no shifts" in nothing.text
