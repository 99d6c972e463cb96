"""Hearing words for danger, and answering whoever wrote them. What must happen is committed before it returns."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.content import Content
from bot.crisis.active_terms import ActiveTerms
from bot.crisis.answers import Answers
from bot.crisis.assessment import Assessment, Category, Tier
from bot.crisis.detector import Detector
from bot.crisis.faults import Faults
from bot.crisis.owed import Owed, OwedAnswer
from bot.crisis.rules import ASKED_CONTACT, COULD_NOT_ASSESS, WORRIED, language_of, pages, reply_key
from bot.db import Database
from bot.delivery.service import Delivery, Draft, Lane, Outbox, Outcome
from bot.members.service import MemberService
from bot.observe.logs import get_logger
from bot.oncall.service import Alarm, EventKind, Incident, Judged, OnCallService, Shift
from bot.program.layout import ON_CALL, ObjectKind
from bot.program.service import ProgrammeService
from bot.timing import Clock

__all__ = ["Assessment", "CrisisService", "OwedAnswer", "Response", "Spoken", "Tier", "Worry"]

log = get_logger(__name__)

REPLY, STRANGER_CARD = "crisis.reply", "crisis.stranger-card"
NO_GUILD = 0


@dataclass(frozen=True)
class Spoken:
    """Words, and where they came from. ``key`` makes the occasion unique: heard twice, they count once."""

    text: str
    guild_id: int | None
    author_id: int
    channel_id: int | None
    message_id: int | None
    key: str
    source: str
    language: str | None = None

    @property
    def in_watched_place(self) -> bool:
        """Whether it was written where a group writes, so that whoever wrote it is somebody's to look after."""
        return not self.source.startswith("dm")


@dataclass(frozen=True)
class Response:
    """What was done. ``reply`` is there where the person is waiting for an answer on the spot (a form, a command)."""

    tier: Tier
    incident_id: int | None = None
    reply: str | None = None


@dataclass(frozen=True)
class Worry:
    """Who worries about whom, and over which message. ``key`` makes the occasion unique.

    ``person`` is None where nobody may know who wrote it, or nobody can look: staff talk to whoever worries then.
    ``words`` are the message's, where Discord gives them: for the private page, and read for nothing.
    """

    guild_id: int
    by: int
    person: int | None
    channel_id: int | None
    message_id: int
    key: str
    words: str = ""


@dataclass(frozen=True)
class _Verdict:
    """What was found in words. ``understood`` is the language they were understood in."""

    tier: Tier
    categories: tuple[str, ...]
    understood: str | None
    judged: Judged | None


