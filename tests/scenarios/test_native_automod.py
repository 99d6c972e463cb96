"""Discord's own rules, for what must never be seen: kept in step; what they stop is read for danger."""

import pytest

from sandbox.errors import Refused
from sandbox.permissions import Permission
from sandbox.world import posting
from sandbox.world.automod import PRESET_WORDS, AutoModRule, Trigger
from sandbox.world.kinds import MessageType
from sandbox.world.messages import Draft
from tests.harness.cases import mod, sql
from tests.harness.house import PROGRAMME, House
from tests.harness.person import labels_of, text_of

CHANNEL, QUEUE, STAFF_ROOM = "morning-check-in", "mod-queue", "staff-room"
SLUR = PRESET_WORDS[3]
MORNING = "{{key: morning, name: Morning, track: iop}}"
NATIVE = "moderation: {{native: true}}\n"


def programme(filters: str, native: str = NATIVE) -> str:
    group = MORNING.replace("track: iop", f"track: iop, filters: {{{{{filters}}}}}")
    return PROGRAMME.replace(MORNING, group) + native


SLURS = programme("harassment: remove")
BOTH = programme("harassment: remove, contact: remove")


def rules(house: House) -> list[AutoModRule]:
    return list(house.guild.automod.values())


def may_manage(house: House, *, yes: bool = True) -> None:
    [role] = [role for role in house.guild.roles.values() if role.bot_id is not None]
    bit = int(Permission.MANAGE_GUILD)
    house.guild.edit_role(role, permissions=role.permissions | bit if yes else role.permissions & ~bit)


async def begin(house: House, text: str = SLURS, *members: str) -> None:
    may_manage(house)
    await house.start(text)
    await house.advance(minutes=1)
    await house.enrol(*members)


async def is_stopped(house: House, who: str, text: str, in_: str = CHANNEL) -> None:
    with pytest.raises(Refused, match="automod"):
        house.sandbox.people.say(house[who].id, house.channel(in_), text)
    await house.settles()


async def test_a_group_that_removes_gets_rules_that_hold_there_alone(empty_house: House) -> None:
    house = empty_house
    await begin(house, BOTH)
    slurs, invites = sorted(rules(house), key=lambda rule: -rule.trigger)
    assert (slurs.name, slurs.presets, slurs.words) == ("Handrail: slurs", [3], [])
    assert "*discord.gg/*" in invites.words
    for rule in (slurs, invites):
        assert rule.blocks
        assert rule.enabled
        assert rule.alerts == [house.channel(QUEUE).id]
        assert rule.exempt_roles == [house.role("Staff").id]
        assert "911" in rule.says
        assert "988" in rule.says
        assert house.channel("evening-check-in").id in rule.exempt_channels
        assert house.channel(CHANNEL).id not in rule.exempt_channels
    await house.enrol("Jo", group="evening")
    await house["Jo"].says(f"{SLUR} is what he called me", in_="evening-check-in")
    assert any(SLUR in text for text in house["Jo"].texts("evening-check-in"))


async def test_without_the_word_in_the_file_discord_is_left_alone(empty_house: House) -> None:
    house = empty_house
    await begin(house, programme("harassment: remove", ""))
    assert rules(house) == []
    assert not [one for one in house.sandbox.requests if "auto-moderation" in one.path]


async def test_what_is_stopped_is_told_kindly_and_kept_and_its_alert_goes(empty_house: House) -> None:
    house = empty_house
    await begin(house, SLURS, "Alex", "Bea")
    await is_stopped(house, "Alex", f"he is a {SLUR}")
    told = house["Alex"].texts()[-1]
    assert "not in trouble" in told
    assert f"he is a {SLUR}" in told
    [card] = house["Okafor"].reads(QUEUE)
    assert SLUR not in text_of(card), "the alert with the words is gone, and our card has none"
    assert "discord/slurs" in text_of(card)
    assert labels_of(card) == ["Show"]
    shown = await house["Rivera"].clicks("Show", in_=QUEUE)
    assert SLUR in shown.text


async def test_danger_in_a_stopped_message_pages_and_it_waits_for_a_human(empty_house: House) -> None:
    house = empty_house
    await begin(house, SLURS, "Alex")
    await is_stopped(house, "Alex", f"they call me {SLUR} and I am going to kill myself tonight")
    assert house["Rivera"].is_paged()
    assert any("988" in text for text in house["Alex"].texts())
    [card] = house["Okafor"].reads(QUEUE)
    assert "Approve" in labels_of(card), "nothing of somebody with an open incident goes without a human"
    assert len(await sql(house, "SELECT id FROM incidents")) == 1


async def test_what_is_stopped_while_the_bot_is_down_stands_before_staff_and_is_read_at_the_start(
    empty_house: House,
) -> None:
    house = empty_house
    await begin(house, SLURS, "Alex")
    await house["Alex"].says("good morning", in_=CHANNEL)
    await house.crash()
    text = f"they call me {SLUR} and I am going to kill myself tonight"
    with pytest.raises(Refused, match="automod"):
        house.sandbox.people.say(house["Alex"].id, house.channel(CHANNEL), text)
    [alert] = house["Okafor"].reads(QUEUE)
    assert "kill myself" in text_of(alert), "a human sees it meanwhile"
    await house.start(SLURS)
    assert house["Rivera"].is_paged()
    assert not [card for card in house["Okafor"].reads(QUEUE) if "kill myself" in text_of(card)]
    await house.restart(SLURS)
    assert len(await sql(house, "SELECT id FROM incidents")) == 1
    assert len(await sql(house, "SELECT id FROM held_messages")) == 1


