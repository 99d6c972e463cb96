"""Checking in: who may, which day it belongs to, where it goes, and what the group and staff get to see of it."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.checkins import deliveries, records
from bot.checkins.deliveries import CARD, POST, THREAD, TO_STAFF, UNPOST
from bot.checkins.planner import CheckinPlanner
from bot.checkins.posting import Card, CheckinPosting, Shared, StaffNote
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
    is_grave,
    is_still_planned,
    line_said,
    texts_in_return,
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
    "TO_STAFF",
    "UNPOST",
    "WORDS_AT_MOST",
    "Answer",
    "Audience",
    "Card",
    "CheckinPlanner",
    "CheckinPosting",
    "CheckinService",
    "Earlier",
    "Feeling",
    "Kept",
    "Opening",
    "ReachOut",
    "Shared",
    "StaffNote",
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
class Earlier:
    """What somebody answered before on the same day, for the form to start from.

    Without the wish to be contacted: it was passed on when it was made, and is made again only by choosing it again.
    """

    feeling: Feeling
    words: str
    audience: Audience


@dataclass(frozen=True)
class Opening:
    """What the form is drawn from."""

    language: str
    earlier: Earlier | None


@dataclass(frozen=True)
class Kept:
    """What became of an answer. ``grave`` where the crisis path has answered it: then ``lines`` says where it went.

    ``lines`` are the texts to say in return, each a key and the variant of it.
    """

    language: str
    audience: Audience
    changed: bool
    grave: bool
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

    async def may_open(self, guild_id: int, user_id: int, day_id: int | None) -> Opening:
        """What the form starts from, for somebody who may fill it in.

        Raises:
            NotAllowedError: where this person is in no group, or the card is another group's.
            NotFoundError: where the card is not known any more.
        """
        standing = await self._members.standing(guild_id, user_id)
        programme = await self._programme(guild_id, standing)
        async with self._database.read() as session:
            _, day = await self._find_day(session, day_id, standing, programme)
            row = await records.answer_of(session, day.id, user_id) if day is not None else None
        earlier = Earlier(Feeling(row.feeling), row.words or "", Audience(row.audience)) if row is not None else None
        return Opening(standing.language, earlier)

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
            line = deliveries.contact_today(
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
        programme = await self._programme(answer.guild_id, standing)
        audience = audience_of(answer.audience, in_danger=heard.tier is Tier.PAGE)
        staff_room = await self._channel(answer.guild_id, STAFF_ROOM)
        now = self._clock.now()
        async with self._database.write() as session:
            day = await self._day_of(session, answer, standing, programme)
            channel = day.thread_id or await self._channel(answer.guild_id, check_in_key(day.group_key))
            if audience is Audience.GROUP and channel is None:
                audience = Audience.STAFF
            keys = texts_in_return(heard.tier, answer.audience, audience, answer.feeling, answer.reach_out)
            said = await self._lines(session, answer, keys, standing.language)
            row = await records.answer_of(session, day.id, answer.user_id, for_change=True)
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
                line = deliveries.to_staff(
                    answer.guild_id, answer.user_id, row.id, row.revision, staff_room=staff_room, now=now
                )
                await self._outbox.put(session, [line])
            if channel is None or staff_room is None:
                log.warning("checkin.place_missing", guild=answer.guild_id, day=day.id)
        return Kept(standing.language, audience, changed, is_grave(heard.tier, answer.reach_out), said)

    # -- staff ---------------------------------------------------------------------------------------------------------

    async def read_for_staff(self, guild_id: int, staff_id: int, answer_id: int) -> Shared:
        """What somebody sent to staff, for one of them who asks; that it was read is logged, without a word of it.

        Raises:
            NotAllowedError: where ``staff_id`` is not staff.
            NotFoundError: where it was erased, or is not for staff any more.
        """
        standing = await self._members.allow(guild_id, staff_id, Action.READ_CHECKIN)
        async with self._database.read() as session:
            row = await records.answer(session, answer_id)
        member = await self._members.find(guild_id, row.user_id) if row is not None else None
        if row is None or member is None or row.guild_id != guild_id or row.audience != Audience.STAFF:
            raise NotFoundError(self._say(standing.language, "errors.not_found"))
        log.info("checkin.read_by_staff", guild=guild_id, answer=answer_id, staff=staff_id)
        return Shared(standing.language, member.chosen_name, Feeling(row.feeling), row.words or "")

    # -- which day -----------------------------------------------------------------------------------------------------

    async def _day_of(self, session: AsyncSession, answer: Answer, standing: Standing, programme: Programme) -> Day:
        group, day = await self._find_day(session, answer.day_id, standing, programme)
        if day is not None:
            return day
        today = local_date(self._clock.now(), programme.zone)
        opens_at, closes_at = whole_day(today, programme.zone)
        free_day = CardTime(group, today, opens_at, closes_at)
        return await records.keep_day(session, answer.guild_id, free_day, None, asked=False)

    async def _find_day(
        self, session: AsyncSession, day_id: int | None, standing: Standing, programme: Programme
    ) -> tuple[str, Day | None]:
        """The group an answer given now is for, and its day, or none where nothing was asked or answered today."""
        now, pressed = self._clock.now(), None
        if day_id is not None:
            pressed = self._of_guild(await records.day(session, day_id), standing)
        found = await records.days_since(session, standing.guild_id, now - _LOOK_BACK)
        # A card that the programme has dropped meanwhile counts only where it was posted.
        days = [day for day in found if day.message_id is not None or is_still_planned(programme, day)]
        group = pressed.group_key if pressed is not None else group_for(standing.groups, days, now)
        group = self._check(standing, group)
        asked = day_for(pressed, [day for day in days if day.group_key == group], now, programme.zone)
        if asked is not None:
            return group, asked
        today = local_date(now, programme.zone)
        free = (day for day in found if not day.asked and (day.group_key, day.local_date) == (group, today))
        return group, next(free, None)

    def _check(self, standing: Standing, group: str | None) -> str:
        if not standing.may(Action.CHECK_IN) or not standing.groups:
            raise NotAllowedError(self._say(standing.language, "errors.not_a_member"))
        group = group or standing.groups[0]
        if group not in standing.groups:
            raise NotAllowedError(self._say(standing.language, "checkins.not_in_group"))
        return group

    def _of_guild(self, day: Day | None, standing: Standing) -> Day:
        if day is None or day.guild_id != standing.guild_id:
            raise NotFoundError(self._say(standing.language, "errors.expired"))
        return day

    async def _lines(
        self, session: AsyncSession, answer: Answer, keys: Sequence[str], language: str
    ) -> tuple[tuple[str, int], ...]:
        """What to say in return: a variant of each text, none as this person was told last time."""
        newest = await records.newest_answer(session, answer.guild_id, answer.user_id)
        said_last = newest.said if newest is not None else ()
        counts = [self._content.texts.variants(language, key) for key in keys]
        return tuple(
            (key, choose_line(key, count, said_last, self._roll(1_000_000)))
            for key, count in zip(keys, counts, strict=True)
        )

    async def _programme(self, guild_id: int, standing: Standing) -> Programme:
        programme = await self._programmes.current(guild_id)
        if programme is None:
            raise NotAllowedError(self._say(standing.language, "errors.not_a_member"))
        return programme

    async def _channel(self, guild_id: int, key: ObjectKey) -> int | None:
        return await self._programmes.object_id(guild_id, ObjectKind.CHANNEL, key)

    def _say(self, language: str, key: str) -> str:
        return self._content.texts.say(language, key)
