"""What a person in danger sees: the private answer with its two buttons, by DM or in a private thread."""

from datetime import datetime

import discord

from bot.content import Content
from bot.crisis.service import NO_GUILD, CrisisService
from bot.db import Session
from bot.delivery.service import Deed, Delivery, Draft, Lane, Outbox, Outcome, Post, QuietKind, Receipt, Withdrawn
from bot.program.layout import ON_CALL, WELCOME
from bot.ui.places import Places
from bot.ui.safe import Button, SafeView

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

    def __init__(self, crisis: CrisisService, outbox: Outbox, content: Content, places: Places) -> None:
        self._crisis, self._outbox, self._content, self._places = crisis, outbox, content, places

    async def compose(self, delivery: Delivery, now: datetime) -> Post:
        """The words and the buttons. It is wanted however late it is, and whatever became of the incident."""
        del now
        given = delivery.arguments
        language = str(given.get("language") or await self._crisis.language(delivery.guild_id, delivery.user_id))
        said = await self._crisis.variant(delivery.guild_id, language, str(given["key"]), int(given["count"]))
        incident_id = given.get("incident")
        view = reply_buttons(self._content, language, int(incident_id)) if incident_id is not None else None
        mentions = discord.AllowedMentions.none()
        if delivery.channel_id is not None and (person := given.get("person")) is not None:
            mentions = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(int(person))])
            said = f"<@{person}> {self._content.texts.say(language, 'crisis.thread_opened')}\n\n{said}"
        return Post(content=said, view=view, mentions=mentions, plain=said)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """DM closed: a private thread with the member and staff."""
        by_dm = delivery.channel_id is None and delivery.user_id is not None
        if outcome not in HAS_FALLBACK or not by_dm or delivery.guild_id == NO_GUILD:
            return
        parent = await self._places.channel(delivery.guild_id, WELCOME)
        if parent is None:
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
            return Receipt(await self._places.private_thread(delivery.guild_id, parent, name, [person]))

        return Deed(open_it)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Post the answer into the thread."""
        if receipt.channel_id is None:
            return
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
        """They cannot be answered on Discord at all: staff have to know that nobody has."""
        del outcome
        incident = delivery.arguments.get("incident")
        room = await self._places.channel(delivery.guild_id, ON_CALL)
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
        await self._outbox.put(session, [line])


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
