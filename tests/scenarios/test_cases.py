"""What staff do for the safety of a group: a word, a pause, an end, a lock; and what none of it may ever do."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import CursorResult, text

from sandbox.errors import Refused
from sandbox.permissions import Permission
from tests.harness.house import PROGRAMME, House
from tests.harness.person import Answer, labels_of

DANGER = "I am going to kill myself tonight"
WHY = "went on about prices after two reminders"


async def mod(house: House, who: str, verb: str, *, in_: str = "staff-room", **options: Any) -> Answer:
    answer = await house[who].runs(f"mod {verb}", in_=in_, **options)
    assert not answer.failed, answer.failed
    assert answer.is_private
    return answer


async def sql(house: House, statement: str) -> list[tuple[Any, ...]]:
    async with house.app.database.write() as session:
        found = await session.execute(text(statement))
        return [tuple(row) for row in found] if isinstance(found, CursorResult) and found.returns_rows else []


async def cases(house: House) -> list[tuple[Any, ...]]:
    return await sql(house, "SELECT deed, state, telling FROM cases ORDER BY id")


def is_paused(house: House, name: str) -> bool:
    return house.guild.members[house[name].id].is_timed_out


def may_write(house: House, name: str, channel: str = "morning-check-in") -> bool:
    try:
        house.sandbox.people.say(house[name].id, house.channel(channel), "hello")
    except Refused:
        return False
    return True


# -- a word ------------------------------------------------------------------------------------------------------------


async def test_a_word_is_private_kind_and_on_record(house: House) -> None:
    await house.enrol("Alex")
    said = await mod(house, "Rivera", "warn", user=house["Alex"].id, reason=WHY, tell="Please leave prices out.")
    assert "#1" in said.text
    word = house["Alex"].texts()[-1]
    assert "still part of the group" in word
    assert "> Please leave prices out." in word
    assert WHY not in word, "the reason stays with staff"
    assert "/support" in word
    assert labels_of(house["Alex"].reads()[-1]) == ["Ask staff to contact me"]
    assert await cases(house) == [("warn", "done", "told")]
    [(kept,)] = await sql(house, "SELECT reason FROM cases")
    assert WHY not in str(kept), "it is kept encrypted"
    history = await mod(house, "Chen", "case", user=house["Alex"].id)
    assert WHY in history.text
    assert "a private word" in history.text


# -- a pause -----------------------------------------------------------------------------------------------------------


async def test_a_pause_holds_ends_by_itself_and_leaves_help_open(house: House) -> None:
    await house.enrol("Alex")
    await mod(house, "Rivera", "timeout", user=house["Alex"].id, minutes=10, reason=WHY)
    assert is_paused(house, "Alex")
    assert not may_write(house, "Alex")
    word = house["Alex"].texts()[-1]
    assert "pause" in word
    assert "/support" in word
    assert await cases(house) == [("timeout", "done", "told")]

    assert "988" in (await house["Alex"].runs("support")).text, "`/support` answers in the DM"
    asked = await house["Alex"].clicks("Ask staff to contact me", on=house["Alex"].reads()[-1])
    assert not asked.failed
    assert house["Rivera"].is_paged()
    await house.advance(minutes=11)
    assert not is_paused(house, "Alex")


async def test_words_of_danger_page_during_a_pause(house: House) -> None:
    await house.enrol("Alex")
    await mod(house, "Rivera", "timeout", user=house["Alex"].id, minutes=60, reason=WHY)
    await house["Alex"].says(DANGER)
    assert house["Rivera"].is_paged()
    assert "988" in house["Alex"].texts()[-1]


async def test_a_pause_is_ended_early(house: House) -> None:
    await house.enrol("Alex")
    await mod(house, "Rivera", "timeout", user=house["Alex"].id, minutes=60, reason=WHY)
    await mod(house, "Chen", "timeout", user=house["Alex"].id, minutes=0, reason="talked it over")
    assert not is_paused(house, "Alex")
    assert "over" in house["Alex"].texts()[-1]


async def test_a_moderation_action_is_not_aborted_because_a_dm_failed(house: House) -> None:
    await house.enrol("Alex")
    house["Alex"].closes_dms()
    await mod(house, "Rivera", "timeout", user=house["Alex"].id, minutes=10, reason=WHY)
    assert is_paused(house, "Alex")
    await house.advance(minutes=1)
    threads = [place for place in house["Alex"].places() if place.name.startswith("A note for you")]
    assert len(threads) == 1
    assert any("pause" in said for said in house["Alex"].texts(threads[0]))
    assert await cases(house) == [("timeout", "done", "told")]


async def test_somebody_whom_nothing_reaches_is_acted_on_and_staff_are_told(house: House) -> None:
    await house.enrol("Alex")
    house["Alex"].closes_dms()
    house.guild.remove_member(house["Alex"].id)
    await mod(house, "Rivera", "remove", user=house["Alex"].id, group="morning", reason=WHY)
    await house.advance(minutes=1)
    assert await cases(house) == [("remove", "done", "not_reached")]
    line = house["Chen"].texts("staff-room")[-1]
    assert "no message reaches them" in line
    assert WHY not in line


async def test_a_pause_that_discord_refuses_is_told_to_staff_and_not_to_the_person(house: House) -> None:
    await house.enrol("Alex")
    quiet = len(house["Alex"].reads())
    house.guild.remove_member(house["Alex"].id)
    await mod(house, "Rivera", "timeout", user=house["Alex"].id, minutes=10, reason=WHY)
    assert await cases(house) == [("timeout", "failed", "nobody")]
    assert "was not done" in house["Chen"].texts("staff-room")[-1]
    assert len(house["Alex"].reads()) == quiet


async def test_a_pause_needs_a_reason_and_an_end(house: House) -> None:
    await house.enrol("Alex")
    assert "give a reason" in (await mod(house, "Rivera", "warn", user=house["Alex"].id, reason="   ")).text
    with pytest.raises(Refused):
        await mod(house, "Rivera", "timeout", user=house["Alex"].id, minutes=28 * 24 * 60 + 1, reason=WHY)
    with pytest.raises(Refused):
        await mod(house, "Rivera", "timeout", user=house["Alex"].id, minutes=5)
    assert await cases(house) == []


# -- an open incident --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "options"), [("timeout", {"minutes": 10}), ("remove", {"group": "morning"})], ids=["timeout", "remove"]
)
async def test_somebody_in_danger_is_not_silenced_or_sent_away(
    house: House, verb: str, options: dict[str, Any]
) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    on_call = [message for message in house["Chen"].reads("on-call") if "Acknowledge" in labels_of(message)]
    heard = len(house["Alex"].reads())
    for who in ("Chen", "Okafor"):
        refused = await mod(house, who, verb, user=house["Alex"].id, reason=WHY, for_harm_to_others=True, **options)
        assert "Not now" in refused.text
        assert (
            f"https://discord.com/channels/{house.guild.id}/{on_call[-1].channel.id}/{on_call[-1].id}" in refused.text
        )
    assert await cases(house) == []
    assert not is_paused(house, "Alex")
    assert house["Alex"].roles() == {"Morning"}
    assert len(house["Alex"].reads()) == heard

    without = await mod(house, "Rivera", verb, user=house["Alex"].id, reason=WHY, **options)
    assert "for_harm_to_others" in without.text
    assert await cases(house) == []
    done = await mod(
        house, "Rivera", verb, user=house["Alex"].id, reason="threatened Bea", for_harm_to_others=True, **options
    )
    assert "#1" in done.text
    assert await sql(house, "SELECT deed, for_others, acted_by FROM cases") == [(verb, 1, house["Rivera"].id)]
    assert house["Rivera"].is_paged(), "and their incident goes on"


async def test_a_pause_is_called_off_where_somebody_comes_into_danger_before_it_holds(house: House) -> None:
    await house.enrol("Alex")
    house.app.outbox.hold_discord()
    await mod(house, "Chen", "timeout", user=house["Alex"].id, minutes=600, reason=WHY)
    await house["Alex"].says(DANGER)
    house.app.outbox.release_discord()
    await house.advance(minutes=1)
    assert not is_paused(house, "Alex")
    assert await cases(house) == [("timeout", "called_off", "nobody")]
    assert any("come into danger" in said for said in house["Chen"].texts("staff-room"))


async def test_nothing_is_suggested_for_somebody_in_danger(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    history = await mod(house, "Chen", "case", user=house["Alex"].id)
    field = history.messages[-1].embeds[0]["fields"][0]["value"]
    assert "A word from whoever is on call" in field
    assert "pause" not in field


# -- whom one may act on -----------------------------------------------------------------------------------------------


async def test_nobody_acts_on_themselves_their_equals_or_those_above(house: House) -> None:
    for who, whom, said in (
        ("Rivera", "Rivera", "Nobody does this to themselves"),
        ("Rivera", "Chen", "on staff or runs the server"),
        ("Chen", "Rivera", "on staff or runs the server"),
        ("Rivera", "Owner", "on staff or runs the server"),
    ):
        answer = await mod(house, who, "timeout", user=house[whom].id, minutes=5, reason=WHY)
        assert said in answer.text
        assert not is_paused(house, whom)
    assert await cases(house) == []


async def test_who_runs_the_server_may_act_on_staff(house: House) -> None:
    house.guild.members[house["Chen"].id].add_role(house.role("Staff"))
    await mod(house, "Owner", "timeout", user=house["Chen"].id, minutes=5, reason=WHY)
    assert is_paused(house, "Chen")


# -- out of a group ----------------------------------------------------------------------------------------------------


async def test_out_of_one_group_is_not_out_of_another_and_never_out_of_care(house: House) -> None:
    await house.enrol("Alex")
    await house.enrol("Alex", group="evening")
    assert house["Alex"].roles() == {"Morning", "Evening"}
    await mod(house, "Rivera", "remove", user=house["Alex"].id, group="morning", reason=WHY)
    assert house["Alex"].roles() == {"Evening"}
    assert "Your place in Morning has ended" in house["Alex"].texts()[-1]
    again = await mod(house, "Rivera", "remove", user=house["Alex"].id, group="morning", reason=WHY)
    assert "not in that group" in again.text
    assert await cases(house) == [("remove", "done", "told")]
    await mod(house, "Rivera", "remove", user=house["Alex"].id, group="evening", reason=WHY)
    await house["Alex"].says(DANGER)
    assert house["Rivera"].is_paged()


async def test_the_suggestion_grows_and_is_never_to_send_away(house: House) -> None:
    await house.enrol("Alex")
    said = [(await mod(house, "Rivera", "warn", user=house["Alex"].id, reason=WHY)).text for _ in range(6)]
    assert "private word would be fitting" in said[0]
    assert "10 minutes" in said[1]
    assert "60 minutes" in said[2]
    assert "1440 minutes" in said[3]
    assert all("Talk with them" in one for one in said[4:])


async def test_erasure_takes_what_was_said_and_leaves_that_it_was_done(house: House) -> None:
    await house.enrol("Alex")
    await mod(house, "Rivera", "warn", user=house["Alex"].id, reason=WHY, tell="Please leave prices out.")
    await house.app.rooms.privacy.erase(house["Alex"].id, "1")
    assert await sql(house, "SELECT deed, reason, words FROM cases") == [("warn", None, None)]


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
    house.app.heart.plan_soon()
    await house.settles()
    assert may_write(house, "Alex")
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
