"""PagerDuty's Events API v2: trigger, acknowledge and resolve, tied together by ``dedup_key``."""

from typing import Any, Final

from bot.roads.addresses import PagerDuty
from bot.roads.http import Http, Request
from bot.roads.message import Event, Message

BASE: Final = "https://events.pagerduty.com"
EUROPE: Final = "https://events.eu.pagerduty.com"


async def send(address: PagerDuty, message: Message, http: Http, base: str | None = None) -> None:
    """Send one event; ``base`` in place of PagerDuty's own address for the account's region.

    Raises:
        RefusedForGoodError, TryLaterError, UnsureError: see ``Http.send``.
    """
    where = base or (EUROPE if address.europe else BASE)
    await http.send(Request(f"{where}/v2/enqueue", json=event(address, message)))


def event(address: PagerDuty, message: Message) -> dict[str, Any]:
    """The event's body. The alert is all it knows of the incident, so that one page is one however often sent."""
    body: dict[str, Any] = {
        "routing_key": address.key,
        "event_action": message.event.value,
        "dedup_key": message.alert or message.code,
    }
    if message.event is Event.TRIGGER:
        severity = "info" if message.is_drill else "critical"
        body["payload"] = {"summary": message.text, "source": "Handrail", "severity": severity}
        body["client"] = "Handrail"
        if message.link:
            body["links"] = [{"href": message.link, "text": message.title}]
    return body
