"""What happens when somebody posts, edits, deletes, reacts or pins. Whether they may is asked by the callers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from sandbox.jsontypes import Json
from sandbox.wire import iso
from sandbox.wire.messages import deletion_json, emoji_json, message_json
from sandbox.wire.users import member_json
from sandbox.world.access import can_see
from sandbox.world.events import Event
from sandbox.world.kinds import SELECTS, ChannelType, ComponentType, MessageFlag, MessageType
from sandbox.world.mentions import AllowedMentions, Mentions, find_mentions
from sandbox.world.messages import Draft, Message, Reference, walk

if TYPE_CHECKING:
    from sandbox.world.channels import Channel

_COUNTED: Final = frozenset({MessageType.DEFAULT, MessageType.REPLY})
"""What a thread's message count counts, beside answers to commands: no system messages."""


def post(channel: "Channel", author_id: int, draft: Draft) -> Message:
    """Put a message into a channel, and tell of it."""
    world = channel.world
    replied_to: int | None = None
    if draft.reference is not None and draft.reference.type == 0 and draft.reference.message_id is not None:
        target = world.history.find(draft.reference.message_id)
        replied_to = target.author_id if target is not None and draft.type is MessageType.REPLY else None
    mentions = find_mentions(channel, author_id, draft.content, draft.allowed_mentions, replied_to=replied_to)
    if draft.mention_ids:
        mentions = Mentions((*mentions.user_ids, *draft.mention_ids), mentions.role_ids, mentions.everyone)
    is_alert = draft.type is MessageType.AUTO_MODERATION_ACTION
    message = Message(
        world=world,
        id=world.snowflakes.next(),
        channel_id=channel.id,
        guild_id=channel.guild_id,
        author_id=author_id,
        content=draft.content.strip(),
        # Only what Discord posts itself carries embeds of a type of their own.
        embeds=list(draft.embeds) if is_alert else settle_embeds(draft.embeds),
        components=settle_components(draft.components),
        attachments=list(draft.attachments),
        tts=draft.tts,
        flags=draft.flags,
        type=draft.type,
        mentions=mentions,
        reference=draft.reference,
        snapshots=draft.snapshots,
        poll=draft.poll,
        nonce=draft.nonce,
        ephemeral_to=draft.ephemeral_to,
        interaction=draft.interaction,
        through_webhook=draft.through_webhook,
    )
    world.history.add(message)
    if not message.is_ephemeral:
        channel.last_message_id = message.id
        _in_thread(channel, message)
    data = message_json(message, with_nonce=True, for_event=True)
    if channel.is_dm:
        data["channel_type"] = int(ChannelType.DM)
    _tell("MESSAGE_CREATE", message, data)
    return message


def edit(message: Message, changes: Json, *, allowed: AllowedMentions | None = None, silently: bool = False) -> None:
    """Set what `changes` holds of content, embeds, components, attachments and flags, and tell of it.

    `silently` leaves the time of the edit alone, as Discord does where the text stays (a flag, a thread, a pin).
    """
    if "content" in changes:
        message.content = (changes["content"] or "").strip()
        replied = message.mentions.user_ids if allowed is None else ()
        found = find_mentions(message.channel, message.author_id, message.content, allowed or AllowedMentions())
        kept = tuple(each for each in replied if each in found.user_ids or message.type is MessageType.REPLY)
        ids = tuple(dict.fromkeys((*found.user_ids, *kept)))
        message.mentions = Mentions(ids, found.role_ids, found.everyone)
    if "embeds" in changes:
        message.embeds = settle_embeds(changes["embeds"] or [])
    if "components" in changes:
        message.components = settle_components(changes["components"] or [])
    if "attachments" in changes:
        message.attachments = list(changes["attachments"])
    if changes.get("poll") is not None:
        message.poll = changes["poll"]
    if changes.get("flags") is not None:
        settable = int(MessageFlag.SUPPRESS_EMBEDS | MessageFlag.COMPONENTS_V2)
        message.flags = message.flags & ~settable | changes["flags"] & settable
    message.flags &= ~MessageFlag.LOADING
    if not silently:
        message.edited_at = message.world.clock.now()
    tell_updated(message)


def fill(message: Message, draft: Draft) -> None:
    """Put an answer in the place of "thinking…"; it counts as the message itself, not as an edit of it."""
    mentions = find_mentions(message.channel, message.author_id, draft.content, draft.allowed_mentions)
    message.mentions = mentions
    message.poll = draft.poll
    contents: Json = {
        "content": draft.content,
        "embeds": draft.embeds,
        "components": draft.components,
        "attachments": draft.attachments,
        "flags": draft.flags,
    }
    edit(message, contents, allowed=draft.allowed_mentions, silently=True)


def tell_updated(message: Message) -> None:
    """Announce a message as it is now."""
    _tell("MESSAGE_UPDATE", message, message_json(message, for_event=True))


