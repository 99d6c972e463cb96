"""Guilds and roles as JSON."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sandbox.jsontypes import Json
from sandbox.wire import iso
from sandbox.wire.channels import channel_json
from sandbox.wire.users import member_json

if TYPE_CHECKING:
    from sandbox.world.channels import Thread
    from sandbox.world.guilds import Guild, Member, Role


def role_json(role: "Role") -> Json:
    """A role object."""
    found: Json = {
        "id": str(role.id),
        "name": role.name,
        "color": role.colour,
        "colors": {"primary_color": role.colour, "secondary_color": None, "tertiary_color": None},
        "hoist": role.hoist,
        "icon": None,
        "unicode_emoji": None,
        "description": None,
        "position": role.position,
        "permissions": str(role.permissions),
        "managed": role.managed,
        "mentionable": role.mentionable,
        "flags": 0,
    }
    if role.bot_id is not None:
        found["tags"] = {"bot_id": str(role.bot_id)}
    return found


def guild_json(guild: "Guild", *, with_counts: bool = False) -> Json:
    """A guild object as ``GET /guilds/{guild.id}`` gives it, and GUILD_UPDATE."""
    found: Json = {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": [],
        "banner": None,
        "owner_id": str(guild.owner_id),
        "application_id": None,
        "region": "us-east",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 1,
        "roles": [role_json(role) for role in guild.roles.values()],
        "default_message_notifications": 1,
        "mfa_level": 0,
        "explicit_content_filter": 2,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": guild.locale,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "premium_progress_bar_enabled_user_updated_at": None,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }
    if with_counts:
        found["approximate_member_count"] = len(guild.members)
        found["approximate_presence_count"] = len(guild.members)
    return found


def guild_create_json(
    guild: "Guild", *, members: Iterable["Member"], threads: Iterable["Thread"], me: "Member", large: bool
) -> Json:
    """GUILD_CREATE: the guild with its channels, the threads the bot may see, and the members it is told of."""
    own = me.user.id
    return guild_json(guild) | {
        "joined_at": iso(me.joined_at),
        "large": large,
        "member_count": len(guild.members),
        "voice_states": [],
        "members": [member_json(member) for member in members],
        "channels": [channel_json(channel) for channel in guild.channels.values()],
        "threads": [channel_json(thread, for_member=own) for thread in threads],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }
