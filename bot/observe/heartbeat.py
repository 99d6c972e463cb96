"""The heartbeat: a request to an address outside, sent only while all is well.

Whoever receives it (a dead man's switch such as healthchecks.io, Uptime Kuma or Cronitor) raises the alarm when it
stays away: that is how a bot is noticed that is dead, or only looks alive.
"""

import asyncio
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import aiohttp

from bot.observe.health import HealthWatch
from bot.observe.logs import get_logger

log = get_logger(__name__)

BEAT_EVERY: Final = timedelta(seconds=60)
DEADLINE: Final = 10.0
"""Seconds for one request; the next beat does not wait for a server that hangs."""


class Heartbeat:
    """Beats towards ``url`` (a GET, which all of those services take). The address is a secret: it is never logged."""

    def __init__(self, url: str, watch: HealthWatch, *, deadline: float = DEADLINE) -> None:
        self._url, self._watch, self._deadline = url, watch, deadline
        self._was_well = True

    async def beat(self) -> bool:
        """One beat, where all is well; whether it arrived. Never raises: what stays away is the message."""
        health = await self._watch.look(anew=True)
        if not health.is_well:
            log.error("heartbeat.held_back", failing=[condition.value for condition in health.failing])
            self._was_well = False
            return False
        if not self._was_well:
            log.warning("heartbeat.well_again")
            self._was_well = True
        try:
            async with (
                asyncio.timeout(self._deadline),
                aiohttp.ClientSession() as session,
                session.get(self._url) as answer,
            ):
                status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as failure:
            log.error("heartbeat.not_delivered", error=type(failure).__name__)  # noqa: TRY400  # it may say the address
            return False
        if status >= HTTPStatus.BAD_REQUEST:
            log.error("heartbeat.not_taken", status=status)
            return False
        return True
