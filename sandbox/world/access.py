"""Who may do what where: Discord's permission rules applied to the world."""

from typing import TYPE_CHECKING, Final

from sandbox.permissions import ALL, Permission, compute_base, compute_in_channel, when_timed_out
from sandbox.world.kinds import ChannelType

if TYPE_CHECKING:
    from sandbox.world.channels import Channel
    from sandbox.world.guilds import Guild, Member, Role

IN_A_DM: Final = int(
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.ADD_REACTIONS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.SEND_VOICE_MESSAGES
    | Permission.SEND_POLLS
    | Permission.PIN_MESSAGES
)
"""What both people in a DM may do."""


def base_permissions(guild: "Guild", user_id: int) -> int:
    """A member's rights in the guild as a whole; 0 for who is no member."""
    member = guild.members.get(user_id)
    if member is None:
        return 0
    held = compute_base(
        guild.owner_id, user_id, guild.everyone.permissions, (guild.roles[each].permissions for each in member.role_ids)
    )
    return when_timed_out(held) if member.is_timed_out else held


def permissions_in(channel: "Channel", user_id: int) -> int:
    """A user's rights in one channel, thread or DM."""
    if channel.type is ChannelType.DM:
        return IN_A_DM if any(user.id == user_id for user in channel.recipients_and_bot) else 0
    member = channel.guild.members.get(user_id)
    if member is None:
        return 0
    thread = channel.as_thread
    if thread is None:
        return _in_guild_channel(channel, member, in_thread=False)
    held = _in_guild_channel(thread.parent, member, in_thread=True)
    if thread.type is ChannelType.PRIVATE_THREAD and user_id not in thread.joined:
        return held if held & Permission.MANAGE_THREADS else 0
    return held


def _in_guild_channel(channel: "Channel", member: "Member", *, in_thread: bool) -> int:
    guild = channel.guild
    base = compute_base(
        guild.owner_id,
        member.user.id,
        guild.everyone.permissions,
        (guild.roles[each].permissions for each in member.role_ids),
    )
    held = compute_in_channel(
        base,
        everyone_id=guild.id,
        user_id=member.user.id,
        role_ids=member.role_ids,
        overwrites=tuple(channel.overwrites.values()),
        in_thread=in_thread,
    )
    return when_timed_out(held) if member.is_timed_out else held


def can_see(channel: "Channel", user_id: int) -> bool:
    """Whether the channel exists for this user."""
    return bool(permissions_in(channel, user_id) & Permission.VIEW_CHANNEL)


def rank(role: "Role") -> tuple[int, int]:
    """A role's place in the hierarchy; of two at one position the older is the higher."""
    return (role.position, -role.id)


def top_rank(guild: "Guild", user_id: int) -> tuple[int, int]:
    """The place of a member's highest role; the owner stands above every role."""
    if user_id == guild.owner_id:
        return (1 << 31, 0)
    member = guild.members.get(user_id)
    ranks = [rank(guild.roles[each]) for each in member.role_ids] if member else []
    return max(ranks, default=rank(guild.everyone))


def outranks(guild: "Guild", actor_id: int, target_id: int) -> bool:
    """Whether one member may moderate another: nobody the owner, and nobody their equals."""
    if target_id == guild.owner_id:
        return False
    return actor_id == guild.owner_id or top_rank(guild, actor_id) > top_rank(guild, target_id)


def may_grant(guild: "Guild", actor_id: int, permissions: int) -> bool:
    """Whether a member has every right they would hand on."""
    held = base_permissions(guild, actor_id)
    return held == ALL or not permissions & ~held
