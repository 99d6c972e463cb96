"""ntfy: a message published as JSON to the root of its server."""

from typing import Any, Final

from bot.roads.addresses import Ntfy
from bot.roads.http import Http, Request
from bot.roads.message import Message

BASE: Final = "https://ntfy.sh"


async def send(address: Ntfy, message: Message, http: Http, base: str = BASE) -> None:
    """Publish the message; ``base`` in place of ntfy.sh where the address names no server of its own.

    Raises:
        RefusedForGoodError, TryLaterError, UnsureError: see ``Http.send``.
    """
    body: dict[str, Any] = {
        "topic": address.topic,
        "title": message.title,
        "message": message.text,
        "priority": address.priority,
    }
    if message.link:
        body["click"] = message.link
    await http.send(
        Request(
            address.base or base,
            json=body,
            headers={"Authorization": f"Bearer {address.token}"} if address.token else None,
            user=address.user,
            password=address.password,
        )
    )
