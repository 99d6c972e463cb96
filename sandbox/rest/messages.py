"""Messages of a channel: read, post, edit, delete."""

from datetime import timedelta
from typing import Final

from sandbox import validate
from sandbox.errors import (
    BULK_DELETE_AGE,
    BULK_DELETE_COUNT,
    CANNOT_SEND_TO_USER,
    EMPTY_MESSAGE,
    MISSING_PERMISSIONS,
    NO_MUTUAL_GUILDS,
    NOT_IN_THIS_CHANNEL,
    NOT_ON_A_DM,
    NOT_YOUR_MESSAGE,
    SYSTEM_MESSAGE,
    THREAD_LOCKED,
    UNKNOWN_MESSAGE,
    ApiError,
)
from sandbox.gateway.content import without_content
from sandbox.jsontypes import Json
from sandbox.permissions import Permission
from sandbox.rest.call import Call, snowflake
from sandbox.rest.drafts import changes_from, draft_from, refer
from sandbox.rest.routes import Reply, RouteTable
from sandbox.wire.messages import message_json
from sandbox.world import posting
from sandbox.world.channels import Channel
from sandbox.world.kinds import DELETABLE_SYSTEM, TEXTUAL, Intent, MessageType
from sandbox.world.mentions import AllowedMentions
from sandbox.world.messages import Message

table = RouteTable()

_BULK_AGE: Final = timedelta(days=14)


def shown(call: Call, message: Message) -> Json:
    """A message as a reply gives it: without its words, where the application may not read what people write."""
    found = message_json(message)
    if call.world.application.granted & Intent.MESSAGE_CONTENT or message.guild_id is None:
        return found
    return without_content(found, call.bot.id)


@table.get("/channels/{channel_id}/messages")
def read_page(call: Call) -> list[Json]:
    """A page of history, newest first; an empty one where the bot may see the channel but not its past."""
    channel = call.channel()
    limit = call.number("limit", 50, 1, 100)
    if not call.may(channel, Permission.READ_MESSAGE_HISTORY):
        return []
    page = call.world.history.page(
        channel.id,
        limit,
        before=call.optional_id("before"),
        after=call.optional_id("after"),
        around=call.optional_id("around"),
    )
    return [shown(call, message) for message in page]


@table.get("/channels/{channel_id}/messages/{message_id}")
def read_one(call: Call) -> Json:
    """One message."""
    return shown(call, call.message(Permission.READ_MESSAGE_HISTORY))


@table.post("/channels/{channel_id}/messages")
def create(call: Call) -> Json:
    """Post a message; one with an enforced nonce that was used just now is not posted again."""
    channel = call.channel()
    validate.message_create(call.json, has_files=bool(call.uploads))
    require_sending(call, channel)
    nonce = call.json.get("nonce")
    enforced = bool(call.json.get("enforce_nonce"))
    if enforced and nonce is not None:
        made = call.world.made_with_nonce(call.bot.id, nonce)
        if made is not None:
            earlier = call.world.history.find(made)
            if earlier is None:
                raise ApiError(UNKNOWN_MESSAGE)
            return message_json(earlier, with_nonce=True)
    draft = draft_from(call.world, call.json, call.uploads)
    refer(channel, draft, call.json, call.bot.id)
    message = posting.post(channel, call.bot.id, draft)
    if enforced and nonce is not None:
        call.world.remember_nonce(call.bot.id, nonce, message)
    return message_json(message, with_nonce=True)


@table.patch("/channels/{channel_id}/messages/{message_id}")
def update(call: Call) -> Json:
    """Edit one of the bot's own messages."""
    channel = call.channel()
    message = call.message(channel=channel)
    validate.message_edit(call.json)
    if message.author_id != call.bot.id:
        if set(call.json) != {"flags"}:
            raise ApiError(NOT_YOUR_MESSAGE)
        call.require_in(channel, Permission.MANAGE_MESSAGES)
    apply_edit(call, message)
    return message_json(message)


