"""The house as one person finds it: who is there, where one may go, what is new, and what time it is."""

from typing import TYPE_CHECKING

from sandbox.jsontypes import Json
from sandbox.page import seeing
from sandbox.page.unread import New, ReadMarks
from sandbox.wire import iso
from sandbox.world.channels import Channel
from sandbox.world.guilds import Guild
from sandbox.world.kinds import TEXTUAL, ChannelType
from sandbox.world.users import User

if TYPE_CHECKING:
    from sandbox.server import Sandbox


def house_json(sandbox: "Sandbox", marks: ReadMarks, viewer_id: int) -> Json:
    """Everything around the conversation, for one person.

    Names of people and roles are there for whoever can be everybody; channels are those this person sees.
    """
    world = sandbox.world
    guilds = [each for each in world.guilds.values() if viewer_id in each.members]
    return {
        "me": str(viewer_id),
        "bot": {"id": str(world.bot.id), "name": world.bot.display_name, "online": is_online(sandbox)},
        "clock": clock_json(sandbox),
        "people": [person_json(sandbox, marks, world.users[each]) for each in seeing.people(world)],
        "dm": _dm_json(sandbox, marks, viewer_id),
        "guilds": [_guild_json(each, marks, viewer_id) for each in guilds],
        "others": [{"id": str(each.id), "name": each.name} for each in world.guilds.values() if each not in guilds],
        "roles": {
            str(role.id): {"name": role.name, "colour": role.colour}
            for guild in world.guilds.values()
            for role in guild.roles.values()
        },
    }


def clock_json(sandbox: "Sandbox") -> Json:
    """The sandbox's time (UTC), and whether it stands still."""
    return {"now": iso(sandbox.clock.now()), "frozen": sandbox.clock.is_frozen}


def is_online(sandbox: "Sandbox") -> bool:
    """Whether the bot is connected."""
    return any(each.connected for each in sandbox.sessions)


def person_json(sandbox: "Sandbox", marks: ReadMarks, user: User) -> Json:
    """One person in the rail, with what is new to them anywhere."""
    world = sandbox.world
    messages = rings = 0
    for place in seeing.each_place(world, user.id):
        new = marks.new(user.id, place)
        messages, rings = messages + new.messages, rings + new.rings
    return {
        "id": str(user.id),
        "name": display_name(sandbox, user),
        "username": user.name,
        "locale": user.locale,
        "dms": user.dms_open,
        "chips": _chips(sandbox, user),
        "guilds": [str(guild.id) for guild in world.guilds.values() if user.id in guild.members],
        "new": messages,
        "rings": rings,
    }


def display_name(sandbox: "Sandbox", user: User, guild: Guild | None = None) -> str:
    """What a person is called: by a guild, or by the first that knows them."""
    known = [guild] if guild is not None else list(sandbox.world.guilds.values())
    members = [each.members[user.id] for each in known if user.id in each.members]
    return members[0].display_name if members else user.display_name


def _chips(sandbox: "Sandbox", user: User) -> list[Json]:
    found: list[Json] = []
    guilds = [each for each in sandbox.world.guilds.values() if user.id in each.members]
    for guild in guilds:
        member = guild.members[user.id]
        if guild.owner_id == user.id:
            found.append({"name": "owns the server", "colour": 0})
        roles = sorted((guild.roles[each] for each in member.role_ids), key=lambda role: -role.position)
        found += [{"name": role.name, "colour": role.colour} for role in roles]
        if member.is_timed_out:
            found.append({"name": "timed out", "colour": 0})
    return found if guilds else [{"name": "not a member", "colour": 0}]


def _dm_json(sandbox: "Sandbox", marks: ReadMarks, viewer_id: int) -> Json | None:
    world = sandbox.world
    if not seeing.has_dm(world, viewer_id):
        return None
    dm = world.existing_dm(viewer_id)
    new = New() if dm is None else marks.new(viewer_id, dm)
    found: Json = {"id": seeing.DM, "name": world.bot.display_name, "kind": "dm"}
    return found | _new(new) | {"silent": seeing.why_silent(world, viewer_id, dm), "topic": None}


def _guild_json(guild: Guild, marks: ReadMarks, viewer_id: int) -> Json:
    seen = seeing.guild_places(guild, viewer_id)
    channels = [each for each in seen if each.type is not ChannelType.CATEGORY]
    categories = [each for each in seen if each.type is ChannelType.CATEGORY]
    seen_ids = {each.id for each in categories}
    # A category that the person sees nothing of still heads the channels it holds.
    loose = [each for each in channels if each.parent_id not in seen_ids]
    groups: list[Json] = [{"id": None, "name": None, "places": _places_json(guild, loose, marks, viewer_id)}]
    for category in categories:
        inside = [each for each in channels if each.parent_id == category.id]
        places = _places_json(guild, inside, marks, viewer_id)
        groups.append({"id": str(category.id), "name": category.name, "places": places})
    return {
        "id": str(guild.id),
        "name": guild.name,
        "mine": guild.owner_id == viewer_id,
        "groups": [each for each in groups if each["places"]],
    }


def _places_json(guild: Guild, channels: list[Channel], marks: ReadMarks, viewer_id: int) -> list[Json]:
    threads = seeing.threads(guild, viewer_id)
    found: list[Json] = []
    for channel in channels:
        found.append(_place_json(channel, marks, viewer_id) | {"listed": True})
        for thread in threads:
            if thread.parent_id == channel.id:
                place = _place_json(thread, marks, viewer_id)
                found.append(place | {"listed": seeing.is_listed(thread, viewer_id), "archived": thread.archived})
    return found


def _place_json(place: Channel, marks: ReadMarks, viewer_id: int) -> Json:
    new = marks.new(viewer_id, place) if place.type in TEXTUAL else New()
    thread = place.as_thread
    return {
        "id": str(place.id),
        "name": place.name,
        "kind": place.type.name.lower(),
        "parent": str(place.parent_id) if thread is not None else None,
        "topic": place.topic,
        "slowmode": place.slowmode,
        "silent": seeing.why_silent(place.world, viewer_id, place),
    } | _new(new)


def _new(new: New) -> Json:
    return {"new": new.messages, "rings": new.rings}
