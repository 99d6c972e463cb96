"""Interactions as JSON: what INTERACTION_CREATE carries."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from sandbox.jsontypes import Json
from sandbox.snowflakes import Ref
from sandbox.wire.channels import channel_json
from sandbox.wire.guilds import role_json
from sandbox.wire.messages import message_json
from sandbox.wire.users import member_json, user_json
from sandbox.world.access import base_permissions, permissions_in

if TYPE_CHECKING:
    from sandbox.world.channels import Channel
    from sandbox.world.guilds import Guild
    from sandbox.world.interactions import Interaction
    from sandbox.world.messages import Message
    from sandbox.world.state import World

ATTACHMENT_LIMIT: Final = 10 * 1024 * 1024
"""Bytes of a file that an answer may carry, in a guild without boosts."""

_IN_GUILD, _IN_BOT_DM = 0, 1


def interaction_json(interaction: "Interaction") -> Json:
    """The whole payload."""
    world = interaction.world
    channel = interaction.channel
    user = world.users[interaction.user_id]
    found: Json = {
        "id": str(interaction.id),
        "application_id": str(world.application.id),
        "type": int(interaction.type),
        "token": interaction.token,
        "version": 1,
        "channel_id": str(channel.id),
        "channel": partial_channel_json(channel, user.id),
        "app_permissions": str(permissions_in(channel, world.bot.id)),
        "locale": user.locale,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "attachment_size_limit": ATTACHMENT_LIMIT,
        "data": interaction.data,
    }
    message = interaction.message
    if message is not None:
        found["message"] = message_json(message)
    if channel.guild_id is None:
        return found | {
            "user": user_json(user),
            "context": _IN_BOT_DM,
            "authorizing_integration_owners": {"0": "0"},
        }
    guild = channel.guild
    return found | {
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
        "guild_locale": guild.locale,
        "member": member_json(guild.members[user.id]) | {"permissions": str(permissions_in(channel, user.id))},
        "context": _IN_GUILD,
        "authorizing_integration_owners": {"0": str(guild.id)},
    }


def partial_channel_json(channel: "Channel", user_id: int) -> Json:
    """A channel with what the user may do in it."""
    return channel_json(channel) | {"permissions": str(permissions_in(channel, user_id))}


class Resolved:
    """The objects behind the ids in an interaction's data, gathered one by one."""

    def __init__(self, world: "World", guild: "Guild | None", viewer_id: int) -> None:
        self._world = world
        self._guild = guild
        self._viewer_id = viewer_id
        self.json: Json = {}

    def add_users(self, ids: Iterable[int]) -> None:
        """Users, and their memberships where they have one."""
        for user_id in ids:
            self._put("users", user_id, user_json(self._world.users[user_id]))
            member = None if self._guild is None else self._guild.members.get(user_id)
            if member is not None and self._guild is not None:
                rights = {"permissions": str(base_permissions(self._guild, user_id))}
                self._put("members", user_id, member_json(member, with_user=False) | rights)

    def add_role(self, role_id: int) -> None:
        """A role of the guild."""
        if self._guild is not None:
            self._put("roles", role_id, role_json(self._guild.roles[role_id]))

    def add_channel(self, channel_id: int) -> None:
        """A channel."""
        self._put("channels", channel_id, partial_channel_json(self._world.channels[channel_id], self._viewer_id))

    def add_message(self, message: "Message") -> None:
        """A message, with its words: whoever uses a command on it hands it over."""
        self._put("messages", message.id, message_json(message))

    def _put(self, kind: str, key: Ref, value: Json) -> None:
        self.json.setdefault(kind, {})[str(key)] = value
