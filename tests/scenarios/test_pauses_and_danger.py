"""A pause ends where somebody comes into danger, however the two meet; and a discharge waits for the end of it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox.permissions import Permission
from tests.harness.cases import cases, is_paused, may_write, mod, sql
from tests.harness.house import House
from tests.harness.person import labels_of

DANGER = "I am going to kill myself tonight"
WHY = "went on about prices after two reminders"
SET_TIMEOUT = "PATCH /guilds/*/members/*"


def thread_of(house: House, name: str) -> Any:
    return next(place for place in house[name].places() if place.name.startswith("A note for you"))


# -- danger during a pause ---------------------------------------------------------------------------------------------


async def test_a_pause_ends_as_soon_as_its_person_is_in_danger(house: House) -> None:
    await house.enrol("Alex")
    await mod(house, "Chen", "timeout", user=house["Alex"].id, minutes=600, reason=WHY)
    assert not may_write(house, "Alex")
    await house["Alex"].says(DANGER)
    assert house["Rivera"].is_paged()
    assert not is_paused(house, "Alex")
    assert may_write(house, "Alex")
    assert "can write in your groups again" in house["Alex"].texts()[-1]
    assert await cases(house) == [("timeout", "done", "told"), ("release", "done", "told")]
    assert await sql(house, "SELECT acted_by FROM cases WHERE deed = 'release'") == [(None,)]
    [line] = [said for said in house["Chen"].texts("staff-room") if "nobody in danger is kept from writing" in said]
    assert "#2" in line
    assert DANGER not in line
    history = await mod(house, "Chen", "case", user=house["Alex"].id)
    assert "because of an open incident" in history.text


async def test_a_pause_for_harm_to_others_stays_whatever_comes(house: House) -> None:
    await house.enrol("Alex")
    await mod(
        house,
        "Rivera",
        "timeout",
        user=house["Alex"].id,
        minutes=600,
        reason="threatened Bea",
        for_harm_to_others=True,
    )
    await house["Alex"].says(DANGER)
    assert house["Rivera"].is_paged()
    house.app.heart.plan_soon()
    await house.settles()
    assert is_paused(house, "Alex")
    await mod(house, "Rivera", "timeout", user=house["Alex"].id, minutes=0, reason="calm again")
    assert not is_paused(house, "Alex")


async def test_only_whoever_is_on_call_can_say_that_it_is_for_harm_to_others(house: House) -> None:
    await house.enrol("Alex")
    await mod(house, "Chen", "timeout", user=house["Alex"].id, minutes=600, reason=WHY, for_harm_to_others=True)
    assert await sql(house, "SELECT for_others FROM cases") == [(0,)]
    await house["Alex"].says(DANGER)
    assert not is_paused(house, "Alex")


async def test_a_pause_ends_where_an_incident_is_opened_again(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER)
    oncall, rivera = house.app.rooms.oncall, house["Rivera"]
    [incident] = await oncall.unresolved(house.guild.id)
    answer = await rivera.runs("incident resolve", in_="on-call", code=incident.code, outcome="safe_supported")
    assert not answer.failed
    assert await oncall.unresolved(house.guild.id) == []
    await mod(house, "Chen", "timeout", user=house["Alex"].id, minutes=600, reason=WHY)
    assert is_paused(house, "Alex")
    await rivera.runs("incident reopen", in_="on-call", code=incident.code)
    assert not is_paused(house, "Alex")


async def test_what_was_missed_when_the_incident_opened_is_found_by_looking(house: House) -> None:
    await house.enrol("Alex")
    await mod(house, "Chen", "timeout", user=house["Alex"].id, minutes=600, reason=WHY)

    async def breaks(_session: AsyncSession, _guild_id: int, _user_id: int, _now: object) -> None:
        raise LookupError

    house.app.rooms.oncall.hear_of_opened(breaks)
    await house["Alex"].says(DANGER)
    assert house["Rivera"].is_paged(), "no page waits for a pause to end"
    assert is_paused(house, "Alex")
    house.app.heart.plan_soon()
    await house.settles()
    assert not is_paused(house, "Alex")


async def test_a_pause_that_set_in_while_the_incident_opened_ends_at_once(house: House) -> None:
    """Discord was being asked when they came into danger: its yes comes after the incident."""
    await house.enrol("Alex")
    house.app.outbox.hold_discord()
    await mod(house, "Chen", "timeout", user=house["Alex"].id, minutes=600, reason=WHY)
    await house["Alex"].says(DANGER)
    now = house.clock.now()
    house.guild.members[house["Alex"].id].timeout_until = now + timedelta(minutes=600)
    async with house.app.database.write() as session:
        await house.app.rooms.order.cases.carried_out(session, 1, now)
    house.app.outbox.release_discord()
    await house.advance(minutes=1)
    assert not is_paused(house, "Alex")
    assert await cases(house) == [("timeout", "done", "nobody"), ("release", "done", "told")]


async def test_a_crash_before_discord_is_asked_loses_no_end_of_a_pause(house: House) -> None:
    await house.enrol("Alex")
    await mod(house, "Chen", "timeout", user=house["Alex"].id, minutes=600, reason=WHY)
    house.app.outbox.hold_discord()
    await house["Alex"].says(DANGER)
    assert is_paused(house, "Alex")
    await house.crash()
    await house.start()
    await house.advance(minutes=1)
    assert not is_paused(house, "Alex")
    assert house["Rivera"].is_paged()
    assert [deed for deed, _, _ in await cases(house)] == ["timeout", "release"]


async def test_a_worried_colleague_is_enough(house: House) -> None:
    """Somebody else's word opens an incident for them, too, and ends their pause."""
    await house.enrol("Alex", "Bea")
    written = await house["Alex"].says("see you all tomorrow", in_="morning-check-in")
    await mod(house, "Chen", "timeout", user=house["Alex"].id, minutes=600, reason=WHY)
    people, bea = house.sandbox.people, house["Bea"]
    await bea._did(lambda: people.message_menu(bea.id, "Worried about them", written))
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    assert incident.user_id == house["Alex"].id
    assert not is_paused(house, "Alex")


