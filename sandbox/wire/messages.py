"""Messages as JSON."""

from typing import TYPE_CHECKING

from sandbox.jsontypes import Json
from sandbox.snowflakes import Ref, id_of
from sandbox.wire import iso, iso_or_none
from sandbox.wire.channels import channel_json
from sandbox.wire.users import member_json, user_json

if TYPE_CHECKING:
    from sandbox.world.channels import Channel
    from sandbox.world.messages import Attachment, Message

_NO_REFERENCE_INSIDE = frozenset({"message_reference", "referenced_message", "message_snapshots", "nonce"})


def attachment_json(message: "Message", attachment: "Attachment") -> Json:
    """A file on a message, with the address the sandbox serves it at."""
    url = f"{message.world.files_url}/{message.channel_id}/{attachment.id}/{attachment.filename}"
    found: Json = {
        "id": str(attachment.id),
        "filename": attachment.filename,
        "size": attachment.size,
        "url": url,
        "proxy_url": url,
    }
    if attachment.content_type is not None:
        found["content_type"] = attachment.content_type
    if attachment.description is not None:
        found["description"] = attachment.description
    if message.is_ephemeral:
        found["ephemeral"] = True
    return found


def message_json(message: "Message", *, with_nonce: bool = False, for_event: bool = False) -> Json:
    """A message object. Events carry the guild and the author's membership besides; replies do not.

    The nonce is told where the message is made, and nowhere later: Discord does not keep it with the message.
    """
    world = message.world
    found: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel_id),
        "type": int(message.type),
        "author": user_json(message.author),
        "content": message.content,
        "timestamp": iso(message.created_at),
        "edited_timestamp": iso_or_none(message.edited_at),
        "tts": message.tts,
        "flags": message.flags,
        "pinned": message.pinned_at is not None,
        "mention_everyone": message.mentions.everyone,
        "mentions": [user_json(world.users[each]) for each in message.mentions.user_ids],
        "mention_roles": [str(each) for each in message.mentions.role_ids],
        "attachments": [attachment_json(message, each) for each in message.attachments],
        "embeds": message.embeds,
        "components": message.components,
    }
    if with_nonce and message.nonce is not None:
        found["nonce"] = message.nonce
    if message.poll is not None:
        found["poll"] = message.poll
    if message.snapshots:
        found["message_snapshots"] = [{"message": each} for each in message.snapshots]
    if message.interaction is not None:
        found["interaction_metadata"] = message.interaction
    if message.through_webhook:
        found["webhook_id"] = str(world.bot.id)
        found["application_id"] = str(world.bot.id)
    if message.reactions:
        found["reactions"] = [_reaction_json(message, emoji) for emoji in message.reactions]
    thread = world.channels.get(message.thread_id) if message.thread_id is not None else None
    if thread is not None:
        found["thread"] = channel_json(thread, for_member=world.bot.id)
    _add_reference(found, message)
    if for_event:
        _add_membership(found, message)
    return found


def _add_reference(found: Json, message: "Message") -> None:
    reference = message.reference
    if reference is None:
        return
    found["message_reference"] = {"type": reference.type, "channel_id": str(reference.channel_id)} | {
        key: str(value)
        for key, value in (("message_id", reference.message_id), ("guild_id", reference.guild_id))
        if value is not None
    }
    if reference.type == 0 and reference.message_id is not None:
        target = message.world.history.in_channel(reference.channel_id, reference.message_id)
        found["referenced_message"] = (
            None
            if target is None
            else {key: value for key, value in message_json(target).items() if key not in _NO_REFERENCE_INSIDE}
        )


def _add_membership(found: Json, message: "Message") -> None:
    # An ephemeral message travels like a DM: without its guild and without the author's membership.
    if message.guild_id is None or message.is_ephemeral:
        return
    guild = message.world.guilds[message.guild_id]
    found["guild_id"] = str(guild.id)
    author = guild.members.get(message.author_id)
    if author is not None:
        found["member"] = member_json(author, with_user=False)
    for mention in found["mentions"]:
        member = guild.members.get(int(mention["id"]))
        if member is not None:
            mention["member"] = member_json(member, with_user=False)


def _reaction_json(message: "Message", emoji: str) -> Json:
    users = message.reactions[emoji]
    return {
        "emoji": emoji_json(emoji),
        "count": len(users),
        "count_details": {"burst": 0, "normal": len(users)},
        "burst_colors": [],
        "me": message.world.bot.id in users,
        "me_burst": False,
    }


def emoji_json(emoji: str) -> Json:
    """An emoji as Discord writes it; a custom one comes as ``name:id``."""
    name, _, identifier = emoji.partition(":")
    return {"id": identifier or None, "name": name}


def deletion_json(channel: "Channel", ids: list[Ref]) -> Json:
    """What MESSAGE_DELETE and MESSAGE_DELETE_BULK say; one id makes the former."""
    found: Json = {"channel_id": str(channel.id)}
    if channel.guild_id is not None:
        found["guild_id"] = str(channel.guild_id)
    return found | ({"id": str(id_of(ids[0]))} if len(ids) == 1 else {"ids": [str(id_of(each)) for each in ids]})
