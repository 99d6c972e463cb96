"""Where a person is, and what they see there."""

from typing import TYPE_CHECKING

from sandbox.errors import Refused
from sandbox.permissions import Permission
from sandbox.snowflakes import Ref, id_of
from sandbox.world.access import can_see, permissions_in
from sandbox.world.channels import Channel

if TYPE_CHECKING:
    from sandbox.world.messages import Message
    from sandbox.world.state import World


def visible_channels(world: "World", user_id: int) -> list[Channel]:
    """Every channel, thread and DM that a person sees, guild by guild, in the order the client lists them."""
    found: list[Channel] = []
    for guild in world.guilds.values():
        if user_id not in guild.members:
            continue
        seen = [each for each in guild.channels.values() if can_see(each, user_id)]
        found += sorted(seen, key=lambda each: (each.position, each.id))
        found += [each for each in guild.threads.values() if can_see(each, user_id)]
    dm = world.existing_dm(user_id)
    return [*found, dm] if dm is not None else found


def channel_for(world: "World", user_id: int, channel: Ref) -> Channel:
    """A channel that this person sees.

    Raises:
        Refused: they do not, or there is none.
    """
    found = world.channels.get(id_of(channel))
    if found is None or not can_see(found, user_id):
        raise Refused("no_access", "This person does not see that channel.")
    return found


def message_for(world: "World", user_id: int, message: Ref) -> "Message":
    """A message that this person sees.

    Raises:
        Refused: they do not, or it is gone.
    """
    found = world.history.find(id_of(message))
    if found is None or (found.is_ephemeral and found.ephemeral_to != user_id):
        raise Refused("no_message", "This person does not see that message.")
    channel_for(world, user_id, found.channel_id)
    return found


def read(world: "World", user_id: int, channel: Ref) -> list["Message"]:
    """What a person reads in a channel, oldest first, with what only they see."""
    place = channel_for(world, user_id, channel)
    sees_history = bool(permissions_in(place, user_id) & Permission.READ_MESSAGE_HISTORY)
    return [
        each
        for each in world.history.each(place.id)
        if (each.ephemeral_to == user_id if each.is_ephemeral else sees_history)
    ]
