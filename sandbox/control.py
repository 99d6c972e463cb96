"""The sandbox's own endpoints, under ``/_sandbox``, for scripts and bots in other processes; and uploaded files.

They speak JSON. People, faults and the clock are the same as in this process; arguments are those of the methods,
by name, ids as text or numbers. A refusal is a 409, a wrong argument a 400.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from sandbox.errors import Refused
from sandbox.jsontypes import Json
from sandbox.people import Offered
from sandbox.recorder import Request
from sandbox.wire import iso
from sandbox.wire.channels import channel_json
from sandbox.wire.messages import message_json
from sandbox.wire.users import member_json
from sandbox.world.channels import Channel
from sandbox.world.guilds import Member
from sandbox.world.interactions import Interaction
from sandbox.world.messages import Message

if TYPE_CHECKING:
    from sandbox.server import Sandbox

VERBS: Final = frozenset(
    {
        "say",
        "edit",
        "delete",
        "react",
        "unreact",
        "click",
        "select",
        "submit",
        "command",
        "message_menu",
        "commands_for",
        "menus_for",
        "visible_channels",
        "read",
        "dm_channel",
        "dms",
        "create_thread",
        "join_guild",
        "leave_guild",
        "close_dms",
        "open_dms",
        "set_locale",
    }
)
"""What may be asked for as ``POST /_sandbox/people/{verb}``."""

FAULTS: Final = frozenset(
    {
        "cut",
        "invalidate",
        "reconnect",
        "refuse_connections",
        "fail",
        "slow",
        "drop_reply",
        "hang",
        "close_dms",
        "open_dms",
        "clear",
    }
)
"""What may be asked for as ``POST /_sandbox/faults`` with ``{"fault": …}``."""

_ANSWER_WAIT: Final = 10.0


def add_routes(app: web.Application, sandbox: "Sandbox") -> None:
    """Serve them."""
    control = _Control(sandbox)
    app.router.add_get("/_sandbox/state", control.guarded(control.state))
    app.router.add_get("/_sandbox/requests", control.guarded(control.requests))
    app.router.add_get("/_sandbox/interactions/{id}", control.guarded(control.interaction))
    app.router.add_post("/_sandbox/people/{verb}", control.guarded(control.people))
    app.router.add_post("/_sandbox/faults", control.guarded(control.faults))
    app.router.add_post("/_sandbox/clock", control.guarded(control.clock))
    app.router.add_get("/attachments/{channel_id}/{attachment_id}/{filename}", control.attachment)


class _Control:
    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox

    def guarded(
        self, handler: Callable[[web.Request, Json], Awaitable[Any]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Parse the body, and turn refusals and mistakes into statuses."""

        async def serve(request: web.Request) -> web.Response:
            try:
                body = json.loads(await request.text() or "{}")
                return web.json_response({"result": to_json(await handler(request, body))})
            except Refused as refused:
                return web.json_response({"refused": refused.code, "message": refused.message}, status=409)
            except (KeyError, LookupError, TypeError, ValueError) as error:
                return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)

        return serve

    async def state(self, _request: web.Request, _body: Json) -> Json:
        """The guilds with their channels, roles and members, the DMs, the sessions, and the time."""
        world = self._sandbox.world
        return {
            "now": iso(self._sandbox.clock.now()),
            "api_base": self._sandbox.api_base,
            "bot_id": str(world.bot.id),
            "in_flight": self._sandbox.in_flight,
            "guilds": [
                {
                    "id": str(guild.id),
                    "name": guild.name,
                    "owner_id": str(guild.owner_id),
                    "roles": [
                        {"id": str(role.id), "name": role.name, "position": role.position, "managed": role.managed}
                        for role in guild.roles.values()
                    ],
                    "channels": [channel_json(each) for each in (*guild.channels.values(), *guild.threads.values())],
                    "members": [member_json(member) for member in guild.members.values()],
                }
                for guild in world.guilds.values()
            ],
            "commands": [each.json for guild_id in (None, *world.guilds) for each in world.commands.of(guild_id)],
            "sessions": [
                {
                    "session_id": each.session_id,
                    "shard": [each.shard_id, each.shard_count],
                    "connected": each.connected,
                    "sequence": each.sequence,
                    "acknowledged": each.acknowledged,
                }
                for each in self._sandbox.sessions
            ],
        }

    async def requests(self, request: web.Request, _body: Json) -> Json:
        """The record after ``since``, and the mark to ask from next time."""
        recorder = self._sandbox.requests
        return {"mark": recorder.mark(), "requests": recorder.since(int(request.query.get("since", "0")))}

    async def interaction(self, request: web.Request, _body: Json) -> Interaction:
        """One interaction, as it stands."""
        found = self._sandbox.world.interactions.get(int(request.match_info["id"]))
        if found is None:
            raise KeyError("interaction")
        return found

    async def people(self, request: web.Request, body: Json) -> object:
        """Act as a person. What makes an interaction waits for the answer, or the failure."""
        verb = request.match_info["verb"]
        if verb not in VERBS:
            raise KeyError(verb)
        if verb == "command":
            options = body.pop("options", {})
            found = self._sandbox.people.command(body["user"], body["channel"], body["name"], **options)
        else:
            if "attachments" in body:
                body["attachments"] = [(name, text.encode()) for name, text in body["attachments"]]
            found = getattr(self._sandbox.people, verb)(**body)
        if isinstance(found, Interaction):
            waiting = found
            await self._sandbox.changed(lambda: waiting.complete, _ANSWER_WAIT)
        return found

    async def faults(self, _request: web.Request, body: Json) -> None:
        """Let something go wrong."""
        fault = body.pop("fault")
        if fault not in FAULTS:
            raise KeyError(fault)
        getattr(self._sandbox.faults, fault)(**body)

    async def clock(self, _request: web.Request, body: Json) -> Json:
        """Move the clock forward by ``seconds``."""
        self._sandbox.clock.move(timedelta(seconds=float(body["seconds"])))
        return {"now": iso(self._sandbox.clock.now())}

    async def attachment(self, request: web.Request) -> web.Response:
        """An uploaded file."""
        content = self._sandbox.world.attachments.get(int(request.match_info["attachment_id"]))
        if content is None:
            raise web.HTTPNotFound
        return web.Response(body=content, content_type="application/octet-stream")


