"""Whom to alarm when what usually knows it does not answer: a small copy, in memory, of who is on call and how.

The loop refreshes it. The watchdog's thread reads it, and so does whoever pages while the database is away. It holds
telephone numbers and account secrets in the clear: it is never written, logged or shown.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.content import Content
from bot.observe.logs import get_logger
from bot.oncall.incident import policy_of
from bot.oncall.rules import Policy, Shift, people_of
from bot.program.layout import ON_CALL, STAFF_ROOM, ObjectKind
from bot.program.service import ObjectRef, Programme, ProgrammeService
from bot.roads.service import Message, RoadService

log = get_logger(__name__)

STOPPED: Final = "handrail-stopped"
"""The code of the watchdog's alarm: one occasion, however often it is told."""


@dataclass(frozen=True)
class Standby:
    """One server as it was last known: whom its pages reach, where, and by which addresses."""

    guild_id: int
    language: str
    on_shift: int | None
    backup: tuple[int, ...]
    staff: tuple[int, ...]
    policy: Policy
    channel_id: int | None
    room_id: int | None
    contacts: Mapping[int, tuple[str, ...]] = field(repr=False)

    def people(self, step: int) -> tuple[int, ...]:
        """Whom a step of the ladder reaches; where it reaches nobody, everybody there is."""
        found = people_of(self.policy.step(step).notify, self.on_shift, self.backup, self.staff)
        return found or self.everybody

    @property
    def everybody(self) -> tuple[int, ...]:
        """Everybody whom a page may reach."""
        return people_of("everyone", self.on_shift, self.backup, self.staff)

    def addresses(self, people: Iterable[int]) -> tuple[str, ...]:
        """Their outside addresses, each once."""
        return tuple(dict.fromkeys(address for person in people for address in self.contacts.get(person, ())))


class LastResort:
    """Outside roads that need neither Discord nor the database. ``shift`` says who is on call in a server now."""

    def __init__(
        self,
        programmes: ProgrammeService,
        content: Content,
        shift: Callable[[int], Awaitable[Shift]],
        roads: Callable[[], RoadService] = RoadService,
    ) -> None:
        """``roads`` makes a service: the watchdog's thread needs one of its own, which nothing hung holds slots of."""
        self._programmes, self._content, self._shift, self._roads = programmes, content, shift, roads
        self._standbys: dict[int, Standby] = {}
        self._homes: dict[int, int] = {}

    async def refresh(self) -> None:
        """Look again who is on call. A server that cannot be looked at keeps what was last known of it."""
        running = await self._programmes.all()
        standbys: dict[int, Standby] = {}
        for one in running:
            try:
                standbys[one.guild_id] = await self._look(one.guild_id, one.programme)
            except Exception:
                log.exception("last_resort.not_refreshed", guild=one.guild_id)
                if one.guild_id in self._standbys:
                    standbys[one.guild_id] = self._standbys[one.guild_id]
        self._standbys = standbys  # at once: the thread reads it at any time

    async def _look(self, guild_id: int, programme: Programme) -> Standby:
        places = await self._programmes.object_ids(guild_id)
        shift = await self._shift(guild_id)
        return Standby(
            guild_id=guild_id,
            language=programme.program.languages[0].value,
            on_shift=shift.person,
            backup=shift.backup or programme.oncall.backup,
            staff=programme.staff,
            policy=policy_of(programme),
            channel_id=places.get(ObjectRef(ObjectKind.CHANNEL, ON_CALL)),
            room_id=places.get(ObjectRef(ObjectKind.CHANNEL, STAFF_ROOM)),
            contacts={person: programme.oncall.contacts_of(person) for person in programme.oncall.contacts},
        )

    # -- which server --------------------------------------------------------------------------------------------------

    def note_home(self, user_id: int, guild_id: int) -> None:
        """Remember whose a person is, for when they write by DM and nobody can be asked."""
        self._homes[user_id] = guild_id

    def of(self, guild_id: int | None, user_id: int) -> Standby | None:
        """The server meant: by its id; else the person's, as last known; else the first."""
        known = self._standbys
        home = known.get(guild_id or 0) or known.get(self._homes.get(user_id, 0))
        return home or next(
            (one for one in known.values() if user_id in one.everybody), next(iter(known.values()), None)
        )

    # -- the roads -----------------------------------------------------------------------------------------------------

    async def by_roads(self, standby: Standby, people: Iterable[int], key: str, code: str) -> int:
        """Send the text ``key`` to every outside address of ``people``, all at once; how many took it. Never raises.

        ``code`` is short, and the same for one occasion: it is all that tells two messages apart.
        """
        addresses = standby.addresses(people)
        return await self._send(self._roads(), {one: self._message(standby, key, code) for one in addresses})

    def _message(self, standby: Standby, key: str, code: str) -> Message:
        said = self._content.texts.say(standby.language, key, code=code)
        return Message(title="Handrail", text=said, spoken=said, language=standby.language, code=code)

    async def _send(self, service: RoadService, messages: Mapping[str, Message]) -> int:
        wanted = {road.key: (road, message) for one, message in messages.items() for road in service.roads_of([one])}
        results = await asyncio.gather(*(service.send(*each) for each in wanted.values()), return_exceptions=True)
        for key, result in zip(wanted, results, strict=True):
            if isinstance(result, BaseException):
                # Its text may hold the address: its kind has to do.
                log.error("last_resort.road_failed", road=key, error=type(result).__name__)
        taken = sum(result is None for result in results)
        if not taken:
            log.critical("last_resort.no_road_taken", roads=len(wanted))
        return taken

    def alarm(self, stood: float) -> None:
        """The loop stands still: tell whoever is on call, and the backup, of every server. Called in another thread.

        It runs a loop of its own there, so that the very senders that pages use do their work.
        """
        del stood
        asyncio.run(self._alarm())

    async def _alarm(self) -> None:
        messages: dict[str, Message] = {}
        for standby in self._standbys.values():
            message = self._message(standby, "watch.stopped_answering", STOPPED)
            on_call = [one for one in (standby.on_shift, *standby.backup) if one is not None]
            # Where neither of them has an address, whoever has one.
            messages |= dict.fromkeys(standby.addresses(on_call) or standby.addresses(standby.contacts), message)
        taken = await self._send(self._roads(), messages)
        log.warning("last_resort.alarmed", roads=len(messages), taken=taken)
