"""What the bot needs of Discord: permissions and gateway intents, each with its reason.

Discord's rule behind the length of the list: a bot that holds Manage Roles can grant and deny in a channel's
overwrites, and carry into a role, only what it holds itself. So the invite asks for what the bot does, and for what
it hands to, or withholds from, the people of the programme. It never asks for Administrator.

The bit values are those of Discord's developer documentation, "Permissions".
"""

from dataclasses import dataclass
from enum import IntFlag
from typing import Final
from urllib.parse import urlencode


class Permission(IntFlag):
    """The permissions that the programme's set-up speaks of, under the names of Discord's documentation."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40


NOTHING: Final = Permission(0)


@dataclass(frozen=True, slots=True)
class PermissionNeed:
    """One permission of the bot: its bit, what Discord's screens call it, and why the bot holds it."""

    bit: Permission
    label: str
    reason: str


PERMISSION_NEEDS: Final = (
    PermissionNeed(
        Permission.VIEW_CHANNEL,
        "View Channels",
        "to be in the programme's private channels, and to hide them from everyone else",
    ),
    PermissionNeed(
        Permission.MANAGE_CHANNELS,
        "Manage Channels",
        "to make the categories and channels, and to put them right when they drift",
    ),
    PermissionNeed(
        Permission.MANAGE_ROLES,
        "Manage Roles",
        "to make the roles, to give a group's role on agreement, and to set who sees which channel",
    ),
    PermissionNeed(
        Permission.SEND_MESSAGES,
        "Send Messages",
        "to post cards, skills, reminders and pages, and to keep #welcome and the skill channels read-only",
    ),
    PermissionNeed(
        Permission.SEND_MESSAGES_IN_THREADS,
        "Send Messages in Threads",
        "to answer in the day's thread and in the private thread of somebody whose DMs are closed",
    ),
    PermissionNeed(
        Permission.CREATE_PUBLIC_THREADS,
        "Create Public Threads",
        "to open a thread a day under the check-in card; members are not given it",
    ),
    PermissionNeed(
        Permission.CREATE_PRIVATE_THREADS,
        "Create Private Threads",
        "to reach somebody whose DMs are closed; members are not given it",
    ),
    PermissionNeed(
        Permission.MANAGE_THREADS,
        "Manage Threads",
        "to read, archive and lock the threads of the watched channels",
    ),
    PermissionNeed(
        Permission.MANAGE_MESSAGES,
        "Manage Messages",
        "to remove what staff decided to remove; staff get the same in the groups' channels",
    ),
    PermissionNeed(Permission.EMBED_LINKS, "Embed Links", "to show cards"),
    PermissionNeed(Permission.ATTACH_FILES, "Attach Files", "to send calendar files and a person's own export"),
    PermissionNeed(
        Permission.READ_MESSAGE_HISTORY,
        "Read Message History",
        "to catch up on what was written while it was away",
    ),
    PermissionNeed(
        Permission.ADD_REACTIONS,
        "Add Reactions",
        "only to hand it to the groups, and to withhold it in #welcome",
    ),
    PermissionNeed(
        Permission.USE_APPLICATION_COMMANDS,
        "Use Application Commands",
        "only to hand it to members: slash commands and message menus are how help is asked for without words",
    ),
    PermissionNeed(
        Permission.MENTION_EVERYONE,
        "Mention @everyone, @here and All Roles",
        "only to withhold it in the programme's channels; the bot itself mentions people one by one",
    ),
    PermissionNeed(
        Permission.MODERATE_MEMBERS,
        "Timeout Members",
        "to give it to the Staff role, and to carry out time-outs that staff ask for; by itself it times nobody out",
    ),
)
"""Every permission of the invite link, one by one."""

BOT_PERMISSIONS: Final = Permission(sum(need.bit for need in PERMISSION_NEEDS))
"""The permissions of the invite link; ``int(BOT_PERMISSIONS)`` is its ``permissions`` parameter."""


@dataclass(frozen=True, slots=True)
class IntentNeed:
    """One gateway intent: its name in discord.py, whether it is privileged (switched on by hand), and the reason."""

    name: str
    privileged: bool
    reason: str


INTENTS: Final = (
    IntentNeed("guilds", privileged=False, reason="to know the server, its channels, roles and threads"),
    IntentNeed(
        "guild_messages",
        privileged=False,
        reason="to hear that somebody wrote, edited or deleted in a group's channel or thread",
    ),
    IntentNeed("dm_messages", privileged=False, reason="to hear whoever writes to the bot by DM"),
    IntentNeed(
        "message_content",
        privileged=True,
        reason=(
            "to read what is written in the watched channels, so that words of danger reach a human; without it only "
            "DMs, buttons, slash commands, forms and message menus do"
        ),
    ),
)
"""Every intent that the gateway connection asks for, and no other."""


def labels(permissions: Permission) -> tuple[str, ...]:
    """What Discord's screens call each of ``permissions``; a bit that no need names keeps its documented name."""
    known = {need.bit: need.label for need in PERMISSION_NEEDS}
    return tuple(known.get(bit, (bit.name or str(int(bit))).replace("_", " ").title()) for bit in permissions)


def invite_url(application_id: int) -> str:
    """The address at which a server's administrator invites the bot, with exactly ``BOT_PERMISSIONS``."""
    asked = {
        "client_id": application_id,
        "scope": "bot applications.commands",
        "permissions": int(BOT_PERMISSIONS),
    }
    return f"https://discord.com/oauth2/authorize?{urlencode(asked)}"
