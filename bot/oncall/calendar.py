"""Somebody's shifts as a calendar file (RFC 5545). Neutral: it may lie on a family's wall."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from bot.oncall.rota import Layer, Stretch

AHEAD: Final = timedelta(days=90)
"""How much of the rota a calendar holds."""


def calendar_of(
    guild_id: int,
    person: int,
    turns: Iterable[tuple[Layer, Stretch]],
    title: Callable[[Layer], str],
    now: datetime,
) -> bytes:
    """The file. Times are instants in UTC, which every calendar shows in its owner's own zone.

    ``title`` names a layer in the reader's language. An entry keeps its UID as long as its turn begins at that time, so
    that a file taken again replaces what it changed and doubles nothing. ``now`` (UTC) is when it was made.
    """
    from icalendar import Calendar, Event  # noqa: PLC0415  # six megabytes that only who asks for a file needs

    made = Calendar()
    made.add("prodid", "-//Handrail//On call//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    for layer, stretch in turns:
        entry = Event()
        entry.add("uid", f"{guild_id}-{person}-{layer.value}-{int(stretch.starts_at.timestamp())}@handrail")
        entry.add("dtstamp", now)
        entry.add("dtstart", stretch.starts_at)
        entry.add("dtend", stretch.ends_at)
        entry.add("summary", title(layer))
        entry.add("transp", "TRANSPARENT")  # one may meet people while on call
        made.add_component(entry)
    return bytes(made.to_ical())
