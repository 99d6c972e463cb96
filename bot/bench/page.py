"""How long a page takes: from words that say danger to the request that pages, both by the sandbox's one clock."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

import aiohttp

from bot.bench.figures import Figure, Table, Unit, percentiles
from bot.bench.processes import Place, a_sandbox, begin_bot
from bot.bench.programme import GROUP_CHANNEL, write_programme
from bot.bench.scale import Scale
from bot.db.keys import new_key

DANGER: Final = "I'm going to kill myself tonight"
FIRST_WITHIN: Final = 100.0
"""Milliseconds, promised of the 99th percentile while nothing else goes on."""
_MEMBER, _ON_CALL = "Alex", "Rivera"
_WITHIN: Final = 20.0
_LOOK_EVERY: Final = 0.02
_QUIET_FOR: Final = 0.15

Json = dict[str, Any]


def measure(scale: Scale) -> Table:
    """One member of a running programme, one message after the other, each an incident resolved before the next."""
    with TemporaryDirectory(prefix="handrail-bench-") as folder:
        pages = asyncio.run(_measure(scale, Path(folder)))
    return Table(
        "Page",
        (
            *first_pages(pages, FIRST_WITHIN),
            *percentiles("Message to the card in #on-call", [one.card for one in pages], Unit.MILLISECONDS),
            *percentiles("Message to the DM to the person on call", [one.dm for one in pages], Unit.MILLISECONDS),
            *percentiles("Message to its author's private answer", [one.answer for one in pages], Unit.MILLISECONDS),
        ),
    )


@dataclass(frozen=True)
class Page:
    """Milliseconds from the message to each of three messages of the bot's, as they were created at the server."""

    card: float
    dm: float
    answer: float

    @property
    def first(self) -> float:
        """Until the first request that pages somebody, whichever it was."""
        return min(self.card, self.dm)


def first_pages(pages: Iterable[Page], below: float) -> tuple[Figure, ...]:
    """Until the first request that pages; of its 99th percentile ``below`` (milliseconds) was promised."""
    median, p95, p99 = percentiles("Message to the first page request", [one.first for one in pages], Unit.MILLISECONDS)
    return median, p95, replace(p99, below=below)


async def _measure(scale: Scale, folder: Path) -> Sequence[Page]:
    # One channel takes five messages in five seconds from Discord, and incidents follow each other faster here than
    # anybody's: with those limits this would measure the waiting for them.
    async with a_sandbox(folder, rate_limits=False) as place:
        bot = await begin_bot(folder, place, folder / "handrail.db", write_programme(folder, place), new_key())
        try:
            await bot.event("app.started")
            async with aiohttp.ClientSession() as session:
                control = Control(session, place)
                house = await House.enter(control)
                return [await house.page() for _ in range(scale.messages)]
        finally:
            await bot.stop()


class Control:
    """The sandbox's own endpoints."""

    def __init__(self, session: aiohttp.ClientSession, place: Place, *, look_every: float = _LOOK_EVERY) -> None:
        """``look_every``: seconds between two looks for what was waited for; moments are the sandbox's all the same."""
        self._session, self._address, self.people = session, place.control, place.people
        self.look_every = look_every

    async def get(self, path: str) -> Any:  # noqa: ANN401  # JSON
        """What an endpoint says."""
        async with self._session.get(f"{self._address}/{path}") as answer:
            return await self._said(answer)

    async def act(self, verb: str, who: str, **arguments: object) -> Any:  # noqa: ANN401  # JSON
        """Do something as a person. A refusal raises RuntimeError."""
        body = {"user": self.people[who], **arguments}
        async with self._session.post(f"{self._address}/people/{verb}", json=body) as answer:
            return await self._said(answer)

    @staticmethod
    async def _said(answer: aiohttp.ClientResponse) -> Any:  # noqa: ANN401  # JSON
        said = await answer.json()
        if answer.status != 200:
            raise RuntimeError(f"the sandbox refused: {said}")
        return said["result"]

    async def mark(self) -> int:
        """A point in the record of requests to look on from."""
        # What is asked for beyond any request is an empty list, with the mark.
        mark: int = (await self.get("requests?since=1000000000"))["mark"]
        return mark

    async def made(self, since: int) -> list[Json]:
        """The bot's new messages since a mark, by anybody's route that creates one."""
        found: list[Json] = (await self.get(f"requests?since={since}"))["requests"]
        route = "/channels/{channel_id}/messages"
        return [one for one in found if one["method"] == "POST" and one["route"] == route and one["status"] == 200]

    async def rests(self) -> None:
        """Return when the bot has asked for nothing for a while."""
        mark, since = await self.mark(), perf_counter()
        until = since + _WITHIN
        while perf_counter() - since < _QUIET_FOR:
            if perf_counter() > until:
                raise RuntimeError(f"the bot did not come to rest within {_WITHIN:.0f} s")
            await asyncio.sleep(_LOOK_EVERY)
            now = await self.mark()
            if now != mark:
                mark, since = now, perf_counter()


