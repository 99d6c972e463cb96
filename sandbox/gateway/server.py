"""The WebSocket endpoint: hello, identify, heartbeats, resume, and the codes it closes with."""

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from aiohttp import WSMsgType, web

from sandbox.gateway.members import send_members
from sandbox.gateway.session import Connection, Session, encode, hello, parse
from sandbox.jsontypes import Json
from sandbox.wire.users import own_user_json
from sandbox.world.kinds import KNOWN_INTENTS, PRIVILEGED

if TYPE_CHECKING:
    from sandbox.server import Sandbox

HEARTBEAT_MS: Final = 41_250
"""What Discord asks for: a heartbeat every 41.25 s."""

_ACK_AFTER: Final = 0.02

_HEARTBEAT, _IDENTIFY, _PRESENCE, _VOICE, _RESUME, _RECONNECT, _MEMBERS, _INVALID, _HELLO, _ACK = (
    1,
    2,
    3,
    4,
    6,
    7,
    8,
    9,
    10,
    11,
)
_IGNORED: Final = frozenset({_PRESENCE, _VOICE, 31, 43})


class CloseCode:
    """Why the gateway hangs up, by Discord's "Gateway Close Event Codes"."""

    UNKNOWN_OPCODE: Final = 4001
    DECODE_ERROR: Final = 4002
    NOT_AUTHENTICATED: Final = 4003
    AUTHENTICATION_FAILED: Final = 4004
    ALREADY_AUTHENTICATED: Final = 4005
    INVALID_SHARD: Final = 4010
    INVALID_INTENTS: Final = 4013
    DISALLOWED_INTENTS: Final = 4014


class Gateway:
    """Serves the bot's connections."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._connections: set[Connection] = set()
        self.session_starts = 0
        self.accepting = True

    def cut_all(self) -> None:
        """Drop every connection without a word; their sessions stay resumable, and count as lost at once."""
        now = asyncio.get_running_loop().time()
        for session in self._sandbox.hub.sessions:
            if session.connection is not None:
                session.connection, session.lost_at = None, now
        for connection in tuple(self._connections):
            connection.cut()

    def invalidate_all(self) -> None:
        """End every session, so that none can be resumed, and say so to those who are there."""
        for session in tuple(self._sandbox.hub.sessions):
            connection = session.connection
            session.connection = None
            self._sandbox.hub.forget(session)
            if connection is not None:
                connection.send_op(_INVALID, False)

    def ask_to_reconnect(self) -> None:
        """Tell every client to come back over a new connection, and resume."""
        for connection in tuple(self._connections):
            connection.send_op(_RECONNECT)

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection for as long as it lasts."""
        if not self.accepting:
            return web.Response(status=503)
        socket = web.WebSocketResponse(autoping=True, max_msg_size=4 * 1024 * 1024)
        await socket.prepare(request)
        transport = request.transport
        connection = Connection(
            socket,
            compressed=request.query.get("compress") == "zlib-stream",
            abort=lambda: transport.abort() if transport is not None else None,
        )
        self._connections.add(connection)
        connection.send_op(_HELLO, hello(HEARTBEAT_MS))
        talk = _Talk(self._sandbox, self, connection)
        reader = asyncio.create_task(self._read(socket, talk), name="sandbox gateway reader")
        writer = asyncio.create_task(connection.write(), name="sandbox gateway writer")
        try:
            await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reader, writer):
                task.cancel()
                # A cut connection ends either task with an error of its own; that is what a cut is.
                with contextlib.suppress(asyncio.CancelledError, OSError, RuntimeError):
                    await task
            self._connections.discard(connection)
            if connection.close_code is not None and not socket.closed:
                with contextlib.suppress(OSError, RuntimeError):
                    await socket.close(code=connection.close_code)
            talk.ended(socket.close_code)
            self._sandbox.changes.notify()
        return socket

    async def _read(self, socket: web.WebSocketResponse, talk: "_Talk") -> None:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                talk.hear(message.data)
            elif message.type is WSMsgType.BINARY:
                talk.hear(message.data.decode())
            self._sandbox.changes.notify()


