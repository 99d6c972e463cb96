"""Discord's permission bits, and what a member may do in a guild, a channel and a thread.

Pure arithmetic: ids and bit sets in, a bit set out. The bits and the order of calculation are those of Discord's
developer documentation, "Permissions"; discord.py computes the same on the client's side.

A bit set is a plain ``int`` between functions, because Discord sends and accepts bits this list does not know yet.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntFlag
from functools import reduce
from operator import or_
from typing import Final


class Permission(IntFlag):
    """One right each, under the names of Discord's documentation. Bit 47 belonged to a feature Discord withdrew."""

    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    PRIORITY_SPEAKER = 1 << 8
    STREAM = 1 << 9
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    VIEW_GUILD_INSIGHTS = 1 << 19
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    MUTE_MEMBERS = 1 << 22
    DEAFEN_MEMBERS = 1 << 23
    MOVE_MEMBERS = 1 << 24
    USE_VAD = 1 << 25
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    MANAGE_GUILD_EXPRESSIONS = 1 << 30
    USE_APPLICATION_COMMANDS = 1 << 31
    REQUEST_TO_SPEAK = 1 << 32
    MANAGE_EVENTS = 1 << 33
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    USE_EXTERNAL_STICKERS = 1 << 37
    SEND_MESSAGES_IN_THREADS = 1 << 38
    USE_EMBEDDED_ACTIVITIES = 1 << 39
    MODERATE_MEMBERS = 1 << 40
    VIEW_CREATOR_MONETIZATION_ANALYTICS = 1 << 41
    USE_SOUNDBOARD = 1 << 42
    CREATE_GUILD_EXPRESSIONS = 1 << 43
    CREATE_EVENTS = 1 << 44
    USE_EXTERNAL_SOUNDS = 1 << 45
    SEND_VOICE_MESSAGES = 1 << 46
    SET_VOICE_CHANNEL_STATUS = 1 << 48
    SEND_POLLS = 1 << 49
    USE_EXTERNAL_APPS = 1 << 50
    PIN_MESSAGES = 1 << 51
    BYPASS_SLOWMODE = 1 << 52


ALL: Final = reduce(or_, (bit.value for bit in Permission))
"""Every known bit: what an owner or an administrator has."""

ROLE: Final = 0
"""``Overwrite.type`` of an overwrite for a role (also for @everyone, whose id is the guild's)."""

MEMBER: Final = 1
"""``Overwrite.type`` of an overwrite for one member."""

_NEEDS_SENDING: Final = int(
    Permission.MENTION_EVERYONE | Permission.SEND_TTS_MESSAGES | Permission.ATTACH_FILES | Permission.EMBED_LINKS
)
_LEFT_IN_TIMEOUT: Final = int(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What a channel grants and takes for one role (``type`` 0) or one member (``type`` 1), as bit sets."""

    id: int
    type: int
    allow: int
    deny: int


def parse(value: int | str) -> int:
    """Read a bit set as it comes on the wire: a string of digits, or a number.

    Raises:
        ValueError: the text is no whole number.
    """
    return int(value)


def compute_base(guild_owner_id: int, user_id: int, everyone_permissions: int, role_permissions: Iterable[int]) -> int:
    """What a member may do in the guild as a whole: @everyone's rights and those of each of their roles together.

    The owner, and whoever a role makes an administrator, has every right.
    """
    if guild_owner_id == user_id:
        return ALL
    base = reduce(or_, role_permissions, everyone_permissions)
    return ALL if base & Permission.ADMINISTRATOR else base


def compute_in_channel(
    base: int,
    *,
    everyone_id: int,
    user_id: int,
    role_ids: Collection[int],
    overwrites: Sequence[Overwrite],
    in_thread: bool = False,
) -> int:
    """What a member with the guild-wide rights `base` (of `compute_base`) may do in one channel.

    Discord's order: the overwrite of @everyone (`everyone_id` is the guild's id), then those of all the member's
    roles together (what any denies, then what any allows), then the member's own. An administrator, and so the
    owner, passes them all. Who cannot see the channel has no right in it.

    For a thread give the overwrites of its parent and ``in_thread=True``: sending there, and what depends on
    sending, rests on SEND_MESSAGES_IN_THREADS. That a private thread also wants membership is not a matter of bits.
    """
    if base & Permission.ADMINISTRATOR:
        return ALL
    held = base
    for overwrite in overwrites:
        if overwrite.type == ROLE and overwrite.id == everyone_id:
            held = held & ~overwrite.deny | overwrite.allow
    allow = deny = 0
    for overwrite in overwrites:
        if overwrite.type == ROLE and overwrite.id != everyone_id and overwrite.id in role_ids:
            allow |= overwrite.allow
            deny |= overwrite.deny
    held = held & ~deny | allow
    for overwrite in overwrites:
        if overwrite.type == MEMBER and overwrite.id == user_id:
            held = held & ~overwrite.deny | overwrite.allow
    return _with_implied_denials(held, in_thread=in_thread)


def may_send(permissions: int, *, in_thread: bool = False) -> bool:
    """Whether rights of `compute_in_channel` allow posting: threads have a sending right of their own."""
    return bool(permissions & _sending(in_thread=in_thread))


def when_timed_out(permissions: int) -> int:
    """What is left of a member's rights during a timeout: seeing and reading, where they had them.

    Administrators, and so the owner, cannot be timed out. Apply this last, to the rights in a channel: an overwrite
    gives nothing back.
    """
    if permissions & Permission.ADMINISTRATOR:
        return permissions
    return permissions & _LEFT_IN_TIMEOUT


def _with_implied_denials(held: int, *, in_thread: bool) -> int:
    if not held & Permission.VIEW_CHANNEL:
        return 0
    if not held & _sending(in_thread=in_thread):
        held &= ~_NEEDS_SENDING
    return held


def _sending(*, in_thread: bool) -> Permission:
    return Permission.SEND_MESSAGES_IN_THREADS if in_thread else Permission.SEND_MESSAGES
