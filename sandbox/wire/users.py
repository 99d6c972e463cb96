"""Users and members as JSON."""

from typing import TYPE_CHECKING

from sandbox.jsontypes import Json
from sandbox.wire import iso, iso_or_none

if TYPE_CHECKING:
    from sandbox.world.guilds import Member
    from sandbox.world.users import User


def user_json(user: "User") -> Json:
    """A user object."""
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": user.global_name,
        "discriminator": "0000" if user.bot else "0",
        "avatar": None,
        "banner": None,
        "accent_color": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
        "bot": user.bot,
        "public_flags": 0,
        "flags": 0,
    }


def own_user_json(user: "User") -> Json:
    """The user object of oneself, as ``/users/@me`` and READY give it."""
    return user_json(user) | {"mfa_enabled": True, "verified": True, "email": None, "locale": user.locale}


def member_json(member: "Member", *, with_user: bool = True) -> Json:
    """A guild member object."""
    found: Json = {
        "roles": [str(role_id) for role_id in member.role_ids],
        "nick": member.nick,
        "avatar": None,
        "banner": None,
        "collectibles": None,
        "joined_at": iso(member.joined_at),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": iso_or_none(member.timeout_until),
    }
    if with_user:
        found["user"] = user_json(member.user)
    return found
