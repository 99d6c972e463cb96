"""A person's view holds what is theirs, and nothing else."""

import json
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest

from sandbox.page import seeing
from sandbox.world import posting
from sandbox.world.access import can_see
from sandbox.world.kinds import MessageFlag, MessageType
from sandbox.world.messages import Draft, Message, Reference
from tests.sandbox.page.conftest import Asker
from tests.sandbox.page.stage import Stage

EVERYONE = ("Rivera", "Chen", "Alex", "Bea", "Owner", "Stranger")
MORNING = {"welcome", "morning-check-in", "morning-coping"}
EVENING = {"welcome", "evening-check-in", "evening-coping"}
STAFF = {"on-call", "staff-room"}


def names(house: Any) -> set[str]:
    groups = chain.from_iterable(guild["groups"] for guild in house["guilds"])
    return {place["name"] for group in groups for place in group["places"]}


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("Alex", MORNING | {"For Alex"}),
        ("Bea", EVENING),
        ("Rivera", MORNING | EVENING | STAFF),
        ("Owner", MORNING | EVENING | STAFF | {"For Alex"}),
        ("Stranger", set()),
    ],
)
async def test_the_places_of_each(asker: Asker, who: str, seen: set[str]) -> None:
    assert names(await asker.house(who)) == seen


async def test_a_private_thread_stands_under_its_channel_for_who_is_in_it_only(asker: Asker) -> None:
    def listed(house: Any) -> list[bool]:
        groups = chain.from_iterable(guild["groups"] for guild in house["guilds"])
        return [place["listed"] for group in groups for place in group["places"] if place["name"] == "For Alex"]

    assert listed(await asker.house("Alex")) == [True]
    assert listed(await asker.house("Owner")) == [False]


async def test_categories_follow_their_places(asker: Asker) -> None:
    house = await asker.house("Alex")
    assert [group["name"] for group in house["guilds"][0]["groups"]] == [None, "Morning group"]


def whisper(stage: Stage, channel: str, to: str, text: str) -> Message:
    draft = Draft(content=text, flags=int(MessageFlag.EPHEMERAL), ephemeral_to=stage.people[to].id)
    return posting.post(stage.channels[channel], stage.sandbox.world.bot.id, draft)


def plant(stage: Stage) -> list[Message]:
    """A message of its own in every place, whispers, and DMs."""
    world, people = stage.sandbox.world, stage.sandbox.people
    bot = world.bot.id
    planted = [
        posting.post(place, bot, Draft(content=f"canary-{place.id}"))
        for place in (*stage.channels.values(), stage.private)
    ]
    thread = people.create_thread(
        stage.people["Rivera"], stage.channels["on-call"], "canary-thread", from_message=planted[-3]
    )
    planted.append(people.say(stage.people["Rivera"], thread, "canary-in-thread"))
    for name in ("Rivera", "Alex", "Bea"):
        planted.append(posting.post(people.dm_channel(stage.people[name]), bot, Draft(content=f"canary-dm-{name}")))
        planted.append(whisper(stage, "welcome", name, f"canary-whisper-{name}"))
    return planted


def is_theirs(message: Message, user_id: int) -> bool:
    """Said once more, and apart from what the page uses."""
    if message.ephemeral_to is not None:
        return message.ephemeral_to == user_id
    if message.channel.is_dm:
        return any(user.id == user_id for user in message.channel.recipients)
    return can_see(message.channel, user_id)


@pytest.mark.parametrize("who", EVERYONE)
async def test_nothing_of_anybody_else_reaches_a_person(asker: Asker, stage: Stage, who: str) -> None:
    planted = plant(stage)
    user_id = stage.people[who].id
    whole = [json.dumps(await asker.house(who))]
    for place in ("dm", *stage.sandbox.world.channels):
        status, found = await asker.get("messages", who, place=place)
        assert status in {200, 409}
        whole.append(json.dumps(found))
    for message in planted:
        status, _found = await asker.get("menu", who, message=message.id)
        assert (status == 200) == is_theirs(message, user_id)
    everything = "\n".join(whole)
    for message in planted:
        assert (f'"{message.content}"' in everything) == is_theirs(message, user_id), message.content
    assert ("canary-thread" in everything) == (who in {"Rivera", "Chen", "Owner"})


