"""Moderation's door: reads a group's words second, after the crisis path has committed what safety needs."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.audit import Audit
from bot.db import Database
from bot.delivery.service import Outbox
from bot.errors import DiscordAwayError
from bot.intake.service import Origin
from bot.members.service import MemberService
from bot.moderation import deliveries, records
from bot.moderation.changing import FilterChanges, GroupFilters
from bot.moderation.crowding import Crowd, kind_of
from bot.moderation.deciding import Deciding
from bot.moderation.deliveries import (
    CARD,
    CARD_EDIT,
    CARD_GONE,
    FILES,
    FLAG,
    HIDE,
    LINE,
    POST,
    REPORT,
    REPORT_EDIT,
    REPORT_THREAD,
    TOLD,
    TOLD_THREAD,
    UNPOST,
)
from bot.moderation.filters import Filters
from bot.moderation.held import Hidden, Hide, Holding
from bot.moderation.held_message import Held, Kept, Outcome, Seen, name_and_language, open_incident
from bot.moderation.held_rules import WORDS_KEPT, Fault, Found, HeldState, ReportReason, ReportState, found_in, softened
from bot.moderation.held_steps import PART, Steps
from bot.moderation.judgement import Deed, Filter, Judgement
from bot.moderation.native import Native
from bot.moderation.native_keeping import NATIVE, NativeRules
from bot.moderation.places import GroupPlace, GroupPlaces, Lately
from bot.moderation.reports import Case, Report, Reports, Thanked, Voice
from bot.observe.logs import get_logger
from bot.oncall.service import OnCallService
from bot.program.layout import MOD_QUEUE, ObjectKind
from bot.program.service import ProgrammeService
from bot.timing import Clock

__all__ = [
    "CARD",
    "CARD_EDIT",
    "CARD_GONE",
    "FILES",
    "FLAG",
    "HIDE",
    "LINE",
    "NATIVE",
    "PART",
    "POST",
    "REPORT",
    "REPORT_EDIT",
    "REPORT_THREAD",
    "TOLD",
    "TOLD_THREAD",
    "UNPOST",
    "Case",
    "Fault",
    "Flagged",
    "Found",
    "GroupFilters",
    "Held",
    "HeldState",
    "Hidden",
    "Hide",
    "Kept",
    "ModerationService",
    "Outcome",
    "Report",
    "ReportReason",
    "ReportState",
    "Seen",
    "Thanked",
    "Voice",
]

log = get_logger(__name__)

CARDS_REMEMBERED = 2_000

EVERY_MESSAGE = frozenset({"channel", "edit"})
"""The doors by which a group's messages come. What is written in a form is judged by the form's own feature."""


@dataclass(frozen=True)
class Flagged:
    """What a quiet card says of a message that stays where it is. ``name`` is not escaped; ``incident`` as in Held.

    ``answer_id`` is a check-in that was kept back from the group instead, or 0. ``is_more``: it is the last card of
    this hour about this person and filter, and stands for what may come.
    """

    guild_id: int
    user_id: int
    name: str
    language: str
    group_name: str
    channel_id: int
    message_id: int
    found: tuple[Found, ...]
    answer_id: int
    incident: str | None
    is_more: bool = False


class ModerationService:
    """The use cases of moderation; also what the heart asks for reminders that are due, and a planner."""

    name = "moderation"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        programmes: ProgrammeService,
        members: MemberService,
        oncall: OnCallService,
        audit: Audit,
        filters: Filters | None = None,
    ) -> None:
        self._database, self._clock, self._outbox = database, clock, outbox
        self._programmes, self._members, self._oncall = programmes, members, oncall
        self._filters = filters or Filters.load()
        self._lately = Lately()
        # In memory alone: after a restart the card's own key sees to it that there is no second.
        self._carded: OrderedDict[str, None] = OrderedDict()
        self.changes = FilterChanges(database, clock, programmes, audit)
        self.places = GroupPlaces(programmes, members, self.changes, self._filters.shapes)
        self.changes.on_changed = self._changed
        self.native = NativeRules(database, clock, outbox, programmes, self.changes, self._filters.shapes)
        self._crowd = Crowd()
        steps = Steps(outbox, programmes, self._crowd)
        self.held = Holding(database, clock, outbox, steps)
        self.deciding = Deciding(database, clock, outbox, steps, programmes, members, oncall, audit)
        self.reports = Reports(database, clock, outbox, programmes, members, oncall, audit)

    # -- a group's words -----------------------------------------------------------------------------------------------

    async def review(self, text: str, origin: Origin) -> None:
        """Judge a message and do what its group's filters say. When this returns, what had to be stored is.

        Staff's own words are not judged, nor what is written where no group writes. Raises where it could not be
        stored: whoever holds the words tries again.
        """
        if origin.stopped_by is not None:
            await self._keep_stopped(text, origin, Native(origin.stopped_by))
            return
        if origin.source not in EVERY_MESSAGE or origin.message_id is None or origin.channel_id is None:
            return
        place = await self.places.of(origin.channel_id, origin.parent_id)
        if place is None or origin.author_id in place.staff:
            return
        seen = Seen(
            guild_id=place.guild_id,
            user_id=origin.author_id,
            group_key=place.group_key,
            channel_id=origin.channel_id,
            message_id=origin.message_id,
            words=text,
            edited_at=origin.edited_at,
            attachments=len(origin.attachments),
            files=origin.files,
            reply_to=origin.reply_to,
        )
        judgement = self._judge(text, place, seen, origin.attachments)
        if judgement is None:
            await self._flag(seen, ())
            return
        if judgement.deed >= Deed.HOLD:
            is_followed = await self._oncall.is_followed(seen.guild_id, seen.user_id)
            judgement = softened(judgement, place.settings.deed, is_followed=is_followed)
        found = found_in(judgement.findings)
        if judgement.deed >= Deed.HOLD:
            await self.held.hold(seen, found, removed=judgement.deed is Deed.REMOVE)
        else:
            if seen.edited_at is not None:
                await self.held.changed(seen)
            if judgement.deed is Deed.FLAG:
                await self._flag(seen, found)
        if seen.edited_at is None:
            self._lately.note(seen.user_id, seen.channel_id, seen.message_id, text)

    async def _keep_stopped(self, text: str, origin: Origin, native: Native) -> None:
        """What Discord's own rule stopped, kept as what a filter removed; and its alert, which shows words, goes.

        Nothing of somebody with an open incident goes without a human: theirs waits for staff. Where no group is meant,
        the alert stays for staff to see. Raises where the alert could not be taken away yet.
        """
        place = await self.places.of(origin.channel_id, origin.parent_id)
        if place is None or origin.message_id is None or origin.channel_id is None:
            return
        seen = Seen(place.guild_id, origin.author_id, place.group_key, origin.channel_id, origin.message_id, text)
        is_followed = await self._oncall.is_followed(seen.guild_id, seen.user_id)
        found = (Found(native.filter, f"discord/{native.value}"),)
        await self.held.keep_stopped(seen, found, removed=not is_followed)
        room = await self._programmes.object_id(seen.guild_id, ObjectKind.CHANNEL, MOD_QUEUE)
        if room is not None and await self.held.hide(room, seen.message_id) is Hidden.LATER:
            raise DiscordAwayError("Discord did not take an alert away yet; it is tried again.")

    def _judge(self, text: str, place: GroupPlace, seen: Seen, attachments: Sequence[str]) -> Judgement | None:
        """What the filters say, or none where they broke: then a human is asked, and the message stays."""
        recent = None
        if seen.edited_at is None:  # an edit is no new message
            recent = self._lately.before(seen.user_id, seen.channel_id, seen.message_id)
        try:
            return self._filters.judge(
                text,
                place.settings,
                people=place.names_of_others(seen.user_id),
                recent=recent,
                attachments=attachments,
            )
        except Exception:
            log.exception("moderation.could_not_judge", message=seen.message_id)
            return None

    async def judge_words(self, guild_id: int, group_key: str, user_id: int, text: str) -> Judgement:
        """What a group's filters say of words that a feature is about to post there in somebody's name."""
        place = await self.places.group(guild_id, group_key)
        if place is None:
            return Judgement(Deed.OFF)
        return self._filters.judge(text, place.settings, people=place.names_of_others(user_id))

    async def _flag(self, seen: Seen, found: Sequence[Found]) -> None:
        kind = kind_of(seen.guild_id, seen.user_id, found)
        due = self._crowd.flag(kind, seen.message_id, found, self._clock.now(), seen.channel_id)
        occasion = due.occasion
        if occasion in self._carded:  # a flood of hundreds a second writes its one card, and then nothing
            return
        room = await self._programmes.object_id(seen.guild_id, ObjectKind.CHANNEL, MOD_QUEUE)
        if room is None:
            log.error("moderation.no_queue", message=seen.message_id)
            return
        card = deliveries.flag(seen, found, room, occasion, self._clock.now(), is_more=due.is_more)
        async with self._database.write() as session:
            await self._outbox.put(session, [card])
        self._carded[occasion] = None
        while len(self._carded) > CARDS_REMEMBERED:
            self._carded.popitem(last=False)

    async def placed(self, session: AsyncSession, seen: Seen, occasion: str, *, answer: int = 0) -> None:
        """What a feature has posted in somebody's name, or (``answer``) kept back: staff see a card where it is due.

        In the caller's transaction; ``occasion`` tells one version from the next. Whether it may be posted was asked
        before (``judge_words``).
        """
        place = await self.places.group(seen.guild_id, seen.group_key)
        room = await self._programmes.object_id(seen.guild_id, ObjectKind.CHANNEL, MOD_QUEUE)
        if place is None or room is None:
            log.error("moderation.no_queue", message=seen.message_id)
            return
        judgement = self._judge(seen.words, place, seen, ())
        if judgement is not None and judgement.deed is Deed.OFF:
            return
        found = found_in(judgement.findings) if judgement is not None else ()
        card = deliveries.flag(seen, found, room, occasion, self._clock.now(), answer=answer)
        await self._outbox.put(session, [card])

    async def flagged(self, guild_id: int, user_id: int, arguments: dict[str, str | int]) -> Flagged:
        """What the card of a flagged message shows, from its row."""
        name, language = await name_and_language(guild_id, user_id, self._programmes, self._members)
        programme = await self._programmes.current(guild_id)
        group = programme.group(str(arguments["group"])) if programme is not None else None
        pairs = [one.partition("=") for one in str(arguments["found"]).split()]
        return Flagged(
            guild_id=guild_id,
            user_id=user_id,
            name=name,
            language=language,
            group_name=group.name if group is not None else str(arguments["group"]),
            channel_id=int(arguments["channel"]),
            message_id=int(arguments["message"]),
            found=tuple(Found(Filter(filter_), rule) for filter_, _, rule in pairs),
            answer_id=int(arguments.get("answer", 0)),
            incident=await open_incident(guild_id, user_id, self._oncall),
            is_more=bool(arguments.get("more", 0)),
        )

    async def whom_to_remind(self, guild_id: int) -> list[int]:
        """Who is named where something has waited for long: whoever is on call, else all staff."""
        shift = await self._oncall.shift(guild_id)
        programme = await self._programmes.current(guild_id)
        if shift.person is not None:
            return [shift.person]
        return list(shift.backup) or (list(programme.staff) if programme is not None else [])

    async def language_of_staff(self, guild_id: int) -> str:
        """In which language this programme's staff are spoken to."""
        return (await name_and_language(guild_id, 0, self._programmes, self._members))[1]

    async def _changed(self) -> None:
        """Somebody set a filter: it holds at once."""
        await self.places.refresh()
        await self.native.plan()
        self._outbox.wake()

    # -- the clock -----------------------------------------------------------------------------------------------------

    async def next_due(self) -> datetime | None:
        """When staff are to be reminded next of anything that waits (UTC), or none."""
        async with self._database.read() as session:
            return await records.next_reminder(session)

    async def run_due(self, now: datetime) -> None:
        """Remind staff of whatever has waited too long (``now`` is UTC)."""
        async with self._database.read() as session:
            held, reports = await records.held_due(session, now), await records.reports_due(session, now)
        for remind, due in ((self.deciding.remind, held), (self.reports.remind, reports)):
            for row_id in due:
                try:
                    await remind(row_id, now)
                except Exception:
                    # One that cannot be reminded of keeps no other from its turn; the next beat tries it again.
                    log.exception("moderation.not_reminded", row=row_id)

    async def plan(self, start: datetime, end: datetime) -> None:
        """Learn who writes where, and forget words of which nothing is left to decide; nothing is planned ahead."""
        del start, end
        await self.places.refresh()
        await self.native.plan()
        async with self._database.write() as session:
            await records.forget_words(session, self._clock.now() - WORDS_KEPT)

    async def take_back(self, session: AsyncSession, user_id: int) -> None:
        """Before somebody's rows go, what is known by them alone is undone at Discord."""
        now = self._clock.now()
        for running in await self._programmes.all():
            subject = deliveries.subject_of_flags(running.guild_id, user_id)
            cards = await self._outbox.messages_of(session, subject, FLAG)
            await self._outbox.cancel(session, subject)
            await self._outbox.put(session, deliveries.cards_gone(running.guild_id, cards, now))
        for held_id in await self.deciding.take_back(session, user_id):
            self.held.files.forget(held_id)
        await self.reports.take_back(session, user_id)
