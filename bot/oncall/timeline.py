"""An incident's append-only timeline: how an entry is written, and how it is read, decrypted, for the private page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.crisis.assessment import Tier
from bot.db import Json
from bot.oncall.incident import Alarm, Judged
from bot.oncall.records import IncidentEventRow, IncidentRow
from bot.oncall.rules import EventKind
from bot.timing import Clock


@dataclass(frozen=True)
class Entry:
    """One entry, with everything that is kept of it: for the private page only. ``at`` is UTC.

    ``words`` are the person's own, ``note`` is what staff wrote. ``judged`` says which rules fired, and where in
    ``words``. ``person`` is whom a road leads to (none for the card in #on-call), ``outcome`` how it ended there, or
    how the incident did. ``people`` are those whom a step paged. What was erased is None.
    """

    id: int
    at: datetime
    kind: EventKind
    actor_id: int | None = None
    tier: Tier | None = None
    words: str | None = None
    note: str | None = None
    judged: Judged | None = None
    categories: tuple[str, ...] = ()
    road: str | None = None
    person: int | None = None
    people: tuple[int, ...] = ()
    step: int | None = None
    notify: str | None = None
    outcome: str | None = None

    @property
    def tells_of_danger(self) -> bool:
        """Whether something was heard here: words, a worry, or a call for contact."""
        return self.tier is not None or self.kind is EventKind.ASKED_CONTACT


class Timeline:
    """Writes entries. They are added to the session by whoever asks for them, in the transaction of their cause."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def heard(self, alarm: Alarm, incident_id: int | None, kind: EventKind) -> IncidentEventRow:
        """What alarmed: words with their verdict, or a button."""
        return IncidentEventRow(
            incident_id=incident_id,
            guild_id=alarm.guild_id,
            user_id=alarm.user_id,
            at=self._clock.now(),
            kind=kind,
            actor_id=alarm.reported_by,
            source_key=alarm.source_key,
            tier=alarm.tier,
            words=alarm.words,
            detail={"categories": list(alarm.categories)} | (alarm.judged.to_json() if alarm.judged else {}),
        )

    def note(
        self,
        row: IncidentRow,
        kind: EventKind,
        *,
        actor: int | None = None,
        detail: Mapping[str, Json] | None = None,
        text: str | None = None,
        occasion: str | None = None,
    ) -> IncidentEventRow:
        """Whatever else happened. ``text`` is what staff wrote; ``occasion`` makes an entry recognisable."""
        return IncidentEventRow(
            incident_id=row.id,
            guild_id=row.guild_id,
            user_id=row.user_id,
            at=self._clock.now(),
            kind=kind,
            actor_id=actor,
            source_key=occasion,
            words=text,
            detail=dict(detail) if detail is not None else None,
        )


def entry_of(row: IncidentEventRow) -> Entry:
    """An entry as the private page reads it."""
    detail: Mapping[str, Any] = row.detail if isinstance(row.detail, Mapping) else {}
    is_words = row.tier is not None
    return Entry(
        id=row.id,
        at=row.at,
        kind=row.kind,
        actor_id=row.actor_id,
        tier=row.tier,
        words=row.words if is_words else None,
        note=None if is_words else row.words,
        judged=Judged.from_json(detail),
        categories=_texts(detail.get("categories")),
        road=_text(detail.get("road")),
        person=_number(detail.get("person")),
        people=tuple(int(one) for one in detail.get("people") or ()),
        step=_number(detail.get("step")),
        notify=_text(detail.get("notify")),
        outcome=_text(detail.get("outcome")),
    )


def without_who_worried(entry: Entry) -> Entry:
    """An entry for whoever the incident is about, where that is one of staff: who told of them is not told to them."""
    return replace(entry, actor_id=None) if entry.tier is not None else entry


def _texts(stored: Sequence[object] | None) -> tuple[str, ...]:
    return tuple(str(one) for one in stored or ())


def _text(stored: object) -> str | None:
    return None if stored is None else str(stored)


def _number(stored: object) -> int | None:
    return int(str(stored)) if stored is not None else None
