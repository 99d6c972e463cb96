"""A word to one person, by DM; where their DMs are closed, in a private thread under #welcome that only staff share."""

from datetime import datetime

import discord

from bot.content import Content
from bot.db import Session
from bot.delivery.service import Deed, Delivery, Draft, Lane, Outbox, Outcome, Post, QuietKind, Receipt, Withdrawn
from bot.members.service import MemberService
from bot.program.layout import WELCOME
from bot.ui.crisis import short
from bot.ui.places import Places


class PrivateWord(QuietKind):
    """A base for such words. ``thread`` names the kind, a ``WordThread``, that opens the thread."""

    name: str
    thread: str

    def __init__(self, outbox: Outbox, places: Places) -> None:
        self._outbox, self._places = outbox, places

    def posted(
        self, delivery: Delivery, said: str, view: discord.ui.View | None = None, embed: discord.Embed | None = None
    ) -> Post:
        """The word; in a thread it begins with the person's mention, so that they hear of it."""
        person = delivery.arguments.get("person")
        if delivery.channel_id is None or person is None:
            return Post(content=said, view=view, embed=embed)
        mentions = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(int(person))])
        return Post(content=f"<@{person}>\n\n{said}".strip(), view=view, embed=embed, mentions=mentions)

    async def nobody_reached(self, session: Session, delivery: Delivery, now: datetime) -> None:
        """No road on Discord leads to them."""

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """DM closed: take the thread. Whatever it was for is done already, and nothing here undoes it."""
        parent = await self._places.channel(delivery.guild_id, WELCOME)
        is_dm = delivery.channel_id is None and delivery.user_id is not None
        if not is_dm or parent is None or outcome is not Outcome.DM_CLOSED:
            await self.nobody_reached(session, delivery, now)
            return
        opening = Draft(
            kind=self.thread,
            lane=Lane.DIRECT,
            dedupe_key=f"thread:{delivery.dedupe_key}",
            guild_id=delivery.guild_id,
            channel_id=parent,
            user_id=delivery.user_id,
            due_at=now,
            subject=delivery.subject,
            arguments={**delivery.arguments, "person": delivery.user_id},
        )
        await self._outbox.put(session, [opening])


class WordThread(QuietKind):
    """Opens the thread, found again by its neutral name, and hands the word on into it."""

    def __init__(
        self, word: PrivateWord, members: MemberService, outbox: Outbox, content: Content, places: Places
    ) -> None:
        self.name = word.thread
        self._word, self._members, self._outbox = word, members, outbox
        self._content, self._places = content, places

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The thread."""
        del now
        parent, person = delivery.channel_id, delivery.arguments.get("person")
        if parent is None or person is None:
            return Withdrawn()
        language = (await self._members.standing(delivery.guild_id, int(person))).language
        name = f"{self._content.texts.say(language, 'enrolment.thread_name')} {short(int(person))}"

        async def open_it() -> Receipt:
            return Receipt(await self._places.private_thread(delivery.guild_id, parent, name, [int(person)]))

        return Deed(open_it)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Post the word into it."""
        if receipt.channel_id is None:
            return
        word = Draft(
            kind=self._word.name,
            lane=Lane.DIRECT,
            dedupe_key=f"in-{delivery.dedupe_key}",
            guild_id=delivery.guild_id,
            channel_id=receipt.channel_id,
            due_at=now,
            subject=delivery.subject,
            arguments=delivery.arguments,
        )
        await self._outbox.put(session, [word])

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """They are not in the server, perhaps."""
        del outcome
        await self._word.nobody_reached(session, delivery, now)
