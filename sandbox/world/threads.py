"""How threads begin, and how they go to the archive."""

from datetime import timedelta
from typing import TYPE_CHECKING

from sandbox.snowflakes import moment_of
from sandbox.world.channels import Channel, Thread
from sandbox.world.kinds import ChannelType, MessageFlag, MessageType
from sandbox.world.messages import Draft, Message, Reference
from sandbox.world.posting import post, tell_updated

if TYPE_CHECKING:
    from sandbox.world.state import World


def start_thread(
    parent: Channel,
    owner_id: int,
    name: str,
    *,
    private: bool = False,
    invitable: bool = True,
    auto_archive_minutes: int | None = None,
    slowmode: int = 0,
    from_message: Message | None = None,
) -> Thread:
    """Begin a thread, from a message or beside all, with the notices Discord posts about a public one."""
    world = parent.world
    now = world.clock.now()
    thread = Thread(
        world=world,
        # A thread shares its id with the message it was started from.
        id=world.snowflakes.next() if from_message is None else from_message.id,
        type=ChannelType.PRIVATE_THREAD if private else ChannelType.PUBLIC_THREAD,
        guild_id=parent.guild_id,
        name=name,
        parent_id=parent.id,
        slowmode=slowmode,
        owner_id=owner_id,
        created_at=now,
        archive_changed_at=now,
        invitable=invitable,
        auto_archive_minutes=auto_archive_minutes or parent.default_auto_archive_minutes,
        joined={owner_id: now},
    )
    world.channels[thread.id] = thread
    parent.guild.threads[thread.id] = thread
    thread.tell_created()
    if from_message is not None:
        from_message.thread_id = thread.id
        from_message.flags |= MessageFlag.HAS_THREAD
        tell_updated(from_message)
        origin = Reference(parent.id, from_message.id, parent.guild_id)
        post(thread, owner_id, Draft(type=MessageType.THREAD_STARTER, reference=origin))
    elif not private:
        notice = Draft(
            content=name, type=MessageType.THREAD_CREATED, reference=Reference(thread.id, guild_id=parent.guild_id)
        )
        post(parent, owner_id, notice)
    return thread


def add_to_thread(thread: Thread, by_user_id: int, user_id: int) -> None:
    """Add somebody by hand, with the notice Discord posts about it."""
    if thread.join(user_id) and by_user_id != user_id:
        post(thread, by_user_id, Draft(type=MessageType.RECIPIENT_ADD, mention_ids=(user_id,)))


def remove_from_thread(thread: Thread, by_user_id: int, user_id: int) -> None:
    """Take somebody out by hand, or leave."""
    if thread.leave(user_id) and by_user_id != user_id:
        post(thread, by_user_id, Draft(type=MessageType.RECIPIENT_REMOVE, mention_ids=(user_id,)))


def archive_idle_threads(world: "World") -> None:
    """Archive what has been silent for as long as its setting says, by the sandbox's clock."""
    now = world.clock.now()
    for guild in world.guilds.values():
        for thread in tuple(guild.threads.values()):
            latest = moment_of(thread.last_message_id) if thread.last_message_id else thread.created_at
            latest = max(latest, thread.archive_changed_at)
            if not thread.archived and now - latest >= timedelta(minutes=thread.auto_archive_minutes):
                thread.edit(archived=True)
