"""From the server as it is to the server as it should be: which steps, in which order.

Pure. The plan of a server that is as it should be is empty; so is the plan after a plan was carried out. Nothing is
ever deleted, and nothing touched that is not the programme's own. On the programme's own channels, whatever opens them
to anybody else is taken back; what somebody withheld by hand from a person or a role stays withheld.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from bot.program.actions import (
    STAFF_ROLE,
    Action,
    Adopt,
    CreateCategory,
    CreateChannel,
    CreateRole,
    EditChannel,
    EditRole,
    GiveStaffRole,
    ObjectRef,
    TakeStaffRole,
)
from bot.program.layout import (
    DesiredCategory,
    DesiredChannel,
    Layout,
    ObjectKey,
    ObjectKind,
)
from bot.program.overwrites import in_step, permission_drift, resolved
from bot.program.permissions import BOT_PERMISSIONS, Permission, labels
from bot.program.server import ChannelKind, ChannelState, RoleState, ServerSnapshot

_KIND_OF: Final = {ObjectKind.CATEGORY: ChannelKind.CATEGORY, ObjectKind.CHANNEL: ChannelKind.TEXT}


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of earlier runs."""

    ids: Mapping[ObjectRef, int] = field(default_factory=dict)
    """The Discord ids of the programme's objects."""
    granted: frozenset[int] = frozenset()
    """To whom the programme gave the role Staff."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps, in order, and the ids of everything that is there already."""

    actions: tuple[Action, ...]
    ids: Mapping[ObjectRef, int]

    @property
    def writes(self) -> tuple[Action, ...]:
        """The steps that change something at Discord."""
        return tuple(action for action in self.actions if not isinstance(action, Adopt))


def plan(desired: Layout, actual: ServerSnapshot, known: Known) -> Plan:
    """The steps that make ``actual`` what ``desired`` says."""
    found = _find(desired, actual, known.ids)
    actions: list[Action] = [
        Adopt(ref, there.id, there.name) for ref, there in found.items() if known.ids.get(ref) != there.id
    ]
    ids = {ref: there.id for ref, there in found.items()}
    actions += _role_steps(desired, found)
    categories = tuple(_category_steps(desired, actual, found, ids))
    actions += categories
    actions += _channel_steps(desired, actual, _carried_along(found, categories, actual, ids), ids)
    actions += _people_steps(desired, actual, known, ids)
    return Plan(tuple(actions), ids)


def obstacles(actual: ServerSnapshot, planned: Plan) -> tuple[str, ...]:
    """What stands in the plan's way, each in a sentence that says what to do; also for ``doctor``."""
    held = actual.bot_permissions
    found = []
    if Permission.ADMINISTRATOR not in held and (missing := BOT_PERMISSIONS & ~held):
        found.append(
            f"The bot lacks these permissions in the server: {', '.join(labels(missing))}; "
            "give them to its role under Server Settings > Roles, or open its invite link again."
        )
    touched = {id_ for ref, id_ in planned.ids.items() if ref.kind is ObjectKind.ROLE}
    above = [role.name for role in actual.roles if role.id in touched and role.rank >= actual.bot_rank]
    found += [
        f"The role {name} stands above the bot's own; under Server Settings > Roles drag the bot's role above it."
        for name in above
    ]
    return tuple(found)


Found = dict[ObjectRef, RoleState | ChannelState]


def _find(desired: Layout, actual: ServerSnapshot, ids: Mapping[ObjectRef, int]) -> Found:
    """What is there already: by remembered id, else by name, so that a run cut short is not repeated beside itself."""
    wanted: list[tuple[ObjectRef, str, ObjectKey | None]] = [
        *((ObjectRef(ObjectKind.ROLE, role.key), role.name, None) for role in desired.roles),
        *((ObjectRef(ObjectKind.CATEGORY, category.key), category.name, None) for category in desired.categories),
        *((ObjectRef(ObjectKind.CHANNEL, channel.key), channel.name, channel.category) for channel in desired.channels),
    ]
    found: Found = {}
    for ref, _, _ in wanted:
        there = next((thing for thing in _candidates(ref.kind, actual) if thing.id == ids.get(ref)), None)
        if there is not None:
            found[ref] = there
    # What another key remembers is not free to be taken by its name, or a rename would swap two groups' rooms.
    taken = {there.id for there in found.values()} | set(ids.values())
    for ref, name, category in wanted:
        if ref in found:
            continue
        home = found.get(ObjectRef(ObjectKind.CATEGORY, category)) if category is not None else None
        free = [thing for thing in _candidates(ref.kind, actual) if thing.name == name and thing.id not in taken]
        if free:
            there = min(free, key=lambda thing: (_parent(thing) != (home.id if home else None), thing.id))
            found[ref] = there
            taken.add(there.id)
    return found


