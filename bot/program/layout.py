"""What a programme's Discord server looks like: roles, categories, channels, and who may do what in each.

Pure: a programme in, a layout out. Places and people are named by keys here, because what is yet to be created has no
Discord id. Least privilege throughout: in every channel @everyone is first denied whatever the layout speaks of, then
each role is allowed what it is there for.

=================  ===========================================================================================
#welcome           everyone reads; nobody writes, reacts or opens threads; who is in a private thread there may
                   write in that thread (the enrolment notice of somebody whose DMs are closed)
#<key>-check-in    the group's role and Staff see it and write
#<key>-coping      the group's role and Staff see it; only the bot writes, so that the skill of the day stays in sight
#on-call, …        Staff and On call
=================  ===========================================================================================
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NewType

from bot.program.permissions import NOTHING, Permission
from bot.program.schema import Group, Programme

P = Permission

ObjectKey = NewType("ObjectKey", str)
"""The programme's own name of a role, category or channel; unique among the objects of its kind."""


class ObjectKind(StrEnum):
    """What sort of thing of the server is meant."""

    ROLE = "role"
    CATEGORY = "category"
    CHANNEL = "channel"


STAFF: Final = ObjectKey("staff")
"""The role Staff; also the category Staff."""
ON_CALL: Final = ObjectKey("on-call")
"""The role On call; also the channel #on-call."""
WELCOME: Final = ObjectKey("welcome")
MOD_QUEUE: Final = ObjectKey("mod-queue")
STAFF_ROOM: Final = ObjectKey("staff-room")


def group_key(group: str) -> ObjectKey:
    """The key of a group's role, and of its category. No group can take a fixed key: those have no colon."""
    return ObjectKey(f"group:{group}")


def check_in_key(group: str) -> ObjectKey:
    """The key, and the name, of a group's check-in channel."""
    return ObjectKey(f"{group}-check-in")


def coping_key(group: str) -> ObjectKey:
    """The key, and the name, of a group's channel for coping skills."""
    return ObjectKey(f"{group}-coping")


EVERYONE: Final = ObjectKey("@everyone")
"""Whom a grant is for: everyone in the server."""
THE_BOT: Final = ObjectKey("@bot")
"""Whom a grant is for: the bot itself, as a member."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one channel allows and denies ``who``: a role's key, ``EVERYONE`` or ``THE_BOT``."""

    who: ObjectKey
    allow: Permission = NOTHING
    deny: Permission = NOTHING


@dataclass(frozen=True, slots=True)
class DesiredRole:
    """A role, with what it may do in the whole server. None of them can be mentioned by members."""

    key: ObjectKey
    name: str
    permissions: Permission = NOTHING


@dataclass(frozen=True, slots=True)
class DesiredCategory:
    """A category."""

    key: ObjectKey
    name: str
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class DesiredChannel:
    """A text channel, in the category of key ``category`` or in none. A topic of None is left as it is."""

    key: ObjectKey
    name: str
    category: ObjectKey | None
    grants: tuple[Grant, ...]
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Topics:
    """The line under each channel's name; None leaves alone what stands there. Members read them: keep them neutral."""

    welcome: str | None = None
    check_in: str | None = None
    coping: str | None = None
    on_call: str | None = None
    mod_queue: str | None = None
    staff_room: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything that a programme wants of its server, in the order in which it is made."""

    roles: tuple[DesiredRole, ...]
    categories: tuple[DesiredCategory, ...]
    channels: tuple[DesiredChannel, ...]
    staff: frozenset[int] = field(default_factory=frozenset)
    """Discord ids of the people who get the role Staff where they are members."""

    @property
    def places(self) -> tuple[DesiredCategory | DesiredChannel, ...]:
        """Everything that has permissions of its own."""
        return (*self.categories, *self.channels)


HIDDEN: Final = (
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.SEND_MESSAGES_IN_THREADS
    | P.CREATE_PUBLIC_THREADS
    | P.CREATE_PRIVATE_THREADS
    | P.MENTION_EVERYONE
)
"""Denied to @everyone wherever not all may look. The later ones would be idle without the first, were it not for a
group's role, which is given only some of them back: neither threads nor @everyone."""

