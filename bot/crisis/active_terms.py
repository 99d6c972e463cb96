"""The terms in use, at hand for every message: read from the database once a minute a server, and after each change."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.crisis import records
from bot.crisis.lexicon_rules import is_in_use
from bot.crisis.own_words import Known, OwnWords, Term
from bot.crisis.records import TermRow
from bot.crisis.terms import Refusal, parse
from bot.db import Database
from bot.observe.logs import get_logger
from bot.timing import Clock

log = get_logger(__name__)

FRESH_FOR = timedelta(minutes=1)
"""How old what is at hand may be: another process may have changed it."""
AGAIN_AFTER = timedelta(seconds=15)
"""When it is tried again to read what could not be read."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
PATIENCE_SECONDS = 2.0
"""How long words wait to be assessed while the terms are read."""


@dataclass(frozen=True)
class _Held:
    """What was read. Until ``fresh_until`` (UTC) it is used as it is."""

    words: OwnWords | None
    fresh_until: datetime


class ActiveTerms:
    """What staff's own words are at this moment, server by server. Expired ones fall out by the clock alone."""

    def __init__(self, database: Database, clock: Clock, known: Known) -> None:
        self._database, self._clock, self._known = database, clock, known
        self._held: dict[int, _Held] = {}
        self._changes: defaultdict[int, int] = defaultdict(int)
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, guild_id: int) -> OwnWords | None:
        """The terms in use in a server, or none where there are none.

        Where they cannot be read, those read before, as far as they are in use; it is logged and raises nothing.
        """
        held = self._held.get(guild_id)
        if held is not None and self._clock.now() < held.fresh_until:
            return held.words
        async with self._locks[guild_id]:
            held = self._held.get(guild_id)
            if held is None or self._clock.now() >= held.fresh_until:
                held = await self._refresh(guild_id, held)
        return held.words

    def forget(self, guild_id: int) -> None:
        """They have changed: to be called when the change is committed."""
        self._changes[guild_id] += 1
        if (held := self._held.get(guild_id)) is not None:
            # Kept for as long as the new ones cannot be read: a page too many is better than one too few.
            self._held[guild_id] = replace(held, fresh_until=_LONG_AGO)

    async def _refresh(self, guild_id: int, before: _Held | None) -> _Held:
        changes = self._changes[guild_id]
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._database.read() as session:
                rows = await records.terms_in_use(session, guild_id, self._clock.now())
            held = self._read(rows)
        except Exception:
            log.exception("lexicon.terms_not_read", guild=guild_id)
            held = self._as_before(before)
        if changes == self._changes[guild_id]:
            # Otherwise somebody changed them while they were read: the next message reads them again.
            self._held[guild_id] = held
        return held

    def _read(self, rows: Iterable[TermRow]) -> _Held:
        terms: list[Term] = []
        fresh_until = self._clock.now() + FRESH_FOR
        for row in rows:
            wording = parse(row.text, frozenset())
            if isinstance(wording, Refusal):
                # Written by another version of Handrail. One that cannot be used keeps no other from being used.
                log.error("lexicon.term_unusable", term=row.id, reason=wording.reason.value)
                continue
            terms.append(Term(row.id, wording, row.tier, row.category, row.expires_at))
            fresh_until = min(fresh_until, row.expires_at)
        return _Held(OwnWords(terms, self._known) if terms else None, fresh_until)

    def _as_before(self, before: _Held | None) -> _Held:
        now = self._clock.now()
        words = before.words if before is not None else None
        if words is not None:
            left = [one for one in words.terms if is_in_use(one.expires_at, None, now)]
            words = OwnWords(left, self._known) if left else None
        return _Held(words, now + AGAIN_AFTER)
