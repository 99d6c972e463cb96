"""What a plan is made of: one typed action a step, each able to say in words what it does.

An action names what it refers to by the programme's keys, because what an earlier step creates has no id yet when the
plan is made.
"""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from bot.program.layout import (
    STAFF,
    DesiredCategory,
    DesiredChannel,
    DesiredRole,
    Grant,
    ObjectKey,
    ObjectKind,
)
from bot.program.permissions import Permission, labels
from bot.program.server import Overwrite


class ObjectRef(NamedTuple):
    """A role, category or channel of the programme."""

    kind: ObjectKind
    key: ObjectKey


STAFF_ROLE = ObjectRef(ObjectKind.ROLE, STAFF)


@dataclass(frozen=True, slots=True)
class Adopt:
    """Take up what bears the right name already; only remembered, nothing is sent to Discord for it."""

    ref: ObjectRef
    discord_id: int
    name: str

    def describe(self) -> str:
        """In words."""
        warning = "; whoever holds it sees what this role is to see" if self.ref.kind is ObjectKind.ROLE else ""
        return f"Use the {self.ref.kind} {shown(self.ref.kind, self.name)} that is there already{warning}."


@dataclass(frozen=True, slots=True)
class CreateRole:
    """Create a role."""

    role: DesiredRole

    def describe(self) -> str:
        """In words."""
        with_what = ", ".join(labels(self.role.permissions)) or "no permission in the server as a whole"
        return f"Create the role {self.role.name}, with {with_what}."


@dataclass(frozen=True, slots=True)
class EditRole:
    """Put a role right: what is not None differs."""

    key: ObjectKey
    role_id: int
    found_name: str
    name: str | None
    permissions: Permission | None
    mentionable: bool | None

    def describe(self) -> str:
        """In words."""
        steps = []
        if self.name is not None:
            steps.append(f"call it {self.name}")
        if self.permissions is not None:
            carried = ", ".join(labels(self.permissions))
            steps.append(f"let it carry {carried} and nothing else" if carried else "let it carry no permission")
        if self.mentionable is not None:
            steps.append("let nobody mention it")
        return f"Change the role {self.found_name}: {'; '.join(steps)}."


@dataclass(frozen=True, slots=True)
class CreateCategory:
    """Create a category."""

    category: DesiredCategory

    def describe(self) -> str:
        """In words."""
        return f"Create the category {self.category.name}, {_audience(self.category.grants)}."


@dataclass(frozen=True, slots=True)
class CreateChannel:
    """Create a text channel."""

    channel: DesiredChannel

    def describe(self) -> str:
        """In words."""
        return f"Create the channel #{self.channel.name}, {_audience(self.channel.grants)}."


@dataclass(frozen=True, slots=True)
class EditChannel:
    """Put a category or channel right: what is not None differs."""

    ref: ObjectRef
    channel_id: int
    found_name: str
    name: str | None = None
    topic: str | None = None
    move: bool = False
    category: ObjectKey | None = None
    """Where it goes, with ``move``; None is out of any category."""
    category_name: str = ""
    grants: tuple[Grant, ...] | None = None
    """All that it grants afterwards, with ``kept`` beside it."""
    kept: tuple[Overwrite, ...] = ()
    """What others withheld from somebody by hand, which stays."""
    drifted: tuple[str, ...] = ()
    """Whose permissions differ, in words."""

    def describe(self) -> str:
        """In words."""
        steps = []
        if self.name is not None:
            steps.append(f"call it {shown(self.ref.kind, self.name)}")
        if self.move:
            steps.append(f"move it under {self.category_name}" if self.category else "move it out of its category")
        if self.topic is not None:
            steps.append("put its topic right")
        if self.grants is not None:
            steps.append(f"put right what it allows {', '.join(self.drifted)}")
        return f"Change the {self.ref.kind} {shown(self.ref.kind, self.found_name)}: {'; '.join(steps)}."


@dataclass(frozen=True, slots=True)
class GiveStaffRole:
    """Give the role Staff to somebody whom the file lists."""

    person: int

    def describe(self) -> str:
        """In words."""
        return f"Give the role Staff to member {self.person}."


@dataclass(frozen=True, slots=True)
class TakeStaffRole:
    """Take the role Staff from somebody whom the file listed once, and lists no more."""

    person: int

    def describe(self) -> str:
        """In words."""
        return f"Take the role Staff from member {self.person}, who is no longer under staff in the file."


Action: TypeAlias = (
    Adopt | CreateRole | EditRole | CreateCategory | CreateChannel | EditChannel | GiveStaffRole | TakeStaffRole
)


def shown(kind: ObjectKind, name: str) -> str:
    """A name as people write it: channels with a #."""
    return f"#{name}" if kind is ObjectKind.CHANNEL else name


def _audience(grants: tuple[Grant, ...]) -> str:
    hidden = any(Permission.VIEW_CHANNEL in grant.deny for grant in grants)
    return "hidden from all but its own people" if hidden else "for everyone to read and nobody to write in"
