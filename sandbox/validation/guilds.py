"""What Discord refuses in a guild's furniture: channels, overwrites, roles, threads and members.

Limits from Discord's documentation of the guild, channel and permissions resources. A text channel's name in capitals
or with blanks is not refused: Discord rewrites it.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from sandbox.validation import messages
from sandbox.validation.form import Form

_CATEGORY: Final = 4
_FORUMS: Final = (15, 16)
_CHANNEL_TYPES: Final = (0, 2, _CATEGORY, 5, 13, 14, *_FORUMS)
_THREAD_TYPES: Final = (10, 11, 12)
_ARCHIVE_MINUTES: Final = (60, 1440, 4320, 10080)
_LONGEST_SLOW_MODE: Final = 21_600
_LONGEST_TIMEOUT: Final = timedelta(days=28)
_MOST_OVERWRITES: Final = 100


def channel_create(body: object) -> None:
    """Check a new channel of a guild.

    Raises:
        Invalid: the body breaks a rule.
    """
    form = Form(body)
    form.text("name", 100, least=1, required=True)
    kind = form.choice("type", _CHANNEL_TYPES)
    _channel(form, forum=kind in _FORUMS)
    form.problems.raise_if_any()


def channel_edit(body: object) -> None:
    """Check an edit of a channel or thread.

    Raises:
        Invalid: the body breaks a rule.
    """
    form = Form(body)
    form.text("name", 100, least=1)
    kind = form.choice("type", _CHANNEL_TYPES)
    _channel(form, forum=kind in _FORUMS)
    form.flag("archived")
    form.flag("locked")
    form.flag("invitable")
    form.choice("auto_archive_duration", _ARCHIVE_MINUTES)
    form.integer("flags", least=0)
    form.snowflakes("applied_tags", most=5)
    form.problems.raise_if_any()


def overwrite(body: object) -> None:
    """Check what a channel shall grant and take for one role or member: the id is in the path.

    Raises:
        Invalid: the body breaks a rule.
    """
    form = Form(body)
    _overwrite(form)
    form.problems.raise_if_any()


def role(body: object) -> None:
    """Check a new role or an edit of one; everything may be left out.

    Raises:
        Invalid: the body breaks a rule.
    """
    form = Form(body)
    form.text("name", 100, least=1)
    form.integer("color", least=0, most=0xFFFFFF)
    if colors := form.child("colors"):
        colors.integer("primary_color", least=0, most=0xFFFFFF, required=True)
        colors.integer("secondary_color", least=0, most=0xFFFFFF)
        colors.integer("tertiary_color", least=0, most=0xFFFFFF)
    form.permissions("permissions")
    form.flag("hoist")
    form.flag("mentionable")
    form.text("unicode_emoji", 100)
    form.problems.raise_if_any()


def thread_create(body: object) -> None:
    """Check a new thread, from a message, without one, or in a forum with its first ``message``.

    Raises:
        Invalid: the body breaks a rule.
    """
    form = Form(body)
    form.text("name", 100, least=1, required=True)
    form.choice("auto_archive_duration", _ARCHIVE_MINUTES)
    form.choice("type", _THREAD_TYPES)
    form.flag("invitable")
    form.integer("rate_limit_per_user", least=0, most=_LONGEST_SLOW_MODE)
    form.snowflakes("applied_tags", most=5)
    if first := form.child("message"):
        messages.read_message(first, in_interaction=False)
    form.problems.raise_if_any()


def member_edit(body: object, *, now: datetime) -> None:
    """Check an edit of a member; `now` is the present moment, with its zone.

    Raises:
        Invalid: the body breaks a rule, for one a timeout that ends more than 28 days ahead.
    """
    form = Form(body)
    form.text("nick", 32)
    form.snowflakes("roles", most=350)
    form.flag("mute")
    form.flag("deaf")
    form.snowflake("channel_id")
    form.integer("flags", least=0)
    until = form.moment("communication_disabled_until")
    if until is not None and _with_zone(until) > now + _LONGEST_TIMEOUT:
        message = "Invalid communication disabled timestamp"
        form.refuse("INVALID_COMMUNICATION_DISABLED_TIMESTAMP", message, "communication_disabled_until")
    form.problems.raise_if_any()


def _channel(form: Form, *, forum: bool) -> None:
    form.text("topic", 4096 if forum else 1024)
    form.integer("position", least=0)
    form.integer("rate_limit_per_user", least=0, most=_LONGEST_SLOW_MODE)
    form.integer("default_thread_rate_limit_per_user", least=0, most=_LONGEST_SLOW_MODE)
    form.choice("default_auto_archive_duration", _ARCHIVE_MINUTES)
    form.flag("nsfw")
    form.snowflake("parent_id")
    form.integer("bitrate", least=8000)
    form.integer("user_limit", least=0)
    seen: set[int] = set()
    for each in form.children("permission_overwrites", most=_MOST_OVERWRITES):
        identifier = each.snowflake("id", required=True)
        _overwrite(each)
        if identifier is not None and identifier in seen:
            each.refuse("SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value", "id")
        seen.add(identifier or 0)


def _overwrite(form: Form) -> None:
    form.choice("type", (0, 1))
    form.permissions("allow")
    form.permissions("deny")


def _with_zone(moment: datetime) -> datetime:
    """A time without a zone is in UTC, as Discord reads it."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
