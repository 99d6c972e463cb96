"""A skill a day for the group, one at any hour for a person, and what each person keeps of them."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.content import Content, Need, Skill
from bot.coping import records
from bot.coping.planner import POST, SkillPlanner
from bot.coping.records import SkillMarkRow
from bot.coping.rules import (
    LATE_AFTER,
    Mark,
    Verdict,
    disliked,
    is_still_planned,
    skill_for_person,
    skill_of_the_day,
    takes_the_place_of,
)
from bot.db import Database
from bot.errors import ContentError, NotFoundError
from bot.members.service import MemberService
from bot.observe.logs import get_logger
from bot.program.service import ProgrammeService
from bot.timing import Clock

__all__ = ["POST", "CopingService", "DailySkill", "Marked", "OneSkill", "SkillPlanner", "Verdict"]

log = get_logger(__name__)


@dataclass(frozen=True)
class DailySkill:
    """What a group's post is drawn from."""

    skill: Skill
    language: str
    is_late: bool


@dataclass(frozen=True)
class OneSkill:
    """A skill for one person: ``again`` where they have seen them all, ``other_need`` where none is for their need."""

    skill: Skill
    again: bool
    other_need: bool


@dataclass(frozen=True)
class Marked:
    """What came of a press; ``changed`` is false where it said what was known already."""

    verdict: Verdict
    changed: bool


class CopingService:
    """The use cases of coping skills. What somebody saves or judges is theirs, in whichever server they pressed it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        content: Content,
        members: MemberService,
        programmes: ProgrammeService,
        *,
        roll: Callable[[], float] = random.random,
    ) -> None:
        self._database, self._clock, self._content = database, clock, content
        self._members, self._programmes, self._roll = members, programmes, roll

    # -- the group's skill of the day ----------------------------------------------------------------------------------

    async def daily(
        self, guild_id: int, group_key: str, day: date, due_at: datetime, now: datetime
    ) -> DailySkill | None:
        """The skill of a post that is due at ``due_at`` (UTC): chosen once, and the same at every attempt.

        None where the programme does not want it any more, or no skill fits the group.
        """
        programme = await self._programmes.current(guild_id)
        group = programme.group(group_key) if programme is not None else None
        if programme is None or group is None or not is_still_planned(programme, group_key, due_at):
            return None
        occasion = f"{guild_id}:{group_key}:{due_at.isoformat()}"
        async with self._database.write() as session:
            row = await records.chosen_for(session, guild_id, group_key, due_at)
            if row is None or self._find(row.skill_key) is None:
                history = await records.history_of(session, guild_id, group_key, due_at)
                key = skill_of_the_day(self._content.skills, group.track.value, history, occasion)
                if key is None:
                    log.warning("coping.no_skill_fits", guild=guild_id, track=group.track.value)
                    return None
                if row is not None:
                    row.skill_key = key  # what was chosen has left the library since
                await records.choose(session, guild_id, group_key, day, due_at=due_at, skill_key=key)
                row = row or await records.chosen_for(session, guild_id, group_key, due_at)
            skill = self._find(row.skill_key) if row is not None else None
        if skill is None:
            return None
        return DailySkill(skill, programme.program.languages[0].value, now - due_at > LATE_AFTER)

    async def posted(
        self,
        session: AsyncSession,
        guild_id: int,
        group_key: str,
        due_at: datetime,
        *,
        channel_id: int,
        message_id: int,
    ) -> None:
        """Remember where a group's post stands."""
        row = await records.chosen_for(session, guild_id, group_key, due_at)
        if row is not None:
            row.channel_id, row.message_id = channel_id, message_id

    # -- one person's --------------------------------------------------------------------------------------------------

    async def language(self, guild_id: int | None, user_id: int, otherwise: str) -> str:
        """The language in which to answer somebody: the member's, or ``otherwise`` for anybody else."""
        member = await self._members.find(guild_id, user_id) if guild_id is not None else None
        return member.language if member is not None else otherwise

    async def one_now(self, guild_id: int | None, user_id: int, need: Need | None) -> OneSkill:
        """A skill for this person, at once; anybody may have one. ``guild_id`` is none for a stranger's DM."""
        tracks = await self._tracks(guild_id, user_id)
        now = self._clock.now()
        async with self._database.write() as session:
            pick = skill_for_person(
                self._content.skills,
                need=need,
                tracks=tracks,
                shown=await records.shown_to(session, user_id),
                disliked=disliked(_marks(await records.marks_of(session, user_id)), now),
                roll=self._roll(),
            )
            if pick is None:
                raise ContentError("There is no skill in the content.")
            await records.note_shown(session, user_id, pick.skill_key, now)
        return OneSkill(self._content.skill(pick.skill_key), pick.again, pick.other_need)

    async def mark(self, user_id: int, skill_key: str, verdict: Verdict, language: str) -> Marked:
        """Take a press under a skill; the newest verdict counts, and saving twice changes nothing.

        Raises:
            NotFoundError: where the skill has left the library, said in ``language``.
        """
        if self._find(skill_key) is None:
            raise NotFoundError(self._content.texts.say(language, "errors.not_found"))
        now = self._clock.now()
        async with self._database.write() as session:
            rows = await records.marks_of(session, user_id)
            earlier = [
                row for row in rows if row.skill == skill_key and takes_the_place_of(verdict, Verdict(row.verdict))
            ]
            changed = verdict not in {row.verdict for row in earlier}
            if changed or verdict is not Verdict.SAVED:
                for row in earlier:
                    await session.delete(row)
                session.add(SkillMarkRow(user_id=user_id, skill=skill_key, verdict=verdict.value, at=now))
        return Marked(verdict, changed)

    async def unsave(self, user_id: int, skill_key: str) -> bool:
        """Take a skill out of somebody's toolbox; false where it was not in it."""
        async with self._database.write() as session:
            rows = await records.marks_of(session, user_id)
            saved = [row for row in rows if row.skill == skill_key and row.verdict == Verdict.SAVED]
            for row in saved:
                await session.delete(row)
        return bool(saved)

    async def toolbox(self, user_id: int) -> tuple[Skill, ...]:
        """What somebody saved, newest first; what has left the library is passed over."""
        async with self._database.read() as session:
            marks = _marks(await records.marks_of(session, user_id))
        keys = [mark.skill_key for mark in reversed(marks) if mark.verdict is Verdict.SAVED]
        return tuple(skill for key in dict.fromkeys(keys) if (skill := self._find(key)) is not None)

    async def _tracks(self, guild_id: int | None, user_id: int) -> frozenset[str]:
        if guild_id is None:
            return frozenset()
        standing = await self._members.standing(guild_id, user_id)
        programme = await self._programmes.current(guild_id)
        groups = programme.groups if programme is not None else ()
        return frozenset(group.track.value for group in groups if group.key in standing.groups)

    def _find(self, skill_key: str) -> Skill | None:
        return next((skill for skill in self._content.skills if skill.key == skill_key), None)


def _marks(rows: Sequence[SkillMarkRow]) -> list[Mark]:
    return [Mark(row.skill, Verdict(row.verdict), row.at) for row in rows]