async def test_a_pause_whose_answer_was_lost_does_not_outlast_the_danger(house: House) -> None:
    """It holds at Discord, and we do not know; called off at the second attempt, it is ended there, too."""
    await house.enrol("Alex")
    house.sandbox.faults.drop_reply(SET_TIMEOUT, times=1)
    await mod(house, "Chen", "timeout", user=house["Alex"].id, minutes=600, reason=WHY)
    assert is_paused(house, "Alex")
    assert await cases(house) == [("timeout", "under_way", "waiting")]
    await house["Alex"].says(DANGER)
    await house.advance(minutes=1)
    assert not is_paused(house, "Alex")
    assert ("timeout", "called_off", "nobody") in await cases(house)


async def test_an_end_that_discord_refuses_is_told_to_staff_with_what_to_do(house: House) -> None:
    await house.enrol("Alex")
    await mod(house, "Chen", "timeout", user=house["Alex"].id, minutes=600, reason=WHY)
    house.sandbox.faults.fail(SET_TIMEOUT, 403, times=1, code=50013)
    await house["Alex"].says(DANGER)
    assert is_paused(house, "Alex")
    assert house["Rivera"].is_paged()
    assert any("Remove timeout" in said for said in house["Chen"].texts("staff-room"))


async def test_with_closed_dms_the_word_says_how_to_reach_staff_from_a_place_where_one_cannot_write(
    house: House,
) -> None:
    await house.enrol("Alex")
    alex = house["Alex"]
    alex.closes_dms()
    await mod(house, "Rivera", "timeout", user=alex.id, minutes=60, reason=WHY)
    await house.advance(minutes=1)
    word = alex.reads(thread_of(house, "Alex"))[-1]
    assert "direct message" in word.content
    assert "988" in word.content
    assert "911" in word.content
    assert "/support" not in word.content, "no command of a server works during a pause"
    assert labels_of(word) == ["Ask staff to contact me"]


# -- two of staff ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["timeout", "warn"])
async def test_two_moderators_in_one_second_one_acts_and_the_other_is_told(house: House, verb: str) -> None:
    await house.enrol("Alex")
    options: dict[str, Any] = {"minutes": 10} if verb == "timeout" else {}
    heard = len(house["Alex"].reads())
    said = await asyncio.gather(
        *(
            house[who].runs(f"mod {verb}", in_="staff-room", user=house["Alex"].id, reason=WHY, **options)
            for who in ("Chen", "Okafor")
        )
    )
    await house.settles()
    assert len(await cases(house)) == 1
    assert len(house["Alex"].reads()) == heard + 1
    [told] = [answer.text for answer in said if "On record" not in answer.text]
    assert "`#1`" in told


async def test_a_pause_is_ended_once_and_given_anew_only_after_that(house: House) -> None:
    await house.enrol("Alex")
    nothing = await mod(house, "Chen", "timeout", user=house["Alex"].id, minutes=0, reason=WHY)
    assert "no pause that I gave" in nothing.text
    await mod(house, "Rivera", "timeout", user=house["Alex"].id, minutes=600, reason=WHY)
    shorter = await mod(house, "Chen", "timeout", user=house["Alex"].id, minutes=1, reason=WHY)
    assert "in a pause already" in shorter.text
    await mod(house, "Chen", "timeout", user=house["Alex"].id, minutes=0, reason=WHY)
    assert "no pause" in (await mod(house, "Okafor", "timeout", user=house["Alex"].id, minutes=0, reason=WHY)).text
    await mod(house, "Chen", "timeout", user=house["Alex"].id, minutes=5, reason=WHY)
    assert is_paused(house, "Alex")
    await house.advance(minutes=6)
    await mod(house, "Chen", "timeout", user=house["Alex"].id, minutes=5, reason=WHY)
    assert is_paused(house, "Alex")


