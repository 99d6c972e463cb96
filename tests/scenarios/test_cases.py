"""What staff do about a person for the safety of a group: a word, a pause, an end; and what none of it may ever do."""

from typing import Any

import pytest

from sandbox.errors import Refused
from tests.harness.cases import cases, is_paused, may_write, mod, sql
from tests.harness.house import House
from tests.harness.person import labels_of

DANGER = "I am going to kill myself tonight"
WHY = "went on about prices after two reminders"


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
    assert "a private word" in history.text
    everything = str(history.messages[-1].embeds)
    assert WHY not in everything, "what staff note about a person is for a private page alone"
    assert "a private page only" in everything
    looks = await sql(house, "SELECT object_id, actor_id, person_id FROM audit WHERE action = 'case-history.viewed'")
    assert looks == [("1", house["Chen"].id, house["Alex"].id)]


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
