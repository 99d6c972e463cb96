"""Messages as the page shows them to one person."""

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from sandbox.jsontypes import Json
from sandbox.page import seeing
from sandbox.page.house import display_name
from sandbox.page.unread import rings_for
from sandbox.permissions import Permission
from sandbox.wire import iso, iso_or_none
from sandbox.world.access import can_see, permissions_in
from sandbox.world.kinds import CommandType, InteractionType, MessageType
from sandbox.world.messages import Attachment, Message

if TYPE_CHECKING:
    from sandbox.server import Sandbox

_FORWARD: Final = 1
_REPLYING: Final = frozenset({MessageType.REPLY, MessageType.DEFAULT})


def message_json(sandbox: "Sandbox", message: Message, viewer_id: int) -> Json:
    """One message that the viewer sees. Embeds and components are Discord's own objects."""
    dm = message.channel.is_dm
    return {
        "id": str(message.id),
        "place": seeing.name_of(message.channel),
        "type": message.type.name.lower(),
        "at": iso(message.created_at),
        "edited": iso_or_none(message.edited_at),
        "author": author_json(sandbox, message),
        "content": message.content,
        "embeds": message.embeds,
        "components": message.components,
        "attachments": [_attachment_json(message, each) for each in message.attachments],
        "reactions": [
            {"emoji": emoji, "count": len(users), "mine": viewer_id in users}
            for emoji, users in message.reactions.items()
        ],
        "poll": message.poll,
        "forwarded": message.snapshots,
        "reply": _reply_json(sandbox, message, viewer_id),
        "starter": _starter_json(sandbox, message, viewer_id),
        "thread": _thread_json(message, viewer_id),
        "about": [str(each) for each in message.mentions.user_ids],
        "used": _used(sandbox, message),
        "ephemeral": message.is_ephemeral,
        "loading": message.is_loading,
        "rings": rings_for(message, viewer_id) and not dm,
        "mine": message.author_id == viewer_id,
        "deletable": may_delete(message, viewer_id),
    }


def may_delete(message: Message, viewer_id: int) -> bool:
    """Whether a person may delete a message, or dismiss it."""
    if viewer_id in {message.author_id, message.ephemeral_to}:
        return True
    return not message.channel.is_dm and bool(permissions_in(message.channel, viewer_id) & Permission.MANAGE_MESSAGES)


def author_json(sandbox: "Sandbox", message: Message) -> Json:
    """Who wrote it, as its server calls them, in the colour of their highest role that has one."""
    user = message.author
    guild = None if message.channel.is_dm else message.channel.guild
    colour = 0
    if guild is not None and user.id in guild.members:
        roles = [guild.roles[each] for each in guild.members[user.id].role_ids]
        coloured = sorted((each for each in roles if each.colour), key=lambda role: role.position)
        colour = coloured[-1].colour if coloured else 0
    return {"id": str(user.id), "name": display_name(sandbox, user, guild), "bot": user.bot, "colour": colour}


def _attachment_json(message: Message, attachment: Attachment) -> Json:
    # Relative, so that it works by whatever name the browser reached this server.
    url = f"/attachments/{message.channel_id}/{attachment.id}/{quote(attachment.filename)}"
    return {
        "name": attachment.filename,
        "size": attachment.size,
        "kind": attachment.content_type,
        "description": attachment.description,
        "url": url,
    }


def _referenced(message: Message, viewer_id: int) -> Message | None:
    reference = message.reference
    if reference is None or reference.message_id is None or reference.type == _FORWARD:
        return None
    found = message.world.history.find(reference.message_id)
    return found if found is not None and seeing.sees_message(found, viewer_id) else None


def _reply_json(sandbox: "Sandbox", message: Message, viewer_id: int) -> Json | None:
    reference = message.reference
    if message.type not in _REPLYING or reference is None or reference.type == _FORWARD:
        return None
    target = _referenced(message, viewer_id)
    if target is None:
        return {"gone": True}
    text = target.content or next((each for each in target.text.splitlines() if each), "")
    return {"gone": False, "id": str(target.id), "author": author_json(sandbox, target), "content": text[:200]}


def _starter_json(sandbox: "Sandbox", message: Message, viewer_id: int) -> Json | None:
    """The message that a thread was started from, which heads the thread."""
    if message.type is not MessageType.THREAD_STARTER:
        return None
    target = _referenced(message, viewer_id)
    return None if target is None else message_json(sandbox, target, viewer_id)


def _thread_json(message: Message, viewer_id: int) -> Json | None:
    """The thread that hangs from a message, or that a notice announces."""
    thread_id = message.thread_id
    if message.type is MessageType.THREAD_CREATED and message.reference is not None:
        thread_id = message.reference.channel_id
    channel = message.world.channels.get(thread_id) if thread_id is not None else None
    thread = channel.as_thread if channel is not None else None
    if thread is None or not can_see(thread, viewer_id):
        return None
    return {"id": str(thread.id), "name": thread.name, "count": thread.message_count, "archived": thread.archived}


def _used(sandbox: "Sandbox", message: Message) -> Json | None:
    """Whose command a message answers, as it stands above the answer."""
    if message.interaction is None or message.interaction.get("type") != InteractionType.COMMAND:
        return None
    interaction = sandbox.world.interactions.get(int(message.interaction["id"]))
    user = sandbox.world.users.get(int(message.interaction["user"]["id"]))
    if interaction is None or user is None:
        return None
    name = str(interaction.data.get("name", ""))
    options = interaction.data.get("options") or []
    if interaction.data.get("type") == CommandType.CHAT_INPUT:
        while options and "options" in options[0]:
            name, options = f"{name} {options[0]['name']}", options[0]["options"]
        name = f"/{name}"
    return {"by": display_name(sandbox, user), "command": name}
