"""What the page lets a person do. Each verb takes its arguments from a JSON body and acts through `sandbox.people`."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from sandbox.errors import Refused
from sandbox.jsontypes import Json
from sandbox.page import moving, seeing
from sandbox.page.forms import outcome
from sandbox.page.house import clock_json
from sandbox.world.channels import Channel

if TYPE_CHECKING:
    from sandbox.server import Sandbox

Verb = Callable[["Sandbox", int, "Body"], Awaitable[Json]]

_MOST_FAILURES: Final = 1000


class WrongArgument(ValueError):  # noqa: N818 - names what is wrong, as the page's own mistake
    """An argument is missing, or of another kind."""


class Body:
    """The arguments of one act, checked as they are read.

    Raises:
        WrongArgument: by each method, where an argument is missing or of another kind.
    """

    def __init__(self, found: object) -> None:
        if not isinstance(found, dict):
            raise WrongArgument("The body must be a JSON object.")
        self._found: Json = found

    def text(self, name: str) -> str:
        """A text."""
        value = self._found.get(name)
        if not isinstance(value, str):
            raise WrongArgument(f"{name} must be a text.")
        return value

    def text_or_none(self, name: str) -> str | None:
        """A text, or nothing."""
        return None if self._found.get(name) is None else self.text(name)

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self._found.get(name)
        if not isinstance(value, bool):
            raise WrongArgument(f"{name} must be true or false.")
        return value

    def number(self, name: str) -> float:
        """A number."""
        value = self._found.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise WrongArgument(f"{name} must be a number.")
        return value

    def texts(self, name: str) -> list[str]:
        """A list of texts."""
        value = self._found.get(name)
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise WrongArgument(f"{name} must be a list of texts.")
        return value

    def table(self, name: str) -> dict[str, Any]:
        """Values by name."""
        value = self._found.get(name) or {}
        if not isinstance(value, dict):
            raise WrongArgument(f"{name} must be an object.")
        return value

    def files(self, name: str) -> list[tuple[str, bytes]]:
        """Files: a list of objects with `name` and `base64`."""
        found = []
        for each in self._found.get(name) or []:
            part = Body(each)
            try:
                found.append((part.text("name"), base64.b64decode(part.text("base64"), validate=True)))
            except binascii.Error:
                raise WrongArgument("A file must be in base64.") from None
        return found


def _place(sandbox: "Sandbox", user_id: int, body: Body) -> Channel:
    found = seeing.place_for(sandbox.world, user_id, body.text("place"))
    return found if found is not None else sandbox.people.dm_channel(user_id)


async def _say(sandbox: "Sandbox", user_id: int, body: Body) -> Json:
    place = _place(sandbox, user_id, body)
    message = sandbox.people.say(
        user_id,
        place,
        body.text("content"),
        reply_to=body.text_or_none("reply_to"),
        attachments=body.files("files"),
    )
    return {"id": str(message.id)}


async def _edit(sandbox: "Sandbox", user_id: int, body: Body) -> Json:
    return {"id": str(sandbox.people.edit(user_id, body.text("message"), body.text("content")).id)}


async def _delete(sandbox: "Sandbox", user_id: int, body: Body) -> Json:
    sandbox.people.delete(user_id, body.text("message"))
    return {}


async def _react(sandbox: "Sandbox", user_id: int, body: Body) -> Json:
    act = sandbox.people.react if body.flag("on") else sandbox.people.unreact
    act(user_id, body.text("message"), body.text("emoji"))
    return {}


async def _click(sandbox: "Sandbox", user_id: int, body: Body) -> Json:
    return await outcome(sandbox, sandbox.people.click(user_id, body.text("message"), body.text("button")))


async def _select(sandbox: "Sandbox", user_id: int, body: Body) -> Json:
    chosen = sandbox.people.select(user_id, body.text("message"), body.text("menu"), body.texts("values"))
    return await outcome(sandbox, chosen)


async def _submit(sandbox: "Sandbox", user_id: int, body: Body) -> Json:
    sent = sandbox.people.submit(user_id, int(body.text("interaction")), body.table("values"))
    return await outcome(sandbox, sent)


async def _command(sandbox: "Sandbox", user_id: int, body: Body) -> Json:
    place = _place(sandbox, user_id, body)
    run = sandbox.people.command(user_id, place, body.text("name"), **body.table("options"))
    return await outcome(sandbox, run)


async def _menu(sandbox: "Sandbox", user_id: int, body: Body) -> Json:
    chosen = sandbox.people.message_menu(user_id, body.text("name"), body.text("message"))
    return await outcome(sandbox, chosen)


async def _thread(sandbox: "Sandbox", user_id: int, body: Body) -> Json:
    message = body.text_or_none("message")
    name = body.text("name").strip()
    if not 1 <= len(name) <= 100:
        raise Refused("length", "A thread's name takes 1 to 100 characters.")
    made = sandbox.people.create_thread(user_id, _place(sandbox, user_id, body), name, from_message=message)
    return {"id": str(made.id)}


async def _dms(sandbox: "Sandbox", user_id: int, body: Body) -> Json:
    act = sandbox.people.open_dms if body.flag("open") else sandbox.people.close_dms
    act(user_id)
    return {}


async def _locale(sandbox: "Sandbox", user_id: int, body: Body) -> Json:
    sandbox.people.set_locale(user_id, body.text("locale"))
    return {}


async def _join(sandbox: "Sandbox", user_id: int, body: Body) -> Json:
    sandbox.people.join_guild(user_id, body.text("guild"))
    return {}


async def _leave(sandbox: "Sandbox", user_id: int, body: Body) -> Json:
    sandbox.people.leave_guild(user_id, body.text("guild"))
    return {}


VERBS: Final[dict[str, Verb]] = {
    "say": _say,
    "edit": _edit,
    "delete": _delete,
    "react": _react,
    "click": _click,
    "select": _select,
    "submit": _submit,
    "command": _command,
    "menu": _menu,
    "thread": _thread,
    "dms": _dms,
    "locale": _locale,
    "join": _join,
    "leave": _leave,
}
"""Every act, by the name the page asks for it."""


def move_clock(sandbox: "Sandbox", body: Body) -> Json:
    """Move the clock: by `seconds`, until the `next` "09:00", or `to` "2026-11-23T09:00", the two in a `zone`."""
    now = sandbox.clock.now()
    following, target = body.text_or_none("next"), body.text_or_none("to")
    if following is not None:
        delta = moving.until_next(now, time.fromisoformat(following), moving.zone_named(body.text("zone")))
    elif target is not None:
        wall = datetime.fromisoformat(target).replace(tzinfo=None)
        delta = moving.until(now, wall, moving.zone_named(body.text("zone")))
    else:
        delta = timedelta(seconds=body.number("seconds"))
    sandbox.clock.move(moving.checked(delta))
    return clock_json(sandbox)


def make_fault(sandbox: "Sandbox", body: Body) -> Json:
    """Let something go wrong, or stop all that does."""
    match body.text("fault"):
        case "cut":
            sandbox.faults.cut()
        case "invalidate":
            sandbox.faults.invalidate()
        case "fail":
            times = int(body.number("times"))
            if not 1 <= times <= _MOST_FAILURES:
                raise Refused("range", f"1 to {_MOST_FAILURES} requests can fail.")
            sandbox.faults.fail("*", 503, times)
        case "close_dms":
            sandbox.people.close_dms(seeing.require_person(sandbox.world, int(body.text("user"))))
        case "clear":
            sandbox.faults.clear()
        case other:
            raise WrongArgument(f"There is no fault {other!r}.")
    return {}
