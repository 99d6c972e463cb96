"""What people write: messages, edits, threads, reactions, with what their own client would stop."""

import mimetypes
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sandbox.errors import Refused
from sandbox.jsontypes import Json
from sandbox.people.places import channel_for, message_for
from sandbox.permissions import Permission, may_send
from sandbox.rest.drafts import forward, poll_json
from sandbox.snowflakes import Ref
from sandbox.world import automod, posting
from sandbox.world.access import permissions_in
from sandbox.world.channels import Channel, Thread
from sandbox.world.kinds import TEXTUAL, MessageType
from sandbox.world.messages import Attachment, Draft, Message, Reference
from sandbox.world.threads import start_thread

if TYPE_CHECKING:
    from sandbox.world.state import World

LONGEST: Final = 2000
"""Characters of a message, without a subscription."""

File = tuple[str, bytes]


def say(
    world: "World",
    user_id: int,
    channel: Ref,
    content: str,
    *,
    reply_to: Ref | None = None,
    attachments: Sequence[File] = (),
    embeds: Sequence[Json] = (),
    poll: Json | None = None,
    forward_of: Ref | None = None,
) -> Message:
    """Write a message.

    Raises:
        Refused: the client would not send it.
    """
    place = channel_for(world, user_id, channel)
    _require_sending(place, user_id)
    if len(content) > LONGEST:
        raise Refused("too_long", f"A message takes {LONGEST} characters.")
    if not (content.strip() or attachments or embeds or poll or forward_of):
        raise Refused("empty", "There is nothing to send.")
    draft = Draft(content=content, embeds=list(embeds), attachments=[_stored(world, each) for each in attachments])
    if attachments and not permissions_in(place, user_id) & Permission.ATTACH_FILES:
        raise Refused("no_permission", "This person may not attach files here.")
    _require_passing(place, user_id, content)
    if poll is not None:
        draft.poll = poll_json(world, poll)
    if reply_to is not None:
        target = message_for(world, user_id, reply_to)
        draft.type, draft.reference = MessageType.REPLY, Reference(place.id, target.id, place.guild_id)
    if forward_of is not None:
        forward(draft, message_for(world, user_id, forward_of))
    return posting.post(place, user_id, draft)


def edit(world: "World", user_id: int, message: Ref, content: str) -> Message:
    """Rewrite one's own message.

    Raises:
        Refused: it is somebody else's, or too long, or empty.
    """
    found = message_for(world, user_id, message)
    if found.author_id != user_id:
        raise Refused("not_yours", "People edit their own messages only.")
    if not content.strip() or len(content) > LONGEST:
        raise Refused("length", f"A message takes 1 to {LONGEST} characters.")
    _require_passing(found.channel, user_id, content)
    posting.edit(found, {"content": content})
    return found


def delete(world: "World", user_id: int, message: Ref) -> None:
    """Delete a message: one's own, or with the right to manage those of others; or dismiss an ephemeral one.

    Raises:
        Refused: neither.
    """
    found = message_for(world, user_id, message)
    manages = permissions_in(found.channel, user_id) & Permission.MANAGE_MESSAGES
    if found.author_id != user_id and not manages and found.ephemeral_to != user_id:
        raise Refused("no_permission", "This person may not delete that message.")
    posting.delete([found])


def react(world: "World", user_id: int, message: Ref, emoji: str, *, add: bool) -> None:
    """Give or take back a reaction.

    Raises:
        Refused: not allowed here.
    """
    found = message_for(world, user_id, message)
    if add and emoji not in found.reactions and not permissions_in(found.channel, user_id) & Permission.ADD_REACTIONS:
        raise Refused("no_permission", "This person may not add reactions here.")
    posting.react(found, user_id, emoji, add=add)


def create_thread(
    world: "World", user_id: int, channel: Ref, name: str, *, from_message: Ref | None = None, private: bool = False
) -> Thread:
    """Start a thread.

    Raises:
        Refused: not allowed here.
    """
    place = channel_for(world, user_id, channel)
    needed = Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS
    if place.is_dm or place.as_thread is not None or not permissions_in(place, user_id) & needed:
        raise Refused("no_permission", "This person may not start such a thread here.")
    origin = None if from_message is None else message_for(world, user_id, from_message)
    if origin is not None and origin.thread_id is not None:
        raise Refused("thread_exists", "That message has a thread already.")
    return start_thread(place, user_id, name, private=private, from_message=origin)


def _require_sending(place: Channel, user_id: int) -> None:
    world = place.world
    if place.type not in TEXTUAL:
        raise Refused("no_text", "Nobody writes in a category.")
    if place.is_dm:
        if not world.shares_a_guild(user_id):
            raise Refused("no_mutual_guild", "This person shares no server with the bot.")
        return
    thread = place.as_thread
    held = permissions_in(place, user_id)
    if not may_send(held, in_thread=thread is not None):
        raise Refused("no_permission", "This person may not write here.")
    if thread is not None and thread.locked and not held & Permission.MANAGE_THREADS:
        raise Refused("locked", "The thread is locked.")
    _require_slow_pace(place, user_id, held)


def _require_passing(place: Channel, user_id: int, content: str) -> None:
    rule = automod.blocked(place, user_id, content)
    if rule is not None:
        raise Refused("automod", rule.says or "Your message was blocked by this server.")


def _require_slow_pace(place: Channel, user_id: int, held: int) -> None:
    free = Permission.BYPASS_SLOWMODE | Permission.MANAGE_MESSAGES | Permission.MANAGE_CHANNELS
    if not place.slowmode or held & free:
        return
    latest = max(
        (each.created_at for each in place.world.history.each(place.id) if each.author_id == user_id), default=None
    )
    if latest is not None and place.world.clock.now() - latest < timedelta(seconds=place.slowmode):
        raise Refused("slowmode", "Slow mode: this person has to wait.")


def _stored(world: "World", file: File) -> Attachment:
    filename, content = file
    attachment = Attachment(world.snowflakes.next(), filename, len(content), mimetypes.guess_type(filename)[0])
    world.attachments.put(attachment.id, content)
    return attachment