class CrisisService:
    """The use cases of crisis detection and response."""

    def __init__(
        self,
        detector: Detector,
        database: Database,
        clock: Clock,
        content: Content,
        outbox: Outbox,
        programmes: ProgrammeService,
        members: MemberService,
        oncall: OnCallService,
        own_words: ActiveTerms | None = None,
    ) -> None:
        self._detector, self._database, self._clock, self._content = detector, database, clock, content
        self._outbox, self._programmes, self._members, self._oncall = outbox, programmes, members, oncall
        self._own_words = own_words
        self.answers = Answers(clock, content, programmes, members, oncall)
        self.owed = Owed(database, clock)
        self._faults = Faults()

    @property
    def is_broken(self) -> bool:
        """Whether the detector fails on what it is given: words page then without having been read. For `/healthz`."""
        return self._faults.is_broken(self._clock.now())

    async def hear(self, spoken: Spoken) -> Response:
        """Assess words and do what their tier asks for, in one transaction."""
        verdict = await self._assess(spoken)
        tier, understood = verdict.tier, verdict.understood
        if tier is Tier.NONE:
            return Response(tier)
        guild_id = spoken.guild_id
        if guild_id is None:
            return await self._answer_outsider(spoken, NO_GUILD, verdict, understood or spoken.language)
        standing = await self._members.standing(guild_id, spoken.author_id)
        alarm = Alarm(
            guild_id=guild_id,
            user_id=spoken.author_id,
            tier=tier,
            source_key=spoken.key,
            categories=verdict.categories,
            words=spoken.text,
            channel_id=spoken.channel_id,
            message_id=spoken.message_id,
            judged=verdict.judged,
            unread=COULD_NOT_ASSESS in verdict.categories,
        )
        if tier is Tier.LOG:
            async with self._database.write() as session:
                if not await self._oncall.is_heard(session, spoken.key, tier):
                    await self._oncall.record_only(session, alarm)
            return Response(tier)
        language = standing.language if standing.language_chosen else understood or spoken.language or standing.language
        is_known = standing.is_known or await self._oncall.is_followed(guild_id, spoken.author_id)
        if not pages(tier=tier, is_known=is_known, in_watched_place=spoken.in_watched_place):
            return await self._answer_outsider(spoken, guild_id, verdict, language)
        return await self._respond(alarm, language, is_form=spoken.message_id is None)

    async def is_grave(self, spoken: Spoken) -> bool:
        """Whether these words page, as far as can be said without writing anything down."""
        return (await self._assess(spoken)).tier is Tier.PAGE

    async def _assess(self, spoken: Spoken) -> _Verdict:
        """What the detector says, raised by what staff of this server have taught it."""
        try:
            assessment = self._detector.assess(spoken.text)
        except Exception:
            # Whatever broke, these words were not read: a human has to.
            log.exception("crisis.could_not_assess", key=spoken.key)
            self._faults.failed(self._clock.now())
            return _Verdict(Tier.PAGE, (COULD_NOT_ASSESS,), None, None)
        self._faults.worked()
        if self._own_words is not None and spoken.guild_id is not None:
            try:
                own = await self._own_words.of(spoken.guild_id)
                assessment = own.raised(spoken.text, assessment) if own is not None else assessment
            except Exception:
                # They can only raise a verdict: without them it stands as it is.
                log.exception("crisis.own_words_failed", key=spoken.key)
        return _Verdict(
            tier=assessment.tier,
            categories=tuple(category.value for category in assessment.categories),
            understood=language_of(assessment.rules, self._content.texts.languages),
            judged=Judged(assessment.rules, assessment.spans, assessment.version),
        )

    async def ask_for_contact(self, guild_id: int, user_id: int, key: str, source: str) -> str:
        """Somebody asks to be contacted now, by a button or a form: pages, and returns what to say to them."""
        del source
        alarm = Alarm(guild_id, user_id, Tier.PAGE, key, (ASKED_CONTACT,), kind=EventKind.ASKED_CONTACT)
        shift = await self._oncall.shift(guild_id)
        async with self._database.write() as session:
            heard = await self._oncall.is_heard(session, key, Tier.PAGE)
            incident = None if heard else await self._oncall.raise_alarm(session, alarm, shift)
            count = await self._oncall.note_reply(session, alarm, incident.id) if incident else 0
        text_key = "crisis.staff_already_asked" if heard else "crisis.staff_will_contact"
        incident_id = incident.id if incident else None
        language = await self.language(guild_id, user_id)
        return await self.answers.variant(
            guild_id, language, text_key, count, shift, person=user_id, incident_id=incident_id
        )

    async def worry(self, about: Worry) -> str:
        """Somebody worries about whoever wrote a message: pages, and returns what to say to whoever asked.

        It needs nobody to read anything: who wrote it, and where it stands, is enough.
        """
        if about.person == about.by:
            return await self.ask_for_contact(about.guild_id, about.by, about.key, "menu")
        language = await self.language(about.guild_id, about.by)
        alarm = _about_themselves(about) if about.person is None else _about_another(about, about.person)
        shift = await self._oncall.shift(about.guild_id)
        async with self._database.write() as session:
            heard = await self._oncall.is_heard(session, about.key, Tier.PAGE)
            if not heard:
                incident = await self._oncall.raise_alarm(session, alarm, shift)
                log.warning("crisis.worried", incident=incident.id)
        # What is true of the shift, and nothing of the incident: whoever asks does not learn how the other one is.
        count = self.answers.next_count(about.by, "crisis.worried_told")
        return await self.answers.variant(about.guild_id, language, "crisis.worried_told", count, shift)

    async def answer_ended(self, session: AsyncSession, delivery: Delivery, outcome: Outcome | None) -> None:
        """Note in the incident's timeline whether the person was answered; ``outcome`` is why they were not."""
        incident, why = delivery.arguments.get("incident"), outcome.value if outcome else None
        if incident is None:
            return
        road = "answer" if delivery.channel_id is None else "answer-in-thread"
        occasion = f"delivery:{delivery.id}:{why or 'delivered'}"
        await self._oncall.road_ended(session, int(incident), road, delivery.user_id, outcome is None, why, occasion)

    async def who_looks_after(self, guild_id: int, person: int, incident_id: int | None) -> list[int]:
        """Which of staff is shown the place where somebody is answered: who has it, who is on call, or the backup."""
        shift = await self._oncall.shift(guild_id)
        taken_by = (await self._oncall.find(int(incident_id))).acknowledged_by if incident_id is not None else None
        wanted = [taken_by, shift.person] if taken_by or shift.person else [*shift.backup]
        return [one for one in dict.fromkeys(wanted) if one is not None and one != person]

    async def cannot_read(self, guild_id: int | None, user_id: int, language: str | None = None) -> None:
        """Somebody sent what no program can read (a picture, a voice message): tell them so, once ever, privately."""
        if guild_id is None:
            return
        standing = await self._members.standing(guild_id, user_id)
        told = Draft(
            kind=REPLY,
            lane=Lane.DIRECT,
            dedupe_key=f"cannot-read:{guild_id}:{user_id}",
            guild_id=guild_id,
            user_id=user_id,
            due_at=self._clock.now(),
            arguments={
                "key": "crisis.cannot_read_attachment",
                "count": 0,
                "language": language or standing.language,
            },
        )
        async with self._database.write() as session:
            await self._outbox.put(session, [told])

    async def _respond(self, alarm: Alarm, language: str, *, is_form: bool) -> Response:
        self.answers.answered_in(alarm.user_id, language)
        shift = await self._oncall.shift(alarm.guild_id)
        key = reply_key(alarm.tier, alarm.categories)
        async with self._database.write() as session:
            if await self._oncall.is_heard(session, alarm.source_key, alarm.tier):
                return Response(alarm.tier)
            incident = await self._oncall.raise_alarm(session, alarm, shift)
            count = await self._oncall.note_reply(session, alarm, incident.id, 2 if is_form else 1)
            await self._outbox.put(session, [self._reply(alarm, incident, key, count, language)])
        log.warning("crisis.incident", incident=incident.id, tier=alarm.tier.value)
        if not is_form:
            return Response(alarm.tier, incident.id)
        now = await self.answers.variant(
            alarm.guild_id, language, key, count + 1, shift, person=alarm.user_id, incident_id=incident.id
        )
        return Response(alarm.tier, incident.id, now)

    def _reply(self, alarm: Alarm, incident: Incident, key: str, count: int, language: str) -> Draft:
        return Draft(
            kind=REPLY,
            lane=Lane.CRISIS,
            dedupe_key=f"reply:{incident.id}:{alarm.source_key}:{alarm.tier.value}",
            guild_id=alarm.guild_id,
            user_id=alarm.user_id,
            due_at=self._clock.now(),
            arguments={"incident": incident.id, "key": key, "count": count, "language": language},
        )

    async def _answer_outsider(
        self, spoken: Spoken, guild_id: int, verdict: _Verdict, language: str | None
    ) -> Response:
        """A stranger gets helplines; staff, where there are any, a card. Nothing is kept of the words.

        Of what the detector could not read, staff have one card a stranger and hour.
        """
        tier, occasion = verdict.tier, spoken.key
        if COULD_NOT_ASSESS in verdict.categories:
            occasion = f"unread:{spoken.author_id}:{self._clock.now():%Y%m%d%H}"
        if tier < Tier.NOTIFY:
            return Response(tier)
        shift = Shift(None, None)
        language = language or "en"
        async with self._database.read() as session:
            before = await self._outbox.count_to(session, spoken.author_id, REPLY)
        drafts = [
            Draft(
                kind=REPLY,
                lane=Lane.CRISIS,
                dedupe_key=f"reply:stranger:{spoken.key}:{tier.value}",
                guild_id=guild_id,
                user_id=spoken.author_id,
                due_at=self._clock.now(),
                arguments={"key": "crisis.stranger", "count": before, "language": language},
            )
        ]
        channel = await self._programmes.object_id(guild_id, ObjectKind.CHANNEL, ON_CALL)
        if channel is not None:
            drafts.append(
                Draft(
                    kind=STRANGER_CARD,
                    lane=Lane.CRISIS,
                    dedupe_key=f"stranger-card:{occasion}:{tier.value}",
                    guild_id=guild_id,
                    channel_id=channel,
                    user_id=spoken.author_id,
                    due_at=self._clock.now(),
                    arguments={"user": spoken.author_id},
                )
            )
        async with self._database.write() as session:
            await self._outbox.put(session, drafts)
        said = await self.say(guild_id, language, "crisis.stranger", shift) if spoken.message_id is None else None
        return Response(tier, None, said)

    # -- the words -----------------------------------------------------------------------------------------------------

    async def language(self, guild_id: int, user_id: int | None) -> str:
        """The language of somebody who is not speaking at this moment."""
        return await self.answers.language(guild_id, user_id)

    async def say(self, guild_id: int, language: str, key: str, shift: Shift | None = None) -> str:
        """A crisis text, with this country's numbers and the truth about who is on shift."""
        return await self.answers.say(guild_id, language, key, shift)


def _about_another(about: Worry, person: int) -> Alarm:
    return Alarm(
        guild_id=about.guild_id,
        user_id=person,
        tier=Tier.PAGE,
        source_key=about.key,
        categories=(WORRIED,),
        words=about.words or None,
        channel_id=about.channel_id,
        message_id=about.message_id,
        kind=EventKind.WORRIED,
        reported_by=about.by,
    )


def _about_themselves(about: Worry) -> Alarm:
    """Nobody is named but whoever worries: whose words they are stays sealed, and a human hears of it all the same."""
    return Alarm(
        guild_id=about.guild_id,
        user_id=about.by,
        tier=Tier.PAGE,
        source_key=about.key,
        categories=(Category.THIRD_PERSON.value,),
        channel_id=about.channel_id,
        message_id=about.message_id,
        kind=EventKind.ASKED_CONTACT,
    )