def _candidates(kind: ObjectKind, actual: ServerSnapshot) -> Iterable[RoleState | ChannelState]:
    if kind is ObjectKind.ROLE:
        return [role for role in actual.roles if not role.managed and role.id != actual.guild_id]
    return [channel for channel in actual.channels if channel.kind is _KIND_OF[kind]]


def _parent(thing: RoleState | ChannelState) -> int | None:
    return thing.parent if isinstance(thing, ChannelState) else None


def _role_steps(desired: Layout, found: Found) -> Iterable[Action]:
    for role in desired.roles:
        there = found.get(ObjectRef(ObjectKind.ROLE, role.key))
        if not isinstance(there, RoleState):
            yield CreateRole(role)
            continue
        step = EditRole(
            key=role.key,
            role_id=there.id,
            found_name=there.name,
            name=role.name if there.name != role.name else None,
            permissions=role.permissions if there.permissions != role.permissions else None,
            mentionable=False if there.mentionable else None,
        )
        if (step.name, step.permissions, step.mentionable) != (None, None, None):
            yield step


def _category_steps(
    desired: Layout, actual: ServerSnapshot, found: Found, ids: Mapping[ObjectRef, int]
) -> Iterable[Action]:
    for category in desired.categories:
        there = found.get(ObjectRef(ObjectKind.CATEGORY, category.key))
        if not isinstance(there, ChannelState):
            yield CreateCategory(category)
        elif (step := _put_right(category, there, actual, ids)) is not None:
            yield step


def _carried_along(
    found: Found, steps: Iterable[Action], actual: ServerSnapshot, ids: Mapping[ObjectRef, int]
) -> Found:
    """What is there once the categories are put right.

    Discord gives a category's new permissions to every channel in it whose permissions are the same as the category's,
    so a channel that was right by itself may be carried along and has to be put right after.
    """
    after = dict(found)
    for step in steps:
        if not isinstance(step, EditChannel) or step.grants is None:
            continue
        category = found[step.ref]
        new = (*resolved(step.grants, actual.guild_id, actual.bot_id, ids), *step.kept)
        for ref, there in found.items():
            if in_step(there, category):
                after[ref] = replace(there, overwrites=new)
    return after


def _channel_steps(
    desired: Layout, actual: ServerSnapshot, found: Found, ids: Mapping[ObjectRef, int]
) -> Iterable[Action]:
    names = {category.key: category.name for category in desired.categories}
    for channel in desired.channels:
        there = found.get(ObjectRef(ObjectKind.CHANNEL, channel.key))
        if not isinstance(there, ChannelState):
            yield CreateChannel(channel)
            continue
        home = ids.get(ObjectRef(ObjectKind.CATEGORY, channel.category)) if channel.category is not None else None
        # A category yet to be created has no id, and nothing can lie in it.
        move = there.parent != home or (home is None and channel.category is not None)
        topic = channel.topic if channel.topic is not None and channel.topic != there.topic else None
        name = names[channel.category] if channel.category is not None else ""
        step = _put_right(channel, there, actual, ids, topic=topic, move=move, category_name=name)
        if step is not None:
            yield step


def _put_right(
    wanted: DesiredCategory | DesiredChannel,
    there: ChannelState,
    actual: ServerSnapshot,
    ids: Mapping[ObjectRef, int],
    *,
    topic: str | None = None,
    move: bool = False,
    category_name: str = "",
) -> EditChannel | None:
    kind = ObjectKind.CATEGORY if isinstance(wanted, DesiredCategory) else ObjectKind.CHANNEL
    kept, drifted = permission_drift(wanted.grants, there, actual, ids)
    name = wanted.name if there.name != wanted.name else None
    if name is None and topic is None and not move and not drifted:
        return None
    return EditChannel(
        ref=ObjectRef(kind, wanted.key),
        channel_id=there.id,
        found_name=there.name,
        name=name,
        topic=topic,
        move=move,
        category=wanted.category if isinstance(wanted, DesiredChannel) else None,
        category_name=category_name,
        grants=wanted.grants if drifted else None,
        kept=kept if drifted else (),
        drifted=drifted,
    )


def _people_steps(
    desired: Layout, actual: ServerSnapshot, known: Known, ids: Mapping[ObjectRef, int]
) -> Iterable[Action]:
    role = ids.get(STAFF_ROLE)
    for person in sorted(desired.staff & actual.members.keys()):
        if role is None or role not in actual.members[person]:
            yield GiveStaffRole(person)
    for person in sorted((known.granted - desired.staff) & actual.members.keys()):
        if role is not None and role in actual.members[person]:
            yield TakeStaffRole(person)