async def test_staffs_own_words_in_the_queue_are_read_by_nobody(empty_house: House) -> None:
    house = empty_house
    await begin(house, SLURS)
    said = await house["Rivera"].says("I am going to kill myself tonight", in_=QUEUE)
    await house["Rivera"].edits(said, "I am going to kill myself right now")
    await house.restart(SLURS)
    assert await sql(house, "SELECT id FROM incidents") == []


async def test_mod_filters_makes_and_takes_away_at_once(empty_house: House) -> None:
    house = empty_house
    await begin(house, programme("media: off"))
    assert rules(house) == []
    await mod(house, "Rivera", "filters", group="morning", filter="harassment", deed="remove")
    assert [rule.name for rule in rules(house)] == ["Handrail: slurs"]
    await mod(house, "Rivera", "filters", group="morning", filter="harassment", deed="flag")
    assert rules(house) == []
    await mod(house, "Rivera", "filters", group="morning", filter="harassment", deed="remove")
    assert [rule.name for rule in rules(house)] == ["Handrail: slurs"]


async def test_what_is_changed_by_hand_is_put_right_within_the_hour_and_others_rules_are_left(
    empty_house: House,
) -> None:
    house = empty_house
    theirs = AutoModRule(
        id=1,
        guild_id=house.guild.id,
        creator_id=house.guild.owner_id,
        name="Mine",
        trigger=Trigger.KEYWORD,
        words=["spam"],
    )
    house.guild.automod[1] = theirs
    await begin(house)
    [ours] = [rule for rule in rules(house) if rule is not theirs]
    ours.name, ours.alerts, ours.enabled = "Renamed", [], False
    await house.advance(minutes=66)
    assert [rule.name for rule in rules(house)] == ["Mine", "Handrail: slurs"]
    assert ours.enabled
    assert ours.alerts == [house.channel(QUEUE).id]
    changes = [one for one in house.sandbox.requests if "auto-moderation" in one.path and one.method != "GET"]
    await house.advance(hours=3)
    assert changes == [
        one for one in house.sandbox.requests if "auto-moderation" in one.path and one.method != "GET"
    ], "what is right is not written again"


async def test_the_file_takes_them_back(empty_house: House) -> None:
    house = empty_house
    await begin(house)
    assert len(rules(house)) == 1
    await house.restart(programme("harassment: remove", ""))
    await house.advance(minutes=1)
    assert rules(house) == []


async def test_without_the_right_the_bots_own_filter_does_it_and_staff_see_that(empty_house: House) -> None:
    house = empty_house
    await house.start(SLURS)
    await house.advance(minutes=1)
    assert rules(house) == []
    answer = await mod(house, "Rivera", "filters")
    assert "Manage Server" in answer.text


async def test_somebody_elses_rule_of_that_sort_is_said_and_nothing_breaks(empty_house: House) -> None:
    house = empty_house
    house.guild.automod[1] = AutoModRule(
        id=1, guild_id=house.guild.id, creator_id=house.guild.owner_id, name="Mine", trigger=Trigger.PRESET, presets=[1]
    )
    await begin(house)
    answer = await mod(house, "Rivera", "filters")
    assert "Discord did not take" in answer.text
    assert [rule.name for rule in rules(house)] == ["Mine"]


async def test_an_alert_of_somebody_elses_rule_is_read_for_danger_and_left_where_it_is(empty_house: House) -> None:
    house = empty_house
    await begin(house, PROGRAMME, "Alex")
    house.guild.automod[1] = AutoModRule(
        id=1,
        guild_id=house.guild.id,
        creator_id=house.guild.owner_id,
        name="Mine",
        trigger=Trigger.KEYWORD,
        words=["tonight"],
        blocks=True,
        enabled=True,
        alerts=[house.channel(QUEUE).id],
    )
    await is_stopped(house, "Alex", "I am going to kill myself tonight")
    assert house["Rivera"].is_paged()
    assert [card for card in house["Okafor"].reads(QUEUE) if "kill myself" in text_of(card)]


async def test_in_a_groups_thread_it_is_the_same(empty_house: House) -> None:
    house = empty_house
    await begin(house, SLURS, "Alex")
    thread = house.sandbox.people.create_thread(
        house.guild.owner_id, house.channel(CHANNEL), "this morning", from_message=None
    )
    await house.settles()
    with pytest.raises(Refused, match="automod"):
        house.sandbox.people.say(house["Alex"].id, thread, f"he is a {SLUR}")
    await house.settles()
    assert "not in trouble" in house["Alex"].texts()[-1]
    [card] = house["Okafor"].reads(QUEUE)
    assert "discord/slurs" in text_of(card)


async def test_an_alert_that_shows_no_words_stays_for_staff_to_see(empty_house: House) -> None:
    house = empty_house
    await begin(house, SLURS, "Alex")
    empty = Draft(type=MessageType.AUTO_MODERATION_ACTION, embeds=[{"type": "auto_moderation_message", "fields": []}])
    posting.post(house.channel(QUEUE), house["Alex"].id, empty)
    await house.settles()
    assert len(house["Okafor"].reads(QUEUE)) == 1
    assert await sql(house, "SELECT id FROM held_messages") == []