def apply_edit(call: Call, message: Message) -> None:
    """Change a message by the call's checked body, unless nothing of it would be left.

    Raises:
        ApiError: nothing would be left.
    """
    changes = changes_from(call.world, message, call.json, call.uploads)
    after: Json = {
        "content": changes.get("content", message.content),
        "embeds": changes.get("embeds", message.embeds),
        "components": changes.get("components", message.components),
        "poll": message.poll,
    }
    if validate.is_empty(after, has_files=bool(changes.get("attachments", message.attachments))):
        raise ApiError(EMPTY_MESSAGE)
    allowed = call.json.get("allowed_mentions")
    posting.edit(message, changes, allowed=None if allowed is None else AllowedMentions.parse(allowed))


@table.delete("/channels/{channel_id}/messages/{message_id}")
def remove(call: Call) -> None:
    """Delete a message, the bot's own or with the right to manage those of others."""
    channel = call.channel()
    message = call.message(channel=channel)
    _require_deletable(message)
    if message.author_id != call.bot.id:
        if channel.is_dm:
            raise ApiError(NOT_ON_A_DM)
        call.require_in(channel, Permission.MANAGE_MESSAGES)
    posting.delete([message])


@table.post("/channels/{channel_id}/messages/bulk-delete")
def remove_many(call: Call) -> None:
    """Delete 2 to 100 messages, none older than two weeks."""
    channel = call.guild_channel(Permission.MANAGE_MESSAGES)
    given = call.json.get("messages")
    ids = [snowflake(each, "messages") for each in given] if isinstance(given, list) else []
    if not 2 <= len(ids) <= 100:
        raise ApiError(BULK_DELETE_COUNT)
    found = [each for message_id in ids if (each := call.world.history.in_channel(channel.id, message_id)) is not None]
    oldest = call.world.clock.now() - _BULK_AGE
    if any(message.created_at < oldest for message in found):
        raise ApiError(BULK_DELETE_AGE)
    posting.delete(found)


@table.post("/channels/{channel_id}/typing")
def typing(call: Call) -> None:
    """Show that the bot is writing. Nobody is told of it here."""
    require_sending(call, call.channel())


@table.post("/channels/{channel_id}/messages/{message_id}/crosspost")
def crosspost(call: Call) -> Reply:
    """Announcement channels are not simulated: the message stays where it is."""
    return Reply(200, message_json(call.message(Permission.SEND_MESSAGES)))


def require_sending(call: Call, channel: Channel) -> None:
    """Refuse where the bot may not post what the call carries in this channel.

    Raises:
        ApiError: the person's DMs are closed to it, or it lacks a right.
    """
    if channel.type not in TEXTUAL:
        raise ApiError(NOT_IN_THIS_CHANNEL)
    if channel.is_dm:
        (person,) = channel.recipients
        if not call.world.shares_a_guild(person.id):
            raise ApiError(NO_MUTUAL_GUILDS)
        if not person.dms_open:
            raise ApiError(CANNOT_SEND_TO_USER)
        return
    thread = channel.as_thread
    call.require_in(channel, Permission.SEND_MESSAGES if thread is None else Permission.SEND_MESSAGES_IN_THREADS)
    if call.uploads:
        call.require_in(channel, Permission.ATTACH_FILES)
    body = call.body if isinstance(call.body, dict) else {}
    if body.get("embeds"):
        call.require_in(channel, Permission.EMBED_LINKS)
    if body.get("message_reference") and not call.may(channel, Permission.READ_MESSAGE_HISTORY):
        raise ApiError(MISSING_PERMISSIONS)
    if thread is not None and thread.locked and not call.may(channel, Permission.MANAGE_THREADS):
        raise ApiError(THREAD_LOCKED)


def _require_deletable(message: Message) -> None:
    ordinary = {
        MessageType.DEFAULT,
        MessageType.REPLY,
        MessageType.CHAT_INPUT_COMMAND,
        MessageType.CONTEXT_MENU_COMMAND,
    }
    if message.type not in ordinary | DELETABLE_SYSTEM:
        raise ApiError(SYSTEM_MESSAGE)
