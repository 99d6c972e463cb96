"""Sending down the outside roads, each attempt within its own deadline; and the book of which of them lead anywhere."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from bot.observe.logs import get_logger
from bot.roads import mail, ntfy, pagerduty, twilio, webhook
from bot.roads.addresses import AddressError, Mail, Ntfy, Other, PagerDuty, Road, RoadType, Twilio, Webhook, read
from bot.roads.book import DISCORD_DM, HANDED_OVER, Attempt, DrillReport, Known, RoadBook
from bot.roads.by_apprise import ByApprise
from bot.roads.http import Http
from bot.roads.message import Event, Message
from bot.roads.threads import Threads

__all__ = [
    "DISCORD_DM",
    "HANDED_OVER",
    "AddressError",
    "Attempt",
    "Bases",
    "DrillReport",
    "Event",
    "Known",
    "Message",
    "Road",
    "RoadBook",
    "RoadService",
    "RoadType",
    "read",
]

log = get_logger(__name__)

DEADLINE_SECONDS = 10.0
NAMES_AT_ONCE = 256  # threads that look a name up; as many as roads may be under way


@dataclass(frozen=True)
class Bases:
    """Where the services are; a test puts servers of its own there."""

    twilio: str = twilio.BASE
    pagerduty: str | None = None
    """None for PagerDuty's own, by the region of each address."""
    ntfy: str = ntfy.BASE


class RoadService:
    """Sends one message down one road. It stores nothing and needs neither Discord nor the database."""

    def __init__(self, bases: Bases | None = None, deadline: float = DEADLINE_SECONDS) -> None:
        """``deadline`` is in seconds, for each attempt."""
        self.bases = bases or Bases()
        self.deadline = deadline
        self._names = Threads("a name looked up", NAMES_AT_ONCE)
        self._http = Http(self._names)
        self._apprise = ByApprise()

    def roads_of(self, contacts: Iterable[str]) -> tuple[Road, ...]:
        """The roads that these contacts name, each once. One that cannot be read is said loudly and passed over."""
        found: dict[str, Road] = {}
        for contact in contacts:
            try:
                found |= {road.key: road for road in read(contact)}
            except AddressError as error:
                log.error("roads.bad_address", said=str(error))  # noqa: TRY400  # the sentence names the scheme only
        return tuple(found.values())

    async def send(self, road: Road, message: Message) -> None:
        """Hand ``message`` to the service at the end of ``road``; returns when the service has taken it.

        Raises:
            RefusedForGoodError, TryLaterError, UnsureError: as ``bot.delivery.transport`` has them.
            TimeoutError: where no answer came within the deadline; it may have arrived.
        """
        async with asyncio.timeout(self.deadline):
            match road.address:
                case Twilio() as address:
                    await twilio.send(address, message, self._http, self.bases.twilio)
                case PagerDuty() as address:
                    await pagerduty.send(address, message, self._http, self.bases.pagerduty)
                case Mail() as address:
                    await mail.send(address, message, self._names, self.deadline)
                case Ntfy() as address:
                    await ntfy.send(address, message, self._http, self.bases.ntfy)
                case Webhook() as address:
                    await webhook.send(address, message, self._http)
                case Other() as address:
                    await self._apprise.send(road.key, address, message)
