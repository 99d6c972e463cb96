"""How long a page takes on the worst evening: thousands of reminders drain, and every channel is full of talk."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final
from zoneinfo import ZoneInfo

import aiohttp

from bot.bench.figures import Figure, Table, Unit, percentiles
from bot.bench.page import Control, House, Page, first_pages, until
from bot.bench.processes import a_sandbox, begin_bot
from bot.bench.programme import GROUP_CHANNEL, write_programme
from bot.bench.scale import Scale
from bot.db.keys import new_key
from bot.delivery.records import DeliveryRow

FIRST_WITHIN: Final = 500.0
"""Milliseconds, promised of the 99th percentile."""
TALKERS: Final = ("Chen", "Okafor", "Owner")
"""Those besides the member who see the channel; what staff write there is read as everybody's is."""
TALK: Final = (
    "good morning everyone, see you at six",
    "the bus is late again, on my way",
    "thanks, that helped me yesterday",
    "does anybody have the room number?",
)
_CONNECTIONS: Final = 12
_LOOK_EVERY: Final = 0.2
_STARTS_IN: Final = timedelta(minutes=55)
"""When the session is that everybody is reminded of: an hour before has just gone, ten minutes before is far."""


def measure(scale: Scale) -> Table:
    """As the benchmark of a quiet page, while reminders drain at Discord's limit and others write."""
    with TemporaryDirectory(prefix="handrail-bench-") as folder:
        storm = asyncio.run(_measure(scale, Path(folder)))
    answers = [one.answer for one in storm.pages]
    return Table(
        "Page in a storm",
        (
            *first_pages(storm.pages, FIRST_WITHIN),
            *percentiles("Message to its author's private answer", answers, Unit.MILLISECONDS),
            Figure("Messages of others meanwhile", (storm.heard_a_second,), Unit.A_SECOND),
            Figure("Reminders sent meanwhile", (storm.sent_a_second,), Unit.A_SECOND),
        ),
    )


@dataclass
class _Storm:
    """What was seen."""

    pages: list[Page] = field(default_factory=list)
    heard_a_second: float = 0.0
    sent_a_second: float = 0.0


async def _measure(scale: Scale, folder: Path) -> _Storm:
    storm, database = _Storm(), folder / "handrail.db"
    async with a_sandbox(folder, rate_limits=False) as place:
        programme = write_programme(folder, place)
        _soon(programme)
        bot = await begin_bot(folder, place, database, programme, new_key())
        try:
            await bot.event("app.started")
            connector = aiohttp.TCPConnector(limit=_CONNECTIONS + 4)
            async with aiohttp.ClientSession(connector=connector) as session:
                control = Control(session, place, look_every=_LOOK_EVERY)
                house = await House.enter(control)
                await _fill(database, scale.reminders)
                talk = _Talk(control, house.channel(GROUP_CHANNEL), scale.a_second)
                async with asyncio.TaskGroup() as tasks:
                    talking = [tasks.create_task(talk.go_on(number)) for number in range(_CONNECTIONS)]
                    await until(talk.is_under_way)
                    said, began, mark = talk.said, perf_counter(), await control.mark()
                    for _ in range(scale.stormed):
                        storm.pages.append(await house.page(until_quiet=False))
                    took = perf_counter() - began
                    storm.heard_a_second = (talk.said - said) / took
                    made = await control.made(mark)
                    for task in talking:
                        task.cancel()
                storm.sent_a_second = (house.to_member(made) - len(storm.pages)) / took
        finally:
            await bot.stop()
    return storm


class _Talk:
    """Others write, so many messages a second in all, by several connections."""

    def __init__(self, control: Control, channel: int, a_second: int) -> None:
        self._control, self._channel = control, channel
        self._apart = _CONNECTIONS / a_second
        self.said = 0

    async def go_on(self, number: int) -> None:
        """One connection's share, until cancelled. One that falls behind does not try to catch up by a burst."""
        due = perf_counter() + self._apart * number / _CONNECTIONS
        while True:
            await asyncio.sleep(max(0.0, due - perf_counter()))
            due = max(due + self._apart, perf_counter() - self._apart)
            who, words = TALKERS[self.said % len(TALKERS)], TALK[self.said % len(TALK)]
            await self._control.act("say", who, channel=self._channel, content=words)
            self.said += 1

    async def is_under_way(self) -> list[dict[str, object]]:
        """Something, once everybody talks."""
        return [{}] if self.said > 3 * _CONNECTIONS else []


def _soon(programme: Path) -> None:
    """Have the programme's session be soon, once."""
    starts = (datetime.now(UTC) + _STARTS_IN).astimezone(ZoneInfo("America/New_York"))
    text = programme.read_text(encoding="utf-8")
    text = text.replace("2026-01-05T09:00", f"{starts:%Y-%m-%dT%H:%M}")
    text = text.replace("FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=DAILY;COUNT=1")
    programme.write_text(text, encoding="utf-8")


async def _fill(database: Path, count: int) -> None:
    """Make ``count`` copies of the reminder that the bot has planned for its member, all due now."""

    def copies() -> int:
        with closing(sqlite3.connect(database, timeout=20, isolation_level=None)) as connection:
            connection.execute(_copies(), {"count": count})
            [made] = connection.execute("SELECT changes()").fetchone()
            return int(made)

    async def planned() -> list[dict[str, object]]:
        return [{}] if await asyncio.to_thread(copies) >= count else []

    await until(planned)


def _copies() -> str:
    own = {
        "dedupe_key": "'bench:storm:' || i",
        "nonce": "lower(hex(randomblob(10)))",
        "state": "'pending'",
        "next_at": "strftime('%Y-%m-%d %H:%M:%f', 'now') || '000+00:00'",
        "lease_until": "NULL",
        "sent_at": "NULL",
        "message_id": "NULL",
        "message_channel_id": "NULL",
        "unsure_since": "NULL",
        "reason": "NULL",
        "attempts": "0",
        "fence": "0",
    }
    names = [column.name for column in DeliveryRow.__table__.columns if column.name != "id"]
    values = ", ".join(own.get(name, f"pattern.{name}") for name in names)
    # Only names of the model and the texts above: nothing from outside comes into it.
    return (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "  # noqa: S608  # see above
        f"INSERT INTO deliveries ({', '.join(names)}) SELECT {values} FROM n CROSS JOIN "
        "(SELECT * FROM deliveries WHERE kind = 'sessions.reminder' ORDER BY due_at LIMIT 1) AS pattern"
    )
