"""What keeps the bot from failing in silence, built and joined in one place: a part of the composition root."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Final, final

import aiohttp
import discord

from bot.client import HandrailClient
from bot.content import Content
from bot.crisis.service import CrisisService
from bot.db import Database
from bot.delivery.heart import Heart
from bot.delivery.service import Kind, Outbox
from bot.errors import DiscordSetupError
from bot.intake.in_doubt import InDoubt
from bot.ledger import Ledger
from bot.observe.health import HealthWatch
from bot.observe.heartbeat import BEAT_EVERY, Heartbeat
from bot.observe.logs import get_logger
from bot.observe.watchdog import Watchdog
from bot.oncall.cover_watch import CoverWatch
from bot.oncall.last_resort import LastResort
from bot.oncall.service import OnCallService
from bot.oncall.unrecorded import Unrecorded, Urgent
from bot.program.actions import Action, CreateCategory, CreateChannel, CreateRole
from bot.program.layout import ON_CALL
from bot.program.service import ApplyReport, ProgrammeService
from bot.timing import Clock
from bot.ui.checkins import FEATURE as CHECKIN
from bot.ui.last_resort import CardFromMemory, MemoryCards, MemoryPresses
from bot.ui.safe import SAID_AS_THEY_ARE, Press, Presses
from config.settings import WatchSettings

log = get_logger(__name__)

REFRESH_EVERY: Final = timedelta(seconds=30)
COVER_EVERY: Final = timedelta(minutes=1)
MEND_EVERY: Final = timedelta(seconds=30)
ALIVE: Final = "watch-alive"
"""The note that is written to show that the database takes one."""

Mend = Callable[[int], Awaitable[ApplyReport | None]]
"""Puts a server in line with its programme; None where it has none."""
AskAnew = Callable[[int, Iterable[int]], None]


@final
class Watch:
    """Everything of this kind."""

    def __init__(
        self,
        settings: WatchSettings,
        clock: Clock,
        database: Database,
        content: Content,
        client: HandrailClient,
        outbox: Outbox,
        programmes: ProgrammeService,
        oncall: OnCallService,
    ) -> None:
        self._settings, self._content, self._client = settings, content, client
        self._outbox, self._oncall = outbox, oncall
        self._ledger, self._clock = Ledger(database), clock
        self._to_mend: set[int] = set()
        self._plan_soon: Callable[[], None] = lambda: None
        self._crisis: CrisisService | None = None
        self._in_doubt: InDoubt | None = None
        self.last_resort = LastResort(programmes, content, oncall.shift)
        self._cards = MemoryCards(client, content, client.numbers.of)
        self.unrecorded = Unrecorded(clock, self.last_resort, self._cards)
        self.cover = CoverWatch(
            database,
            clock,
            outbox,
            programmes,
            self.last_resort,
            shift=oncall.shift,
            is_there=lambda guild_id, person: oncall.rota.is_there(guild_id, person),  # noqa: PLW0108  # set later
        )
        self.watchdog = Watchdog(self.last_resort.alarm, stall_after=settings.stall_after)
        self.health = HealthWatch(
            gateway_silent_for=client.gateway_silent_for,
            oldest_page_due=self._oldest_page_due,
            write=self._write,
            detector_is_broken=self._detector_is_broken,
            token_is_refused=lambda: client.token_is_refused,
            now=clock.now,
        )

    # -- joining it to the rest ----------------------------------------------------------------------------------------

    def beside(self, crisis: CrisisService) -> InDoubt:
        """What the intake needs."""
        self._crisis, self._in_doubt = crisis, InDoubt(crisis, self.unrecorded)
        return self._in_doubt

    def card(self, card: Kind) -> Kind:
        """The kind of an incident's card, which may go on with one from memory."""
        return CardFromMemory(card, self._oncall, self.unrecorded, self._client)

    def join(self, presses: Presses, heart: Heart, mend: Mend, ask_anew: AskAnew) -> None:
        """Answer the button of cards from memory, lose no wish for contact with a press that failed; look now and then.

        ``mend`` puts a server right; ``ask_anew`` has Discord asked who is there.
        """
        MemoryPresses(self.unrecorded, self._cards, self._content, presses)
        presses.on_unanswered = self._unanswered
        self.cover.ask_anew = ask_anew
        self._plan_soon = heart.plan_soon
        heart.also("last resort", self.last_resort.refresh, REFRESH_EVERY)
        heart.also("cover", self.cover.ask, COVER_EVERY)
        heart.also("mending", partial(self._mend_again, mend), MEND_EVERY)
        if self._settings.heartbeat_url is not None:
            heartbeat = Heartbeat(self._settings.heartbeat_url.get_secret_value(), self.health)
            heart.also("heartbeat", partial(_beat, heartbeat), BEAT_EVERY)

    @property
    def is_idle(self) -> bool:
        """Whether nothing of this is under way."""
        return self._in_doubt is None or self._in_doubt.is_idle

    async def close(self, grace: float) -> None:
        """Give what is only in memory ``grace`` seconds to be recorded, and end."""
        if self._in_doubt is not None:
            await self._in_doubt.close(grace)
        await self.health.close()

    # -- how we are ----------------------------------------------------------------------------------------------------

    async def _oldest_page_due(self) -> datetime | None:
        waiting = [await self._outbox.oldest_page_due(), await self._oncall.next_due()]
        return min((due for due in waiting if due is not None), default=None)

    async def _write(self) -> None:
        await self._ledger.write(ALIVE, self._clock.now().isoformat())

    def _detector_is_broken(self) -> bool:
        return self._crisis is not None and self._crisis.is_broken

    # -- a wish to be contacted ----------------------------------------------------------------------------------------

    def _unanswered(self, press: Press, error: Exception | None) -> None:
        """A press failed, or hangs. Where it asks for contact now, that goes on without it."""
        if isinstance(error, SAID_AS_THEY_ARE) or self._in_doubt is None:
            return
        key = f"interaction:{press.interaction.id}"
        match press.feature, press.verb:
            case "support", "ask":
                guild_id: int | None = press.row_id
            case "crisis", "contact":
                guild_id = press.guild_id
            case (feature, "form" | "form-any") if feature == CHECKIN and press.value("contact") == "now":
                guild_id, key = press.guild_id, f"checkin:{press.interaction.id}:contact"
            case _:
                return
        standby = self.last_resort.of(guild_id, press.user_id)
        home = standby.guild_id if standby is not None else guild_id
        urgent = Urgent(home, press.user_id, key, asks_contact=True)
        self._in_doubt.ask(urgent, "press")

    # -- the server ----------------------------------------------------------------------------------------------------

    async def mend(self, guild_id: int, mend: Mend) -> None:
        """Something of ours was deleted: make it again and say so. Where that fails, say that, and go on trying."""
        try:
            report = await mend(guild_id)
        except (DiscordSetupError, discord.DiscordException, aiohttp.ClientError, OSError) as obstacle:
            self._to_mend.add(guild_id)
            log.exception("watch.not_mended", guild=guild_id)
            said = str(obstacle) if isinstance(obstacle, DiscordSetupError) else type(obstacle).__name__
            await self.cover.not_mended(guild_id, said)
            return
        except Exception:
            self._to_mend.add(guild_id)  # our own, the database's above all: it may be gone at the next look
            raise
        self._to_mend.discard(guild_id)
        await self.cover.mended_at_last(guild_id)
        made = [name for action in (report.changes if report else ()) if (name := _made(action)) is not None]
        if not made:
            return
        log.warning("watch.mended", guild=guild_id, made=len(made))
        await self.last_resort.refresh()
        await self.cover.mended(guild_id, made)
        self._plan_soon()  # whoever is on call gets the role that was made again
        if f"#{ON_CALL}" in made:
            await self.cover.put_up_again(guild_id)

    async def _mend_again(self, mend: Mend) -> None:
        for guild_id in tuple(self._to_mend):
            await self.mend(guild_id, mend)


def _made(action: Action) -> str | None:
    """The name of what an action made, as people see it; None where it made nothing."""
    match action:
        case CreateRole(role=role):
            return f"@{role.name}"
        case CreateCategory(category=category):
            return category.name
        case CreateChannel(channel=channel):
            return f"#{channel.name}"
        case _:
            return None


async def _beat(heartbeat: Heartbeat) -> None:
    await heartbeat.beat()
