"""An incident as its private page shows it: sentences and pieces of words, for the template. No I/O."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.contact_cards.service import ContactCard
from bot.crisis.assessment import Category
from bot.crisis.rules import COULD_NOT_ASSESS
from bot.oncall.service import Disclosure, Entry, EventKind, Incident, IncidentPage, IncidentState, ResolvedAs
from bot.program.schema import Programme
from bot.web.marking import Piece, pieces

Say = Callable[..., str]
"""A text by its full key, with its values."""
OFFERED = tuple(one for one in ResolvedAs if one is not ResolvedAs.READ_NOT_URGENT)
"""The outcomes to choose from; the one left out belongs to the list of what the detector could not read."""


@dataclass(frozen=True)
class Said:
    """Words that alarmed, with what made the detector speak marked in them. ``at`` is UTC."""

    at: datetime
    tier_word: str
    pieces: tuple[Piece, ...]
    about: str
    rules: tuple[str, ...]
    is_unread: bool
    by: str | None
    """Who on staff told it, where the words are not the person's own."""


@dataclass(frozen=True)
class Line:
    """One line of the timeline. ``at`` is UTC; ``note`` is what staff wrote."""

    at: datetime
    text: str
    note: str | None = None


@dataclass(frozen=True)
class LogLine:
    """One entry of the emergency log."""

    line: str
    nature: str


@dataclass(frozen=True)
class View:
    """Everything the template asks for. ``card`` is None for whoever does not have the incident."""

    path: str
    code: str
    name: str
    group: str
    tier: str
    tier_word: str
    opened_at: datetime
    state_line: str
    outcome: str | None
    jump: str | None
    is_dm: bool
    can_acknowledge: bool
    is_open: bool
    is_taken: bool
    words: tuple[Said, ...]
    card: ContactCard | None
    lines: tuple[Line, ...]
    outcomes: tuple[tuple[str, str], ...]
    told_up_to: int
    colleagues: tuple[tuple[int, str], ...]
    log: tuple[LogLine, ...]
    log_is_missing: bool
    zone: str
    now_local: str

    @property
    def phone_link(self) -> str | None:
        """A link that calls the person, where what they left reads as one number."""
        written = self.card.phone if self.card is not None and self.card.phone else ""
        digits = re.sub(r"[\s().\-/]", "", written)
        return f"tel:{digits}" if re.fullmatch(r"\+?[0-9]{5,15}", digits) else None