async def test_a_pause_that_was_ended_before_it_held_never_holds(house: House) -> None:
    await house.enrol("Alex")
    house.sandbox.faults.fail(SET_TIMEOUT, 503, times=1)
    await mod(house, "Rivera", "timeout", user=house["Alex"].id, minutes=600, reason=WHY)
    await mod(house, "Rivera", "timeout", user=house["Alex"].id, minutes=0, reason="the wrong person")
    await house.advance(minutes=2)
    assert not is_paused(house, "Alex")
    assert [state for _, state, _ in await cases(house)] == ["called_off", "done"]


# -- what Discord refuses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("why", ["hierarchy", "permission", "second factor"])
async def test_what_discord_refuses_is_said_with_the_usual_causes(house: House, why: str) -> None:
    await house.enrol("Alex")
    bot_role = next(role for role in house.guild.roles.values() if role.bot_id is not None)
    if why == "hierarchy":
        above = house.guild.add_role("Above", 0)
        house.guild.move_roles({above.id: bot_role.position + 1})
        house.guild.members[house["Alex"].id].add_role(above)
    elif why == "permission":
        house.guild.edit_role(bot_role.id, permissions=bot_role.permissions & ~Permission.MODERATE_MEMBERS)
    else:
        house.sandbox.faults.fail(SET_TIMEOUT, 403, times=1, code=60003)
    heard = len(house["Alex"].reads())
    await mod(house, "Rivera", "timeout", user=house["Alex"].id, minutes=10, reason=WHY)
    assert await cases(house) == [("timeout", "failed", "nobody")]
    assert "lacks Moderate Members" in house["Chen"].texts("staff-room")[-1]
    assert len(house["Alex"].reads()) == heard
    assert not is_paused(house, "Alex")


async def test_a_place_that_ends_while_its_role_cannot_be_taken_is_told_to_staff(house: House) -> None:
    await house.enrol("Alex")
    bot_role = next(role for role in house.guild.roles.values() if role.bot_id is not None)
    house.guild.move_roles({house.role("Morning").id: bot_role.position + 1})
    await mod(house, "Rivera", "remove", user=house["Alex"].id, group="morning", reason=WHY)
    assert house["Alex"].roles() == {"Morning"}
    assert any("role of Morning could not be given" in said for said in house["Chen"].texts("staff-room"))


async def test_the_longest_pause_discord_has_is_taken(house: House) -> None:
    await house.enrol("Alex")
    await mod(house, "Rivera", "timeout", user=house["Alex"].id, minutes=28 * 24 * 60, reason=WHY)
    assert is_paused(house, "Alex")
    assert await cases(house) == [("timeout", "done", "told")]


async def test_staffs_own_words_of_danger_are_read_though_the_deed_is_refused(house: House) -> None:
    await house.enrol("Alex")
    await mod(house, "Chen", "remove", user=house["Alex"].id, group="nowhere", reason=DANGER)
    assert house["Rivera"].is_paged()
    assert await cases(house) == []


# -- the end of care ---------------------------------------------------------------------------------------------------


async def test_a_discharge_waits_for_the_end_of_an_incident(house: House) -> None:
    await house.enrol("Alex")
    await house["Alex"].says(DANGER, in_="morning-check-in")
    card = [message for message in house["Chen"].reads("on-call") if "Acknowledge" in labels_of(message)][-1]
    heard = len(house["Alex"].reads())
    for who, options in (("Chen", {"reason": "moved away"}), ("Chen", {}), ("Rivera", {})):
        refused = await house[who].runs("member discharge", in_="staff-room", user=house["Alex"].id, **options)
        link = f"https://discord.com/channels/{house.guild.id}/{card.channel.id}/{card.id}"
        assert link in refused.text
    assert house["Alex"].roles() == {"Morning"}
    assert len(house["Alex"].reads()) == heard

    reason = "goes to the hospital now, the family is with them"
    done = await house["Rivera"].runs("member discharge", in_="staff-room", user=house["Alex"].id, reason=reason)
    assert "has left Morning" in done.text
    assert reason not in done.text
    assert house["Alex"].roles() == set()
    [incident] = await house.app.rooms.oncall.unresolved(house.guild.id)
    timeline = await house.app.rooms.oncall.timeline(incident.id)
    assert [entry.note for entry in timeline if entry.note == reason] == [reason]
    assert house["Rivera"].is_paged(), "and the incident goes on"


async def test_a_planned_discharge_needs_no_reason(house: House) -> None:
    await house.enrol("Alex")
    done = await house["Chen"].runs("member discharge", in_="staff-room", user=house["Alex"].id)
    assert "has left Morning" in done.text
    assert house["Alex"].roles() == set()
    assert await cases(house) == [], "it is no step of moderation"