class _Talk:
    """What is said over one connection."""

    def __init__(self, sandbox: "Sandbox", gateway: Gateway, connection: Connection) -> None:
        self._sandbox = sandbox
        self._gateway = gateway
        self._connection = connection
        self._session: Session | None = None

    def hear(self, text: str) -> None:
        """Answer one frame."""
        try:
            self._act(parse(text))
        except (AttributeError, KeyError, TypeError, ValueError):
            # Discord, too, hangs up on a frame whose parts are not what they should be.
            self._connection.close(CloseCode.DECODE_ERROR)

    def _act(self, frame: Json) -> None:
        op, data = frame.get("op"), frame.get("d")
        if op == _HEARTBEAT:
            if self._session is not None and isinstance(data, int):
                self._session.acknowledged = data
            # A moment later, as over any network: a client in this very process notes when it sent only afterwards.
            asyncio.get_running_loop().call_later(_ACK_AFTER, self._connection.send_op, _ACK)
        elif op == _IDENTIFY:
            self._identify(data or {})
        elif op == _RESUME:
            self._resume(data or {})
        elif self._session is None:
            self._connection.close(CloseCode.NOT_AUTHENTICATED)
        elif op == _MEMBERS:
            send_members(self._sandbox.world, self._session, data or {})
        elif op not in _IGNORED:
            self._connection.close(CloseCode.UNKNOWN_OPCODE)

    def ended(self, close_code: int | None) -> None:
        """The connection is gone: by a proper goodbye the session is, too; otherwise it waits to be resumed."""
        session = self._session
        if session is None or session.connection is not self._connection:
            return
        session.connection = None
        session.lost_at = asyncio.get_running_loop().time()
        if close_code in {1000, 1001}:
            self._sandbox.hub.forget(session)

    def _identify(self, data: Json) -> None:
        if self._session is not None:
            self._connection.close(CloseCode.ALREADY_AUTHENTICATED)
            return
        refusal = self._refusal(data)
        if refusal is not None:
            self._connection.close(refusal)
            return
        hub = self._sandbox.hub
        hub.forget_expired(asyncio.get_running_loop().time())
        shard_id, shard_count = data.get("shard") or (0, 1)
        session = Session(
            shard_id=shard_id,
            shard_count=shard_count,
            intents=int(data["intents"]),
            large_threshold=int(data.get("large_threshold") or 50),
        )
        session.connection = self._connection
        self._session = session
        hub.sessions.append(session)
        self._gateway.session_starts += 1
        self._greet(session)

    def _refusal(self, data: Json) -> int | None:
        application = self._sandbox.world.application
        if data.get("token") not in {application.token, f"Bot {application.token}"}:
            return CloseCode.AUTHENTICATION_FAILED
        shard = data.get("shard") or [0, 1]
        if not (isinstance(shard, list) and len(shard) == 2 and 0 <= shard[0] < shard[1]):
            return CloseCode.INVALID_SHARD
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~KNOWN_INTENTS:
            return CloseCode.INVALID_INTENTS
        if intents & int(PRIVILEGED) & ~int(application.granted):
            return CloseCode.DISALLOWED_INTENTS
        return None

    def _greet(self, session: Session) -> None:
        world = self._sandbox.world
        guilds = [guild for guild in world.bot_guilds() if session.concerns(guild.id)]
        ready: Json = {
            "v": 10,
            "user": own_user_json(world.bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.session_id,
            "session_type": "normal",
            "resume_gateway_url": self._sandbox.gateway_url,
            "shard": [session.shard_id, session.shard_count],
            "application": {"id": str(world.application.id), "flags": world.application.flags},
            "private_channels": [],
            "relationships": [],
            "presences": [],
            "user_settings": {},
            "geo_ordered_rtc_regions": [],
            "_trace": ["sandbox"],
        }
        session.dispatch("READY", encode(ready))
        for guild in guilds:
            self._sandbox.hub.tell_guild(session, guild, after_ready=True)

    def _resume(self, data: Json) -> None:
        if data.get("token") != self._sandbox.world.application.token:
            self._connection.close(CloseCode.AUTHENTICATION_FAILED)
            return
        hub = self._sandbox.hub
        hub.forget_expired(asyncio.get_running_loop().time())
        session = hub.find(str(data.get("session_id")))
        missed = None if session is None else session.missed_since(int(data.get("seq") or 0))
        if session is None or missed is None:
            if session is not None:
                hub.forget(session)
            self._connection.send_op(_INVALID, False)
            return
        if session.connection is not None:
            session.connection.cut()
        for frame in missed:
            self._connection.send(frame)
        session.connection = self._connection
        session.lost_at = None
        self._session = session
        session.dispatch("RESUMED", encode({"_trace": ["sandbox"]}))
