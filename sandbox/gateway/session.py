"""One gateway session: what it was told, and the connection that carries it at present, if any."""

import asyncio
import json
import secrets
import zlib
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from sandbox.jsontypes import Json

REPLAYED: Final = 5_000
"""Events a session keeps for RESUME; who missed more starts anew."""

UNSENT: Final = 50_000
"""Frames a connection may lag behind before it is cut."""

RESUMABLE_SECONDS: Final = 300.0
"""How long (of real time) a session without a connection may still be resumed."""


class Socket(Protocol):
    """What a connection needs of a WebSocket."""

    async def send_bytes(self, data: bytes) -> None:
        """Send a binary frame."""

    async def send_str(self, data: str) -> None:
        """Send a text frame."""


def encode(data: object) -> str:
    """JSON as it goes over the wire."""
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


class Connection:
    """One WebSocket and its outgoing frames, compressed in one zlib context where the client asked for it."""

    def __init__(self, socket: Socket, *, compressed: bool, abort: Callable[[], None]) -> None:
        self._socket = socket
        self._zlib = zlib.compressobj(1) if compressed else None
        self._frames: deque[str] = deque()
        self._wake = asyncio.Event()
        self._abort = abort
        self.close_code: int | None = None

    def send(self, frame: str) -> None:
        """Queue one frame."""
        if len(self._frames) >= UNSENT:
            self.cut()
            return
        self._frames.append(frame)
        self._wake.set()

    def send_op(self, op: int, data: object = None) -> None:
        """Queue a frame that is no event."""
        self.send(encode({"op": op, "d": data, "s": None, "t": None}))

    def close(self, code: int) -> None:
        """Close properly with this code, once what is queued has gone out."""
        self.close_code = code
        self._wake.set()

    def cut(self) -> None:
        """Drop the connection without a word."""
        self._abort()

    @property
    def unsent(self) -> int:
        """Frames that have not gone out yet."""
        return len(self._frames)

    async def write(self) -> None:
        """Send what is queued, until closed by `close`, or cancelled."""
        while True:
            while self._frames:
                frame = self._frames.popleft()
                if self._zlib is None:
                    await self._socket.send_str(frame)
                else:
                    data = self._zlib.compress(frame.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
                    await self._socket.send_bytes(data)
            if self.close_code is not None:
                return
            self._wake.clear()
            await self._wake.wait()


class Session:
    """A session. `sequence` is the number of the last event it was sent, or is to be sent once it is back."""

    def __init__(self, *, shard_id: int, shard_count: int, intents: int, large_threshold: int) -> None:
        self.session_id = secrets.token_hex(16)
        self.shard_id = shard_id
        self.shard_count = shard_count
        self.intents = intents
        self.large_threshold = large_threshold
        self.sequence = 0
        self.acknowledged = 0
        """The last sequence number the client's heartbeats told of."""
        self.connection: Connection | None = None
        self.lost_at: float | None = None
        """When its connection was lost, by the loop's clock."""
        self._sent: deque[tuple[int, str]] = deque(maxlen=REPLAYED)

    @property
    def connected(self) -> bool:
        """Whether a client is there to hear it now."""
        return self.connection is not None

    def is_resumable(self, loop_time: float) -> bool:
        """Whether a client may still come back to it."""
        return self.lost_at is None or loop_time - self.lost_at <= RESUMABLE_SECONDS

    def concerns(self, guild_id: int | None) -> bool:
        """Whether its shard is the one for this guild; DMs, and what belongs to no guild, go to shard 0."""
        shard = 0 if guild_id is None else (guild_id >> 22) % self.shard_count
        return shard == self.shard_id

    def dispatch(self, name: str, encoded: str) -> None:
        """Send an event whose payload is encoded already; kept for RESUME."""
        self.sequence += 1
        frame = f'{{"t":"{name}","s":{self.sequence},"op":0,"d":{encoded}}}'
        self._sent.append((self.sequence, frame))
        if self.connection is not None:
            self.connection.send(frame)

    def missed_since(self, sequence: int) -> list[str] | None:
        """The frames after this number, or None where they are no longer all there."""
        if sequence > self.sequence:
            return None
        if sequence < self.sequence and (not self._sent or self._sent[0][0] > sequence + 1):
            return None
        return [frame for number, frame in self._sent if number > sequence]

    def request_heartbeat(self) -> None:
        """Ask the client whether it is there."""
        if self.connection is not None:
            self.connection.send_op(1)


def hello(interval_ms: int) -> Json:
    """The payload of HELLO."""
    return {"heartbeat_interval": interval_ms, "_trace": ["sandbox"]}


def parse(text: str) -> Json:
    """A frame of the client's.

    Raises:
        ValueError: it is no JSON object.
    """
    frame = json.loads(text)
    if not isinstance(frame, dict):
        raise ValueError("A frame is a JSON object.")  # noqa: TRY004 - what is wrong is the text, not a type
    return frame
