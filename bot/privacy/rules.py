"""The decisions of privacy: what may go through Discord, and which rows an erasure leaves where they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Final

from bot.db import Erase

Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]
"""What a JSON file can hold."""

ON_DISCORD: Final[Mapping[str, tuple[str, ...]]] = {
    "members": ("chosen_name", "language", "timezone", "reminders", "stopped_at", "created_at"),
    "memberships": ("group_key", "state", "invited_at", "changed_at"),
    "consents": ("group_key", "notice_version", "agreed", "at"),
}
"""Table by table, the columns that a person may be sent through Discord: what Discord knows anyway, and settings.

A list of what may go, not of what may not: a table that nobody thought about here stays away from Discord. Discord
signs no agreement about health information, so words, scores, attendance and alerts go by the private pages only.
"""


@dataclass(frozen=True)
class Spared:
    """Rows that an erasure leaves though their table goes: those with one of these values in each of the columns."""

    table: str
    where: Mapping[str, frozenset[str]]
    why: str


_NOT_ENDED: Final = frozenset({"pending", "claimed"})

SPARED: Final = (
    Spared(
        table="deliveries",
        where={"lane": frozenset({"crisis", "roads"}), "state": _NOT_ENDED},
        why="a message about somebody's safety that is on its way is never called back",
    ),
    Spared(
        table="deliveries",
        where={"kind": frozenset({"members.role"}), "state": _NOT_ENDED},
        why="a change of roles that is on its way is finished, so that no role outlasts the place in its group",
    ),
)
"""Erasing must never swallow a page: not the one that this person caused, nor one that is on its way to them. Nor may a
second erasure, or one after a discharge, swallow the order to take the roles away."""


def spared_in(table: str) -> tuple[Spared, ...]:
    """What an erasure spares in ``table``."""
    return tuple(spared for spared in SPARED if spared.table == table)


@dataclass(frozen=True)
class Withheld:
    """What a full copy leaves out: these columns of the rows whose ``key`` begins so."""

    table: str
    key: str
    begins: str
    columns: frozenset[str]
    why: str


WITHHELD: Final = (
    Withheld(
        table="incident_events",
        key="source_key",  # whatever came of it carries it: the entry may say "opened", "raised" or "worried"
        begins="worried:",
        columns=frozenset({"actor_id", "source_key"}),
        why="somebody spoke up about you, and was promised that nobody but staff learns who (45 CFR 164.524(a)(2)(v))",
    ),
)
"""A copy is whole but for who told staff in confidence: see docs/decisions/0016-notes-belong-in-the-copy.md."""


def withhold(table: str, row: Mapping[str, Plain]) -> tuple[Plain, tuple[str, ...]]:
    """A row of a full copy as its person gets it, and why something in it is left out."""
    grounds = [one for one in WITHHELD if one.table == table and str(row[one.key] or "").startswith(one.begins)]
    hidden = frozenset[str]().union(*(one.columns for one in grounds))
    shown: dict[str, Plain] = {column: None if column in hidden else value for column, value in row.items()}
    return shown, tuple(one.why for one in grounds)


def is_counted_on_discord(erase: Erase) -> bool:
    """Whether the number of somebody's rows in a table may be told through Discord.

    Not where rows outlast an erasure: those are the record of safety, and their number alone says something.
    """
    return erase is Erase.DELETE


def readable(value: object) -> Plain:
    """A stored value as a JSON file shows it: instants in ISO 8601 and UTC, states by their words.

    Raises:
        TypeError: for a type that no column has; its value is not in the message.
    """
    match value:
        case Enum():
            return readable(value.value)
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case list() | tuple():
            return [readable(item) for item in value]
        case dict():
            return {str(key): readable(item) for key, item in value.items()}
        case _:
            raise TypeError(f"a value of type {type(value).__name__} has no form in an export")


def title_of(table: str) -> str:
    """A table's name as a heading, for one that has no title in the texts: ``saved_skills`` is "Saved skills"."""
    return table.replace("_", " ").capitalize()
