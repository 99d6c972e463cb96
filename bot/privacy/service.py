"""Everything a person has: shown, taken along and erased, by themselves, in every table."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from bot.content import Content
from bot.db import Database, Erase
from bot.delivery.service import Draft, Lane, Outbox
from bot.members.service import ROLE
from bot.observe.logs import get_logger
from bot.privacy import records, rules
from bot.privacy.records import PersonTable, Place
from bot.timing import Clock

__all__ = ["Erased", "ErasureReport", "Holding", "Kept", "PrivacyService", "Publisher"]

log = get_logger(__name__)

_MEMBERSHIPS = "memberships"


@dataclass(frozen=True)
class Holding:
    """How many rows of a table are about somebody. ``is_counted`` says whether Discord may be told that number."""

    table: str
    title: str
    rows: int
    is_counted: bool


@dataclass(frozen=True)
class Erased:
    """Rows of a table that went, or were emptied."""

    table: str
    rows: int


@dataclass(frozen=True)
class Kept:
    """Rows of a table that stayed, and the ground on which they did."""

    table: str
    rows: int
    why: str


@dataclass(frozen=True)
class ErasureReport:
    """What an erasure did. ``groups_left`` counts the groups whose role is being taken away."""

    erased: tuple[Erased, ...] = ()
    kept: tuple[Kept, ...] = ()
    groups_left: int = 0

    @property
    def found_nothing(self) -> bool:
        """Whether there was nothing of this person."""
        return not self.erased and not self.kept


class Publisher(Protocol):
    """A room that posts to groups in somebody's name."""

    async def take_back(self, session: AsyncSession, user_id: int) -> None:
        """Have it taken away at Discord, for by its rows alone it is known where it stands."""


