"""What a person in danger sees: the private answer with its two buttons, by DM or in a private thread."""

from datetime import datetime

import discord

from bot.content import Content
from bot.crisis.service import NO_GUILD, CrisisService
from bot.db import Session
from bot.delivery.service import Deed, Delivery, Draft, Lane, Outbox, Outcome, Post, QuietKind, Receipt, Withdrawn
from bot.observe.logs import get_logger
from bot.program.layout import ON_CALL, WELCOME
from bot.ui.places import Places
from bot.ui.safe import Button, SafeView

log = get_logger(__name__)

REPLY, THREAD = "crisis.reply", "crisis.thread"
HAS_FALLBACK = {Outcome.DM_CLOSED, Outcome.TARGET_GONE, Outcome.NO_ACCESS, Outcome.REFUSED}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def reply_buttons(content: Content, language: str, incident_id: int) -> SafeView:
    """`Ask staff to contact me` and `I'm safe for now`."""
    return SafeView(
        [
            Button(
                content.texts.say(language, "buttons.ask_staff"),
                "crisis",
                "contact",
                incident_id,
                discord.ButtonStyle.primary,
            ),
            Button(content.texts.say(language, "buttons.safe_for_now"), "crisis", "safe", incident_id),
        ]
    )


class CrisisReply(QuietKind):
    """The answer to somebody whose words said danger; into a private thread where their DMs are closed."""

    name = REPLY
    gives_up_on = frozenset({Outcome.REFUSED})
    only_looks = True

    def __init__(self, crisis: CrisisService, outbox: Outbox, content: Content, places: Places) -> None:
        self._crisis, self._outbox, self._content, self._places = crisis, outbox, content, places

    async def compose(self, delivery: Delivery, now: datetime) -> Post:
        """The words and the buttons. It is wanted however late it is, and whatever became of the incident."""
        del now
        given = delivery.arguments
        language = str(given.get("language") or await self._crisis.language(delivery.guild_id, delivery.user_id))
        incident_id = given.get("incident")
        said = await self._crisis.answers.variant(
            delivery.guild_id,
            language,
            str(given["key"]),
            int(given["count"]),
            person=delivery.user_id,
            incident_id=int(incident_id) if incident_id is not None else None,
        )
        view = reply_buttons(self._content, language, int(incident_id)) if incident_id is not None else None
        mentions = discord.AllowedMentions.none()
        if delivery.channel_id is not None and (person := given.get("person")) is not None:
            mentions = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(int(person))])
            said = f"<@{person}> {self._content.texts.say(language, 'crisis.thread_opened')}\n\n{said}"
        return Post(content=said, view=view, mentions=mentions, plain=said)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Note that they were answered."""
        del receipt, now
        await self._crisis.answer_ended(session, delivery, None)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """DM closed: a private thread with the member and staff. Where there is none either, their next press."""
        await self._crisis.answer_ended(session, delivery, outcome)
        if outcome not in HAS_FALLBACK or delivery.user_id is None or delivery.guild_id == NO_GUILD:
            return
        parent = await self._places.channel(delivery.guild_id, WELCOME)
        if parent is None or delivery.channel_id is not None:
            await _nobody_answered(self._crisis, self._outbox, self._places, session, delivery, now)
            return
        thread = Draft(
            kind=THREAD,
            lane=Lane.CRISIS,
            dedupe_key=f"thread:{delivery.dedupe_key}",
            guild_id=delivery.guild_id,
            channel_id=parent,
            user_id=delivery.user_id,
            due_at=now,
            arguments={**delivery.arguments, "person": delivery.user_id},
        )
        await self._outbox.put(session, [thread])


class CrisisThread(QuietKind):
    """Opens the private thread, and hands the answer on into it."""

    name = THREAD
    gives_up_on = frozenset({Outcome.REFUSED, Outcome.TARGET_GONE})

    def __init__(self, crisis: CrisisService, outbox: Outbox, content: Content, places: Places) -> None:
        self._crisis, self._outbox, self._content, self._places = crisis, outbox, content, places

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The thread: one a person, found again by its neutral name."""
        del now
        parent = delivery.channel_id
        if parent is None:
            return Withdrawn()
        person = int(delivery.arguments["person"])
        language = str(
            delivery.arguments.get("language") or await self._crisis.language(delivery.guild_id, delivery.user_id)
        )
        title = self._content.texts.say(language, "enrolment.thread_name")

        async def open_it() -> Receipt:
            # Only those in it and staff see the name; it is this person's alone, so none is found for another.
            name = f"{title} {short(person)}"
            thread = await self._places.private_thread(delivery.guild_id, parent, name, [person])
            for one in await self._crisis.who_looks_after(
                delivery.guild_id, person, delivery.arguments.get("incident")
            ):
                # All of staff may look into these threads; this one is shown it. That must not keep the answer back.
                if not await self._places.add_to_thread(thread, one):
                    log.warning("crisis.staff_not_in_thread", delivery=delivery.id)
            return Receipt(thread)

        return Deed(open_it)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Post the answer into the thread."""
        if receipt.channel_id is None:
            return
        await self._crisis.owed.reached(session, delivery.guild_id, int(delivery.arguments["person"]))
        answer = Draft(
            kind=REPLY,
            lane=Lane.CRISIS,
            dedupe_key=f"in-{delivery.dedupe_key}",
            guild_id=delivery.guild_id,
            channel_id=receipt.channel_id,
            user_id=delivery.user_id,
            due_at=now,
            arguments=delivery.arguments,
        )
        await self._outbox.put(session, [answer])

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """No road on Discord leads to them: they are answered at their next press, and staff know that nobody has."""
        del outcome
        await _nobody_answered(self._crisis, self._outbox, self._places, session, delivery, now)


async def _nobody_answered(
    crisis: CrisisService, outbox: Outbox, places: Places, session: Session, delivery: Delivery, now: datetime
) -> None:
    """Owe somebody their answer, and say in #on-call that they have none yet."""
    given, person = delivery.arguments, delivery.user_id
    if person is None:
        return
    incident = given.get("incident")
    language = str(given.get("language") or await crisis.language(delivery.guild_id, person))
    answer: dict[str, str | int] = {"key": str(given["key"]), "count": int(given["count"]), "language": language}
    incident_id = int(incident) if incident is not None else None
    await crisis.owed.owe(session, delivery.guild_id, person, incident_id, answer)
    room = await places.channel(delivery.guild_id, ON_CALL)
    if incident is None or room is None:
        return
    line = Draft(
        kind="oncall.line",
        lane=Lane.CRISIS,
        dedupe_key=f"not-answered:{delivery.dedupe_key}",
        guild_id=delivery.guild_id,
        channel_id=room,
        due_at=now,
        arguments={"incident": incident, "key": "not_answered", "people": ""},
    )
    await outbox.put(session, [line])


def short(number: int) -> str:
    """A Discord id in fewer characters."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits


class StrangerCard(QuietKind):
    """Tells staff that somebody outside the programme wrote of danger: no words, no mention."""

    name = "crisis.stranger-card"

    def __init__(self, content: Content) -> None:
        self._content = content

    async def compose(self, delivery: Delivery, now: datetime) -> Post:
        """The card."""
        del now
        return Post(content=self._content.texts.say("en", "oncall.stranger", who=f"<@{delivery.arguments['user']}>"))
