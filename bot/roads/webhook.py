"""A webhook: JSON in the shape that apprise gives it, so that what reads apprise's reads ours."""

from typing import Any

from bot.roads.addresses import Webhook
from bot.roads.http import Http, Request
from bot.roads.message import Message


async def send(address: Webhook, message: Message, http: Http) -> None:
    """Send the message.

    Raises:
        RefusedForGoodError, TryLaterError, UnsureError: see ``Http.send``.
    """
    await http.send(
        Request(
            address.url,
            json=body(address, message),
            method=address.method,
            headers=address.headers,
            params=address.params,
            user=address.user,
            password=address.password,
        )
    )


def body(address: Webhook, message: Message) -> dict[str, Any]:
    """apprise's four keys and two of ours. ``:key=name`` renames a key, or drops it; any other is added as it is."""
    made: dict[str, Any] = {
        "version": "1.0",
        "title": message.title,
        "message": message.whole,
        "type": "info" if message.is_drill else "failure",
        "code": message.code,
        "link": message.link,
    }
    for name, value in address.extras.items():
        if name not in made:
            made[name] = value
            continue
        said = made.pop(name)
        if value:
            made[value] = said
    return made