class PrivacyService:
    """The use cases of one's own data. Whoever calls has made sure that it is the person's own."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        content: Content,
        outbox: Outbox,
        publishers: Sequence[Publisher] = (),
    ) -> None:
        self._database, self._clock, self._content, self._outbox = database, clock, content, outbox
        self._publishers = list(publishers)
        self._tables = records.people_tables()

    def also(self, publisher: Publisher) -> None:
        """Ask this one, too, before an erasure."""
        self._publishers.append(publisher)

    # -- shown and taken along ---------------------------------------------------------------------------------------

    async def holdings(self, user_id: int, language: str, guild_id: int | None = None) -> list[Holding]:
        """What is kept about somebody, by table, where there is anything; with ``guild_id`` in one server alone."""
        found: list[Holding] = []
        async with self._database.read() as session:
            for table in reversed(self._tables):
                rows = await records.count(session, table, user_id, guild_id)
                if rows:
                    is_counted = rules.is_counted_on_discord(table.erase)
                    name = table.table.name
                    found.append(Holding(name, self._title(name, language), rows, is_counted))
        return found

    async def export(self, user_id: int, language: str = "en", guild_id: int | None = None) -> bytes:
        """Everything in every table about somebody, as a JSON file, every time in UTC. Clinical words are in it.

        So are staff's notes; who told staff in confidence is not (`rules.WITHHELD`).

        For the private pages and for the operator: it must never be sent through Discord.
        """
        sections: list[rules.Plain] = []
        async with self._database.read() as session:
            for table in reversed(self._tables):
                found = await records.rows(session, table, user_id, guild_id)
                shown = [rules.withhold(table.table.name, row) for row in found]
                if shown:
                    grounds = dict.fromkeys(ground for _, why in shown for ground in why)
                    sections.append(self._section(table, [row for row, _ in shown], language, grounds))
        return self._file(user_id, "privacy.file_full", language, {"tables": sections})

    async def export_for_discord(self, user_id: int, language: str = "en", guild_id: int | None = None) -> bytes:
        """What may go through Discord: settings, groups, consents, and how much else there is (`rules.ON_DISCORD`)."""
        sections: list[rules.Plain] = []
        async with self._database.read() as session:
            for table in reversed(self._tables):
                columns = rules.ON_DISCORD.get(table.table.name)
                rows = await records.rows(session, table, user_id, guild_id) if columns else []
                if columns and rows:
                    shown: list[rules.Plain] = [{column: row[column] for column in columns} for row in rows]
                    sections.append(self._section(table, shown, language))
        others: list[rules.Plain] = [
            {"title": holding.title, "table": holding.table, "rows": holding.rows}
            for holding in await self.holdings(user_id, language, guild_id)
            if holding.is_counted and holding.table not in rules.ON_DISCORD
        ]
        return self._file(user_id, "privacy.file_partial", language, {"tables": sections, "also_kept": others})

    def _section(
        self, table: PersonTable, rows: list[rules.Plain], language: str, left_out: Iterable[str] = ()
    ) -> rules.Plain:
        section: dict[str, rules.Plain] = {"title": self._title(table.table.name, language), "table": table.table.name}
        if table.erase is not Erase.DELETE:
            section["outlasts_erasure_because"] = table.why
        if grounds := list[rules.Plain](left_out):
            section["left_out_because"] = grounds
        return {**section, "rows": rows}

    def _file(self, user_id: int, about_key: str, language: str, parts: dict[str, rules.Plain]) -> bytes:
        made = {
            "about": self._content.texts.say(language, about_key),
            "person": str(user_id),
            "made_at": rules.readable(self._clock.now()),
            **parts,
        }
        return (json.dumps(made, ensure_ascii=False, indent=2) + "\n").encode()

    def _title(self, table: str, language: str) -> str:
        key = f"privacy.table_{table}"
        if key not in self._content.texts.keys:
            return rules.title_of(table)
        return self._content.texts.say(language, key)

    # -- erased ------------------------------------------------------------------------------------------------------

    async def erase(self, user_id: int, key: str) -> ErasureReport:
        """Erase somebody from every table, in one transaction; their groups' roles follow by the outbox, and so does
        the deletion at Discord of what was posted in their name.

        What stays is named with its ground: rows whose table says so (an alert, without its words), and what
        `rules.SPARED` lists (a message about somebody's safety that is still on its way). ``key`` names the
        occasion, for the orders to take the roles.
        """
        erased: list[Erased] = []
        kept: list[Kept] = []
        left: list[Place] = []
        async with self._database.write() as session:
            for publisher in self._publishers:
                await publisher.take_back(session, user_id)
            for table in self._tables:
                name = table.table.name
                if name == _MEMBERSHIPS:
                    left = await records.places(session, table, user_id)
                gone, stays, why = await self._erase_from(session, table, user_id)
                if gone:
                    erased.append(Erased(name, gone))
                if stays:
                    kept.append(Kept(name, stays, why))
            # After the walk, which would have taken these rows along with the person's other deliveries.
            await self._outbox.put(session, [self._take_role(user_id, place, key) for place in left])
        log.info("privacy.erased", rows=sum(one.rows for one in erased), kept=sum(one.rows for one in kept))
        return ErasureReport(tuple(erased), tuple(kept), len(left))

    async def _erase_from(self, session: AsyncSession, table: PersonTable, user_id: int) -> tuple[int, int, str]:
        """How many rows went or were emptied, how many stay, and why those do."""
        match table.erase:
            case Erase.DELETE:
                gone = await records.delete_rows(session, table, user_id)
                why = "; ".join(spared.why for spared in rules.spared_in(table.table.name))
                return gone, await records.count(session, table, user_id), why
            case Erase.BLANK:
                gone = await records.blank(session, table, user_id)
            case Erase.KEEP:
                gone = 0
        return gone, await records.count(session, table, user_id), table.why

    def _take_role(self, user_id: int, place: Place, key: str) -> Draft:
        return Draft(
            kind=ROLE,
            lane=Lane.DIRECT,
            dedupe_key=f"role:{place.membership_id}:erased:{key}",
            guild_id=place.guild_id,
            user_id=user_id,
            due_at=self._clock.now(),
            arguments={"group": place.group_key, "membership": place.membership_id},
        )
