"""The composition root: settings in, running app out. The only place that builds things and joins them."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, final

import discord

from bot.access.service import AccessService
from bot.catchup import CatchUp
from bot.checkins.service import CheckinPosting, CheckinService
from bot.client import HandrailClient, is_event_task
from bot.cogs.listening import Listening
from bot.contact_cards.service import ContactCardService
from bot.content import Content
from bot.coping.service import CopingService
from bot.crisis.active_terms import ActiveTerms
from bot.crisis.detector import Detector
from bot.crisis.feedback import FeedbackService
from bot.crisis.lexicon_service import LexiconService
from bot.crisis.own_words import Known
from bot.crisis.service import CrisisService
from bot.crisis.trial import Examiner, benign_lines
from bot.db import Database
from bot.delivery.discord_transport import DiscordTransport
from bot.delivery.heart import Heart
from bot.delivery.pacing import BULK_A_SECOND, REQUESTS_A_SECOND, Pacer
from bot.delivery.service import Kinds, Outbox
from bot.discord_address import log_in_at_last, stay_on, use_address
from bot.errors import DiscordAwayError, DiscordSetupError
from bot.furnishing import Rooms, cogs_of, dues_of, kinds_of, pages_of, planners_of, presence_of
from bot.intake.connection import Connection
from bot.intake.places import WatchedPlaces
from bot.intake.service import Intake, Origin
from bot.intake.watermarks import Watermarks
from bot.ledger import COMMANDS, Ledger
from bot.members.service import DmChannels, MemberService
from bot.moderation.service import ModerationService
from bot.observe.logs import get_logger
from bot.oncall.service import OnCallService
from bot.opening import bring_up_to_date, keys_of
from bot.order import Order
from bot.outside import Outside
from bot.privacy.service import PrivacyService
from bot.program.discord_guild import DiscordGuild, pick_guild
from bot.program.file import load_programme
from bot.program.layout import WELCOME, ObjectKind
from bot.program.schema import Programme
from bot.program.service import ApplyReport, ProgrammeService
from bot.program.welcome import welcome
from bot.sessions.service import SessionService
from bot.shares.service import ShareService
from bot.tickets.service import TicketService
from bot.timing import Clock, SystemClock
from bot.ui.oncall import PageCard
from bot.ui.safe import Numbers, Presses
from bot.watching import Watch
from config.settings import Settings, token_of

log = get_logger(__name__)

FLUSH_EVERY = timedelta(seconds=5)
REFRESH_EVERY = timedelta(seconds=30)  # `apply` in another process may have made new places
COMMANDS_EVERY = timedelta(minutes=1)  # where Discord did not take them
EVENTS_GRACE_SECONDS = 1.5  # at shutdown, for presses and messages that are being handled
SHUTDOWN_GRACE_SECONDS = 3.5  # for those and then for what is being sent, so that all ends within five


@dataclass(frozen=True)
class Tempo:
    """How fast we go. ``guilds_within``: seconds without another server after which a gateway session counts as ready.

    ``identify_after``: seconds between two identifications, which Discord asks for. ``login_again``: seconds after
    which a login that failed is tried again.
    """

    requests_a_second: float = REQUESTS_A_SECOND
    bulk_a_second: float = BULK_A_SECOND
    jitter: Callable[[], float] = random.random
    guilds_within: float = 0.5
    identify_after: float = 5.0
    login_again: float = 5.0


@final
class App:
    """A running Handrail. Made by ``App.build``; ``start`` connects, ``close`` ends everything it began."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        database: Database,
        content: Content,
        tempo: Tempo,
    ) -> None:
        self.settings, self.clock, self.database, self.content = settings, clock, database, content
        self._ledger = Ledger(database)
        self._programme: Programme | None = None
        self._background: list[asyncio.Task[None]] = []
        self._ticking = True
        self._logs_in_again, self._is_logged_in = tempo.login_again, False

        self._numbers = Numbers(content)
        presses = Presses(content, self._numbers)
        pacer = Pacer(tempo.requests_a_second, tempo.bulk_a_second)
        self.client = HandrailClient(
            content, presses, pacer, guilds_within=tempo.guilds_within, identify_after=tempo.identify_after
        )
        kinds = Kinds()
        transport = DiscordTransport(self.client, DmChannels(database))
        self.outbox = Outbox(database, clock, transport, kinds, jitter=tempo.jitter)
        self.rooms = self._build_rooms()
        for kind in kinds_of(self.rooms, self.client, self.outbox, content):
            kinds.add(self.watch.card(kind) if kind.name == PageCard.name else kind)
        self.heart = Heart(
            clock,
            database,
            self.outbox,
            dues=dues_of(self.rooms),
            planners=[*planners_of(self.rooms, database, clock, self.outbox), self.watch.cover],
        )
        members = self.rooms.members
        members.on_joined = self.heart.plan_soon
        self.rooms.oncall.on_false_alarm = self.rooms.feedback.note_false_alarm
        self.rooms.outside.watch(lambda: not self._is_logged_in or transport.is_failing)
        self.pages = pages_of(self.rooms, self.client, self.heart, clock, content)
        self.pages.health.look = self.watch.health.look
        self._watched = WatchedPlaces(self.rooms.programmes)
        self._watermarks = Watermarks(database, self._watched.server_of)
        listening = Listening(self.rooms.intake, self._watched, self._watermarks, members)
        self.catch_up = CatchUp(self.client, listening, self._watched, self._watermarks, members, clock)
        listening.on_new_place = self.catch_up.want
        listening.on_home = self.watch.last_resort.note_home
        self.heart.also("watermarks", self._watermarks.flush, FLUSH_EVERY)
        self.heart.also("places", self._look_for_places, REFRESH_EVERY)
        self.heart.also("commands", self.client.keep_commands_in_step, COMMANDS_EVERY)
        members.is_present = lambda guild_id: self.client.get_guild(guild_id) is not None
        self.presence = presence_of(self.rooms, self.client, clock, self.heart.plan_soon)
        self.watch.join(presses, self.heart, self._mend, self.presence.forget)

        self.client.equip(
            [listening, *cogs_of(self.rooms, self.client, content, presses, clock)],
            before_connecting=self._logged_in,
            connection=Connection(self._watermarks, self.catch_up.want),
            on_joined=self._joined,
            on_place_lost=self.repair,
            commands_known=lambda: self._ledger.read(COMMANDS),
            commands_noted=lambda digest: self._ledger.write(COMMANDS, digest),
        )

    def _build_rooms(self) -> Rooms:
        database, clock, content, outbox = self.database, self.clock, self.content, self.outbox
        programmes = ProgrammeService(database, clock)
        members = MemberService(database, clock, content, outbox, programmes)
        oncall = OnCallService(database, clock, outbox, programmes, members)
        access = AccessService(database, clock, self.settings.web.base_url)
        detector, lines = Detector.load(), benign_lines()
        known = Known.of(detector.lexicon, detector.lexicon.common, lines)
        active, trial = ActiveTerms(database, clock, known), Examiner(detector, known, lines)
        crisis = CrisisService(
            detector, database, clock, content, outbox, programmes, members, oncall, own_words=active
        )
        self.watch = Watch(self.settings.watch, clock, database, content, self.client, outbox, programmes, oncall)
        moderation = ModerationService(database, clock, outbox, programmes, members, oncall, access.audit)
        intake = Intake(crisis, moderation, not_yet=self._not_read_yet, in_doubt=self.watch.beside(crisis))
        tickets = TicketService(database, clock, outbox, programmes, members, oncall, access)
        posting = CheckinPosting(database, clock, outbox, members, programmes, access.audit)
        return Rooms(
            programmes=programmes,
            members=members,
            oncall=oncall,
            crisis=crisis,
            intake=intake,
            lexicon=LexiconService(detector, trial, active, database, clock, content, outbox, programmes, members),
            feedback=FeedbackService(detector, active, database, clock, content, members, oncall),
            checkins=CheckinService(
                database, clock, content, outbox, members, posting, programmes=programmes, intake=intake, crisis=crisis
            ),
            posting=posting,
            coping=CopingService(database, clock, content, members, programmes),
            sessions=SessionService(database, clock, content, outbox, programmes, members),
            privacy=PrivacyService(database, clock, content, outbox, publishers=[posting, moderation, tickets]),
            outside=Outside.build(database, clock, outbox, programmes, members, oncall),
            access=access,
            contact_cards=ContactCardService(database, clock, access.audit),
            moderation=moderation,
            tickets=tickets,
            shares=ShareService(database, clock, outbox, programmes, members, oncall, moderation, access.audit),
            order=Order.build(database, clock, content, outbox, programmes, members, oncall, access),
        )

    @classmethod
    async def build(
        cls,
        settings: Settings,
        clock: Clock | None = None,
        tempo: Tempo | None = None,
    ) -> "App":
        """Open the database, bring it up to date where it is ours alone, and put everything together.

        Raises:
            SettingsError, DatabaseError, ContentError, ProgrammeFileError: each with one sentence; nothing was begun.
        """
        token_of(settings)
        programme = load_programme(settings.program) if settings.program is not None else None
        content = Content.load()
        database = await Database.open(settings.database.url, keys_of(settings))
        try:
            await bring_up_to_date(database)
            app = cls(settings, clock or SystemClock(), database, content, tempo or Tempo())
        except BaseException:
            await database.close()
            raise
        app._programme = programme
        return app

    # -- life ----------------------------------------------------------------------------------------------------------

    async def start(self, *, ticking: bool = True) -> None:
        """Begin to send, log in, set the server up, connect; returns when the first session is ready.

        Pages need no gateway, and outside roads no login: what is open goes on climbing without Discord. ``ticking``
        starts the scheduler; a house that moves its own clock goes without.

        Raises:
            DiscordSetupError: where Discord refuses the token, the intents or the set-up.
        """
        await self.pages.start(self.settings.web.host, self.settings.web.port)
        if self.database.dialect_name == "sqlite":
            await self.outbox.release_leases()
        await self._watermarks.load()
        self._ticking = ticking
        self.outbox.hold_discord()
        self._begin("outbox", self.outbox.run())
        self._begin("heart", self.heart.run())
        self.outbox.wake()
        if self._ticking:
            self.heart.start()
        else:
            self.heart.plan_soon()
        self._begin("watchdog", self.watch.watchdog.run())
        await self.watch.last_resort.refresh()
        token, api_base = token_of(self.settings), self.settings.discord.api_base
        await use_address(api_base)
        await log_in_at_last(self.client, token, api_base, may_wait=self._may_wait, again=self._logs_in_again)
        connection = self._begin("connection", stay_on(self.client, self.rooms.oncall.next_due, self._logs_in_again))
        ready = asyncio.create_task(self.client.wait_until_ready(), name="handrail: ready")
        await asyncio.wait({connection, ready}, return_when=asyncio.FIRST_COMPLETED)
        if connection.done():
            ready.cancel()
            await self._explain(connection)
        self._begin("catch-up", self.catch_up.run())
        log.info("app.started")

    async def _logged_in(self) -> None:
        """From here on REST works: what is due goes out, whatever becomes of the server's set-up and the gateway."""
        self._is_logged_in = True
        self.outbox.release_discord()
        self._begin("presence", self.presence.run())
        self.heart.wake()
        await self._set_up_server()

    async def _may_wait(self, obstacle: DiscordSetupError) -> bool:
        """Whether to go on without Discord: where a programme runs here already, and always where an incident is open.

        What never ran says at once what is in its way.
        """
        if self._is_logged_in:
            return False
        runs_already = isinstance(obstacle, DiscordAwayError) and bool(await self.rooms.programmes.all())
        return runs_already or await self.rooms.oncall.next_due() is not None

    async def _explain(self, connection: asyncio.Task[None]) -> None:
        try:
            await connection
        except discord.PrivilegedIntentsRequired:
            raise DiscordSetupError(
                "Discord refuses the Message Content intent: switch it on at the application's page, under Bot."
            ) from None
        raise DiscordSetupError("The connection to Discord ended before it was ready.")

    async def wait(self) -> None:
        """Return, or raise, when something that must not end has ended."""
        done, _ = await asyncio.wait(self._background, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await task

    async def close(self) -> None:
        """Finish what came in and what was claimed, close the connection, note what was read, let everything go."""
        self.heart.stop()
        until = asyncio.get_running_loop().time() + SHUTDOWN_GRACE_SECONDS
        async with (
            AsyncExitStack() as ending
        ):  # whatever fails on the way, the database is closed: its threads must end
            ending.push_async_callback(self.database.close)
            ending.push_async_callback(self._watermarks.flush)
            ending.push_async_callback(self.pages.close)
            ending.push_async_callback(self._end_background)
            ending.push_async_callback(self.client.close)
            await self._finish_events()
            await self.outbox.close(timedelta(seconds=until - asyncio.get_running_loop().time()))
        log.info("app.closed")

    async def _finish_events(self) -> None:
        """Let presses and messages that are being handled be handled: a form's words are nowhere but here."""
        under_way = {task for task in asyncio.all_tasks() if is_event_task(task)} - {asyncio.current_task()}
        late = (await asyncio.wait(under_way, timeout=EVENTS_GRACE_SECONDS))[1] if under_way else ()
        if late:
            log.warning("app.not_finished", events=len(late))
        await self.rooms.intake.close(0 if late else EVENTS_GRACE_SECONDS)
        await self.watch.close(0 if late else EVENTS_GRACE_SECONDS)

    async def _end_background(self) -> None:
        for task in self._background:
            task.cancel()
        for task in self._background:
            with suppress(asyncio.CancelledError, Exception):  # what ended by itself was told by ``wait``
                await task

    def _begin(self, name: str, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(work, name=f"handrail: {name}")
        self._background.append(task)
        return task

    # -- the server ----------------------------------------------------------------------------------------------------

    async def _set_up_server(self) -> None:
        """Apply the programme file, where one is set. Over REST, before the gateway: a second start writes nothing."""
        if self._programme is None:
            if not await self.rooms.programmes.all():
                log.warning("app.no_programme", do="set HANDRAIL_PROGRAM, or run `python -m bot apply FILE`")
            await self._look_for_places()
            return
        try:
            await self.apply(self._programme)
        except DiscordSetupError as obstacle:
            if not await self.rooms.programmes.all() and [guild async for guild in self.client.fetch_guilds(limit=1)]:
                raise
            # A programme is running already, or the bot waits to be invited: what can be watched over, is.
            log.error("app.not_applied", obstacle=str(obstacle))  # noqa: TRY400  # the sentence says it all
            await self._look_for_places()

    async def apply(self, programme: Programme) -> None:
        """Bring the programme's server in line with it.

        Raises:
            DiscordSetupError: where Discord does not let us.
        """
        guild_id = await pick_guild(self.client, programme)
        report = await self.rooms.programmes.apply(programme, DiscordGuild(self.client, guild_id))
        channel = await self.rooms.programmes.object_id(guild_id, ObjectKind.CHANNEL, WELCOME)
        if channel is not None:
            async with self.database.write() as session:
                await self.outbox.put(session, [welcome(guild_id, channel, self.clock.now())])
        await self._look_for_places()
        self.heart.plan_soon()
        log.info("app.applied", guild=guild_id, changes=len(report.changes))

    async def _joined(self, guild: discord.Guild) -> None:
        """Invited, or invited again: put the server right, and read what was written while we were away."""
        programme = await self.rooms.programmes.current(guild.id) or self._programme
        if programme is not None:
            await self.apply(programme)
        self.catch_up.want()

    async def repair(self, guild_id: int) -> None:
        """Something of ours was deleted or changed at Discord: put it back, as the programme says, and tell staff."""
        await self.watch.mend(guild_id, self._mend)

    async def _mend(self, guild_id: int) -> ApplyReport | None:
        programme = await self.rooms.programmes.current(guild_id)
        if programme is None:
            return None
        report = await self.rooms.programmes.apply(programme, DiscordGuild(self.client, guild_id))
        await self._look_for_places()
        return report

    def _not_read_yet(self, origin: Origin) -> str:
        """What is said to somebody whose words could not be handled in time: the numbers that help without us."""
        language = origin.language or "en"
        return self.content.texts.say(language, "errors.not_read_yet", **self._numbers.of(origin.guild_id, language))

    async def _look_for_places(self) -> None:
        """Know every place that is read, and every country's numbers; new places may hold words nobody has read."""
        running = await self.rooms.programmes.all()
        self._numbers.countries = {one.guild_id: one.programme.program.country for one in running}
        await self.watch.last_resort.refresh()
        if await self._watched.refresh():
            self.catch_up.want()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way: for a house that waits until all is quiet."""
        duties = (self.outbox, self.heart, self.catch_up, self.rooms.intake, self.watch, self.presence)
        return all(one.is_idle for one in duties)
