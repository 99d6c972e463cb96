"""A held message as values that doors may hold. Its words come apart from it, and only to whom they are for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.intake.service import Hung
from bot.members.service import MemberService
from bot.moderation.held_rules import Fault, Found, HeldState
from bot.moderation.records import HeldRow, found_of
from bot.oncall.service import OnCallService
from bot.program.service import ProgrammeService

__all__ = ["Held", "Kept", "Outcome", "Seen", "held_of", "name_and_language", "open_incident"]


@dataclass(frozen=True)
class Seen:
    """A message as it was heard. ``edited_at`` (UTC) says which version; None is the first."""

    guild_id: int
    user_id: int
    group_key: str
    channel_id: int
    message_id: int
    words: str
    edited_at: datetime | None = None
    attachments: int = 0
    files: tuple[Hung, ...] = ()
    reply_to: int | None = None


@dataclass(frozen=True)
class Held:
    """A held message as its card shows it: none of its words. Datetimes are UTC.

    ``name`` is what its author chose to be called, and not escaped; empty for somebody who never was a member.
    ``language`` is that in which the programme's staff are spoken to. ``incident`` is the code of its author's open
    incident, or none. ``has_words``: there is something to read, and not only files.
    ``behind`` is how many more of the same person and filter its card stands for, where it was looked for a card.
    """

    id: int
    guild_id: int
    user_id: int
    name: str
    language: str
    group_name: str
    channel_id: int
    message_id: int
    state: HeldState
    revision: int
    found: tuple[Found, ...]
    attachments: int
    held_at: datetime
    fault: Fault | None
    decided_by: int | None
    decided_at: datetime | None
    posted: tuple[int, int] | None
    incident: str | None
    has_words: bool = True
    reply_to: int | None = None
    behind: int = 0


@dataclass(frozen=True)
class Kept:
    """A held message with its words, for one person's eyes; None where they are not kept any more."""

    held: Held
    words: str | None


class Outcome(StrEnum):
    """What came of a press that decides."""

    DONE = "done"
    BEFORE = "before"
    """It was decided before: who did it, and how, is in the row."""
    CHANGED = "changed"
    """Its author has changed it since: whoever decides has to have seen it."""
    LEFT = "left"
    """Its author has left the group: nothing is posted in their name there."""


async def held_of(row: HeldRow, programmes: ProgrammeService, members: MemberService, oncall: OnCallService) -> Held:
    """The row as its card shows it."""
    name, language = await name_and_language(row.guild_id, row.user_id, programmes, members)
    programme = await programmes.current(row.guild_id)
    group = programme.group(row.group_key) if programme is not None else None
    posted = (row.posted_channel_id, row.posted_message_id)
    return Held(
        id=row.id,
        guild_id=row.guild_id,
        user_id=row.user_id,
        name=name,
        language=language,
        group_name=group.name if group is not None else row.group_key,
        channel_id=row.channel_id,
        message_id=row.message_id,
        state=row.state,
        revision=row.revision,
        found=found_of(row),
        attachments=row.attachments,
        held_at=row.held_at,
        fault=row.fault,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        posted=(posted[0], posted[1]) if posted[0] is not None and posted[1] is not None else None,
        incident=await open_incident(row.guild_id, row.user_id, oncall),
        has_words=row.words != "",
        reply_to=row.reply_to,
    )


async def name_and_language(
    guild_id: int, user_id: int, programmes: ProgrammeService, members: MemberService
) -> tuple[str, str]:
    """What somebody chose to be called, or nothing; and the language in which this programme's staff are spoken to."""
    programme = await programmes.current(guild_id)
    member = await members.find(guild_id, user_id)
    return member.chosen_name if member else "", programme.program.languages[0].value if programme else "en"


async def open_incident(guild_id: int, user_id: int, oncall: OnCallService) -> str | None:
    """The code of somebody's incident that is not resolved, or none."""
    return next((one.code for one in await oncall.unresolved(guild_id) if one.user_id == user_id), None)
