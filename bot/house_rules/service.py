"""The rules of each group: shown, accepted by button, and asked for anew when they change.

To accept them is never a condition. Nobody is kept from writing, from their group, or from any help for not having
pressed the button; staff can see who has.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.content import Content
from bot.db import Database
from bot.delivery.service import Draft, Lane, Outbox
from bot.errors import NotFoundError
from bot.house_rules import records
from bot.house_rules.records import AcceptanceRow, RulesRow
from bot.members.service import Action, MemberService
from bot.observe.logs import get_logger
from bot.program.service import Group, Programme, ProgrammeService
from bot.timing import Clock, to_instant, to_local, zone

__all__ = ["ASK", "ASK_THREAD", "Accepted", "HouseRules", "Rules"]

log = get_logger(__name__)

ASK: Final = "rules.ask"
ASK_THREAD: Final = "rules.ask-thread"
MORNING: Final = time(8)
EVENING: Final = time(21)
"""Rules are sent between the two, by the member's own clock: nobody is woken by them."""


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of a group's rules, and when (UTC) the person it is about accepted it, if they did.

    A version is of all its languages together: who accepted it read it in theirs.
    """

    id: int
    guild_id: int
    group_key: str
    group_name: str
    version: int
    texts: Mapping[str, str]
    accepted_at: datetime | None = None

    def text(self, language: str) -> str:
        """The rules in this language; where they are not written in it, in the first that they are written in."""
        return self.texts.get(language) or next(iter(self.texts.values()))


@dataclass(frozen=True, slots=True)
class Accepted:
    """What came of the button: ``rules`` are those that count now. ``now`` says that this press accepted them."""

    rules: Rules
    now: bool
    is_outdated: bool = False
    """The button was an earlier version's; nothing was accepted."""


class HouseRules:
    """The use cases; also the planner that asks."""

    name = "house rules"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        content: Content,
        outbox: Outbox,
        programmes: ProgrammeService,
        members: MemberService,
    ) -> None:
        self._database, self._clock, self._content = database, clock, content
        self._outbox, self._programmes, self._members = outbox, programmes, members

    async def plan(self, start: datetime, end: datetime) -> None:
        """Note each new version, and ask whoever has not accepted it and takes messages; each is asked once."""
        del start, end
        for running in await self._programmes.all():
            for group in running.programme.groups:
                if group.rules:
                    async with self._database.write() as session:
                        row = await self._version(session, running.guild_id, group)
                        await self._outbox.put(session, await self._asks(session, row, running.programme.zone))

    async def _version(self, session: AsyncSession, guild_id: int, group: Group) -> RulesRow:
        newest = await records.newest(session, guild_id, group.key)
        if newest is not None and newest.by_language == group.rules:
            return newest
        row = RulesRow(
            guild_id=guild_id,
            group_key=group.key,
            version=newest.version + 1 if newest is not None else 1,
            text=next(iter(group.rules.values())),
            texts=dict(group.rules) if len(group.rules) > 1 else None,
            since=self._clock.now(),
        )
        session.add(row)
        await session.flush()
        log.info("rules.new_version", guild=guild_id, version=row.version)
        return row

    async def _asks(self, session: AsyncSession, row: RulesRow, here: ZoneInfo) -> list[Draft]:
        accepted = await records.who_accepted(session, row.id)
        now = self._clock.now()
        return [
            Draft(
                kind=ASK,
                lane=Lane.BULK,
                dedupe_key=f"rules:{row.id}:{member.user_id}",
                guild_id=row.guild_id,
                user_id=member.user_id,
                due_at=asked_at(now, zone(member.timezone) if member.timezone else here),
                arguments={"rules": row.id, "user": member.user_id},
            )
            for member in await self._members.wanting_messages(session, row.guild_id, row.group_key)
            if member.user_id not in accepted
        ]

    # -- looking -------------------------------------------------------------------------------------------------------

    async def asked_of(self, rules_id: int, user_id: int) -> Rules | None:
        """What somebody is to be asked: None where it is no longer in force, they have accepted it, or have left."""
        async with self._database.read() as session:
            row = await records.find(session, rules_id)
            if row is None or await records.acceptance(session, rules_id, user_id) is not None:
                return None
            wants = await self._members.wants_messages(session, row.guild_id, row.group_key, user_id)
        current = await self._current(row.guild_id, row.group_key)
        return current if wants is not None and current is not None and current.id == rules_id else None

    async def of_person(self, guild_id: int, user_id: int) -> list[Rules]:
        """The rules in force in each of somebody's groups.

        Raises:
            NotAllowedError: where they are in no group.
        """
        await self._members.allow(guild_id, user_id, Action.ACCEPT_RULES)
        return await self.standing_of(guild_id, user_id)

    async def standing_of(self, guild_id: int, user_id: int) -> list[Rules]:
        """The same, for staff: with when the person accepted each."""
        groups = (await self._members.standing(guild_id, user_id)).groups
        found = [await self._current(guild_id, group, user_id) for group in groups]
        return [one for one in found if one is not None]

    async def _current(self, guild_id: int, group_key: str, user_id: int = 0) -> Rules | None:
        group = _group(await self._programmes.current(guild_id), group_key)
        if group is None or not group.rules:
            return None
        async with self._database.read() as session:
            row = await records.newest(session, guild_id, group_key)
            if row is None or row.by_language != group.rules:
                return None  # a new version, which the planner notes within minutes
            accepted = await records.acceptance(session, row.id, user_id)
        at = accepted.at if accepted is not None else None
        return Rules(row.id, guild_id, group_key, group.name, row.version, row.by_language, at)

    # -- accepting -----------------------------------------------------------------------------------------------------

    async def accept(self, rules_id: int, user_id: int) -> Accepted:
        """Somebody pressed the button of one version.

        Raises:
            NotFoundError: where the group has no rules any more, or the person is not in it.
            NotAllowedError: where the person is in no group.
        """
        async with self._database.read() as session:
            row = await records.find(session, rules_id)
        language = "en"
        if row is not None:
            standing = await self._members.allow(row.guild_id, user_id, Action.ACCEPT_RULES)
            language = standing.language
            if row.group_key not in standing.groups:
                raise NotFoundError(self._content.texts.say(language, "rules.not_yours"))
        current = await self._current(row.guild_id, row.group_key, user_id) if row is not None else None
        if current is None:
            raise NotFoundError(self._content.texts.say(language, "rules.none_now"))
        if current.id != rules_id:
            return Accepted(current, now=False, is_outdated=True)
        async with self._database.write() as session:
            if await records.acceptance(session, rules_id, user_id) is not None:
                return Accepted(current, now=False)
            now = self._clock.now()
            session.add(AcceptanceRow(guild_id=current.guild_id, rules_id=rules_id, user_id=user_id, at=now))
        return Accepted(current, now=True)


def asked_at(now: datetime, theirs: ZoneInfo) -> datetime:
    """When (UTC) somebody whose clock shows ``theirs`` is asked: at ``now`` (aware) by day, else in their morning."""
    local = to_local(now, theirs)
    if MORNING <= local.time() < EVENING:
        return now
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    return to_instant(datetime.combine(day, MORNING), theirs)


def _group(programme: Programme | None, key: str) -> Group | None:
    return programme.group(key) if programme is not None else None