class Wording:
    """Puts entries into sentences, in one reader's language, with the names that are known."""

    def __init__(self, say: Say, names: Mapping[int, str | None], time: Callable[[datetime], str]) -> None:
        self._say, self._names, self._time = say, names, time

    def person(self, user_id: int | None) -> str:
        """Somebody on staff, by name, or by the end of their id."""
        if user_id is None:
            return "–"
        return self._names.get(user_id) or self._say("web.staff_somebody", digits=str(user_id)[-4:])

    def people(self, user_ids: Sequence[int]) -> str:
        """Several of them."""
        return ", ".join(self.person(one) for one in user_ids) or "–"

    def state(self, incident: Incident) -> str:
        """Where it stands, and with whom."""
        match incident.state:
            case IncidentState.OPEN:
                return self._say("web.state_open")
            case IncidentState.ACKNOWLEDGED:
                who, at = incident.acknowledged_by, incident.acknowledged_at
            case IncidentState.RESOLVED:
                who, at = incident.resolved_by, incident.resolved_at
        when = self._time(at) if at else "–"
        return self._say(f"web.state_{incident.state.value}", who=self.person(who), at=when)

    def said(self, entry: Entry) -> Said:
        """An entry that holds somebody's words."""
        judged = entry.judged
        marked = pieces(entry.words, judged.spans if judged else ()) if entry.words is not None else []
        tier = entry.tier.value if entry.tier else "none"
        return Said(
            at=entry.at,
            tier_word=self._say(f"web.tier_{tier}"),
            pieces=tuple(marked),
            about=", ".join(self.category(one) for one in entry.categories if one != COULD_NOT_ASSESS),
            rules=tuple(dict.fromkeys(self.rule(one) for one in judged.rules)) if judged else (),
            is_unread=COULD_NOT_ASSESS in entry.categories,
            by=self.person(entry.actor_id) if entry.actor_id is not None else None,
        )

    def category(self, value: str) -> str:
        """What words are about, in plain words."""
        key = f"lexicon.category_{value.replace('-', '_')}"
        return self._say(key) if value in CATEGORIES else value.replace("-", " ").replace("_", " ")

    def rule(self, rule: str) -> str:
        """A rule in plain words: ``en/plan-to-die+en/long-past`` is "plan to die (softened by: long past)"."""
        first, *softening = rule.split("+")
        if not softening:
            return self._one_rule(first)
        by = ", ".join(self._one_rule(one) for one in softening)
        return self._say("web.rule_softened", rule=self._one_rule(first), by=by)

    def _one_rule(self, rule: str) -> str:
        source, _, name = rule.partition("/")
        if source == "own":
            return self._say("web.rule_own", id=name)
        if source == "model":
            return self._say("web.rule_model_harmless" if name == "harmless" else "web.rule_model")
        return name.replace("-", " ") or rule

    def line(self, entry: Entry) -> Line:
        """An entry as one line."""
        kind: str = entry.kind.value if entry.kind.value in KINDS else "other"
        if entry.kind in {EventKind.DELIVERED, EventKind.NOT_DELIVERED} and not entry.people and entry.person is None:
            kind = f"{kind}_to_all"
        text = self._say(
            f"web.event_{kind}",
            who=self.person(entry.actor_id),
            people=self._reached(entry),
            step=(entry.step or 0) + 1,
            road=self.road(entry.road),
            outcome=self.outcome(entry.outcome) if entry.kind is EventKind.RESOLVED else "",
        )
        if entry.kind is EventKind.NOT_DELIVERED and entry.outcome:
            text = f"{text} ({entry.outcome.replace('-', ' ').replace('_', ' ')})"
        return Line(entry.at, text, entry.note)

    def _reached(self, entry: Entry) -> str:
        people = entry.people or ((entry.person,) if entry.person is not None else ())
        return self.people(people)

    def road(self, road: str | None) -> str:
        """A road in plain words; the outside ones are called by their names (sms, voice, ntfy) everywhere."""
        match road:
            case None:
                return self._say("web.road_other")
            case "card":
                return self._say("web.road_on_call")
            case "dm":
                return self._say("web.road_dm")
            case "answer":
                return self._say("web.road_answer")
            case _:
                return road

    def outcome(self, value: str | None) -> str:
        """How an incident ended."""
        return self._say(f"oncall.outcome_{value}") if value in OUTCOMES else str(value or "–")

    def outcomes(self) -> tuple[tuple[str, str], ...]:
        """The outcomes to choose from."""
        return tuple((one.value, self.outcome(one.value)) for one in OFFERED)

    def log(self, entry: Disclosure) -> LogLine:
        """An entry of the emergency log."""
        line = self._say(
            "web.disclosure_line",
            told=entry.told,
            affiliation=entry.affiliation,
            by=entry.disclosed_by,
            at=self._time(entry.disclosed_at),
        )
        return LogLine(line, entry.emergency)


KINDS = frozenset(kind.value for kind in EventKind)
OUTCOMES = frozenset(outcome.value for outcome in ResolvedAs)
CATEGORIES = frozenset(category.value for category in Category)


def people_in(page: IncidentPage) -> set[int]:
    """Everybody whom the page names: staff, and, where it is no member, whom the incident is about."""
    incident = page.incident
    named = {incident.user_id, incident.acknowledged_by, incident.resolved_by}
    for entry in page.entries:
        named |= {entry.actor_id, entry.person, *entry.people}
    return {one for one in named if one is not None}


def staff_of(programme: Programme) -> tuple[int, ...]:
    """Everybody who may have an incident, each once."""
    oncall = programme.oncall
    people = (*programme.staff, *oncall.rota.people, *oncall.backup_rota.people, *oncall.backup)
    return tuple(dict.fromkeys(people))


def jump_link(incident: Incident, *, is_dm: bool) -> str | None:
    """Where the words stand on Discord; a DM is nobody's to open but the person's own."""
    if incident.channel_id is None or is_dm:
        return None
    where = f"{incident.guild_id}/{incident.channel_id}"
    message = f"/{incident.message_id}" if incident.message_id is not None else ""
    return f"https://discord.com/channels/{where}{message}"
