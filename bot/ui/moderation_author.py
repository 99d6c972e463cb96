"""What the author of a held message sees: why, kindly and privately, with their words; and what staff approved."""

from datetime import datetime

import discord

from bot.content import Content
from bot.db import Session
from bot.delivery.service import Deed, Delivery, Draft, Outbox, Outcome, Post, QuietKind, Receipt, Withdrawn
from bot.members.service import MemberService
from bot.moderation.service import FILES, POST, TOLD, TOLD_THREAD, UNPOST, Held, HeldState
from bot.program.layout import WELCOME
from bot.ui.crisis import HAS_FALLBACK, short
from bot.ui.moderation import FEATURE, WITHDRAW, HeldCards
from bot.ui.moderation_hiding import Unpost
from bot.ui.moderation_words import inside, place
from bot.ui.places import Places
from bot.ui.safe import Button, Numbers, SafeView

GIVES_BACK = frozenset({"told_held", "told_removed", "told_standing", "told_gone", "told_declined", "told_reword"})
"""With these the author gets their words back."""
STILL_TRUE = {
    "told_held": frozenset({HeldState.HELD}),
    "told_standing": frozenset({HeldState.HELD}),
    "told_approved": frozenset({HeldState.APPROVED}),
}
"""Said only where it is still so at the moment in which it goes out; the others stay true."""


