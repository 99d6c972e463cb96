"""The world: every guild, person, channel, message, command and interaction, and how one sets them up."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from sandbox.clock import SandboxClock
from sandbox.snowflakes import Ref, Snowflakes, id_of
from sandbox.wire.channels import channel_json, thread_member_json
from sandbox.wire.users import user_json
from sandbox.world.access import can_see
from sandbox.world.attachments import AttachmentStore
from sandbox.world.channels import Channel, Thread
from sandbox.world.commands import Commands
from sandbox.world.events import Event
from sandbox.world.guilds import EVERYONE, Guild, Member, Role
from sandbox.world.history import History
from sandbox.world.interactions import Interactions
from sandbox.world.kinds import ChannelType
from sandbox.world.messages import Message
from sandbox.world.threads import archive_idle_threads
from sandbox.world.users import Application, User

NONCE_WINDOW: Final = timedelta(minutes=3)
"""How long Discord remembers an enforced nonce: "a few minutes", by its documentation."""


class World:
    """All that is. Everything here is immediate: a call changes the state and tells of it before it returns."""

    def __init__(self, clock: SandboxClock, *, token: str, interaction_deadline: float, bot_name: str) -> None:
        self.clock = clock
        self.snowflakes = Snowflakes(clock)
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.history = History()
        self.attachments = AttachmentStore()
        self.files_url = "http://127.0.0.1/attachments"
        self.bot = self._add_user(User(self.snowflakes.next(), bot_name, bot=True))
        self.developer = self._add_user(User(self.snowflakes.next(), "developer"))
        self.application = Application(self.bot, token, bot_name, owner_id=self.developer.id)
        self.commands = Commands(self)
        self.interactions = Interactions(self, interaction_deadline)
        self.publish: Callable[[Event], None] = lambda _event: None
        self.notify: Callable[[], None] = lambda: None
        self._dms: dict[int, Channel] = {}
        self._nonces: OrderedDict[tuple[int, str], tuple[int, datetime]] = OrderedDict()
        self.clock.subscribe(lambda _delta: archive_idle_threads(self))

    def user(self, who: Ref) -> User:
        """The user of this id.

        Raises:
            KeyError: nobody.
        """
        return self.users[id_of(who)]

    def guild(self, which: Ref) -> Guild:
        """The guild of this id.

        Raises:
            KeyError: none.
        """
        return self.guilds[id_of(which)]

    def channel(self, which: Ref) -> Channel:
        """The channel, thread or DM of this id.

        Raises:
            KeyError: none.
        """
        return self.channels[id_of(which)]

    def message(self, which: Ref) -> Message:
        """The message of this id, wherever it is.

        Raises:
            KeyError: none, or it was deleted.
        """
        message = self.history.find(id_of(which))
        if message is None:
            raise KeyError(which)
        return message

    def add_user(
        self,
        name: str,
        global_name: str | None = None,
        *,
        id: int | None = None,  # noqa: A002 - Discord's own name for it
        locale: str = "en-US",
    ) -> User:
        """Somebody with an account, in no guild yet."""
        return self._add_user(User(id or self.snowflakes.next(), name, global_name or name, locale=locale))

    def add_guild(
        self,
        name: str,
        owner: Ref,
        *,
        id: int | None = None,  # noqa: A002 - Discord's own name for it
        starter_channel: str | None = None,
    ) -> Guild:
        """A server, with its owner in it, and a first channel of that name where one is given."""
        guild = Guild(world=self, id=id or self.snowflakes.next(), name=name, owner_id=id_of(owner))
        guild.roles[guild.id] = Role(id=guild.id, name="@everyone", permissions=EVERYONE, position=0)
        self.guilds[guild.id] = guild
        guild.add_member(owner)
        if starter_channel is not None:
            guild.add_channel(starter_channel)
        return guild

    def add_bot_to_guild(self, guild: Guild, permissions: int = 0) -> Member:
        """Let the bot join by an invite link that asks for `permissions`: with a role of its own, at the foot."""
        member = Member(guild, self.bot, self.clock.now())
        guild.members[self.bot.id] = member
        # The role is made before the bot is told of the guild, so that GUILD_CREATE is the first it hears.
        if int(permissions):
            role = Role(
                id=self.snowflakes.next(),
                name=self.application.name,
                permissions=int(permissions),
                managed=True,
                bot_id=self.bot.id,
            )
            guild.roles[role.id] = role
            member.role_ids.append(role.id)
        self.publish(Event("GUILD_CREATE", {"id": str(guild.id)}, guild_id=guild.id))
        return member

    def remove_guild(self, guild: Guild) -> None:
        """Delete a server."""
        if self.bot.id in guild.members:
            guild.remove_member(self.bot)
        for channel in (*guild.threads.values(), *guild.channels.values()):
            self.forget_channel(channel)
        del self.guilds[guild.id]

    def dm_channel(self, user: Ref) -> Channel:
        """The DM of a person with the bot; opened where there was none."""
        who = self.user(user)
        if who.id not in self._dms:
            channel = Channel(world=self, id=self.snowflakes.next(), type=ChannelType.DM, recipients=(who,))
            self._dms[who.id] = self.channels[channel.id] = channel
            self.publish(Event("CHANNEL_CREATE", channel_json(channel), hidden=True))
        return self._dms[who.id]

    def existing_dm(self, user: Ref) -> Channel | None:
        """The DM of a person with the bot, if one was ever opened."""
        return self._dms.get(id_of(user))

    def shares_a_guild(self, user_id: int) -> bool:
        """Whether a person and the bot are in a guild together, or the person installed the app."""
        return self.users[user_id].app_installed or any(
            user_id in guild.members and self.bot.id in guild.members for guild in self.guilds.values()
        )

    def bot_guilds(self) -> Iterable[Guild]:
        """The guilds the bot is in."""
        return [guild for guild in self.guilds.values() if self.bot.id in guild.members]

    def forget_channel(self, channel: Channel) -> None:
        """Drop a channel or thread with its messages; the caller tells of it."""
        self.history.forget_channel(channel.id)
        self.channels.pop(channel.id, None)
        if channel.guild_id is not None:
            channel.guild.channels.pop(channel.id, None)
            channel.guild.threads.pop(channel.id, None)

    def remember_nonce(self, author_id: int, nonce: str | int, message: Message) -> None:
        """Note that this message was made with an enforced nonce."""
        self._nonces[author_id, str(nonce)] = (message.id, self.clock.now())

    def made_with_nonce(self, author_id: int, nonce: str | int) -> int | None:
        """The id of the message its author made with this nonce within the window; it may be deleted since."""
        oldest = self.clock.now() - NONCE_WINDOW
        while self._nonces and next(iter(self._nonces.values()))[1] < oldest:
            self._nonces.popitem(last=False)
        found = self._nonces.get((author_id, str(nonce)))
        return None if found is None else found[0]

    @contextmanager
    def watching_visibility(self, guild: Guild) -> Iterator[None]:
        """Tell the bot of the threads in channels that a change made visible to it."""
        if self.bot.id not in guild.members:
            yield
            return
        before = {channel.id for channel in guild.channels.values() if can_see(channel, self.bot.id)}
        yield
        if self.bot.id not in guild.members:
            return
        gained = [each.id for each in guild.channels.values() if each.id not in before and can_see(each, self.bot.id)]
        if gained:
            self._sync_threads(guild, gained)

    def set_user(self, user: Ref, **changes: object) -> None:
        """Set fields of a user, by their names here; the bot's own change is told."""
        who = self.user(user)
        for name, value in changes.items():
            setattr(who, name, value)
        if who is self.bot:
            self.publish(Event("USER_UPDATE", user_json(who)))

    def _sync_threads(self, guild: Guild, channel_ids: list[int]) -> None:
        threads: list[Thread] = [
            each
            for each in guild.threads.values()
            if each.parent_id in channel_ids and not each.archived and can_see(each, self.bot.id)
        ]
        data = {
            "guild_id": str(guild.id),
            "channel_ids": [str(each) for each in channel_ids],
            "threads": [channel_json(each, for_member=self.bot.id) for each in threads],
            "members": [thread_member_json(each, self.bot.id) for each in threads if self.bot.id in each.joined],
        }
        self.publish(Event("THREAD_LIST_SYNC", data, guild_id=guild.id))

    def _add_user(self, user: User) -> User:
        self.users[user.id] = user
        return user
