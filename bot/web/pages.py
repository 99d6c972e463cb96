"""Drawing pages: templates, the words in somebody's language, times as they read them.

A template sees ``t(key, …)`` for the texts of ``web.yaml``, and values; it decides nothing. Everything is escaped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web

from bot.content import Content, primary

UTC_ZONE: Final = ZoneInfo("UTC")


@dataclass(frozen=True)
class Reader:
    """For whom a page is drawn: their language, their programme's country and zone."""

    language: str = "en"
    country: str = "US"
    zone: ZoneInfo = UTC_ZONE


class Pages:
    """Every template, and the one style sheet, read once."""

    def __init__(self, content: Content) -> None:
        self._content = content
        root = files("bot.web")
        self.style = root.joinpath("static/pages.css").read_text(encoding="utf-8")
        sources = {
            file.name: file.read_text(encoding="utf-8")
            for file in root.joinpath("templates").iterdir()
            if file.name.endswith(".html")
        }
        self._templates = jinja2.Environment(
            loader=jinja2.DictLoader(sources),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def say(self, reader: Reader, key: str, **values: str | int) -> str:
        """A text of ``web.yaml``."""
        return self._content.texts.say(reader.language, f"web.{key}", **values)

    def html(
        self, reader: Reader, template: str, *, status: int = 200, values: Mapping[str, Any] | None = None
    ) -> web.Response:
        """A page."""
        drawn = self._templates.get_template(template).render(
            {
                "t": partial(self.say, reader),
                "time": partial(clock_time, reader.zone),
                "language": reader.language,
                "emergency": self._content.emergency(reader.country, reader.language),
                "lifeline": self._content.lifeline(reader.country, reader.language),
                "form_token": None,
                **(values or {}),
            }
        )
        return web.Response(text=drawn, status=status, content_type="text/html", charset="utf-8")

    def plain(
        self, reader: Reader, key: str, *, status: int, kept: str | None = None, **values: str | int
    ) -> web.Response:
        """A page that says one thing. ``kept`` gives somebody's own words back to them, where they went nowhere."""
        said = {"title": self.say(reader, f"{key}_title"), "said": self.say(reader, key, **values), "kept": kept}
        return self.html(reader, "plain.html", status=status, values=said)

    def language_of(self, request: web.Request) -> str:
        """The first of a browser's languages that we have; for whoever we do not know."""
        for part in request.headers.get("Accept-Language", "")[:200].split(","):
            language = primary(part.partition(";")[0].strip())
            if language in self._content.texts.languages:
                return language
        return "en"


def clock_time(zone: ZoneInfo, instant: datetime, *, short: bool = False) -> str:
    """An instant (aware) as wall time in ``zone``, with the zone's name: 2026-11-23 08:05 EST."""
    local = instant.astimezone(zone)
    return f"{local:%H:%M}" if short else f"{local:%Y-%m-%d %H:%M %Z}"


def minutes(wait: timedelta) -> int:
    """A wait in whole minutes, rounded up, for somebody to read."""
    return max(1, -(-int(wait.total_seconds()) // 60))
