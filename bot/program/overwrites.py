"""What a channel allows whom: from the layout's grants to Discord's overwrites, and how the two differ. Pure."""

from collections.abc import Iterable, Mapping
from typing import TypeGuard

from bot.program.actions import ObjectRef
from bot.program.layout import EVERYONE, THE_BOT, Grant, ObjectKind
from bot.program.permissions import BOT_PERMISSIONS, NOTHING, Permission
from bot.program.server import ChannelState, Overwrite, RoleState, ServerSnapshot, TargetKind


def resolve(grant: Grant, guild_id: int, bot_id: int, ids: Mapping[ObjectRef, int]) -> Overwrite | None:
    """The overwrite that a grant comes to, or None while its role does not exist."""
    if grant.who == THE_BOT:
        return Overwrite(TargetKind.MEMBER, bot_id, grant.allow, grant.deny)
    role = guild_id if grant.who == EVERYONE else ids.get(ObjectRef(ObjectKind.ROLE, grant.who))
    return None if role is None else Overwrite(TargetKind.ROLE, role, grant.allow, grant.deny)


def resolved(
    grants: Iterable[Grant], guild_id: int, bot_id: int, ids: Mapping[ObjectRef, int]
) -> tuple[Overwrite, ...]:
    """The overwrites of those grants whose roles exist."""
    found = (resolve(grant, guild_id, bot_id, ids) for grant in grants)
    return tuple(overwrite for overwrite in found if overwrite is not None)


def permission_drift(
    grants: Iterable[Grant], there: ChannelState, actual: ServerSnapshot, ids: Mapping[ObjectRef, int]
) -> tuple[tuple[Overwrite, ...], tuple[str, ...]]:
    """The overwrites of others that stay as denials, and whose overwrites are not as they should be, in words."""
    has = {overwrite.who: overwrite for overwrite in there.overwrites}
    drifted: list[str] = []
    ours = set()
    for grant in grants:
        wanted = resolve(grant, actual.guild_id, actual.bot_id, ids)
        if wanted is None:
            drifted.append("a role that is new")
            continue
        ours.add(wanted.who)
        if has.get(wanted.who) != wanted:
            drifted.append(_who(wanted, actual))
    foreign = [overwrite for overwrite in there.overwrites if overwrite.who not in ours]
    drifted += [_who(overwrite, actual) for overwrite in foreign if overwrite.allow]
    kept = tuple(Overwrite(each.kind, each.target, NOTHING, deny) for each in foreign if (deny := _still_denied(each)))
    return kept, tuple(drifted)


def _still_denied(foreign: Overwrite) -> Permission:
    """What stays withheld. An overwrite that has to be changed is sent with none but permissions that the bot holds:
    Discord refuses the others, and what opens the room would stay."""
    return foreign.deny & BOT_PERMISSIONS if foreign.allow else foreign.deny


def in_step(there: RoleState | ChannelState, category: RoleState | ChannelState) -> TypeGuard[ChannelState]:
    """Whether ``there`` lies in ``category`` and has the same permissions: Discord then keeps the two alike."""
    return (
        isinstance(there, ChannelState)
        and isinstance(category, ChannelState)
        and there.parent == category.id
        and set(there.overwrites) == set(category.overwrites)
    )


def _who(overwrite: Overwrite, actual: ServerSnapshot) -> str:
    if overwrite.kind is TargetKind.MEMBER:
        return "the bot" if overwrite.target == actual.bot_id else f"member {overwrite.target}"
    if overwrite.target == actual.guild_id:
        return "@everyone"
    return next((f"role {role.name}" for role in actual.roles if role.id == overwrite.target), "a role that is gone")
