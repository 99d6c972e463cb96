"""Checking in: who may, which day it belongs to, where it goes, and what the group and staff get to see of it."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.checkins import deliveries, records
from bot.checkins.deliveries import CARD, POST, THREAD, UNPOST
from bot.checkins.planner import CheckinPlanner
from bot.checkins.posting import Card, CheckinPosting, GroupPost
from bot.checkins.records import CheckinAnswerRow
from bot.checkins.rules import (
    WORDS_AT_MOST,
    Audience,
    CardTime,
    Day,
    Feeling,
    ReachOut,
    audience_of,
    choose_line,
    day_for,
    group_for,
    is_still_planned,
    line_said,
    whole_day,
)
from bot.content import Content
from bot.crisis.assessment import Tier
from bot.crisis.service import CrisisService
from bot.db import Database
from bot.delivery.service import Outbox
from bot.errors import NotAllowedError, NotFoundError
from bot.intake.service import Heard, Intake, Origin
from bot.members.service import Action, MemberService, Standing
from bot.observe.logs import get_logger
from bot.program.layout import STAFF_ROOM, ObjectKey, ObjectKind, check_in_key
from bot.program.schema import Programme
from bot.program.service import ProgrammeService
from bot.timing import Clock, local_date

__all__ = [
    "CARD",
    "POST",
    "THREAD",
    "UNPOST",
    "WORDS_AT_MOST",
    "Answer",
    "Audience",
    "Card",
    "CheckinPlanner",
    "CheckinPosting",
    "CheckinService",
    "Feeling",
    "GroupPost",
    "Kept",
    "ReachOut",
]

log = get_logger(__name__)

SOURCE = "form:checkin"
_LOOK_BACK = timedelta(hours=36)
"""How long ago a day may have closed and still be today's, whatever the zone and its clock changes."""


@dataclass(frozen=True)
class Answer:
    """A check-in as somebody sent it. ``day_id`` is the card's, or none for `/checkin`; ``key`` names the occasion."""

    guild_id: int
    user_id: int
    channel_id: int | None
    day_id: int | None
    feeling: Feeling
    words: str
    audience: Audience
    reach_out: ReachOut
    key: str


@dataclass(frozen=True)
class Kept:
    """What became of an answer. ``held`` where its words were kept from the group, or passed on, for safety's sake.

    ``lines`` are the texts to say in return, each a key and the variant of it.
    """

    language: str
    audience: Audience
    changed: bool
    held: bool
    lines: tuple[tuple[str, int], ...]