READER: Final = P.VIEW_CHANNEL | P.READ_MESSAGE_HISTORY | P.USE_APPLICATION_COMMANDS | P.ADD_REACTIONS
WRITER: Final = READER | P.SEND_MESSAGES | P.SEND_MESSAGES_IN_THREADS
FOLLOWER: Final = READER | P.SEND_MESSAGES_IN_THREADS
"""Reads, and answers in a thread that staff or the bot opened."""
MODERATOR: Final = P.MANAGE_MESSAGES
"""Lets staff remove a message by hand, also while the bot is down. Not Manage Threads: they see private threads in
#welcome only, where the bot says so in each."""

BOT_IN_CHANNEL: Final = (
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.SEND_MESSAGES_IN_THREADS
    | P.CREATE_PUBLIC_THREADS
    | P.CREATE_PRIVATE_THREADS
    | P.MANAGE_THREADS
    | P.MANAGE_MESSAGES
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
)
"""What the bot keeps for itself in every channel, because what is denied to @everyone is denied to it as well."""

_BOT: Final = Grant(THE_BOT, allow=BOT_IN_CHANNEL)
_HIDDEN_FROM_EVERYONE: Final = Grant(EVERYONE, deny=HIDDEN)

WELCOME_GRANTS: Final = (
    Grant(
        EVERYONE,
        allow=P.VIEW_CHANNEL | P.READ_MESSAGE_HISTORY | P.SEND_MESSAGES_IN_THREADS | P.USE_APPLICATION_COMMANDS,
        deny=(
            P.SEND_MESSAGES | P.CREATE_PUBLIC_THREADS | P.CREATE_PRIVATE_THREADS | P.ADD_REACTIONS | P.MENTION_EVERYONE
        ),
    ),
    # Whoever cannot be reached by DM is answered in a private thread here, and staff have to see it to be of help.
    Grant(STAFF, allow=P.MANAGE_THREADS),
    _BOT,
)
STAFF_GRANTS: Final = (
    _HIDDEN_FROM_EVERYONE,
    Grant(STAFF, allow=WRITER),
    Grant(ON_CALL, allow=WRITER),
    _BOT,
)


def _group_grants(group: Group, members: Permission, staff: Permission) -> tuple[Grant, ...]:
    return (
        _HIDDEN_FROM_EVERYONE,
        Grant(group_key(group.key), allow=members, deny=members ^ WRITER),
        Grant(STAFF, allow=staff | MODERATOR),
        _BOT,
    )


def _group_channels(group: Group, topics: Topics) -> tuple[DesiredChannel, ...]:
    category = group_key(group.key)
    check_in, coping = check_in_key(group.key), coping_key(group.key)
    return (
        DesiredChannel(check_in, check_in, category, _group_grants(group, WRITER, WRITER), topics.check_in),
        DesiredChannel(coping, coping, category, _group_grants(group, FOLLOWER, FOLLOWER), topics.coping),
    )


def desired_layout(programme: Programme, topics: Topics = Topics()) -> Layout:
    """The server that ``programme`` asks for."""
    groups = programme.groups
    staff_channels = ((ON_CALL, topics.on_call), (MOD_QUEUE, topics.mod_queue), (STAFF_ROOM, topics.staff_room))
    return Layout(
        roles=(
            DesiredRole(STAFF, "Staff", Permission.MODERATE_MEMBERS),
            DesiredRole(ON_CALL, "On call"),
            *(DesiredRole(group_key(group.key), group.name) for group in groups),
        ),
        categories=(
            *(
                DesiredCategory(group_key(group.key), group.name, _group_grants(group, WRITER, WRITER))
                for group in groups
            ),
            DesiredCategory(STAFF, "Staff", STAFF_GRANTS),
        ),
        channels=(
            DesiredChannel(WELCOME, WELCOME, None, WELCOME_GRANTS, topics.welcome),
            *(channel for group in groups for channel in _group_channels(group, topics)),
            *(DesiredChannel(key, key, STAFF, STAFF_GRANTS, topic) for key, topic in staff_channels),
        ),
        staff=frozenset(programme.staff),
    )
