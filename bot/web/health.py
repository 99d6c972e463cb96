"""`/healthz`: whether the bot is well, for whoever watches from outside. States and times, nothing of anybody."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from aiohttp import web


class Report(Protocol):
    """How the bot is."""

    @property
    def is_well(self) -> bool:
        """Whether everything holds that has to hold."""

    def to_json(self) -> Mapping[str, object]:
        """States and times, in plain types."""


Look = Callable[[], Awaitable[Report]]


class HealthPage:
    """The door of the health endpoint. Where nobody looks, the bot does not count as well."""

    def __init__(self) -> None:
        self.look: Look | None = None

    def routes(self) -> list[web.RouteDef]:
        """What this answers to."""
        return [web.get("/healthz", self.show)]

    async def show(self, _request: web.Request) -> web.Response:
        """200 where the bot is well, 503 where it is not."""
        if self.look is None:
            return web.json_response({"well": False}, status=503)
        report = await self.look()
        return web.json_response(dict(report.to_json()), status=200 if report.is_well else 503)
