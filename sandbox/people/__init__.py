"""What a person can do in their own Discord client. Every person is addressed by user id, or by the user itself."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sandbox.errors import Refused
from sandbox.jsontypes import Json
from sandbox.people import commanding, places, pressing, speaking
from sandbox.people.commanding import Offered
from sandbox.snowflakes import Ref, id_of
from sandbox.world.channels import Channel, Thread
from sandbox.world.guilds import Member
from sandbox.world.interactions import Interaction
from sandbox.world.messages import Message

if TYPE_CHECKING:
    from sandbox.world.state import World

__all__ = ["Offered", "People"]


class People:
    """Acts as any person. Everything happens at once; the bot hears of it by the gateway.

    What Discord's client would not let the person do raises `Refused`; an id of nobody raises KeyError. Users,
    channels, messages, guilds and interactions are given by id (a number or its digits) or by the object. What makes
    an interaction starts its three seconds, and so needs a running event loop.
    """

    def __init__(self, world: "World") -> None:
        self._world = world

    def say(
        self,
        user: Ref,
        channel: Ref,
        content: str = "",
        *,
        reply_to: Ref | None = None,
        attachments: Sequence[tuple[str, bytes]] = (),
        embeds: Sequence[Json] = (),
        poll: Json | None = None,
        forward: Ref | None = None,
    ) -> Message:
        """Write a message; `attachments` are (name, bytes), `poll` is Discord's object, `forward` a message."""
        return speaking.say(
            self._world,
            self._id(user),
            channel,
            content,
            reply_to=reply_to,
            attachments=attachments,
            embeds=embeds,
            poll=poll,
            forward_of=forward,
        )

    def edit(self, user: Ref, message: Ref, content: str) -> Message:
        """Rewrite one's own message."""
        return speaking.edit(self._world, self._id(user), message, content)

    def delete(self, user: Ref, message: Ref) -> None:
        """Delete a message, or dismiss an ephemeral one."""
        speaking.delete(self._world, self._id(user), message)

    def react(self, user: Ref, message: Ref, emoji: str) -> None:
        """Give a reaction."""
        speaking.react(self._world, self._id(user), message, emoji, add=True)

    def unreact(self, user: Ref, message: Ref, emoji: str) -> None:
        """Take one's reaction back."""
        speaking.react(self._world, self._id(user), message, emoji, add=False)

    def click(self, user: Ref, message: Ref, button: str) -> Interaction:
        """Press a button, by custom_id or label."""
        return pressing.click(self._world, self._id(user), message, button)

    def select(self, user: Ref, message: Ref, menu: str, values: Sequence[Ref]) -> Interaction:
        """Choose from a select menu, by custom_id or placeholder: values or labels, or ids."""
        return pressing.select(self._world, self._id(user), message, menu, values)

    def submit(self, user: Ref, interaction: Ref, values: Mapping[str, Any] | None = None) -> Interaction:
        """Send the form that an interaction opened, filled in by custom_id or label.

        A field that is not named keeps what it was filled with. Selects take a list, or one value.
        """
        return pressing.submit(self._world, self._id(user), id_of(interaction), values or {})

    def command(self, user: Ref, channel: Ref, name: str, /, **options: Any) -> Interaction:  # noqa: ANN401 - by option
        """Run a slash command, such as ``"session create"``; users, roles and channels by id or object."""
        return commanding.command(self._world, self._id(user), channel, name, options)

    def message_menu(self, user: Ref, name: str, message: Ref) -> Interaction:
        """Choose an entry of a message's own menu."""
        return commanding.message_menu(self._world, self._id(user), name, message)

    def commands_for(self, user: Ref, channel: Ref) -> list[Offered]:
        """What the person finds in the slash menu."""
        return commanding.commands_for(self._world, self._id(user), channel)

    def menus_for(self, user: Ref, message: Ref) -> list[str]:
        """What the person finds in a message's own menu."""
        return commanding.menus_for(self._world, self._id(user), message)

    def visible_channels(self, user: Ref) -> list[Channel]:
        """Every channel, thread and DM the person sees."""
        return places.visible_channels(self._world, self._id(user))

    def read(self, user: Ref, channel: Ref) -> list[Message]:
        """What the person reads in a channel, oldest first, with what only they see."""
        return places.read(self._world, self._id(user), channel)

    def dm_channel(self, user: Ref) -> Channel:
        """The person's DM with the bot, opened where there was none."""
        who = self._world.user(user)
        if self._world.existing_dm(who) is None and not self._world.shares_a_guild(who.id):
            raise Refused("no_mutual_guild", "This person shares no server with the bot.")
        return self._world.dm_channel(who)

    def dms(self, user: Ref) -> list[Message]:
        """What the person reads in their DM with the bot, oldest first; nothing where there is none."""
        dm = self._world.existing_dm(self._id(user))
        return [] if dm is None else places.read(self._world, self._id(user), dm)

    def create_thread(
        self, user: Ref, channel: Ref, name: str, *, from_message: Ref | None = None, private: bool = False
    ) -> Thread:
        """Start a thread."""
        return speaking.create_thread(
            self._world, self._id(user), channel, name, from_message=from_message, private=private
        )

    def join_guild(self, user: Ref, guild: Ref) -> Member:
        """Join a server."""
        place = self._world.guild(guild)
        if self._id(user) in place.bans:
            raise Refused("banned", "This person is banned from the server.")
        return place.add_member(user)

    def leave_guild(self, user: Ref, guild: Ref) -> None:
        """Leave a server; its owner cannot."""
        place = self._world.guild(guild)
        if place.owner_id == self._id(user):
            raise Refused("owner", "The owner cannot leave their server.")
        place.remove_member(user)

    def close_dms(self, user: Ref) -> None:
        """Refuse the bot's DMs from now on. One may still write to the bot, as on Discord."""
        self._world.set_user(user, dms_open=False)

    def open_dms(self, user: Ref) -> None:
        """Take the bot's DMs again."""
        self._world.set_user(user, dms_open=True)

    def set_locale(self, user: Ref, locale: str) -> None:
        """Set the client's language, such as ``es-ES``."""
        self._world.set_user(user, locale=locale)

    def _id(self, user: Ref) -> int:
        return self._world.user(user).id
