"""Channels, threads and DMs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sandbox.permissions import MEMBER, ROLE, Overwrite
from sandbox.snowflakes import Ref, id_of
from sandbox.wire.channels import channel_json, thread_member_json
from sandbox.world.access import can_see
from sandbox.world.events import Event
from sandbox.world.kinds import THREADS, ChannelType

if TYPE_CHECKING:
    from sandbox.world.guilds import Guild
    from sandbox.world.state import World
    from sandbox.world.users import User

AUTO_ARCHIVE_DEFAULT: Final = 4320
"""Minutes of silence after which a thread goes to the archive, where its channel says nothing else."""


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Channel:
    """A guild's channel or category, or a DM of one person with the bot.

    `slowmode` is seconds between two messages of one person. `recipients` is the person, in a DM.
    """

    world: "World"
    id: int
    type: ChannelType
    guild_id: int | None = None
    name: str = ""
    position: int = 0
    parent_id: int | None = None
    topic: str | None = None
    nsfw: bool = False
    slowmode: int = 0
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    recipients: tuple["User", ...] = ()
    last_message_id: int | None = None
    last_pin_at: datetime | None = None
    default_auto_archive_minutes: int = AUTO_ARCHIVE_DEFAULT

    @property
    def guild(self) -> "Guild":
        """The guild it is in.

        Raises:
            LookupError: a DM has none.
        """
        if self.guild_id is None:
            raise LookupError("A DM belongs to no guild.")
        return self.world.guilds[self.guild_id]

    @property
    def as_thread(self) -> "Thread | None":
        """Itself where it is a thread."""
        return None

    @property
    def is_dm(self) -> bool:
        """Whether it is a DM with the bot."""
        return self.type is ChannelType.DM

    @property
    def recipients_and_bot(self) -> tuple["User", ...]:
        """Both ends of a DM."""
        return (*self.recipients, self.world.bot)

    @property
    def mention(self) -> str:
        """What one writes to mention it."""
        return f"<#{self.id}>"

    def edit(self, **changes: object) -> None:
        """Set the given fields, by their names here, and tell of it."""
        with self.world.watching_visibility(self.guild):
            for name, value in changes.items():
                setattr(self, name, value)
            self._tell("CHANNEL_UPDATE")

    def set_overwrite(self, target: Ref, *, allow: int = 0, deny: int = 0) -> Overwrite:
        """Allow and deny a role, a member or a user in this channel, in the place of what was set for them before.

        Raises:
            LookupError: an id that is neither a role of the guild nor a known user.
        """
        target_id = id_of(target)
        if target_id in self.guild.roles:
            kind = ROLE
        elif target_id in self.world.users:
            kind = MEMBER
        else:
            raise LookupError("An overwrite is for a role of the guild or for a user.")
        overwrite = Overwrite(target_id, kind, int(allow), int(deny))
        self.replace_overwrites([*(each for each in self.overwrites.values() if each.id != target_id), overwrite])
        return overwrite

    def remove_overwrite(self, target: Ref) -> None:
        """Take an overwrite away."""
        self.replace_overwrites([each for each in self.overwrites.values() if each.id != id_of(target)])

    def replace_overwrites(self, overwrites: Iterable[Overwrite]) -> None:
        """Put these in the place of all. Channels in step with their category stay in step with it."""
        before = self.overwrites
        after = {each.id: each for each in overwrites}
        in_step: list[Channel] = []
        if self.type is ChannelType.CATEGORY:
            in_step = [
                each for each in self.guild.channels.values() if each.parent_id == self.id and each.overwrites == before
            ]
        with self.world.watching_visibility(self.guild):
            for channel in (self, *in_step):
                channel.overwrites = dict(after)
                channel._tell("CHANNEL_UPDATE")  # noqa: SLF001 - a channel of the same category

    def delete(self) -> None:
        """Remove it with its messages and threads; a category leaves its channels behind."""
        guild = self.guild
        for thread in [each for each in guild.threads.values() if each.parent_id == self.id]:
            self.world.forget_channel(thread)
        for child in [each for each in guild.channels.values() if each.parent_id == self.id]:
            child.edit(parent_id=None)
        self.world.forget_channel(self)
        self._tell("CHANNEL_DELETE")

    def _tell(self, name: str) -> None:
        self.world.publish(Event(name, channel_json(self), guild_id=self.guild_id))


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Thread(Channel):
    """A thread. `joined` maps its members' user ids to when they joined."""

    owner_id: int
    created_at: datetime
    archive_changed_at: datetime
    archived: bool = False
    locked: bool = False
    invitable: bool = True
    auto_archive_minutes: int = AUTO_ARCHIVE_DEFAULT
    joined: dict[int, datetime] = field(default_factory=dict)
    message_count: int = 0
    total_sent: int = 0

    @property
    def as_thread(self) -> "Thread":
        """Itself."""
        return self

    @property
    def parent(self) -> Channel:
        """The channel it hangs from."""
        assert self.parent_id is not None and self.type in THREADS  # noqa: S101, PT018 - how a thread is made
        return self.world.channels[self.parent_id]

    def edit(self, **changes: object) -> None:
        """Set the given fields, by their names here, and tell of it."""
        if "archived" in changes and changes["archived"] != self.archived:
            self.archive_changed_at = self.world.clock.now()
        for name, value in changes.items():
            setattr(self, name, value)
        self._tell("THREAD_UPDATE")

    def join(self, user_id: int) -> bool:
        """Make somebody a member; false where they are one already."""
        if user_id in self.joined:
            return False
        self.joined[user_id] = self.world.clock.now()
        if user_id == self.world.bot.id and self.type is ChannelType.PRIVATE_THREAD:
            # A private thread begins to exist for the bot only now.
            self._tell("THREAD_CREATE")
        self._tell_members(added=user_id)
        return True

    def leave(self, user_id: int) -> bool:
        """End somebody's membership; false where they have none."""
        if user_id not in self.joined:
            return False
        # Told before it happens, so that who is removed from a private thread still hears of it.
        self._tell_members(removed=user_id)
        del self.joined[user_id]
        return True

    def delete(self) -> None:
        """Remove it with its messages."""
        seen = can_see(self, self.world.bot.id)
        self.world.forget_channel(self)
        data = {
            "id": str(self.id),
            "guild_id": str(self.guild_id),
            "parent_id": str(self.parent_id),
            "type": int(self.type),
        }
        self.world.publish(Event("THREAD_DELETE", data, guild_id=self.guild_id, hidden=not seen))

    def tell_created(self) -> None:
        """Announce it as new."""
        data = channel_json(self, for_member=self.world.bot.id) | {"newly_created": True}
        self.world.publish(Event("THREAD_CREATE", data, guild_id=self.guild_id, channel=self))

    def _tell(self, name: str) -> None:
        data = channel_json(self, for_member=self.world.bot.id)
        self.world.publish(Event(name, data, guild_id=self.guild_id, channel=self))

    def _tell_members(self, *, added: int | None = None, removed: int | None = None) -> None:
        data: dict[str, object] = {
            "id": str(self.id),
            "guild_id": str(self.guild_id),
            "member_count": min(len(self.joined), 50),
        }
        if added is not None:
            data["added_members"] = [thread_member_json(self, added, with_member=True)]
        if removed is not None:
            data["removed_member_ids"] = [str(removed)]
        about = added if added is not None else removed
        self.world.publish(Event("THREAD_MEMBERS_UPDATE", data, guild_id=self.guild_id, channel=self, about=about))
