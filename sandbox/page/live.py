"""Live updates: one WebSocket a page, telling it what changed for the person it shows and in the place it shows.

Nothing is queued but which messages were touched. What they say, and whether this person may read it, is looked up at
the moment of sending, so a slow page costs a short list, sees the latest state, and never what it may not.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from aiohttp import WSCloseCode, WSMsgType, web

from sandbox.errors import Refused
from sandbox.jsontypes import Json
from sandbox.page import seeing
from sandbox.page.acting import Body
from sandbox.page.house import house_json, is_online
from sandbox.page.messages import message_json
from sandbox.page.unread import ReadMarks
from sandbox.world.channels import Channel
from sandbox.world.events import Event

if TYPE_CHECKING:
    from sandbox.server import Sandbox

TOUCHED: Final = 200
"""Messages that may wait to be told of; beyond that the page is told to load its place anew."""

_GATHER: Final = 0.02
"""Seconds of real time that a burst is gathered for."""

_SHARE: Final = 9
"""How many times as long as it took to tell of changes is left to everything else before the next telling."""

_HEARTBEAT: Final = 20.0


class Watcher:
    """What one page has still to be told."""

    def __init__(self, sandbox: "Sandbox", marks: ReadMarks) -> None:
        self._sandbox = sandbox
        self._marks = marks
        self._viewer_id: int | None = None
        self._place = seeing.DM
        self._touched: dict[int, None] = {}
        self._stale = False
        self._house_changed = False
        self._commands_changed = False
        self._online = is_online(sandbox)

    @property
    def waiting(self) -> int:
        """How many messages wait to be told of."""
        return len(self._touched)

    def watch(self, viewer_id: int, place: str) -> None:
        """Show this person and this place from now on; the page loads both by itself."""
        self._viewer_id = seeing.require_person(self._sandbox.world, viewer_id)
        self._place = place
        self._touched.clear()
        self._stale = False
        # Whatever happened between the page's loading and this is told now.
        self._house_changed = True

    def read(self, place: str, message_id: int) -> None:
        """The person has seen the place up to this message."""
        if self._viewer_id is None:
            return
        with contextlib.suppress(Refused):
            channel = seeing.place_for(self._sandbox.world, self._viewer_id, place)
            if channel is not None and self._marks.read(self._viewer_id, channel, message_id):
                self._house_changed = True

    def hear(self, event: Event) -> None:
        """Something happened in the world."""
        self._house_changed = True
        if event.name == "COMMANDS_CHANGED":
            self._commands_changed = True
        if event.channel is not None:
            self._touch(event, event.channel)
        if len(self._touched) > TOUCHED:
            self._touched.clear()
            self._stale = True

    def moved(self, _delta: timedelta) -> None:
        """The clock was moved."""
        self._house_changed = True
        self._sandbox.changes.notify()

    def has_news(self) -> bool:
        """Whether there is anything to tell."""
        if self._viewer_id is None:
            return False
        return self._house_changed or is_online(self._sandbox) != self._online

    def take(self) -> Json:
        """All there is to tell, as it is now."""
        viewer_id = self._viewer_id
        if viewer_id is None or viewer_id not in self._sandbox.world.users:
            return {}
        self._online = is_online(self._sandbox)
        news: Json = {"as": str(viewer_id), "place": self._place}
        if self._stale:
            news["stale"] = True
        messages, gone = self._take_messages(viewer_id)
        news |= {"messages": messages, "gone": gone, "commands": self._commands_changed}
        news["house"] = house_json(self._sandbox, self._marks, viewer_id)
        self._stale = self._house_changed = self._commands_changed = False
        return news

    def _touch(self, event: Event, channel: Channel) -> None:
        thread = channel.as_thread
        if thread is not None and str(thread.parent_id) == self._place and self._sandbox.world.history.find(thread.id):
            # The message a thread hangs from says how much is in it.
            self._touched[thread.id] = None
        if event.name.startswith("MESSAGE_") and self._shows(channel):
            data = event.data
            for message_id in data.get("ids") or [data.get("message_id") or data.get("id")]:
                self._touched[int(message_id)] = None

    def _take_messages(self, viewer_id: int) -> tuple[list[Json], list[str]]:
        messages: list[Json] = []
        gone: list[str] = []
        for message_id in sorted(self._touched):
            message = self._sandbox.world.history.find(message_id)
            if message is not None and seeing.sees_message(message, viewer_id):
                messages.append(message_json(self._sandbox, message, viewer_id))
            else:
                gone.append(str(message_id))
        self._touched.clear()
        return messages, gone

    def _shows(self, channel: Channel) -> bool:
        if self._place != seeing.DM:
            return str(channel.id) == self._place
        return channel.is_dm and any(user.id == self._viewer_id for user in channel.recipients)


class Connections:
    """The open pages, so that a server that stops can say so instead of waiting for them."""

    def __init__(self) -> None:
        self._open: set[web.WebSocketResponse] = set()

    async def close(self, _app: web.Application) -> None:
        """Tell every page that the server goes."""
        for socket in tuple(self._open):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    @contextlib.contextmanager
    def holding(self, socket: web.WebSocketResponse) -> Iterator[None]:
        """Count a page as open meanwhile."""
        self._open.add(socket)
        try:
            yield
        finally:
            self._open.discard(socket)


CONNECTIONS: Final = web.AppKey("page_connections", Connections)


async def serve(sandbox: "Sandbox", marks: ReadMarks, request: web.Request) -> web.WebSocketResponse:
    """One page's connection, until it closes."""
    socket = web.WebSocketResponse(heartbeat=_HEARTBEAT, max_msg_size=4096)
    await socket.prepare(request)
    with request.app[CONNECTIONS].holding(socket):
        await _talk(sandbox, marks, socket)
    return socket


async def _talk(sandbox: "Sandbox", marks: ReadMarks, socket: web.WebSocketResponse) -> None:
    watcher = Watcher(sandbox, marks)
    unsubscribe = sandbox.subscribe(watcher.hear)
    unfollow = sandbox.clock.subscribe(watcher.moved)
    telling = asyncio.create_task(_tell(sandbox, watcher, socket), name="sandbox page teller")
    try:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                _listen(watcher, Body(json.loads(message.data)))
            except (ValueError, KeyError):
                await socket.close(code=1008, message=b"not understood")
            sandbox.changes.notify()
    finally:
        unsubscribe()
        unfollow()
        telling.cancel()
        # The page is gone, or the server stops; what could not be told has nobody to be told to.
        with contextlib.suppress(asyncio.CancelledError, ConnectionError, RuntimeError):
            await telling


def _listen(watcher: Watcher, body: Body) -> None:
    if body.text("do") == "watch":
        watcher.watch(int(body.text("as")), body.text("place"))
    else:
        watcher.read(body.text("place"), int(body.text("message")))


async def _tell(sandbox: "Sandbox", watcher: Watcher, socket: web.WebSocketResponse) -> None:
    spent = 0.0
    while True:
        await sandbox.changed(watcher.has_news, None)
        # A burst of changes is one update. In a large house that takes longer, and the bot shares this loop.
        await asyncio.sleep(max(_GATHER, spent * _SHARE))
        started = time.perf_counter()
        news = json.dumps(watcher.take(), ensure_ascii=False)
        spent = time.perf_counter() - started
        await socket.send_str(news)
