"""Pages that go out although nothing can be written down: held in memory until the database takes them.

Somebody's words say danger, or they asked to be contacted, and the database does not answer. Then the page goes at
once, from here: a card in #on-call and the outside roads, climbing the ladder until somebody takes it or it is
recorded. Whoever held the words goes on trying; when they are recorded an incident opens under their own key, its first
card is this one (``card_of``), and its own ladder carries it on.
"""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from bot.observe.logs import get_logger
from bot.oncall.last_resort import LastResort, Standby
from bot.oncall.rules import ACKNOWLEDGEMENT_COVERS
from bot.timing import Clock

log = get_logger(__name__)

RETRY_SECONDS: Final = (1, 2, 5, 10, 15, 30)
"""How long to wait after each attempt at a card that Discord did not take."""
GONE_ON_WITHIN: Final = timedelta(minutes=2)
"""How long after it was recorded a card may still become its incident's: an older one nobody would see change."""


@dataclass(frozen=True)
class Urgent:
    """Why somebody has to be told. ``key`` makes the occasion unique, as it does for the incident that will open.

    ``is_worry`` where somebody else pointed at the person, who is told nothing of it. ``needs_answer`` where nobody
    else answers the person: then they are sent the numbers that help without us.
    """

    guild_id: int | None
    user_id: int
    key: str
    channel_id: int | None = None
    message_id: int | None = None
    is_dm: bool = False
    asks_contact: bool = False
    is_worry: bool = False
    needs_answer: bool = False


