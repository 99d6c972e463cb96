"""What goes down the outside roads, as outbox kinds. Never a name, a group or a word of anybody."""

from datetime import datetime

from bot.content import Content
from bot.db import Session
from bot.delivery.service import Delivery, Errand, Outcome, Postponed, QuietKind, Receipt, Withdrawn
from bot.observe.logs import get_logger
from bot.oncall.reach import ROAD_UPDATE, AckLinks, Reach
from bot.oncall.service import ROAD, IncidentState, OnCallService
from bot.program.service import ProgrammeService
from bot.roads.service import HANDED_OVER, Event, Message, Road

log = get_logger(__name__)

NO_ANSWER = "no_answer"
"""What is noted of an attempt without an answer. The outbox goes on trying."""

_EVENTS = {IncidentState.ACKNOWLEDGED: Event.ACKNOWLEDGE, IncidentState.RESOLVED: Event.RESOLVE}


class RoadWords:
    """The few words that may go outside, in the programme's first language."""

    def __init__(self, programmes: ProgrammeService, content: Content) -> None:
        self._programmes, self._content = programmes, content

    async def message(
        self,
        guild_id: int,
        code: str,
        *,
        link: str | None = None,
        event: Event = Event.TRIGGER,
        is_drill: bool = False,
        alert: str = "",
    ) -> Message:
        """The message about the incident, or the drill, of this code."""
        language = await self.language(guild_id)
        form = "drill" if is_drill else "page"
        return Message(
            title=self.say(language, f"{form}_title"),
            text=self.say(language, f"{form}_text", code=code),
            spoken=self.say(language, f"{form}_spoken", code=", ".join(code)),
            language=language,
            code=code,
            link=link,
            event=event,
            is_drill=is_drill,
            alert=alert,
        )

    async def language(self, guild_id: int) -> str:
        """The programme's first language."""
        programme = await self._programmes.current(guild_id)
        return programme.program.languages[0].value if programme else "en"

    def say(self, language: str, key: str, **values: str | int) -> str:
        """A text of this feature."""
        return self._content.texts.say(language, f"roads.{key}", **values)


class OutsideRoad(QuietKind):
    """One attempt of one incident down one outside road."""

    name = ROAD

    def __init__(self, oncall: OnCallService, reach: Reach, words: RoadWords) -> None:
        self._oncall, self._reach, self._words = oncall, reach, words

    async def compose(self, delivery: Delivery, now: datetime) -> Errand | Postponed | Withdrawn:
        """The attempt; later, where Discord has carried the step and its minute is not over."""
        incident = await self._oncall.find(int(delivery.arguments["incident"]))
        if incident.state is not IncidentState.OPEN:
            return Withdrawn(Outcome.ACKNOWLEDGED)
        person = delivery.user_id or 0
        road = await self._reach.find(delivery.guild_id, person, str(delivery.arguments["road"]))
        if road is None:
            return Withdrawn()
        if delivery.unsure_since is None:
            step_at = datetime.fromisoformat(str(delivery.arguments["step"]))
            later = await self._reach.opens_later(incident.id, person, step_at, now)
            if later is not None:
                return Postponed(later)
        link = await link_or_none(self._reach.ack_links, incident.id, person)
        alert = alert_of(incident.code, incident.round)
        message = await self._words.message(delivery.guild_id, incident.code, link=link, alert=alert)
        return _errand(self._reach, road, message)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """The service has taken it."""
        del receipt
        await self._ended(session, delivery, HANDED_OVER, now)

    async def arrived_late(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """The service has taken it, and meanwhile it was called off: it went out all the same."""
        del receipt
        await self._ended(session, delivery, HANDED_OVER, now)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """The service refused it."""
        await self._ended(session, delivery, outcome.value, now)

    async def unanswered(self, session: Session, delivery: Delivery, now: datetime) -> None:
        """Nothing came back; noted once for each row, however often it is tried."""
        await self._ended(session, delivery, NO_ANSWER, now)

    async def _ended(self, session: Session, delivery: Delivery, outcome: str, now: datetime) -> None:
        person, key = delivery.user_id or 0, str(delivery.arguments["road"])
        road = await self._reach.ended(session, delivery.guild_id, person, key, outcome, now)
        delivered = outcome == HANDED_OVER
        await self._oncall.road_ended(
            session,
            int(delivery.arguments["incident"]),
            road.type.value if road is not None else "outside",
            person,
            delivered=delivered,
            outcome=None if delivered else outcome,
            occasion=f"road:{delivery.id}:{outcome}",
        )


class RoadUpdate(QuietKind):
    """Tells a service that keeps an alert of its own open that somebody has the incident, or that it is over."""

    name = ROAD_UPDATE

    def __init__(self, oncall: OnCallService, reach: Reach, words: RoadWords) -> None:
        self._oncall, self._reach, self._words = oncall, reach, words

    async def compose(self, delivery: Delivery, now: datetime) -> Errand | Withdrawn:
        """The event for how the incident stands now; none where it pages again."""
        del now
        road = await self._reach.find(delivery.guild_id, delivery.user_id or 0, str(delivery.arguments["road"]))
        if road is None:
            return Withdrawn()
        code = delivery.arguments.get("code")  # a drill's, which has no incident and is over
        event: Event | None = Event.RESOLVE
        alert = ""
        if code is None:
            incident = await self._oncall.find(int(delivery.arguments["incident"]))
            code, event = incident.code, _EVENTS.get(incident.state)
            alert = alert_of(incident.code, int(delivery.arguments.get("round") or 1))
        if event is None:
            return Withdrawn()
        message = await self._words.message(delivery.guild_id, str(code), event=event, alert=alert)
        return _errand(self._reach, road, message)


def alert_of(code: str, round_: int) -> str:
    """The alert of one paging of an incident: the code, and from the second paging on its number."""
    return code if round_ <= 1 else f"{code}-{round_}"


def _errand(reach: Reach, road: Road, message: Message) -> Errand:
    async def run() -> Receipt:
        await reach.send(road, message)
        return Receipt()

    return Errand(run)


async def link_or_none(links: AckLinks | None, about: int, person: int) -> str | None:
    """A link by which ``person`` answers; a page without one is better than none at all."""
    if links is None:
        return None
    try:
        return await links(about, person)
    except Exception:
        log.exception("roads.no_link", about=about)
        return None
