"""What one person sees: places, and messages in them. Whatever the page shows of the house passes here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sandbox.errors import Refused
from sandbox.people import places
from sandbox.permissions import Permission, may_send
from sandbox.world.access import can_see, permissions_in
from sandbox.world.channels import Channel, Thread
from sandbox.world.kinds import TEXTUAL, ChannelType
from sandbox.world.messages import Message

if TYPE_CHECKING:
    from sandbox.world.guilds import Guild
    from sandbox.world.state import World

DM: Final = "dm"
"""Names a person's DM with the bot, also before it was ever opened."""

PAGE: Final = 100
"""Messages loaded at a time."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Messages, oldest first, and whether there are earlier ones."""

    messages: list[Message]
    has_earlier: bool


def people(world: "World") -> list[int]:
    """The ids of everybody one can be."""
    apart = {world.bot.id, world.developer.id}
    return [user_id for user_id, user in world.users.items() if user_id not in apart and not user.bot]


def require_person(world: "World", user_id: int) -> int:
    """The id, where it is somebody's.

    Raises:
        KeyError: nobody's, or one of those that nobody can be.
    """
    if user_id not in people(world):
        raise KeyError(user_id)
    return user_id


def place_for(world: "World", user_id: int, place: str) -> Channel | None:
    """A place that this person sees, by its id or `DM`; none for a DM that nobody opened yet.

    Raises:
        Refused: they do not see it, or it is gone.
    """
    if place == DM:
        return world.existing_dm(user_id)
    if not place.isdecimal():
        raise Refused("no_access", "There is no such place.")
    return places.channel_for(world, user_id, place)


def name_of(place: Channel) -> str:
    """What the page calls a place: its id, or `DM`."""
    return DM if place.is_dm else str(place.id)


def guild_places(guild: "Guild", user_id: int) -> list[Channel]:
    """The channels and categories of a guild that a person sees, in the order a client lists them."""
    seen = [each for each in guild.channels.values() if can_see(each, user_id)]
    return sorted(seen, key=lambda each: (each.position, each.id))


def threads(guild: "Guild", user_id: int) -> list[Thread]:
    """The threads of a guild that a person sees, oldest first."""
    return [each for each in guild.threads.values() if can_see(each, user_id)]


def is_listed(thread: Thread, user_id: int) -> bool:
    """Whether a thread stands under its channel at once: alive, and, where it is private, theirs.

    Who may manage threads sees private ones they are no part of; clients show those on asking only.
    """
    return not thread.archived and (thread.type is not ChannelType.PRIVATE_THREAD or user_id in thread.joined)


def has_dm(world: "World", user_id: int) -> bool:
    """Whether the person has a DM with the bot, or may open one."""
    return world.existing_dm(user_id) is not None or world.shares_a_guild(user_id)


def sees_message(message: Message, user_id: int) -> bool:
    """Whether a message is there for this person."""
    if message.deleted or message.channel_id not in message.world.channels:
        return False
    if message.is_ephemeral:
        return message.ephemeral_to == user_id and can_see(message.channel, user_id)
    held = permissions_in(message.channel, user_id)
    return bool(held & Permission.VIEW_CHANNEL and held & Permission.READ_MESSAGE_HISTORY)


def latest(place: Channel, user_id: int, *, before: int | None = None, limit: int = PAGE) -> Slice:
    """The newest messages of a place that a person sees, or the newest before an id.

    Raises:
        Refused: they do not see the place.
    """
    found = places.read(place.world, user_id, place)
    if before is not None:
        found = [each for each in found if each.id < before]
    return Slice(found[-limit:], len(found) > limit)


def why_silent(world: "World", user_id: int, place: Channel | None) -> str | None:
    """Why a person may not write in a place (none: their DM that nobody opened yet); none where they may."""
    if place is None or place.is_dm:
        if world.shares_a_guild(user_id):
            return None
        return "This person shares no server with the bot, so Discord delivers no message to it."
    if place.type not in TEXTUAL:
        return "Nobody writes here: messages go into its threads."
    member = place.guild.members[user_id]
    held = permissions_in(place, user_id)
    thread = place.as_thread
    if member.is_timed_out and not held & Permission.ADMINISTRATOR:
        return "This person is timed out and cannot write."
    if not may_send(held, in_thread=thread is not None):
        return "This person may read here, but not write."
    if thread is not None and thread.locked and not held & Permission.MANAGE_THREADS:
        return "This thread is locked."
    return None


def each_place(world: "World", user_id: int) -> Iterator[Channel]:
    """Every place with messages that a person sees."""
    return (each for each in places.visible_channels(world, user_id) if each.type in TEXTUAL)