async def test_a_place_that_is_not_theirs_is_refused(asker: Asker, stage: Stage) -> None:
    dm = stage.sandbox.people.dm_channel(stage.people["Alex"])
    for place in (stage.channels["on-call"].id, stage.private.id, dm.id, 12345, "no number"):
        assert (await asker.get("messages", "Bea", place=place))[0] == 409
        assert (await asker.get("commands", "Bea", place=place))[0] == 409
        assert (await asker.act("Bea", "say", place=str(place), content="Hello"))[0] == 409


async def test_nobody_is_the_bot(asker: Asker, stage: Stage) -> None:
    world = stage.sandbox.world
    for user_id in (world.bot.id, world.developer.id, 7):
        assert (await asker.get("house", user_id))[0] == 404
        assert (await asker.post("act/dms", {"as": str(user_id), "open": False}))[0] == 404


async def test_an_answer_names_a_message_only_to_who_sees_it(asker: Asker, stage: Stage) -> None:
    people = stage.sandbox.people
    secret = whisper(stage, "welcome", "Alex", "for Alex alone")
    people.say(stage.people["Owner"], stage.channels["welcome"], "An answer", reply_to=plain(stage))
    welcome = stage.channels["welcome"]
    posting.post(welcome, stage.sandbox.world.bot.id, answer_to(secret))
    found = (await asker.get("messages", "Bea", place=welcome.id))[1]["messages"]
    assert [each["reply"] for each in found][-1] == {"gone": True}
    assert found[-2]["reply"]["content"] == "Plain"


def plain(stage: Stage) -> Message:
    return stage.sandbox.people.say(stage.people["Owner"], stage.channels["welcome"], "Plain")


def answer_to(message: Message) -> Draft:
    return Draft(
        content="An answer",
        type=MessageType.REPLY,
        reference=Reference(message.channel_id, message.id, message.guild_id),
    )


async def test_a_hundred_messages_at_a_time(asker: Asker, stage: Stage) -> None:
    welcome = stage.channels["welcome"]
    for number in range(250):
        posting.post(welcome, stage.sandbox.world.bot.id, Draft(content=str(number)))
    status, newest = await asker.get("messages", "Alex", place=welcome.id)
    assert status == 200
    assert newest["earlier"]
    assert [each["content"] for each in newest["messages"]] == [str(number) for number in range(150, 250)]
    _, before = await asker.get("messages", "Alex", place=welcome.id, before=newest["messages"][0]["id"])
    assert [each["content"] for each in before["messages"]] == [str(number) for number in range(50, 150)]
    _, first = await asker.get("messages", "Alex", place=welcome.id, before=before["messages"][0]["id"])
    assert len(first["messages"]) == 50
    assert not first["earlier"]


@pytest.mark.parametrize(
    ("who", "place", "reason"),
    [
        ("Alex", "morning-check-in", None),
        ("Alex", "welcome", "This person may read here, but not write."),
        ("Owner", "welcome", None),
    ],
)
async def test_why_somebody_may_not_write(stage: Stage, who: str, place: str, reason: str | None) -> None:
    user_id = stage.people[who].id
    assert seeing.why_silent(stage.sandbox.world, user_id, stage.channels[place]) == reason


async def test_a_locked_thread_and_a_timeout_say_so(stage: Stage) -> None:
    world, alex = stage.sandbox.world, stage.people["Alex"]
    thread = stage.sandbox.people.create_thread(alex, stage.channels["morning-check-in"], "Today")
    thread.edit(locked=True)
    assert seeing.why_silent(world, alex.id, thread) == "This thread is locked."
    stage.guild.member(alex).timeout_until = world.clock.now() + timedelta(hours=1)
    reason = seeing.why_silent(world, alex.id, stage.channels["morning-check-in"])
    assert reason == "This person is timed out and cannot write."
    assert seeing.why_silent(world, stage.people["Stranger"].id, None) is not None