@dataclass(eq=False)
class Held:
    """A page in memory. ``began``, ``taken_at`` and ``recorded_at`` are UTC.

    ``message`` is (channel id, message id) of its card, once there is one.
    """

    reference: str
    urgent: Urgent
    standby: Standby
    began: datetime
    keys: set[str]
    message: tuple[int, int] | None = None
    taken_by: int | None = None
    taken_at: datetime | None = None
    recorded_at: datetime | None = None
    posting: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_over(self) -> bool:
        """Whether somebody has it, or the incident's own ladder does."""
        return self.recorded_at is not None or self.taken_by is not None

    def is_covered(self, now: datetime) -> bool:
        """Whether somebody took it a short while ago and is with the person, as with an incident (``now`` is UTC)."""
        return self.taken_at is not None and now - self.taken_at <= ACKNOWLEDGEMENT_COVERS

    def people(self, step: int) -> tuple[int, ...]:
        """Whom a step of the ladder reaches: never whoever is in danger, and where that leaves nobody, everybody."""
        found = (self._others(self.standby.people(step)), self._others(self.standby.everybody))
        return found[0] or found[1]

    def _others(self, people: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(one for one in people if one != self.urgent.user_id)


class HeldCards(Protocol):
    """Discord, reached by REST alone."""

    async def post(self, held: Held) -> tuple[int, int]:
        """Create the card, or find the one created before; (channel id, message id). Raises where Discord does not."""

    async def page_again(self, held: Held, step: int) -> None:
        """Say that nobody has it yet, to those whom the step reaches. Raises where Discord does not take it."""

    async def tell_of_more(self, held: Held, more: Urgent) -> None:
        """Say to whoever has it that more was heard of the person. Raises where Discord does not take it."""

    async def say_it_is_recorded(self, held: Held) -> None:
        """Have the card say that it is in the database now. Raises where Discord does not take it."""

    async def answer(self, held: Held) -> None:
        """Send the person the numbers that help without us. Raises where Discord does not take it."""


class Unrecorded:
    """Every page that is held. One person has one, as they have one open incident."""

    def __init__(self, clock: Clock, last_resort: LastResort, cards: HeldCards) -> None:
        self._clock, self._last_resort, self._cards = clock, last_resort, cards
        self._held: dict[tuple[int, int], Held] = {}
        self._recorded: dict[tuple[int, int], Held] = {}
        self._taken: dict[int, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy = 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being sent from memory at this moment."""
        return self._busy == 0

    def page(self, urgent: Urgent) -> None:
        """Page now. Words that follow of the same person join the page there is; nobody's page waits for another's."""
        standby = self._last_resort.of(urgent.guild_id, urgent.user_id)
        if standby is None:
            log.critical("unrecorded.nobody_known", key=urgent.key)
            return
        person = (standby.guild_id, urgent.user_id)
        keys = {urgent.key}
        if (held := self._held.get(person)) is not None:
            if held.taken_by is None or held.is_covered(self._clock.now()):
                is_new = urgent.key not in held.keys
                held.keys.add(urgent.key)
                if is_new and held.taken_by is not None:
                    self._begin("more", held, partial(self._tell_of_more, more=urgent))
                return
            keys |= held.keys  # whoever took it long ago is not taken to be there: it pages anew
        reference = hashlib.sha256(urgent.key.encode()).hexdigest()[:20]
        held = Held(reference, urgent, standby, self._clock.now(), keys)
        self._held[person] = held
        log.critical("unrecorded.page", reference=reference, guild=standby.guild_id)
        self._begin("ladder", held, self._climb)
        self._begin("card", held, self._post)
        if urgent.needs_answer:
            self._begin("answer", held, self._answer)

    def is_held(self, key: str) -> bool:
        """Whether a page is held for this occasion."""
        return any(key in held.keys for held in self._held.values())

    def recorded(self, key: str) -> None:
        """The occasion is in the database: from here on its incident pages, or what was decided for it holds."""
        for person, held in list(self._held.items()):
            if key in held.keys:
                held.keys.discard(key)
                held.recorded_at = self._clock.now()
                del self._held[person]
                self._recorded[person] = held
                log.warning("unrecorded.recorded", reference=held.reference)
                self._begin("recorded", held, self._say_recorded)

    async def card_of(self, guild_id: int, user_id: int, paging_since: datetime) -> Held | None:
        """The card that was sent for this person from memory, for their incident to go on with; none where none was.

        Only for a page that began (``paging_since``, UTC) when this one had: changing a card pages nobody, so it can
        stand for that first page alone. Waits for a card that is being posted, so that there are never two.
        """
        person = (guild_id, user_id)
        held = self._recorded.get(person) or self._held.get(person)
        if held is None or paging_since < held.began:
            return None
        if held.recorded_at is not None and self._clock.now() - held.recorded_at > GONE_ON_WITHIN:
            del self._recorded[person]
            return None
        async with held.posting:
            return held if held.message is not None else None

    def gone_on_with(self, held: Held, incident_id: int | None) -> None:
        """The incident has taken its card over (None: the card was not there any more)."""
        if incident_id is not None and held.taken_by is not None:
            self._taken[incident_id] = held.taken_by
        person = (held.standby.guild_id, held.urgent.user_id)
        if self._recorded.get(person) is held:
            del self._recorded[person]
        held.message = None

    def whose(self, incident_id: int) -> int | None:
        """Who pressed `Acknowledge` while this incident was in memory only; said once."""
        return self._taken.pop(incident_id, None)

    def then(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Do ``work`` soon, by itself; a fault in it is said, and the ladder goes on."""
        task = asyncio.create_task(self._by_itself(work), name="handrail: unrecorded follow-up")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _by_itself(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        with self._at_work():
            await self._guarded("follow_up", work())

    def find(self, reference: str) -> Held | None:
        """The page of this reference, or none where it is over."""
        return next((held for held in self._held.values() if held.reference == reference), None)

    def take(self, held: Held, staff_id: int) -> bool:
        """Somebody of staff has it: nothing more is sent from memory. False where this is not one of them, or about
        them.
        """
        if staff_id not in held.standby.everybody or staff_id == held.urgent.user_id:
            return False
        if held.taken_by is None:
            held.taken_by, held.taken_at = staff_id, self._clock.now()
            log.warning("unrecorded.taken", reference=held.reference)
        return True

    async def close(self) -> None:
        """End; what is held is lost with the process, but for words that stay at Discord, and that is said."""
        for held in self._held.values():
            log.error("unrecorded.held_at_shutdown", reference=held.reference)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- what is sent --------------------------------------------------------------------------------------------------

    def _begin(self, what: str, held: Held, work: Callable[[Held], Coroutine[None, None, None]]) -> None:
        task = asyncio.create_task(work(held), name=f"handrail: unrecorded {what} {held.reference}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1

    async def _climb(self, held: Held) -> None:
        """Outside roads at once, and up the ladder, for ever, until somebody has it or its incident goes on."""
        policy, step = held.standby.policy, 0
        while not held.is_over:
            with self._at_work():
                code = held.reference[:6].upper()
                roads = self._last_resort.by_roads(held.standby, held.people(step), "watch.urgent", code)
                await self._guarded("by_roads", roads)
                if step:
                    await self._guarded("page_again", self._cards.page_again(held, step))
            step += 1
            while policy.due(held.began, step + 1) <= self._clock.now():
                step += 1  # those that fell due together are one
            await self._clock.sleep_until(policy.due(held.began, step))

    async def _post(self, held: Held) -> None:
        """The card, until Discord takes it, or it is not wanted any more."""
        attempt = 0
        while not held.is_over:
            async with held.posting:
                with self._at_work():
                    if await self._posted(held):
                        return
            await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
            attempt += 1

    async def _posted(self, held: Held) -> bool:
        """Whether there is no card to be posted any more."""
        if held.is_over:
            return True
        try:
            held.message = await self._cards.post(held)
        except Exception:
            log.exception("unrecorded.card_not_taken", reference=held.reference)
            return False
        return True

    async def _answer(self, held: Held) -> None:
        with self._at_work():
            await self._guarded("answer", self._cards.answer(held))

    async def _say_recorded(self, held: Held) -> None:
        async with held.posting:
            if held.message is not None:
                with self._at_work():
                    await self._guarded("recorded", self._cards.say_it_is_recorded(held))

    async def _tell_of_more(self, held: Held, more: Urgent) -> None:
        """Until Discord takes it, or the incident tells whoever has it."""
        attempt = 0
        while held.recorded_at is None:
            try:
                with self._at_work():
                    await self._cards.tell_of_more(held, more)
            except Exception:
                log.exception("unrecorded.more_not_told", reference=held.reference)
                await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
                attempt += 1
            else:
                return

    async def _guarded(self, what: str, work: Coroutine[None, None, object]) -> None:
        try:
            await work
        except Exception:
            log.exception("unrecorded.not_said", what=what)