def delete(messages: Iterable[Message]) -> None:
    """Remove messages of one channel; more than one are told of together."""
    gone = list(messages)
    if not gone:
        return
    channel = gone[0].channel
    for message in gone:
        channel.world.history.remove(message)
        thread = channel.as_thread
        if thread is not None and message.type in _COUNTED:
            thread.message_count -= 1
    name = "MESSAGE_DELETE" if len(gone) == 1 else "MESSAGE_DELETE_BULK"
    data = deletion_json(channel, [message.id for message in gone])
    ephemeral = gone[0].is_ephemeral
    if ephemeral:
        data.pop("guild_id", None)
    guild_id = None if ephemeral else channel.guild_id
    channel.world.publish(Event(name, data, guild_id=guild_id, channel=channel, ephemeral=ephemeral))


def react(message: Message, user_id: int, emoji: str, *, add: bool) -> None:
    """Give or take a reaction; twice the same changes nothing."""
    users = message.reactions.setdefault(emoji, [])
    if (user_id in users) == add:
        return
    users.append(user_id) if add else users.remove(user_id)
    if not users:
        del message.reactions[emoji]
    channel = message.channel
    data: Json = {
        "user_id": str(user_id),
        "channel_id": str(channel.id),
        "message_id": str(message.id),
        "message_author_id": str(message.author_id),
        "emoji": emoji_json(emoji),
        "burst": False,
        "type": 0,
    }
    if channel.guild_id is not None:
        data["guild_id"] = str(channel.guild_id)
        if add and user_id in channel.guild.members:
            data["member"] = member_json(channel.guild.members[user_id])
    name = "MESSAGE_REACTION_ADD" if add else "MESSAGE_REACTION_REMOVE"
    message.world.publish(Event(name, data, guild_id=channel.guild_id, channel=channel))


def pin(message: Message, user_id: int, *, on: bool) -> None:
    """Pin a message, with the notice Discord posts about it, or take the pin away."""
    channel = message.channel
    message.pinned_at = message.world.clock.now() if on else None
    channel.last_pin_at = message.pinned_at or channel.last_pin_at
    tell_updated(message)
    data: Json = {"channel_id": str(channel.id)}
    if channel.guild_id is not None:
        data["guild_id"] = str(channel.guild_id)
    if channel.last_pin_at is not None:
        data["last_pin_timestamp"] = iso(channel.last_pin_at)
    message.world.publish(Event("CHANNEL_PINS_UPDATE", data, guild_id=channel.guild_id, channel=channel))
    if on:
        reference = Reference(channel.id, message.id, channel.guild_id)
        post(channel, user_id, Draft(type=MessageType.CHANNEL_PINNED, reference=reference))


def settle_embeds(embeds: list[Json]) -> list[Json]:
    """Embeds as Discord gives them back: with their type, and every field saying whether it is inline."""
    settled = []
    for embed in embeds:
        kept = {key: value for key, value in embed.items() if value is not None} | {"type": "rich"}
        if "fields" in kept:
            kept["fields"] = [{"inline": False} | each for each in kept["fields"]]
        settled.append(kept)
    return settled


def settle_components(components: list[Json]) -> list[Json]:
    """Components as Discord gives them back: each with an id of its own, and the defaults written out."""
    copies = [_copy(each) for each in components]
    taken = {each["id"] for each in walk(copies) if each.get("id")}
    following = 1
    for component in walk(copies):
        if not component.get("id"):
            while following in taken:
                following += 1
            taken.add(following)
            component["id"] = following
        if component.get("type") in SELECTS:
            component.setdefault("min_values", 1)
            component.setdefault("max_values", 1)
        if component.get("type") == ComponentType.TEXT_INPUT:
            component.setdefault("required", True)
    return copies


def _copy(component: Json) -> Json:
    copied = dict(component)
    if "components" in copied:
        copied["components"] = [_copy(each) for each in copied["components"]]
    for key in ("component", "accessory"):
        if isinstance(copied.get(key), dict):
            copied[key] = _copy(copied[key])
    return copied


def _in_thread(channel: "Channel", message: Message) -> None:
    """A thread wakes up when somebody writes, and whoever writes or is mentioned there joins it."""
    thread = channel.as_thread
    if thread is None:
        return
    thread.total_sent += 1
    if message.type in _COUNTED or message.through_webhook:
        thread.message_count += 1
    if thread.archived:
        thread.edit(archived=False)
    if message.type not in _COUNTED and not message.through_webhook:
        return
    thread.join(message.author_id)
    for user_id in message.mentions.user_ids:
        if can_see(thread.parent, user_id):
            thread.join(user_id)


def _tell(name: str, message: Message, data: Json) -> None:
    message.world.publish(
        Event(
            name,
            data,
            guild_id=None if message.is_ephemeral else message.guild_id,
            channel=message.channel,
            author_id=message.author_id,
            ephemeral=message.is_ephemeral,
        )
    )
