"""SMS and calls by Twilio: its REST API of 2010-04-01, resources Messages and Calls."""

from typing import Final
from xml.sax.saxutils import escape

from bot.roads.addresses import Twilio
from bot.roads.http import Http, Request
from bot.roads.message import Message

BASE: Final = "https://api.twilio.com"
_VOICES: Final = {"es": "es-MX"}
_RINGS_FOR: Final = "30"
"""Seconds. Longer, and a mailbox answers in the person's place."""


async def send(address: Twilio, message: Message, http: Http, base: str = BASE) -> None:
    """Send an SMS, or place a call that reads the message out twice.

    Raises:
        RefusedForGoodError, TryLaterError, UnsureError: see ``Http.send``.
    """
    resource = "Calls" if address.voice else "Messages"
    form = {"To": address.to, **_sender(address)}
    if address.voice:
        form |= {"Twiml": twiml(message), "Timeout": _RINGS_FOR}
    else:
        form["Body"] = message.whole
    await http.send(
        Request(
            f"{base}/2010-04-01/Accounts/{address.account}/{resource}.json",
            form=form,
            user=address.api_key or address.account,
            password=address.token,
        )
    )


def _sender(address: Twilio) -> dict[str, str]:
    return {"MessagingServiceSid" if address.sender.startswith("MG") else "From": address.sender}


def twiml(message: Message) -> str:
    """What a call says, in Twilio's own markup. Nobody can press a link they hear, so none is read out."""
    voice = _VOICES.get(message.language, "en-US")
    said = f'<Say language="{voice}">{escape(message.spoken)}</Say>'
    return f'<Response><Pause length="1"/>{said}<Pause length="1"/>{said}</Response>'