class HeldTold(QuietKind):
    """The private word to a message's author; into a private thread where their DMs are closed."""

    name = TOLD

    def __init__(
        self,
        cards: HeldCards,
        members: MemberService,
        outbox: Outbox,
        content: Content,
        places: Places,
        numbers: Numbers,
    ) -> None:
        self._cards, self._members, self._outbox, self._content = cards, members, outbox, content
        self._places, self._numbers = places, numbers

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """Why, what happens next, and their words."""
        del now
        key, part = str(delivery.arguments["key"]), int(delivery.arguments["part"])
        held = await self._cards.moderation.deciding.find(int(delivery.arguments["held"]))
        if held is None or held.state not in STILL_TRUE.get(key, frozenset(HeldState)):
            return Withdrawn()
        language = (await self._members.standing(held.guild_id, held.user_id)).language
        if key == FILES:
            return await self._files(held, language)
        embed = None
        if key in GIVES_BACK:
            parts = inside(await self._cards.moderation.deciding.words(held.id) or "")
            embed = discord.Embed(description=parts[part]) if part < len(parts) and parts[part] else None
        said = self._said(held, key, language) if part == 0 else ""
        mentions = discord.AllowedMentions.none()
        if delivery.channel_id is not None and part == 0:
            mentions = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(held.user_id)])
            opened = self._content.texts.say(language, "moderation.thread_opened")
            said = f"<@{held.user_id}> {opened}\n\n{said}"
        if not said and embed is None:
            return Withdrawn()
        return Post(content=said, embed=embed, view=self._buttons(held, language, key, part), mentions=mentions)

    async def _files(self, held: Held, language: str) -> Post:
        """What hung on it, as far as it could be had; they are told of the rest."""
        say, found = self._content.texts.say, await self._cards.moderation.held.files.of(held.id)
        place_ = f"<#{held.channel_id}>"
        lost = held.attachments - len(found)
        lines = [say(language, "moderation.told_files_back", place=place_)] if found else []
        lines += [say(language, "moderation.told_files_lost", place=place_, count=lost)] if lost > 0 else []
        return Post(
            content="\n".join(lines),
            files=tuple((one.name, one.content) for one in found),
            plain=say(language, "moderation.told_files_lost", place=place_, count=held.attachments),
        )

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Given back: nothing of it stays here."""
        del session, receipt, now
        if delivery.arguments["key"] == FILES:
            self._cards.moderation.held.files.forget(int(delivery.arguments["held"]))

    def _said(self, held: Held, key: str, language: str) -> str:
        link = place(held.guild_id, *held.posted) if held.posted is not None else f"<#{held.channel_id}>"
        say = self._content.texts.say
        parts = [
            say(
                language,
                f"moderation.{key}",
                place=f"<#{held.channel_id}>",
                reason=", ".join(self._why(language, held)),
                link=link,
            )
        ]
        if held.incident is not None:
            parts.append(say(language, "moderation.told_help", **self._numbers.of(held.guild_id, language)))
        return "\n\n".join(parts)

    def _why(self, language: str, held: Held) -> list[str]:
        filters = dict.fromkeys(one.filter for one in held.found)
        return [self._content.texts.say(language, f"moderation.filter_{one.value}") for one in filters]

    def _buttons(self, held: Held, language: str, key: str, part: int) -> SafeView | None:
        if part or key not in {"told_held", "told_approved"}:
            return None
        label = self._content.texts.say(language, "moderation.withdraw")
        return SafeView([Button(label, FEATURE, WITHDRAW, held.id)])

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """DM closed: a private thread, as for every private word. Where there is none either, staff know."""
        held_id = int(delivery.arguments["held"])
        parent = await self._places.channel(delivery.guild_id, WELCOME)
        if delivery.channel_id is not None or parent is None or outcome not in HAS_FALLBACK:
            if delivery.arguments["key"] == FILES:
                self._cards.moderation.held.files.forget(held_id)
            await self._cards.moderation.deciding.not_told(session, held_id)
            return
        thread = Draft(
            kind=TOLD_THREAD,
            lane=delivery.lane,
            dedupe_key=f"thread:{delivery.dedupe_key}",
            guild_id=delivery.guild_id,
            channel_id=parent,
            user_id=delivery.user_id,
            subject=delivery.subject,
            due_at=now,
            arguments=delivery.arguments,
        )
        await self._outbox.put(session, [thread])


class HeldToldThread(QuietKind):
    """Opens the private thread, the same one in which this person is always answered, and hands the word on."""

    name = TOLD_THREAD

    def __init__(
        self, cards: HeldCards, members: MemberService, outbox: Outbox, content: Content, places: Places
    ) -> None:
        self._cards, self._members, self._outbox, self._content = cards, members, outbox, content
        self._places = places

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The thread: one a person, found again by its neutral name."""
        del now
        parent, person = delivery.channel_id, delivery.user_id
        if parent is None or person is None:
            return Withdrawn()
        language = (await self._members.standing(delivery.guild_id, person)).language
        title = self._content.texts.say(language, "enrolment.thread_name")

        async def open_it() -> Receipt:
            name = f"{title} {short(person)}"
            return Receipt(await self._places.private_thread(delivery.guild_id, parent, name, [person]))

        return Deed(open_it)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Say it in the thread."""
        said = Draft(
            kind=TOLD,
            lane=delivery.lane,
            dedupe_key=f"in-{delivery.dedupe_key}",
            guild_id=delivery.guild_id,
            channel_id=receipt.channel_id,
            user_id=delivery.user_id,
            subject=delivery.subject,
            due_at=now,
            arguments=delivery.arguments,
        )
        await self._outbox.put(session, [said])

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """No road leads to them: staff know."""
        del outcome, now
        held_id = int(delivery.arguments["held"])
        if delivery.arguments["key"] == FILES:
            self._cards.moderation.held.files.forget(held_id)
        await self._cards.moderation.deciding.not_told(session, held_id)


class HeldPost(QuietKind):
    """What staff approved, in the group: under the name its author chose, marked, and pinging nobody."""

    name = POST

    def __init__(self, cards: HeldCards) -> None:
        self._cards = cards

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The post, where it is still approved and its author still in the group."""
        del now
        deciding = self._cards.moderation.deciding
        held_id, part = int(delivery.arguments["held"]), int(delivery.arguments["part"])
        if not await deciding.may_be_posted(held_id, int(delivery.arguments["revision"])):
            return Withdrawn()
        held, words = await deciding.find(held_id), await deciding.words(held_id)
        if held is None or words is None:
            return Withdrawn()
        parts = inside(words)
        embed = discord.Embed(description=parts[min(part, len(parts) - 1)])
        embed.set_author(name=held.name[:256])
        marked = "posted_mark_files" if held.attachments else "posted_mark"
        embed.set_footer(text=self._cards.say(held.language, marked))
        stands_there = part == 0 and delivery.channel_id == held.channel_id
        return Post(embed=embed, reply_to=held.reply_to if stands_there else None)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Tell its author where it is."""
        del now
        await self._arrived(session, delivery, receipt)

    async def arrived_late(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Taken back while it was on its way: it goes again."""
        del now
        await self._arrived(session, delivery, receipt)

    async def _arrived(self, session: Session, delivery: Delivery, receipt: Receipt) -> None:
        if receipt.channel_id is None or receipt.message_id is None:
            return
        await self._cards.moderation.deciding.posted(
            session,
            int(delivery.arguments["held"]),
            (receipt.channel_id, receipt.message_id),
            guild_id=delivery.guild_id,
            is_first=int(delivery.arguments["part"]) == 0,
        )

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """The place is gone or closed: the group's own channel takes it, or staff know."""
        del outcome, now
        if delivery.channel_id is not None and int(delivery.arguments["part"]) == 0:
            deciding = self._cards.moderation.deciding
            await deciding.not_posted(session, int(delivery.arguments["held"]), delivery.channel_id)


class HeldUnpost(Unpost):
    """Takes what staff approved out of the group again."""

    name = UNPOST
