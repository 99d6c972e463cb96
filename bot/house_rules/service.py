"""The rules of each group: shown, accepted by button, and asked for anew when they change.

To accept them is never a condition. Nobody is kept from writing, from their group, or from any help for not having
pressed the button; staff can see who has.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

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
from bot.timing import Clock

__all__ = ["ASK", "ASK_THREAD", "Accepted", "HouseRules", "Rules"]

log = get_logger(__name__)

ASK: Final = "rules.ask"
ASK_THREAD: Final = "rules.ask-thread"


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of a group's rules, and when (UTC) the person it is about accepted it, if they did."""

    id: int
    guild_id: int
    group_key: str
    group_name: str
    version: int
    text: str
    accepted_at: datetime | None = None


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
                if group.rules is not None:
                    async with self._database.write() as session:
                        row = await self._version(session, running.guild_id, group, group.rules)
                        await self._outbox.put(session, await self._asks(session, row))

    async def _version(self, session: AsyncSession, guild_id: int, group: Group, text: str) -> RulesRow:
        newest = await records.newest(session, guild_id, group.key)
        if newest is not None and newest.text == text:
            return newest
        row = RulesRow(
            guild_id=guild_id,
            group_key=group.key,
            version=newest.version + 1 if newest is not None else 1,
            text=text,
            since=self._clock.now(),
        )
        session.add(row)
        await session.flush()
        log.info("rules.new_version", guild=guild_id, version=row.version)
        return row

    async def _asks(self, session: AsyncSession, row: RulesRow) -> list[Draft]:
        accepted = await records.who_accepted(session, row.id)
        return [
            Draft(
                kind=ASK,
                lane=Lane.BULK,
                dedupe_key=f"rules:{row.id}:{member.user_id}",
                guild_id=row.guild_id,
                user_id=member.user_id,
                due_at=self._clock.now(),
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
        if group is None or group.rules is None:
            return None
        async with self._database.read() as session:
            row = await records.newest(session, guild_id, group_key)
            if row is None or row.text != group.rules:
                return None  # a new version, which the planner notes within minutes
            accepted = await records.acceptance(session, row.id, user_id)
        at = accepted.at if accepted is not None else None
        return Rules(row.id, guild_id, group_key, group.name, row.version, row.text, at)

    # -- accepting -----------------------------------------------------------------------------------------------------

    async def accept(self, rules_id: int, user_id: int) -> Accepted:
        """Somebody pressed the button of one version.

        Raises:
            NotFoundError: where the group has no rules any more.
            NotAllowedError: where the person is in no group.
        """
        async with self._database.read() as session:
            row = await records.find(session, rules_id)
        language = "en"
        if row is not None:
            language = (await self._members.allow(row.guild_id, user_id, Action.ACCEPT_RULES)).language
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


def _group(programme: Programme | None, key: str) -> Group | None:
    return programme.group(key) if programme is not None else None
