"""Every text can be asked for: what nobody says any more is removed, and not translated for ever.

Code names a text by its full key (``"errors.not_found"``), by the end of it where a feature has a speaker of its own
(``cards.say(language, "no_pages")``), or puts it together from a beginning and a value (``f"web.event_{kind}"``).
"""

import ast
import re
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from bot.cases.rules import CaseDeed, CaseState, Obstacle, Telling
from bot.checkins.rhythm import Rhythm
from bot.checkins.rules import Audience, Feeling, ReachOut
from bot.content import Content
from bot.crisis.assessment import Category, Tier
from bot.crisis.lexicon_rules import ProposalKind, ProposalState, ReviewDone, ReviewKind
from bot.crisis.terms import Reason
from bot.db.models import load_models
from bot.moderation.held_rules import Fault, HeldState, ReportReason
from bot.moderation.judgement import Deed, Filter
from bot.moderation.native import NativeState
from bot.oncall.rota import Problem
from bot.oncall.rota_records import ChangeKind
from bot.oncall.rota_service import Refusal
from bot.oncall.rules import EventKind, IncidentState, ResolvedAs
from bot.program.restraints import RestraintKind
from bot.roads.addresses import RoadType
from bot.sessions.rules import Answer
from bot.shares.rules import Refusal as ShareRefusal
from bot.shares.rules import SealReason, SealState, ShareState
from bot.shares.rules import Telling as SealTelling
from bot.tickets.rules import Snippet, TicketState, Told
from bot.web.incident import SAID
from bot.web.tickets import SAID as TICKET_SAID

BOT: Final = Path(__file__).parents[2] / "bot"

SPEAKERS: Final = {
    "buttons": ("ui/oncall", "ui/incident_lines"),
    "cases": ("cogs/cases", "ui/cases", "ui/restraints", "cases/"),
    "crisis": ("crisis/rules",),  # it picks the reply that ui/crisis says
    "enrolment": ("cogs/members",),
    "lexicon": ("cogs/lexicon", "ui/lexicon", "ui/review", "crisis/lexicon_service"),
    "moderation": (
        *("cogs/mod_filters", "cogs/moderation", "cogs/reports", "ui/moderation"),
        *("moderation/held", "moderation/deciding"),
    ),
    "oncall": (
        *("cogs/incidents", "ui/oncall", "ui/incident_lines", "ui/incident_shown", "ui/crisis"),
        *("oncall/service", "oncall/raising", "oncall/paging"),
    ),
    "roads": ("cogs/drill", "ui/drill", "ui/roads"),
    "rota": ("cogs/rota", "ui/rota", "ui/who"),
    "rules": ("cogs/house_rules", "ui/house_rules"),
    "shares": ("cogs/shares", "ui/shares", "shares/"),
    "tickets": ("cogs/tickets", "ui/ticket", "tickets/"),
    "watch": ("ui/last_resort", "ui/watch", "oncall/cover_watch"),
    "web": ("web/",),
}
"""Where a feature's texts are named by the end of their keys. Elsewhere a bare word may be anything, and counts not."""


