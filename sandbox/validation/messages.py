"""What Discord refuses in a message: its text, embeds, mentions, poll, reference and the rest.

Limits from Discord's documentation of the message, embed, poll and allowed-mentions objects.
"""

from collections.abc import Mapping
from typing import Any, Final

from sandbox.validation import components
from sandbox.validation.form import MEDIA, WEB, EmptyMessage, Form

SUPPRESS_EMBEDS: Final = 1 << 2
EPHEMERAL: Final = 1 << 6
SUPPRESS_NOTIFICATIONS: Final = 1 << 12
IS_VOICE_MESSAGE: Final = 1 << 13
IS_COMPONENTS_V2: Final = 1 << 15

_CREATE_FLAGS: Final = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | IS_VOICE_MESSAGE | IS_COMPONENTS_V2
_EDIT_FLAGS: Final = SUPPRESS_EMBEDS | IS_COMPONENTS_V2
_EMBEDS_TOTAL: Final = 6000
_FORWARD: Final = 1
_MAX_INT64: Final = 2**63 - 1


def message_create(body: object, *, has_files: bool = False, in_interaction: bool = False) -> None:
    """Check a new message: ``POST /channels/{id}/messages``, or with `in_interaction` a follow-up.

    Raises:
        Invalid: the body breaks a rule.
        EmptyMessage: nothing of it would show.
    """
    form = Form(body)
    read_message(form, in_interaction=in_interaction)
    form.problems.raise_if_any()
    if is_empty(form.body, has_files=has_files):
        raise EmptyMessage


def message_edit(body: object, *, in_interaction: bool = False) -> None:
    """Check an edit of a message. Whether anything would be left of it depends on what it was: ask `is_empty`.

    Raises:
        Invalid: the body breaks a rule.
    """
    form = Form(body)
    read_edit(form, in_interaction=in_interaction)
    form.problems.raise_if_any()


def is_empty(message: Mapping[str, Any], *, has_files: bool = False) -> bool:
    """Whether nothing of a message would show: no text, embed, sticker, component, poll, file or forwarded message."""
    content = message.get("content")
    reference = message.get("message_reference") or {}
    return not (
        has_files
        or (isinstance(content, str) and content.strip())
        or any(_embed_shows(embed) for embed in message.get("embeds") or [])
        or message.get("sticker_ids")
        or message.get("components")
        or message.get("poll")
        or reference.get("type") == _FORWARD
    )


def read_message(form: Form, *, in_interaction: bool) -> None:
    """Note what is wrong with a new message."""
    _read_shared(form, _CREATE_FLAGS | (EPHEMERAL if in_interaction else 0))
    form.flag("tts")
    form.snowflakes("sticker_ids", most=3)
    _nonce(form)
    form.flag("enforce_nonce")
    _poll(form.child("poll"))
    _reference(form.child("message_reference"))


def read_edit(form: Form, *, in_interaction: bool) -> None:
    """Note what is wrong with an edit."""
    _read_shared(form, _EDIT_FLAGS | (EPHEMERAL if in_interaction else 0))


def read_flags(form: Form, allowed: int) -> None:
    """Note flags beyond those that a bot may set here. Layouts by components v2 are not in this sandbox yet."""
    flags = form.integer("flags", least=0) or 0
    if flags & ~allowed:
        form.refuse("BASE_TYPE_CHOICES", f"Flags {flags & ~allowed} cannot be set here.", "flags")
    if flags & IS_COMPONENTS_V2:
        form.refuse("SANDBOX_UNSUPPORTED", "This sandbox does not know components v2 yet.", "flags")


def _read_shared(form: Form, flags: int) -> None:
    form.text("content", 2000)
    _embeds(form)
    components.read_rows(form)
    _allowed_mentions(form.child("allowed_mentions"))
    read_flags(form, flags)
    for attachment in form.children("attachments", most=10):
        attachment.snowflake("id", required=True)
        attachment.text("filename", 1024)
        attachment.text("description", 1024)


def _embeds(form: Form) -> None:
    total = sum(_embed(embed) for embed in form.children("embeds", most=10))
    if total > _EMBEDS_TOTAL:
        form.refuse("MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {_EMBEDS_TOTAL}", "embeds")


def _embed(embed: Form) -> int:
    """Check one embed and return how many characters it adds to the message's total."""
    counted = [embed.text("title", 256), embed.text("description", 4096)]
    embed.url("url", WEB)
    embed.integer("color", least=0, most=0xFFFFFF)
    embed.moment("timestamp")
    for part in embed.children("fields", most=25):
        counted += [part.text("name", 256, required=True), part.text("value", 1024, required=True)]
        part.flag("inline")
    if footer := embed.child("footer"):
        counted.append(footer.text("text", 2048))
        footer.url("icon_url", MEDIA)
    if author := embed.child("author"):
        counted.append(author.text("name", 256))
        author.url("url", WEB)
        author.url("icon_url", MEDIA)
    for key in ("image", "thumbnail"):
        if picture := embed.child(key):
            picture.url("url", MEDIA)
    return sum(len(text) for text in counted if text)


def _embed_shows(embed: Mapping[str, Any]) -> bool:
    return any(embed.get(key) for key in ("title", "description", "fields", "footer", "author", "image", "thumbnail"))


def _allowed_mentions(mentions: Form | None) -> None:
    if mentions is None:
        return
    parse = mentions.choices("parse", ("everyone", "users", "roles"))
    for kind in ("users", "roles"):
        ids = mentions.snowflakes(kind, most=100)
        if ids and kind in parse:
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            mentions.refuse("MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
    mentions.flag("replied_user")


def _nonce(form: Form) -> None:
    if isinstance(form.body.get("nonce"), str):
        form.text("nonce", 25)
    else:
        form.integer("nonce", least=-_MAX_INT64 - 1, most=_MAX_INT64)


def _poll(poll: Form | None) -> None:
    if poll is None:
        return
    if question := poll.child("question", required=True):
        question.text("text", 300, least=1, required=True)
    for answer in poll.children("answers", least=1, most=10, required=True):
        if media := answer.child("poll_media", required=True):
            media.text("text", 55, least=1, required=True)
            components.read_emoji(media)
    poll.integer("duration", least=1, most=768)
    poll.flag("allow_multiselect")
    poll.choice("layout_type", (1,))


def _reference(reference: Form | None) -> None:
    if reference is None:
        return
    kind = reference.choice("type", (0, _FORWARD))
    reference.snowflake("message_id", required=True)
    reference.snowflake("channel_id", required=kind == _FORWARD)
    reference.snowflake("guild_id")
    reference.flag("fail_if_not_exists")
