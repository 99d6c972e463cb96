"""An incident in words, for staff: one line of the list, and `/incident show`. Never anybody's words, nor a note's."""

from collections.abc import Sequence

from bot.oncall.service import Entry, EventKind, Incident, IncidentState
from bot.ui.oncall import Cards, timestamp

SHOWN_AT_MOST = 1_900  # characters; a message holds 2,000


class Shown:
    """Writes incidents out."""

    def __init__(self, cards: Cards) -> None:
        self._cards = cards

    async def line(self, incident: Incident) -> str:
        """One line: code, who, tier, state, since when."""
        facts = await self._cards.facts(incident)
        state = self._cards.say(facts.language, f"state_{incident.state.value}")
        since = timestamp(incident.opened_at, "R")
        tier = self._cards.say(facts.language, f"tier_{incident.tier.value}").lower()
        return f"`{incident.code}` {facts.name} · {tier} · {state} · {since}"

    async def whole(self, incident: Incident, entries: Sequence[Entry], joined_to: str) -> str:
        """Everything that may stand on Discord; of a long timeline the newest. ``joined_to`` is another's code."""
        facts = await self._cards.facts(incident)
        said = self._cards.say(
            facts.language,
            "shown",
            code=incident.code,
            tier=self._cards.say(facts.language, f"tier_{incident.tier.value}"),
            state=self._cards.say(facts.language, f"state_{incident.state.value}"),
            name=facts.name,
            group=facts.group,
            since=timestamp(incident.opened_at, "f"),
            link=facts.link,
            reasons=self._cards.reasons(incident, facts.language) or self._cards.say(facts.language, "reasons_none"),
            holder=self._holder(incident, facts.language, joined_to),
        )
        lines: list[str] = []
        for entry in reversed(entries):
            line = self._event(entry, facts.language)
            if len(said) + sum(map(len, lines)) + len(lines) + len(line) + 2 > SHOWN_AT_MOST:
                lines.append("…")
                break
            lines.append(line)
        return "\n".join([said, *reversed(lines)])

    def _holder(self, incident: Incident, language: str, joined_to: str) -> str:
        match incident.state:
            case IncidentState.ACKNOWLEDGED:
                staff, at = f"<@{incident.acknowledged_by}>", timestamp(incident.acknowledged_at)
                return self._cards.say(language, "holder_is", staff=staff, at=at)
            case IncidentState.RESOLVED:
                staff, at = f"<@{incident.resolved_by}>", timestamp(incident.resolved_at)
                return self._cards.say(language, "holder_resolved", staff=staff, at=at)
        if joined_to:
            return self._cards.say(language, "holder_joined", code=joined_to)
        return self._cards.say(language, "holder_none")

    def _road(self, road: str | None, language: str) -> str | None:
        """Our own roads in plain words; those outside are called by their names (sms, ntfy) everywhere."""
        return self._cards.say(language, f"road_{road}") if road in {"card", "dm", "answer"} else road

    def _event(self, entry: Entry, language: str) -> str:
        nobody = "-"
        outcome = entry.outcome or nobody
        if entry.kind is EventKind.RESOLVED and entry.outcome is not None:
            outcome = self._cards.say(language, f"outcome_{entry.outcome}")
        what = self._cards.say(
            language,
            f"event_{entry.kind.value}",
            by=f"<@{entry.actor_id}>" if entry.actor_id is not None else nobody,
            who=f"<@{entry.person}>" if entry.person is not None else "",
            people=" ".join(f"<@{person}>" for person in entry.people) or nobody,
            step=entry.step + 1 if entry.step is not None else nobody,
            road=self._road(entry.road, language) or nobody,
            outcome=outcome,
        ).strip()
        return self._cards.say(language, "event_line", at=timestamp(entry.at, "T"), what=what)
