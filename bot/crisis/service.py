"""Hearing words for danger, and answering whoever wrote them. What must happen is committed before it returns."""

from dataclasses import dataclass

from bot.content import Content, LineKind
from bot.crisis.active_terms import ActiveTerms
from bot.crisis.assessment import Assessment, Tier
from bot.crisis.detector import Detector
from bot.crisis.rules import COULD_NOT_ASSESS, is_discreet, language_of, pages, reply_key
from bot.db import Database
from bot.delivery.service import Draft, Lane, Outbox
from bot.members.service import MemberService
from bot.observe.logs import get_logger
from bot.oncall.service import Alarm, EventKind, Incident, Judged, OnCallService, Shift
from bot.program.layout import ON_CALL, ObjectKind
from bot.program.service import ProgrammeService
from bot.timing import Clock

__all__ = ["Assessment", "CrisisService", "Response", "Spoken", "Tier"]

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

    async def hear(self, spoken: Spoken) -> Response:
        """Assess words and do what their tier asks for, in one transaction."""
        verdict = await self._assess(spoken)
        tier, understood = verdict.tier, verdict.understood
        if tier is Tier.NONE:
            return Response(tier)
        guild_id = spoken.guild_id
        if guild_id is None:
            return await self._answer_outsider(spoken, NO_GUILD, tier, understood or spoken.language)
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
        )
        if tier is Tier.LOG:
            async with self._database.write() as session:
                if not await self._oncall.is_heard(session, spoken.key, tier):
                    await self._oncall.record_only(session, alarm)
            return Response(tier)
        language = standing.language if standing.language_chosen else understood or spoken.language or standing.language
        is_known = standing.is_known or await self._oncall.is_followed(guild_id, spoken.author_id)
        if not pages(tier=tier, is_known=is_known, in_watched_place=spoken.in_watched_place):
            return await self._answer_outsider(spoken, guild_id, tier, language)
        return await self._respond(alarm, language, is_form=spoken.message_id is None)

    async def _assess(self, spoken: Spoken) -> _Verdict:
        """What the detector says, raised by what staff of this server have taught it."""
        try:
            assessment = self._detector.assess(spoken.text)
        except Exception:
            # Whatever broke, these words were not read: a human has to.
            log.exception("crisis.could_not_assess", key=spoken.key)
            return _Verdict(Tier.PAGE, (COULD_NOT_ASSESS,), None, None)
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
        standing = await self._members.standing(guild_id, user_id)
        alarm = Alarm(guild_id, user_id, Tier.PAGE, key, kind=EventKind.ASKED_CONTACT)
        shift = await self._oncall.shift(guild_id)
        async with self._database.write() as session:
            heard = await self._oncall.is_heard(session, key, Tier.PAGE)
            if not heard:
                await self._oncall.raise_alarm(session, alarm, shift)
        text_key = "crisis.staff_already_asked" if heard else "crisis.staff_will_contact"
        return await self.say(guild_id, standing.language, text_key, shift)

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
        shift = await self._oncall.shift(alarm.guild_id)
        key = reply_key(alarm.tier, alarm.categories)
        async with self._database.write() as session:
            if await self._oncall.is_heard(session, alarm.source_key, alarm.tier):
                return Response(alarm.tier)
            incident = await self._oncall.raise_alarm(session, alarm, shift)
            count = await self._oncall.note_reply(session, alarm, incident.id)
            await self._outbox.put(session, [self._reply(alarm, incident, key, count, language)])
        log.warning("crisis.incident", incident=incident.id, tier=alarm.tier.value)
        now = await self.variant(alarm.guild_id, language, key, count + 1, shift) if is_form else None
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

    async def _answer_outsider(self, spoken: Spoken, guild_id: int, tier: Tier, language: str | None) -> Response:
        """A stranger gets helplines; staff, where there are any, a card. Nothing is kept of the words."""
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
                    dedupe_key=f"stranger-card:{spoken.key}:{tier.value}",
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
        return (await self._members.standing(guild_id, user_id or 0)).language

    async def say(self, guild_id: int, language: str, key: str, shift: Shift | None = None) -> str:
        """A crisis text, with this country's numbers and the truth about who is on shift."""
        return await self.variant(guild_id, language, key, 0, shift)

    async def variant(self, guild_id: int, language: str, key: str, count: int, shift: Shift | None = None) -> str:
        """The ``count``-th variant of a crisis text, round and round, so that none comes twice in a row."""
        shift = shift or await self._oncall.shift(guild_id)
        programme = await self._programmes.current(guild_id)
        country = programme.program.country if programme else "US"
        texts = self._content.texts
        numbers = {
            "emergency": self._content.emergency(country, language),
            "lifeline": self._content.lifeline(country, language),
        }
        on = "shift_on" if shift.person is not None else "shift_off"
        shift_key = f"crisis.{on}_discreet" if is_discreet(key) else f"crisis.{on}"
        values = {**numbers, "shift": texts.say(language, shift_key, **numbers)}
        said = texts.variant(language, key, count % texts.variants(language, key), **values)
        if is_discreet(key):
            found = self._content.lines(country, [LineKind.DOMESTIC_VIOLENCE], language)
            for line in (one for one in found if LineKind.DOMESTIC_VIOLENCE in one.kinds):
                wording = line.wording(language)
                name = wording.discreet or wording.name
                said = f"{said}\n\n{texts.say(language, 'crisis.violence_line', name=name, number=wording.short)}"
        if numbers["lifeline"] not in said:
            said = f"{said}\n\n{texts.say(language, 'crisis.lifeline_line', **numbers)}"
        return said
