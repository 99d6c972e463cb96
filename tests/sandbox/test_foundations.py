"""The clock, the ids, the waiting, the record, and the order of roles, without a client."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from sandbox import SandboxClock
from sandbox.changes import Changes
from sandbox.permissions import Permission
from sandbox.recorder import KEPT, Recorder
from sandbox.snowflakes import Snowflakes, moment_of, snowflake_at
from sandbox.world.access import outranks, permissions_in
from sandbox.world.history import KEPT_PER_CHANNEL, History
from sandbox.world.messages import Message
from sandbox.world.posting import settle_components
from sandbox.world.state import World

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_a_frozen_clock_moves_only_when_it_is_moved() -> None:
    clock = SandboxClock.frozen(NOON.astimezone(timezone(timedelta(hours=-5))))
    told: list[timedelta] = []
    unsubscribe = clock.subscribe(told.append)
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC
    clock.move(timedelta(minutes=3))
    assert clock.now() == NOON + timedelta(minutes=3)
    unsubscribe()
    clock.move(timedelta(minutes=1))
    assert told == [timedelta(minutes=3)]
    with pytest.raises(ValueError, match="forward"):
        clock.move(timedelta(seconds=-1))
    with pytest.raises(ValueError, match="aware"):
        SandboxClock.frozen(datetime(2026, 11, 23))  # noqa: DTZ001 - what must be refused


def test_a_running_clock_keeps_its_offset() -> None:
    clock = SandboxClock()
    clock.move(timedelta(days=30))
    ahead = clock.now() - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < ahead <= timedelta(days=30)


def test_ids_grow_and_carry_their_time() -> None:
    clock = SandboxClock.frozen(NOON)
    ids = Snowflakes(clock)
    first, second = ids.next(), ids.next()
    assert first == snowflake_at(NOON)
    assert second == first + 1
    assert moment_of(second) == NOON
    clock.move(timedelta(milliseconds=1))
    assert ids.next() == snowflake_at(NOON + timedelta(milliseconds=1))


async def test_waiting_ends_with_the_change_and_not_before() -> None:
    changes = Changes()
    seen: list[int] = []
    waiting = asyncio.create_task(changes.wait(lambda: len(seen) >= 2, 5))
    await asyncio.sleep(0)
    seen.append(1)
    changes.notify()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not waiting.done()
    seen.append(2)
    changes.notify()
    await waiting
    with pytest.raises(TimeoutError):
        await changes.wait(lambda: False, 0.001)


async def test_a_predicate_that_fails_tells_whoever_waits() -> None:
    changes = Changes()
    calls: list[int] = []

    def predicate() -> bool:
        calls.append(1)
        if len(calls) > 1:
            raise LookupError("gone")
        return False

    waiting = asyncio.create_task(changes.wait(predicate, 5))
    await asyncio.sleep(0)
    changes.notify()
    with pytest.raises(LookupError):
        await waiting


def test_the_record_forgets_the_oldest() -> None:
    recorder = Recorder()
    for number in range(KEPT + 10):
        recorder.add(
            method="GET", path=f"/{number}", route="/", query={}, body=None, status=200, reply=None, at=NOON, headers={}
        )
    assert len(recorder) == KEPT
    assert recorder.mark() == KEPT + 10
    assert [each.number for each in recorder.since(KEPT + 8)] == [KEPT + 9, KEPT + 10]


def a_world() -> World:
    return World(SandboxClock.frozen(NOON), token="t", interaction_deadline=3, bot_name="Handrail")


def test_history_forgets_the_oldest_of_a_channel() -> None:
    history = History()
    world = a_world()
    for number in range(1, KEPT_PER_CHANNEL + 2):
        history.add(Message(world=world, id=number, channel_id=1, guild_id=None, author_id=world.bot.id))
    assert len(history) <= KEPT_PER_CHANNEL
    assert history.find(1) is None
    assert history.page(1, 1)[0].id == KEPT_PER_CHANNEL + 1


def test_of_two_roles_at_one_place_the_older_is_the_higher() -> None:
    world = a_world()
    guild = world.add_guild("Riverside", world.add_user("owner"))
    older, newer = guild.add_role("older"), guild.add_role("newer")
    alex, bea = world.add_user("alex"), world.add_user("bea")
    guild.add_member(alex, [older])
    guild.add_member(bea, [newer])
    assert older.position == newer.position == 1
    assert outranks(guild, alex.id, bea.id)
    assert not outranks(guild, bea.id, alex.id)
    assert not outranks(guild, alex.id, guild.owner_id)
    guild.move_roles({newer.id: 2, older.id: 1})
    assert outranks(guild, bea.id, alex.id)


def test_a_guild_nobody_configured_lets_everybody_write_and_nobody_moderate() -> None:
    world = a_world()
    guild = world.add_guild("Riverside", world.add_user("owner"), starter_channel="general")
    alex = guild.add_member(world.add_user("alex"))
    held = permissions_in(guild.channel_named("general"), alex.id)
    assert held & Permission.SEND_MESSAGES
    assert held & Permission.USE_APPLICATION_COMMANDS
    assert not held & (Permission.MANAGE_MESSAGES | Permission.MODERATE_MEMBERS | Permission.ADMINISTRATOR)


def test_components_get_ids_of_their_own() -> None:
    row = {"type": 1, "components": [{"type": 2, "id": 1}, {"type": 3, "custom_id": "x"}]}
    (settled,) = settle_components([row])
    ids = [settled["id"], *(each["id"] for each in settled["components"])]
    assert ids[1] == 1
    assert len(set(ids)) == 3
    assert settled["components"][1]["max_values"] == 1
    assert "id" not in row, "what was sent stays as it was"