class House:
    """A running programme with one member and one person on call."""

    def __init__(self, control: Control, channels: Mapping[str, int], dms: Mapping[str, int]) -> None:
        self._control, self._channels, self._dms = control, channels, dms

    @classmethod
    async def enter(cls, control: Control) -> "House":
        """Enrol the member as staff and member do: a command, a notice, a button."""
        state = await control.get("state")
        [guild] = state["guilds"]
        channels = {channel["name"]: int(channel["id"]) for channel in guild["channels"]}
        options = {"user": control.people[_MEMBER], "group": "morning"}
        await control.act("command", _ON_CALL, channel=channels["staff-room"], name="member enrol", options=options)
        notice = (await until(lambda: control.act("dms", _MEMBER)))[-1]
        await control.act("click", _MEMBER, message=notice["id"], button="I agree")

        async def place() -> list[Json]:
            seen = await control.act("visible_channels", _MEMBER)
            return [channel for channel in seen if channel.get("name") == GROUP_CHANNEL]  # a DM has none

        await until(place)
        await control.rests()
        dms = {name: int((await control.act("dm_channel", name))["id"]) for name in (_MEMBER, _ON_CALL)}
        return cls(control, channels, dms)

    def to_member(self, made: Iterable[Json]) -> int:
        """How many of the messages ``made`` went to the member's DM."""
        return sum(self._in(self._dms[_MEMBER])(one) for one in made)

    def channel(self, name: str) -> int:
        """The id of one of the server's channels."""
        return self._channels[name]

    async def page(self, *, until_quiet: bool = True) -> Page:
        """One message, and all that follows until the incident is resolved; ``until_quiet`` waits for the rest, too."""
        control = self._control
        mark = await control.mark()
        said = await control.act("say", _MEMBER, channel=self._channels[GROUP_CHANNEL], content=DANGER)
        card = await self._first(mark, self._in(self._channels["on-call"]))
        dm = await self._first(mark, self._in(self._dms[_ON_CALL]))
        answer = await self._first(mark, self._is_answer)
        pressed = await control.act("click", _ON_CALL, message=card["reply"]["id"], button="Resolve")
        await control.act("submit", _ON_CALL, interaction=pressed["id"], values={"outcome": "safe_supported"})
        if until_quiet:
            await control.rests()
        moment = datetime.fromisoformat(said["timestamp"])
        return Page(*(milliseconds_after(moment, one) for one in (card, dm, answer)))

    def _is_answer(self, request: Json) -> bool:
        """Whether it is the member's private answer, which names the lifeline, and no reminder of theirs."""
        return self._in(self._dms[_MEMBER])(request) and "988" in str(request["body"])

    @staticmethod
    def _in(channel: int) -> Callable[[Json], bool]:
        return lambda request: request["path"] == f"/channels/{channel}/messages"

    async def _first(self, since: int, wanted: Callable[[Json], bool]) -> Json:
        async def found() -> list[Json]:
            return [request for request in await self._control.made(since) if wanted(request)]

        return (await until(found, self._control.look_every))[0]


async def until(look: Callable[[], Awaitable[list[Json]]], every: float = _LOOK_EVERY) -> list[Json]:
    """Look again and again until there is something. Raises RuntimeError where nothing comes in time."""
    until = perf_counter() + _WITHIN
    while perf_counter() < until:
        if found := await look():
            return found
        await asyncio.sleep(every)
    raise RuntimeError(f"what the bot should have done did not happen within {_WITHIN:.0f} s")


def milliseconds_after(moment: datetime, request: Json) -> float:
    """From ``moment`` until the sandbox answered ``request``."""
    return (datetime.fromisoformat(request["at"]) - moment).total_seconds() * 1000