class CheckinService:
    """The use cases of check-ins."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        content: Content,
        outbox: Outbox,
        members: MemberService,
        *,
        programmes: ProgrammeService,
        intake: Intake,
        crisis: CrisisService,
        roll: Callable[[int], int] = random.randrange,
    ) -> None:
        self._database, self._clock, self._content, self._outbox = database, clock, content, outbox
        self._members, self._programmes, self._intake, self._crisis = members, programmes, intake, crisis
        self._roll = roll

    # -- answering -----------------------------------------------------------------------------------------------------

    async def may_open(self, guild_id: int, user_id: int, day_id: int | None) -> str:
        """The language of the form, for somebody who may fill it in.

        Raises:
            NotAllowedError: where this person is in no group, or the card is another group's.
            NotFoundError: where the card is not known any more.
        """
        standing = await self._members.standing(guild_id, user_id)
        group = None
        if day_id is not None:
            async with self._database.read() as session:
                group = self._of_guild(await records.day(session, day_id), guild_id, standing).group_key
        self._check(standing, group)
        return standing.language

    async def hear(self, answer: Answer) -> Heard:
        """Have the words read for danger, before anything else is done with them."""
        if not answer.words:
            return Heard(Tier.NONE)
        origin = Origin(
            guild_id=answer.guild_id,
            author_id=answer.user_id,
            channel_id=answer.channel_id,
            source=SOURCE,
            key=answer.key,
        )
        return await self._intake.handle(answer.words, origin)

    async def reach(self, answer: Answer) -> str | None:
        """Pass on the wish to be contacted, whoever has it: also a person whose place in the group has ended.

        "Now" pages whoever is on call, and so does "today" where there is no staff room to put it down in: it must not
        be lost. What is returned is to be said to the person.
        """
        staff_room = await self._channel(answer.guild_id, STAFF_ROOM)
        if answer.reach_out is ReachOut.NO:
            return None
        if answer.reach_out is ReachOut.NOW or staff_room is None:
            key = f"{answer.key}:contact"
            return await self._crisis.ask_for_contact(answer.guild_id, answer.user_id, key, SOURCE)
        standing = await self._members.standing(answer.guild_id, answer.user_id)
        async with self._database.write() as session:
            day = await records.day(session, answer.day_id) if answer.day_id is not None else None
            group = day.group_key if day is not None else next(iter(standing.groups), None)
            line = deliveries.staff_line(
                "checkins.staff_contact_today",
                answer.guild_id,
                answer.user_id,
                group_key=group,
                staff_room=staff_room,
                key=answer.key,
                now=self._clock.now(),
            )
            await self._outbox.put(session, [line])
        return None

    async def keep(self, answer: Answer, heard: Heard) -> Kept:
        """Store an answer that was heard, in place of an earlier one of that day, and send it where it was meant to go.

        Raises:
            NotAllowedError: where this person is in no group, or the card is another group's.
            NotFoundError: where the card is not known any more.
        """
        standing = await self._members.standing(answer.guild_id, answer.user_id)
        programme = await self._programmes.current(answer.guild_id)
        if programme is None:
            raise NotFoundError(self._say(standing.language, "errors.not_found"))
        in_danger = heard.tier is Tier.PAGE
        audience = audience_of(answer.audience, in_danger=in_danger)
        staff_room = await self._channel(answer.guild_id, STAFF_ROOM)
        now = self._clock.now()
        async with self._database.write() as session:
            day = await self._day_of(session, answer, standing, programme, now)
            channel = day.thread_id or await self._channel(answer.guild_id, check_in_key(day.group_key))
            if audience is Audience.GROUP and channel is None:
                audience = Audience.STAFF
            said = await self._lines(session, answer, audience, standing.language)
            row = await records.answer_of(session, day.id, answer.user_id)
            changed = row is not None
            if row is None:
                row = CheckinAnswerRow(
                    guild_id=answer.guild_id, day_id=day.id, user_id=answer.user_id, revision=0, audience=Audience.SELF
                )
                session.add(row)
            if row.audience == Audience.GROUP and channel is not None:
                # What was said first is taken back first: who chose the group, then only themselves, is not left there.
                await self._outbox.cancel(session, deliveries.subject_of_answer(row.id, row.revision))
                await self._outbox.put(session, [deliveries.unpost(day, row.id, row.revision, channel, now)])
            row.revision += 1
            row.feeling, row.words, row.audience = answer.feeling.value, answer.words or None, audience.value
            row.reach_out, row.answered_at = answer.reach_out.value, now
            row.said = [line_said(*line) for line in said]
            await session.flush()
            if audience is Audience.GROUP and channel is not None:
                await self._outbox.put(session, [deliveries.post(day, row.id, row.revision, channel, now)])
            elif audience is Audience.STAFF and staff_room is not None:
                line = deliveries.staff_line(
                    "checkins.staff_only_received",
                    answer.guild_id,
                    answer.user_id,
                    group_key=day.group_key,
                    staff_room=staff_room,
                    key=f"{row.id}:{row.revision}",
                    now=now,
                )
                await self._outbox.put(session, [line])
            if channel is None or staff_room is None:
                log.warning("checkin.place_missing", guild=answer.guild_id, day=day.id)
        return Kept(standing.language, audience, changed, in_danger and audience is not answer.audience, said)

    async def _day_of(
        self, session: AsyncSession, answer: Answer, standing: Standing, programme: Programme, now: datetime
    ) -> Day:
        pressed = None
        if answer.day_id is not None:
            pressed = self._of_guild(await records.day(session, answer.day_id), answer.guild_id, standing)
        found = await records.days_since(session, answer.guild_id, now - _LOOK_BACK)
        # A card that the programme has dropped meanwhile counts only where it was posted.
        days = [day for day in found if day.message_id is not None or is_still_planned(programme, day)]
        group = pressed.group_key if pressed is not None else group_for(standing.groups, days, now)
        group = self._check(standing, group)
        of_group = [day for day in days if day.group_key == group]
        if (day := day_for(pressed, of_group, now, programme.zone)) is not None:
            return day
        today = local_date(now, programme.zone)
        opens_at, closes_at = whole_day(today, programme.zone)
        free_day = CardTime(group, today, opens_at, closes_at)
        return await records.keep_day(session, answer.guild_id, free_day, None, asked=False)

    def _check(self, standing: Standing, group: str | None) -> str:
        if not standing.may(Action.CHECK_IN) or not standing.groups:
            raise NotAllowedError(self._say(standing.language, "errors.not_a_member"))
        group = group or standing.groups[0]
        if group not in standing.groups:
            raise NotAllowedError(self._say(standing.language, "checkins.not_in_group"))
        return group

    def _of_guild(self, day: Day | None, guild_id: int, standing: Standing) -> Day:
        if day is None or day.guild_id != guild_id:
            raise NotFoundError(self._say(standing.language, "errors.expired"))
        return day

    async def _lines(
        self, session: AsyncSession, answer: Answer, audience: Audience, language: str
    ) -> tuple[tuple[str, int], ...]:
        """What to say in return: thanks, and a line for the feeling; neither as this person was told last time."""
        newest = await records.newest_answer(session, answer.guild_id, answer.user_id)
        said_last = newest.said if newest is not None else ()
        keys = (f"checkins.thanks_{audience.value}", f"checkins.supportive_{answer.feeling.value}")
        counts = [self._content.texts.variants(language, key) for key in keys]
        return tuple(
            (key, choose_line(key, count, said_last, self._roll(1_000_000)))
            for key, count in zip(keys, counts, strict=True)
        )

    async def _channel(self, guild_id: int, key: ObjectKey) -> int | None:
        return await self._programmes.object_id(guild_id, ObjectKind.CHANNEL, key)

    def _say(self, language: str, key: str) -> str:
        return self._content.texts.say(language, key)
