"""Who of those who are to be paged is in the server: asked of Discord now and then, and at hand at any time.

The client keeps no list of members, and the rota must not wait for Discord. So the answer is remembered, and asked for
anew beside everything else. Whoever was never asked about counts as there: an outage is not a removal.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import aiohttp
import discord

from bot.observe.logs import get_logger
from bot.timing import Clock

log = get_logger(__name__)

ASKED_EVERY: Final = timedelta(minutes=10)
WITHIN: Final = timedelta(seconds=3)
"""How long Discord may take to answer; discord.py would go on trying for half a minute."""
GONE: Final = frozenset({10007, 10013})
"""Discord's codes Unknown Member and Unknown User; an unknown server (10004) says nothing of a person."""


class Http(Protocol):
    """What is needed of discord.py's HTTP client."""

    async def get_member(self, guild_id: int, member_id: int) -> Any:  # noqa: ANN401  # Discord's own object
        """Ask for one member."""


class Presence:
    """Remembers who is in which server. ``people`` says about whom it is worth asking, as (server, person)."""

    def __init__(self, http: Http, clock: Clock) -> None:
        self._http, self._clock = http, clock
        self._known: dict[tuple[int, int], tuple[bool, datetime]] = {}
        self._wanted: dict[tuple[int, int], None] = {}
        self._woken = asyncio.Event()
        self._asking = False
        self.on_changed: Callable[[], None] = lambda: None
        """Called when somebody is found to have come or gone."""

    def is_there(self, guild_id: int, person: int) -> bool:
        """Whether somebody is in a server, as last heard; has it asked anew where that is long ago."""
        key = (guild_id, person)
        known = self._known.get(key)
        if known is None or self._clock.now() - known[1] >= ASKED_EVERY:
            self._wanted[key] = None
            self._woken.set()
        return known is None or known[0]

    def forget(self, guild_id: int, people: Iterable[int]) -> None:
        """Ask anew about these people: somebody has come or gone."""
        for person in people:
            if (known := self._known.get((guild_id, person))) is not None:
                self._known[guild_id, person] = (known[0], known[1] - ASKED_EVERY)
            self._wanted[guild_id, person] = None
        self._woken.set()

    @property
    def is_idle(self) -> bool:
        """Whether nobody is being asked about."""
        return not self._asking and not self._woken.is_set()

    async def run(self) -> None:
        """Ask whenever woken, until cancelled."""
        while True:
            await self._woken.wait()
            self._asking = True
            self._woken.clear()
            try:
                await self.ask()
            finally:
                self._asking = False

    async def ask(self) -> None:
        """Ask about everybody who was asked for."""
        changed = False
        while self._wanted:
            key = next(iter(self._wanted))
            try:
                async with asyncio.timeout(WITHIN.total_seconds()):
                    there = await self._look(*key)
            except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as failure:
                # What was last known stands, and nobody else is asked about either until somebody wants to know again.
                log.info("presence.not_known", guild=key[0], error=type(failure).__name__)
                break
            self._wanted.pop(key, None)
            changed |= there != self._known.get(key, (True, None))[0]
            self._known[key] = (there, self._clock.now())
        if changed:
            self.on_changed()

    async def _look(self, guild_id: int, person: int) -> bool:
        try:
            await self._http.get_member(guild_id, person)
        except discord.NotFound as gone:
            if gone.code in GONE:
                return False
            raise
        return True