def to_json(thing: object) -> Any:  # noqa: ANN401 - JSON
    """What a method returned, as JSON."""
    match thing:
        case Message():
            found = message_json(thing)
            return found | {"text": thing.text, "ephemeral": thing.is_ephemeral, "pings": sorted(thing.pings)}
        case Channel():
            return channel_json(thing)
        case Member():
            return member_json(thing)
        case Offered():
            return {"path": thing.path, "description": thing.description, "options": thing.options}
        case Interaction():
            return _interaction_json(thing)
        case Request():
            return _request_json(thing)
        case dict():
            return {key: to_json(value) for key, value in thing.items()}
        case list() | tuple():
            return [to_json(each) for each in thing]
        case _:
            return thing


def _interaction_json(interaction: Interaction) -> Json:
    modal = interaction.modal
    return {
        "id": str(interaction.id),
        "responded": interaction.responded,
        "deferred": interaction.deferred,
        "complete": interaction.complete,
        "failed": interaction.failed,
        "messages": [to_json(each) for each in interaction.messages if not each.deleted],
        "updated": to_json(interaction.updated),
        "modal": None
        if modal is None
        else {"custom_id": modal.custom_id, "title": modal.title, "components": modal.components},
    }


def _request_json(request: Request) -> Json:
    return {
        "number": request.number,
        "method": request.method,
        "path": request.path,
        "route": request.route,
        "query": dict(request.query),
        "body": request.body,
        "status": request.status,
        "reply": request.reply,
        "at": iso(request.at),
    }
