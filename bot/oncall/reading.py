"""Looking at incidents, and what the private page shows of one and writes into its emergency log."""

from dataclasses import dataclass

from bot.db import Database
from bot.oncall import records
from bot.oncall.handling import Handling
from bot.oncall.incident import Disclosure, Incident, incident_of
from bot.oncall.records import DisclosureRow
from bot.oncall.rules import EventKind, ResolvedAs, asks_for_log
from bot.oncall.timeline import Entry, Timeline, entry_of, without_who_worried
from bot.oncall.unread import UnreadList
from bot.timing import Clock


@dataclass(frozen=True)
class IncidentPage:
    """Everything that an incident's private page shows.

    ``may_see_contact``: this person has the incident, and so may see how to reach whom it is about, which is audited.
    ``needs_log``: emergency services were called, and nobody has written into the emergency log yet.
    """

    incident: Incident
    entries: tuple[Entry, ...]
    outcome: ResolvedAs | None
    disclosures: tuple[Disclosure, ...]
    may_see_contact: bool
    needs_log: bool


class Reading:
    """The looking use cases; ``OnCallService`` is their door. Whoever asks for words is asked for their permission."""

    def __init__(self, database: Database, clock: Clock, timeline: Timeline, handling: Handling) -> None:
        self._database, self._clock, self._timeline, self._handling = database, clock, timeline, handling

    async def timeline(self, incident_id: int, reader: int | None = None) -> list[Entry]:
        """The whole timeline, the oldest first, with words, spans and notes in the clear: for the private page only.

        Where ``reader`` is whom the incident is about, it does not say who worried about them.
        """
        async with self._database.read() as session:
            rows = await records.events(session, incident_id)
        about_reader = reader is not None and any(row.user_id == reader for row in rows)
        return [without_who_worried(entry_of(row)) if about_reader else entry_of(row) for row in rows]

    async def page(self, incident_id: int, staff_id: int) -> IncidentPage:
        """What the private page shows this person.

        Raises:
            NotFoundError, NotAllowedError: where there is no such incident, or they may not.
        """
        row = await self._handling.allowed(incident_id, staff_id)
        entries = await self.timeline(incident_id, staff_id)
        async with self._database.read() as session:
            kept = [Disclosure.from_json(one.said) for one in await records.disclosures(session, incident_id)]
        outcome = ResolvedAs(row.outcome) if row.outcome is not None else None
        return IncidentPage(
            incident=incident_of(row),
            entries=tuple(entries),
            outcome=outcome,
            disclosures=tuple(kept),
            may_see_contact=row.acknowledged_by == staff_id,
            needs_log=asks_for_log(outcome) and not kept,
        )

    async def disclose(self, incident_id: int, staff_id: int, disclosure: Disclosure) -> Incident:
        """Write into the emergency log that medical personnel were told (42 CFR 2.51(c)). Entries are only added.

        Raises:
            NotFoundError, NotAllowedError: as ``page``.
        """
        row = await self._handling.allowed(incident_id, staff_id)
        async with self._database.write() as session:
            session.add(
                DisclosureRow(
                    incident_id=row.id,
                    guild_id=row.guild_id,
                    user_id=row.user_id,
                    recorded_by=staff_id,
                    recorded_at=self._clock.now(),
                    said=disclosure.to_json(),
                )
            )
            session.add(self._timeline.note(row, EventKind.DISCLOSED, actor=staff_id))
        return await self._handling.press(incident_id, staff_id)

    async def told_up_to(self, incident_id: int) -> int:
        """The newest entry by which danger was told: what whoever looks now has seen, and later ones they have not."""
        async with self._database.read() as session:
            return await records.newest_danger(session, incident_id)

    async def unread_list(self, alarm: Incident, at_most: int) -> UnreadList:
        """The first ``at_most`` of those whose messages are unread and for whom ``alarm`` pages."""
        async with self._database.read() as session:
            waiting = await records.read_joined(session, alarm.id)
            rows = waiting[:at_most]
            newest = [await records.newest_event(session, row.id) for row in rows]
        return UnreadList(alarm, tuple(incident_of(row) for row in rows), max(newest, default=0), len(waiting))
