"""Whom a message pings: what its text mentions, as far as its author may and `allowed_mentions` lets it."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sandbox.jsontypes import Json
from sandbox.permissions import Permission
from sandbox.world.access import can_see, permissions_in

if TYPE_CHECKING:
    from sandbox.world.channels import Channel

_USER: Final = re.compile(r"<@!?(\d+)>")
_ROLE: Final = re.compile(r"<@&(\d+)>")
_EVERYONE: Final = re.compile(r"@(?:everyone|here)\b")


@dataclass(frozen=True, slots=True)
class AllowedMentions:
    """What a message may ping. The default allows all that its text mentions, and the author it replies to."""

    users: bool = True
    roles: bool = True
    everyone: bool = True
    user_ids: frozenset[int] = frozenset()
    role_ids: frozenset[int] = frozenset()
    replied_user: bool = True

    @classmethod
    def parse(cls, body: Json | None) -> "AllowedMentions":
        """Read Discord's object; none at all allows everything."""
        if body is None:
            return cls()
        kinds = body.get("parse") or ()
        return cls(
            users="users" in kinds,
            roles="roles" in kinds,
            everyone="everyone" in kinds,
            user_ids=frozenset(int(each) for each in body.get("users") or ()),
            role_ids=frozenset(int(each) for each in body.get("roles") or ()),
            replied_user=bool(body.get("replied_user", False)),
        )


@dataclass(frozen=True, slots=True)
class Mentions:
    """Who is pinged."""

    user_ids: tuple[int, ...] = ()
    role_ids: tuple[int, ...] = ()
    everyone: bool = False


def find_mentions(
    channel: "Channel", author_id: int, content: str, allowed: AllowedMentions, *, replied_to: int | None = None
) -> Mentions:
    """Who a message with this text pings in this channel; `replied_to` is the author of the message it answers."""
    world = channel.world
    user_ids = [
        user_id
        for user_id in dict.fromkeys(int(each) for each in _USER.findall(content))
        if user_id in world.users and (allowed.users or user_id in allowed.user_ids)
    ]
    if replied_to is not None and allowed.replied_user and replied_to not in user_ids:
        user_ids.append(replied_to)
    if channel.is_dm:
        return Mentions(tuple(user_ids))
    may_all = bool(permissions_in(channel, author_id) & Permission.MENTION_EVERYONE)
    role_ids = tuple(
        role_id
        for role_id in dict.fromkeys(int(each) for each in _ROLE.findall(content))
        if (role := channel.guild.roles.get(role_id)) is not None
        and (role.mentionable or may_all)
        and (allowed.roles or role_id in allowed.role_ids)
    )
    everyone = may_all and allowed.everyone and _EVERYONE.search(content) is not None
    return Mentions(tuple(user_ids), role_ids, everyone)


def pinged(channel: "Channel", mentions: Mentions) -> frozenset[int]:
    """The users whose phones ring: mentioned by name, by role or by all, and able to see the channel."""
    found = set(mentions.user_ids)
    if not channel.is_dm:
        for member in channel.guild.members.values():
            if mentions.everyone or any(role_id in member.role_ids for role_id in mentions.role_ids):
                found.add(member.id)
    return frozenset(user_id for user_id in found if can_see(channel, user_id))