def composed() -> dict[str, Iterable[str]]:
    """The keys that code puts together: a beginning (or with ``*`` a frame), and every value that it is put before."""
    return {
        **dict.fromkeys(("checkins.feeling_", "checkins.supportive_"), values(Feeling)),
        **{f"checkins.{stem}_": values(Audience) for stem in ("share", "thanks", "held", "went")},
        "checkins.contact_": values(ReachOut),
        "checkins.rhythm_": values(Rhythm),
        "checkins.nudge_": ("no", "yes"),
        "sessions.rsvp_": values(Answer),
        **{f"lexicon.{stem}_": values(ProposalKind) for stem in ("proposed", "show", "card")},
        "lexicon.card_*_title": values(ProposalKind),
        "lexicon.state_": values(ProposalState),
        "lexicon.kind_": values(ReviewKind),
        "lexicon.": (ProposalState.DECLINED.value, ProposalState.WITHDRAWN.value),  # the answer to whoever decided
        "lexicon.done_": values(ReviewDone),
        "lexicon.refused_": values(Reason),
        **{key: values(Tier) for key in ("lexicon.tier_", "oncall.tier_", "web.tier_")},
        "lexicon.category_": values(Category),
        "oncall.reason_": [*values(Category), "could_not_assess", "asked_contact", "worried"],
        "oncall.outcome_": values(ResolvedAs),
        **dict.fromkeys(("oncall.state_", "web.state_"), values(IncidentState)),
        "oncall.event_": values(EventKind),
        "oncall.road_": ("card", "dm", "answer"),
        "web.event_": [*values(EventKind), "other", "delivered_to_all", "not_delivered_to_all"],
        "web.said_": SAID | TICKET_SAID,
        "web.*_title": everything_in("web"),  # a page that says no has a title beside each sentence
        "crisis.*_discreet": everything_in("crisis"),  # each has a wording that is safe to be seen
        "roads.road_": [*values(RoadType), "discord_dm"],
        **{f"roads.*_{part}": ("page", "drill") for part in ("title", "text", "spoken")},
        "roads.result_": ("waiting", "handed_over", "confirmed", "no_answer", "late", "dm_closed", "refused", "failed"),
        **{f"watch.*_{part}": ("page", "asked", "worry") for part in ("title", "body")},
        "moderation.deed_": values(Deed),
        "moderation.filter_": values(Filter),
        "moderation.state_": values(HeldState),
        "moderation.card_behind_": (HeldState.HELD.value, HeldState.REMOVED.value),
        "moderation.native_": [one for one in values(NativeState) if one != NativeState.OFF],
        "moderation.fault_": values(Fault),
        "moderation.reason_": values(ReportReason),
        "moderation.you_": (HeldState.APPROVED.value, HeldState.DECLINED.value, HeldState.REWORD.value),
        **dict.fromkeys(("cases.told_", "cases.done_"), ("warn", "timeout", "release", "remove")),
        **{f"cases.{stem}_": values(RestraintKind) for stem in ("channel", "quiet")},
        "shares.": [one for one in values(ShareRefusal) if one != ShareRefusal.MINORS],  # the answer to its author
        **{key: [one for one in values(ShareState) if one != "draft"] for key in ("shares.own_", "shares.short_")},
        "shares.state_": [one for one in values(ShareState) if one not in {"draft", "aside", "lapsed"}],
        "shares.you_": (ShareState.APPROVED.value, ShareState.DECLINED.value, ShareState.REWORD.value),
        "shares.switched_": ("on", "off"),
        **{key: [*values(SealReason), *values(SealTelling)] for key in ("shares.seal_", "web.seal_")},
        "shares.seal_state_": values(SealState),
        "shares.seal_state_*_quietly": (SealState.AGREED.value,),
        "tickets.state_": values(TicketState),
        **dict.fromkeys(("tickets.snippet_", "tickets.snippet_name_"), values(Snippet)),
        **{f"tickets.told_*{end}": values(Told) for end in ("", "_dm")},
        "web.ticket_state_": values(TicketState),
        "cases.deed_": values(CaseDeed),
        "cases.next_": (CaseDeed.WARN.value, CaseDeed.TIMEOUT.value, "talk"),
        "cases.refused_": values(Obstacle),
        "cases.state_": values(CaseState),
        "cases.telling_": values(Telling),
        "cases.line_": ("not_done", "called_off", "not_told", "overtaken", "lifted", "not_lifted"),
        "rota.gap_": [f"{one}{now}" for one in values(Problem) for now in ("", "_now")],
        "rota.absentee_": values(Problem),
        **{f"rota.change_*_{state}": values(ChangeKind) for state in ("set", "cancelled")},
        "rota.refused_": values(Refusal),
        **dict.fromkeys(("privacy.table_", "privacy.stays_"), load_models().tables),
    }


PARTLY: Final = {
    "web.*_title": "only what says no",
    "crisis.*_discreet": "only who is on shift",
    "privacy.table_": "the code has a name for a table without one",
    "privacy.stays_": "most tables leave nothing; the code has the table's own ground",
    "oncall.tier_": "what is in no tier is no incident",
    "tickets.told_*": "what was passed on is said by direct message alone",
    "rota.absentee_": "only who is not there, or no staff",
}
"""Beginnings of which not every key exists, and why."""


def values(kind: type[StrEnum]) -> list[str]:
    """Every value, as keys write it."""
    return [one.value.replace("-", "_") for one in kind]


@cache
def texts() -> tuple[str, ...]:
    return Content.load().texts.keys


def everything_in(feature: str) -> list[str]:
    """The ends of all keys of a feature."""
    return [key.partition(".")[2] for key in texts() if key.startswith(f"{feature}.")]


def words_of(path: Path) -> set[str]:
    """Every plain string in a module or a page that may name a text."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return set(re.findall(r"""["']([a-z][a-z0-9_.]*)["']""", source))
    tree = ast.parse(source)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in prose)
    return {node.value for node in strings if isinstance(node.value, str)}


def asked_for() -> set[str]:
    """Every key that some code can name; ends of keys that a speaker names stand with each feature it speaks for."""
    found: set[str] = set()
    for path in (one for one in BOT.rglob("*") if one.suffix in {".py", ".html"}):
        words, place = words_of(path), path.relative_to(BOT).as_posix()
        found |= {word for word in words if "." in word}
        for feature, places in SPEAKERS.items():
            if place.startswith(places):
                found |= {f"{feature}.{word}" for word in words}
    return found.union(*map(made, composed()))


def made(frame: str) -> list[str]:
    """The keys that come of a beginning or frame."""
    return [frame.replace("*", end) if "*" in frame else frame + end for end in composed()[frame]]


def unused(keys: Iterable[str]) -> list[str]:
    known = asked_for()
    return [key for key in keys if key not in known]


def test_every_text_can_be_asked_for() -> None:
    found = unused(texts())
    assert found == [], "nothing names these: remove them in every language, or say in this file how they are named"


def test_a_text_that_nobody_names_is_found() -> None:
    strangers = ["oncall.wave_to_the_neighbours", "errors.open", "web.event_danced", "oncall.outcome_unknown"]
    assert unused([*strangers, "errors.not_found", "web.event_acknowledged", "rota.who_now"]) == strangers


def test_each_speaker_and_each_beginning_is_still_needed() -> None:
    places = [path.relative_to(BOT).as_posix() for path in BOT.rglob("*.py")]
    gone = [one for many in SPEAKERS.values() for one in many if not any(path.startswith(one) for path in places)]
    assert gone == []
    keys = set(texts())
    assert [frame for frame in composed() if not keys & set(made(frame))] == []


def test_every_key_that_is_put_together_has_a_text() -> None:
    missing = [key for frame in composed() if frame not in PARTLY for key in made(frame) if key not in texts()]
    assert missing == []
