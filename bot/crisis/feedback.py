"""Where the detector was wrong: a list for people to read. Nothing learns from it, and nothing of it leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.content import Content
from bot.crisis import records
from bot.crisis.active_terms import ActiveTerms
from bot.crisis.assessment import Assessment
from bot.crisis.detector import Detector
from bot.crisis.lexicon_rules import REVIEW_TEXT_KEPT, ReviewDone, ReviewKind, ReviewState
from bot.crisis.records import ReviewRow
from bot.db import Database
from bot.errors import NotFoundError
from bot.members.service import Action, MemberService
from bot.observe.logs import get_logger
from bot.oncall.service import Incident, Judged, OnCallService
from bot.timing import Clock

__all__ = ["Entry", "FeedbackService", "ReviewDone", "ReviewKind", "ReviewState"]

log = get_logger(__name__)

LISTED_AT_ONCE = 5


@dataclass(frozen=True)
class Entry:
    """One entry of the review list. ``text`` is there only where it was asked for. ``reported_at`` is UTC.

    ``rules`` are those that fired, ``versions`` those of the detector that judged. ``code`` names a false alarm's
    incident; its words stay in the incident.
    """

    id: int
    guild_id: int
    kind: ReviewKind
    state: ReviewState
    reported_at: datetime
    rules: tuple[str, ...]
    versions: tuple[str, ...]
    tier: str
    incident_id: int | None
    done: ReviewDone | None
    text: str | None = None
    incident: Incident | None = None


class FeedbackService:
    """The use cases of the review list; also what the heart asks for words that are too old to keep."""

    name = "review-list"

    def __init__(
        self,
        detector: Detector,
        active: ActiveTerms,
        database: Database,
        clock: Clock,
        content: Content,
        members: MemberService,
        oncall: OnCallService,
    ) -> None:
        self._detector, self._active = detector, active
        self._database, self._clock, self._content = database, clock, content
        self._members, self._oncall = members, oncall

    # -- what comes in -------------------------------------------------------------------------------------------------

    async def note_false_alarm(
        self, session: AsyncSession, incident: Incident, judged: Sequence[Judged], staff_id: int
    ) -> None:
        """An incident was resolved as a false alarm: list it, in the transaction that resolves it.

        One that was reopened and is a false alarm again is the same entry, to be looked at anew.
        """
        verdict = {
            "tier": incident.tier.value,
            "rules": list(dict.fromkeys(rule for one in judged for rule in one.rules)),
            "versions": list(dict.fromkeys(one.version for one in judged if one.version)),
        }
        row = ReviewRow(
            guild_id=incident.guild_id,
            kind=ReviewKind.FALSE_ALARM,
            state=ReviewState.OPEN,
            source_key=f"incident:{incident.id}:{incident.round}",  # opened again, it can be one again
            user_id=incident.user_id,
            incident_id=incident.id,
            verdict=verdict,
            reported_by=staff_id,
            reported_at=self._clock.now(),
        )
        session.add(row)
        await session.flush()

    async def report_miss(
        self, guild_id: int, staff_id: int, text: str, source_key: str, author_id: int | None = None
    ) -> tuple[Entry, bool]:
        """Staff say that the detector missed ``text``; false where the same occasion is listed already.

        ``author_id`` is whose words they are. Where that is not known they count as those of who typed them.

        Raises:
            NotAllowedError: where this person may not.
        """
        await self._members.allow(guild_id, staff_id, Action.EDIT_LEXICON)
        judged = await self._assess(guild_id, text)
        async with self._database.write() as session:
            row = await records.review_of(session, guild_id, source_key)
            if row is not None:
                return _entry(row), False
            row = ReviewRow(
                guild_id=guild_id,
                kind=ReviewKind.MISS,
                state=ReviewState.OPEN,
                source_key=source_key,
                user_id=author_id or staff_id,
                text=text,
                verdict={"tier": judged.tier.value, "rules": list(judged.rules), "versions": [judged.version]},
                reported_by=staff_id,
                reported_at=self._clock.now(),
            )
            if not await records.list_review(session, row):
                row = await records.review_of(session, guild_id, source_key)
                if row is None:
                    raise NotFoundError(self._content.texts.say("en", "errors.not_found"))
                return _entry(row), False
        log.info("review.listed", review=row.id, kind=row.kind.value)
        return _entry(row), True

    async def _assess(self, guild_id: int, text: str) -> Assessment:
        verdict = self._detector.assess(text)
        own = await self._active.of(guild_id)
        return own.raised(text, verdict) if own is not None else verdict

    # -- looking -------------------------------------------------------------------------------------------------------

    async def listed(self, guild_id: int, staff_id: int) -> tuple[list[Entry], int]:
        """The oldest open entries, without words, and how many are open in all.

        Raises:
            NotAllowedError: where this person may not.
        """
        await self._members.allow(guild_id, staff_id, Action.EDIT_LEXICON)
        async with self._database.read() as session:
            rows = await records.open_reviews(session, guild_id, LISTED_AT_ONCE)
            count = await records.count_open(session, guild_id)
        return [_entry(row) for row in rows], count

    async def show(self, review_id: int, staff_id: int) -> Entry:
        """An entry with its words, for one staff member's eyes. Words that are too old are gone.

        Of a false alarm it is the incident: what was said there is the incident's, and no part of this list.

        Raises:
            NotAllowedError: where this person may not.
            NotFoundError: where there is no such entry.
        """
        row = await self._allowed(review_id, staff_id)
        incident = await self._oncall.find(row.incident_id) if row.incident_id is not None else None
        is_kept = self._clock.now() < row.reported_at + REVIEW_TEXT_KEPT
        return _entry(row, row.text if is_kept else None, incident)

    async def find(self, review_id: int, staff_id: int) -> Entry:
        """An entry without its words. Raises as ``show``."""
        return _entry(await self._allowed(review_id, staff_id))

    async def _allowed(self, review_id: int, staff_id: int) -> ReviewRow:
        async with self._database.read() as session:
            row = await records.review(session, review_id)
        if row is None:
            raise NotFoundError(self._content.texts.say("en", "errors.not_found"))
        await self._members.allow(row.guild_id, staff_id, Action.EDIT_LEXICON)
        return row

    # -- closing -------------------------------------------------------------------------------------------------------

    async def close(self, review_id: int, staff_id: int, done: ReviewDone) -> tuple[Entry, bool]:
        """Close an entry: its words are erased now. False where it was closed before.

        Raises:
            NotAllowedError, NotFoundError: as ``show``.
        """
        await self._allowed(review_id, staff_id)
        async with self._database.write() as session:
            row = await records.locked_review(session, review_id)
            if row is None:
                raise NotFoundError(self._content.texts.say("en", "errors.not_found"))
            is_first = row.state is ReviewState.OPEN
            if is_first:
                self._end(row, staff_id, done)
        log.info("review.closed", review=review_id, done=done.value)
        return _entry(row), is_first

    def _end(self, row: ReviewRow, staff_id: int | None, done: ReviewDone) -> None:
        row.state, row.text, row.done = ReviewState.CLOSED, None, done
        row.closed_by, row.closed_at = staff_id, self._clock.now()

    # -- the clock -----------------------------------------------------------------------------------------------------

    async def next_due(self) -> datetime | None:
        """When the oldest open entry becomes too old (UTC), or none."""
        async with self._database.read() as session:
            oldest = await records.oldest_open(session)
        return oldest + REVIEW_TEXT_KEPT if oldest is not None else None

    async def run_due(self, now: datetime) -> None:
        """Close every entry that nobody closed in time (``now`` is UTC), and erase its words."""
        due = await self.next_due()
        if due is None or due > now:
            return
        async with self._database.write() as session:
            rows = await records.open_since(session, now - REVIEW_TEXT_KEPT)
            for row in rows:
                self._end(row, None, ReviewDone.TOO_OLD)
        log.warning("review.too_old", entries=len(rows))


def _entry(row: ReviewRow, text: str | None = None, incident: Incident | None = None) -> Entry:
    verdict = row.verdict if isinstance(row.verdict, Mapping) else {}
    return Entry(
        id=row.id,
        guild_id=row.guild_id,
        kind=row.kind,
        state=row.state,
        reported_at=row.reported_at,
        rules=tuple(map(str, verdict.get("rules", ()))),
        versions=tuple(map(str, verdict.get("versions", ()))),
        tier=str(verdict.get("tier", "")),
        incident_id=row.incident_id,
        done=row.done,
        text=text,
        incident=incident,
    )
