"""One request to the REST API, as its handler sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sandbox.errors import (
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    UNKNOWN_CHANNEL,
    UNKNOWN_GUILD,
    UNKNOWN_MEMBER,
    UNKNOWN_MESSAGE,
    UNKNOWN_ROLE,
    UNKNOWN_USER,
    ApiError,
    invalid_field,
)
from sandbox.jsontypes import Json
from sandbox.permissions import Permission
from sandbox.world.access import base_permissions, permissions_in
from sandbox.world.channels import Channel, Thread

if TYPE_CHECKING:
    from sandbox.server import Sandbox
    from sandbox.world.guilds import Guild, Member, Role
    from sandbox.world.messages import Message
    from sandbox.world.state import World
    from sandbox.world.users import User

_MAX_SNOWFLAKE: Final = 1 << 63


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart request; `key` is the n of ``files[n]``."""

    key: int
    filename: str
    content_type: str | None
    content: bytes


@dataclass(slots=True)
class Call:
    """A request with its parameters. `body` is the parsed JSON, also of a multipart request's ``payload_json``."""

    sandbox: "Sandbox"
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    uploads: list[Upload] = field(default_factory=list)
    reason: str | None = None

    @property
    def world(self) -> "World":
        """The world it is about."""
        return self.sandbox.world

    @property
    def bot(self) -> "User":
        """Who asks."""
        return self.world.bot

    @property
    def json(self) -> Json:
        """The body, which must be an object; none at all counts as an empty one."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise invalid_field("_body", "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return self.body

    def id(self, name: str) -> int:
        """A path parameter that must be a snowflake."""
        return snowflake(self.params[name], name)

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number of the query, within its bounds."""
        text = self.query.get(name)
        if text is None:
            return default
        value = snowflake(text, name)
        if not low <= value <= high:
            raise invalid_field(name, "NUMBER_TYPE_MAX", f"int value should be between {low} and {high}.")
        return value

    def optional_id(self, name: str) -> int | None:
        """A snowflake of the query, where it is given."""
        text = self.query.get(name)
        return None if text is None else snowflake(text, name)

    def guild(self) -> "Guild":
        """The guild of the path; one the bot is not in might as well not exist."""
        guild = self.world.guilds.get(self.id("guild_id"))
        if guild is None or self.bot.id not in guild.members:
            raise ApiError(UNKNOWN_GUILD)
        return guild

    def channel(self, *needed: Permission) -> Channel:
        """The channel of the path, which the bot must see, and in which it must have all the rights needed."""
        channel = self.world.channels.get(self.id("channel_id"))
        if channel is None:
            raise ApiError(UNKNOWN_CHANNEL)
        self.require_in(channel, *needed)
        return channel

    def guild_channel(self, *needed: Permission) -> Channel:
        """The same, where a DM will not do."""
        channel = self.channel(*needed)
        if channel.is_dm:
            raise ApiError(MISSING_ACCESS)
        return channel

    def thread(self, *needed: Permission) -> Thread:
        """The same, where only a thread will do."""
        thread = self.channel(*needed).as_thread
        if thread is None:
            raise ApiError(UNKNOWN_CHANNEL)
        return thread

    def message(self, *needed: Permission, channel: Channel | None = None) -> "Message":
        """The message of the path, in its channel."""
        place = channel or self.channel(*needed)
        message = self.world.history.in_channel(place.id, self.id("message_id"))
        if message is None:
            raise ApiError(UNKNOWN_MESSAGE)
        return message

    def user(self, user_id: int) -> "User":
        """A user that must exist."""
        user = self.world.users.get(user_id)
        if user is None:
            raise ApiError(UNKNOWN_USER)
        return user

    def member(self, guild: "Guild", user_id: int) -> "Member":
        """A member that must be in the guild."""
        self.user(user_id)
        member = guild.members.get(user_id)
        if member is None:
            raise ApiError(UNKNOWN_MEMBER)
        return member

    def role(self, guild: "Guild", role_id: int) -> "Role":
        """A role that the guild must have."""
        role = guild.roles.get(role_id)
        if role is None:
            raise ApiError(UNKNOWN_ROLE)
        return role

    def may(self, channel: Channel, needed: Permission) -> bool:
        """Whether the bot has a right in a channel."""
        return bool(permissions_in(channel, self.bot.id) & needed)

    def require_in(self, channel: Channel, *needed: Permission) -> None:
        """Refuse where the bot does not see the channel, or lacks a right in it."""
        held = permissions_in(channel, self.bot.id)
        if not held & Permission.VIEW_CHANNEL:
            raise ApiError(MISSING_ACCESS)
        if any(not held & each for each in needed):
            raise ApiError(MISSING_PERMISSIONS)

    def require_guild(self, guild: "Guild", *needed: Permission) -> None:
        """Refuse where the bot lacks a right in the guild as a whole."""
        held = base_permissions(guild, self.bot.id)
        if any(not held & each for each in needed):
            raise ApiError(MISSING_PERMISSIONS)


def snowflake(value: object, name: str) -> int:
    """An id of the wire, as a number.

    Raises:
        ApiError: 50035, it is none.
    """
    text = str(value)
    if not text.isascii() or not text.isdigit() or int(text) >= _MAX_SNOWFLAKE:
        raise invalid_field(name, "NUMBER_TYPE_COERCE", f'Value "{text[:30]}" is not snowflake.')
    return int(text)
