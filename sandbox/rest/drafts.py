"""Turning bodies of requests into what is posted, or into what is changed."""

import mimetypes
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sandbox.errors import MISSING_ACCESS, UNKNOWN_CHANNEL, ApiError, invalid_field
from sandbox.jsontypes import Json
from sandbox.permissions import Permission
from sandbox.rest.call import Upload, snowflake
from sandbox.wire import iso, iso_or_none
from sandbox.wire.messages import attachment_json
from sandbox.wire.users import user_json
from sandbox.world.access import permissions_in
from sandbox.world.kinds import MessageFlag, MessageType
from sandbox.world.mentions import AllowedMentions
from sandbox.world.messages import Attachment, Draft, Message, Reference

if TYPE_CHECKING:
    from sandbox.world.channels import Channel
    from sandbox.world.state import World

_FORWARD: Final = 1
_SETTABLE: Final = int(MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS | MessageFlag.COMPONENTS_V2)


def draft_from(world: "World", body: Json, uploads: list[Upload]) -> Draft:
    """A new message of a checked body. Its reference is another matter: see `refer`."""
    return Draft(
        content=body.get("content") or "",
        embeds=list(body.get("embeds") or ()),
        components=list(body.get("components") or ()),
        attachments=store_uploads(world, body, uploads),
        tts=bool(body.get("tts")),
        flags=int(body.get("flags") or 0) & _SETTABLE,
        allowed_mentions=AllowedMentions.parse(body.get("allowed_mentions")),
        poll=None if body.get("poll") is None else poll_json(world, body["poll"]),
        nonce=body.get("nonce"),
    )


def changes_from(world: "World", message: Message, body: Json, uploads: list[Upload]) -> Json:
    """What a checked body changes about a message; attachments it does not list are dropped where it lists any."""
    changes: Json = {key: body[key] for key in ("content", "embeds", "components", "flags") if key in body}
    if "attachments" in body or uploads:
        listed = {str(each["id"]) for each in body.get("attachments") or ()}
        kept = [each for each in message.attachments if str(each.id) in listed or "attachments" not in body]
        changes["attachments"] = [*kept, *store_uploads(world, body, uploads)]
    return changes


def store_uploads(world: "World", body: Json, uploads: list[Upload]) -> list[Attachment]:
    """Keep uploaded files, with what the body's ``attachments`` say of them."""
    described = {str(each.get("id")): each for each in body.get("attachments") or ()}
    stored: list[Attachment] = []
    for upload in sorted(uploads, key=lambda each: each.key):
        about = described.get(str(upload.key), {})
        filename = str(about.get("filename") or upload.filename).replace(" ", "_")
        guessed = mimetypes.guess_type(filename)[0] or upload.content_type
        attachment = Attachment(
            id=world.snowflakes.next(),
            filename=filename,
            size=len(upload.content),
            content_type=guessed,
            description=about.get("description"),
        )
        world.attachments.put(attachment.id, upload.content)
        stored.append(attachment)
    return stored


def refer(channel: "Channel", draft: Draft, body: Json, author_id: int) -> None:
    """Let the draft answer or forward a message, where the body asks for it.

    Raises:
        ApiError: the message does not exist (unless the body says not to mind), or cannot be read.
    """
    given = body.get("message_reference")
    if not given:
        return
    message_id = snowflake(given["message_id"], "message_reference.message_id")
    if given.get("type") == _FORWARD:
        _forward(channel, draft, given, message_id, author_id)
        return
    target = channel.world.history.in_channel(channel.id, message_id)
    if target is None:
        if given.get("fail_if_not_exists", True):
            raise invalid_field("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return
    draft.reference = Reference(channel.id, target.id, channel.guild_id)
    draft.type = MessageType.REPLY


def _forward(channel: "Channel", draft: Draft, given: Json, message_id: int, author_id: int) -> None:
    world = channel.world
    source = world.channels.get(int(given.get("channel_id") or channel.id))
    if source is None:
        raise ApiError(UNKNOWN_CHANNEL)
    if not permissions_in(source, author_id) & Permission.VIEW_CHANNEL:
        raise ApiError(MISSING_ACCESS)
    target = world.history.in_channel(source.id, message_id)
    if target is None:
        raise invalid_field("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
    forward(draft, target)


def forward(draft: Draft, target: Message) -> None:
    """Let the draft carry a copy of another message as it is now."""
    draft.reference = Reference(target.channel_id, target.id, target.guild_id, type=_FORWARD)
    draft.snapshots = [snapshot_json(target)]
    draft.flags |= MessageFlag.HAS_SNAPSHOT


def snapshot_json(message: Message) -> Json:
    """A message as a forward of it carries it: without its author."""
    return {
        "type": int(message.type),
        "content": message.content,
        "embeds": message.embeds,
        "attachments": [attachment_json(message, each) for each in message.attachments],
        "timestamp": iso(message.created_at),
        "edited_timestamp": iso_or_none(message.edited_at),
        "flags": message.flags,
        "mentions": [user_json(message.world.users[each]) for each in message.mentions.user_ids],
        "mention_roles": [str(each) for each in message.mentions.role_ids],
        "components": message.components,
    }


def poll_json(world: "World", poll: Json) -> Json:
    """A poll as Discord gives it back: with its answers numbered and an end."""
    ends = world.clock.now() + timedelta(hours=float(poll.get("duration") or 24))
    answers: list[dict[str, Any]] = [
        {"answer_id": number, "poll_media": each["poll_media"]} for number, each in enumerate(poll["answers"], 1)
    ]
    return {
        "question": poll["question"],
        "answers": answers,
        "expiry": iso(ends),
        "allow_multiselect": bool(poll.get("allow_multiselect")),
        "layout_type": int(poll.get("layout_type") or 1),
        "results": {"answer_counts": [], "is_finalized": False},
    }
