"""`/incident/<id>`: what was said, what happened, and what staff do about it. Each look is put on record first."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from aiohttp import web

from bot.access.service import AuditAction
from bot.contact_cards.service import ContactCard, ContactCardService
from bot.content import Content
from bot.errors import NotAllowedError, NotFoundError
from bot.members.service import Action, MemberService
from bot.oncall.service import Disclosure, Incident, IncidentPage, IncidentState, OnCallService, ResolvedAs
from bot.program.service import ProgrammeService
from bot.timing import Clock, to_instant, to_local
from bot.web.doorway import Doorway, Here, ShutError
from bot.web.incident_view import View, Wording, jump_link, people_in, staff_of
from bot.web.names import Names
from bot.web.pages import clock_time

SAID: Final = frozenset(
    {
        "acknowledged", "not_taken", "about_you", "resolved", "not_resolved", "handed", "not_handed", "escalated",
        "noted", "disclosed", "reopened", "not_reopened", "empty", "already", "unclear",
    }
)  # fmt: skip
"""What a page may be asked to say on top, after something was done; anything else in the address is let be."""
NOTE_AT_MOST: Final = 4_000
LOG_AT_MOST: Final = {"told": 200, "affiliation": 200, "by": 200, "nature": 2_000}


class IncidentDoor:
    """The door of an incident's page."""

    def __init__(
        self,
        doorway: Doorway,
        clock: Clock,
        content: Content,
        oncall: OnCallService,
        members: MemberService,
        programmes: ProgrammeService,
        cards: ContactCardService,
        names: Names,
    ) -> None:
        self._doorway, self._clock, self._content = doorway, clock, content
        self._oncall, self._members, self._programmes = oncall, members, programmes
        self._cards, self._names = cards, names

    def routes(self) -> list[web.RouteDef]:
        """What this answers to."""
        acts = {
            "acknowledge": self._acknowledge,
            "resolve": self._resolve,
            "hand-over": self._hand_over,
            "escalate": self._escalate,
            "reopen": self._reopen,
            "note": self._note,
            "log": self._log,
        }
        here = r"/incident/{id:\d{1,18}}"
        return [
            web.get(here, self.show),
            *(web.post(f"{here}/{name}", partial(self._act, act)) for name, act in acts.items()),
        ]

    # -- looking -------------------------------------------------------------------------------------------------------

    async def show(self, request: web.Request) -> web.Response:
        """The page. It is put on record first; where that cannot be, nothing is shown."""
        here, incident = await self._incident(request)
        await self._doorway.access.audit.look(
            AuditAction.INCIDENT_VIEWED,
            "incident",
            incident.id,
            actor=here.user_id,
            person=incident.user_id,
            guild_id=incident.guild_id,
        )
        page = await self._oncall.incident_page(incident.id, here.user_id)
        card = None
        if page.may_see_contact:
            card = await self._cards.show(incident.guild_id, incident.user_id, to=here.user_id)
        said = request.query.get("said", "")
        values = {
            "page": await self._view(here, page, card),
            "said": self._doorway.pages.say(here.reader, f"said_{said}") if said in SAID else None,
            "form_token": here.form_token,
        }
        return self._doorway.pages.html(here.reader, "incident.html", values=values)

    async def _incident(self, request: web.Request) -> tuple[Here, Incident]:
        """The incident, where it is one of the session's own server; else it is as if there were none."""
        here = await self._doorway.staff(request, Action.HANDLE_INCIDENT)
        try:
            incident = await self._oncall.find(int(request.match_info["id"]))
        except NotFoundError:
            raise ShutError("not_there", 404, here.reader) from None
        if incident.guild_id != here.guild_id:
            raise ShutError("not_there", 404, here.reader)
        return here, incident

    async def _view(self, here: Here, page: IncidentPage, card: ContactCard | None) -> View:
        incident, reader = page.incident, here.reader
        programme = await self._programmes.current(incident.guild_id)
        staff = staff_of(programme) if programme else ()
        names = await self._names.of(incident.guild_id, [*people_in(page), *staff])
        say = partial(self._content.texts.say, reader.language)
        wording = Wording(say, names, partial(clock_time, reader.zone))
        member = await self._members.find(incident.guild_id, incident.user_id)
        standing = await self._members.standing(incident.guild_id, incident.user_id)
        groups = [programme.group(key) for key in standing.groups] if programme else []
        is_dm = incident.channel_id is not None and await self._members.dms.is_dm(incident.channel_id)
        return View(
            path=f"/incident/{incident.id}",
            code=incident.code,
            name=member.chosen_name if member else wording.person(incident.user_id),
            group=", ".join(group.name for group in groups if group) or say("web.no_group"),
            tier=incident.tier.value,
            tier_word=say(f"web.tier_{incident.tier.value}"),
            opened_at=incident.opened_at,
            state_line=wording.state(incident),
            outcome=wording.outcome(page.outcome.value) if page.outcome else None,
            jump=jump_link(incident, is_dm=is_dm),
            is_dm=is_dm,
            can_acknowledge=incident.state is IncidentState.OPEN,
            is_open=incident.state is not IncidentState.RESOLVED,
            is_taken=incident.state is IncidentState.ACKNOWLEDGED,
            words=tuple(wording.said(entry) for entry in page.entries if entry.tier is not None),
            card=card,
            lines=tuple(wording.line(entry) for entry in page.entries),
            outcomes=wording.outcomes(),
            told_up_to=max((entry.id for entry in page.entries if entry.tells_of_danger), default=0),
            colleagues=tuple(
                (one, wording.person(one)) for one in staff if one not in {incident.acknowledged_by, incident.user_id}
            ),
            log=tuple(wording.log(entry) for entry in page.disclosures),
            log_is_missing=page.needs_log,
            zone=reader.zone.key,
            now_local=f"{to_local(self._clock.now(), reader.zone):%Y-%m-%dT%H:%M}",
        )

    # -- doing ---------------------------------------------------------------------------------------------------------

    async def _act(self, act: "Act", request: web.Request) -> web.StreamResponse:
        """Do one thing, and show the page again with what came of it."""
        here, incident = await self._incident(request)
        given = await self._doorway.form(request, here)
        said = await act(incident, here, given)
        raise web.HTTPSeeOther(f"/incident/{incident.id}?said={said}")

    async def _acknowledge(self, incident: Incident, here: Here, _given: Mapping[str, Any]) -> str:
        try:
            now, taken = await self._oncall.acknowledge(incident.id, here.user_id)
        except NotAllowedError:
            return "about_you"
        return "acknowledged" if taken or now.acknowledged_by == here.user_id else "not_taken"

    async def _resolve(self, incident: Incident, here: Here, given: Mapping[str, Any]) -> str:
        offered = {one.value: one for one in ResolvedAs}
        outcome = offered.get(str(given.get("outcome", "")))
        if outcome is None:
            return "unclear"
        if incident.state is IncidentState.RESOLVED:
            return "already"
        told_up_to = str(given.get("told_up_to", ""))
        known = int(told_up_to) if told_up_to.isascii() and told_up_to.isdecimal() else None
        try:
            await self._oncall.resolve(incident.id, here.user_id, outcome, known)
        except NotAllowedError:
            return "not_resolved"
        return "resolved"

    async def _hand_over(self, incident: Incident, here: Here, given: Mapping[str, Any]) -> str:
        to = str(given.get("to", ""))
        if not (to.isascii() and to.isdecimal() and len(to) < 20):
            return "unclear"
        try:
            _, handed = await self._oncall.hand_over(incident.id, here.user_id, int(to))
        except NotAllowedError:
            return "not_handed"
        return "handed" if handed else "not_handed"

    async def _escalate(self, incident: Incident, here: Here, _given: Mapping[str, Any]) -> str:
        _, escalated = await self._oncall.escalate(incident.id, here.user_id)
        return "escalated" if escalated else "already"

    async def _reopen(self, incident: Incident, here: Here, _given: Mapping[str, Any]) -> str:
        _, reopened = await self._oncall.reopen(incident.id, here.user_id)
        return "reopened" if reopened else "not_reopened"

    async def _note(self, incident: Incident, here: Here, given: Mapping[str, Any]) -> str:
        text = _words(given, "text")
        if not text:
            return "empty"
        if len(text) > NOTE_AT_MOST:
            raise ShutError("too_big", 413, here.reader, text)
        await self._oncall.note(incident.id, here.user_id, text)
        return "noted"

    async def _log(self, incident: Incident, here: Here, given: Mapping[str, Any]) -> str:
        said = {name: _words(given, name)[:longest] for name, longest in LOG_AT_MOST.items()}
        try:
            at = to_instant(datetime.strptime(str(given.get("at", ""))[:16], "%Y-%m-%dT%H:%M"), here.reader.zone)  # noqa: DTZ007  # wall time of the programme's zone
        except ValueError:
            at = None
        if at is None or not all(said.values()):
            raise ShutError("log_unclear", 400, here.reader, said["nature"])
        entry = Disclosure(said["told"], said["affiliation"], said["by"], at, said["nature"])
        await self._oncall.disclose(incident.id, here.user_id, entry)
        return "disclosed"


Act = Callable[[Incident, Here, Mapping[str, Any]], Any]


def _words(given: Mapping[str, Any], name: str) -> str:
    return str(given.get(name, "")).replace("\r\n", "\n").replace("\x00", "").strip()
