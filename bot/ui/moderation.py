"""What staff see of moderation in #mod-queue: cards without words, their edits, and lines where something failed."""

from collections.abc import Sequence
from datetime import datetime

import discord

from bot.content import Content
from bot.db import Session
from bot.delivery.service import Deed, Delivery, Post, QuietKind, Receipt, Withdrawn
from bot.moderation.service import (
    CARD,
    CARD_EDIT,
    CARD_GONE,
    FLAG,
    LINE,
    Fault,
    Found,
    Held,
    HeldState,
    Kept,
    ModerationService,
)
from bot.ui.checkins import FEATURE as CHECKIN
from bot.ui.moderation_words import inside, named, place, timestamp
from bot.ui.safe import Button, SafeView

FEATURE = "held"
SHOW, APPROVE, DECLINE, REWORD, WITHDRAW = "show", "approve", "decline", "reword", "withdraw"


class HeldCards:
    """Draws the card of a held message, and what `Show` shows."""

    def __init__(self, moderation: ModerationService, content: Content) -> None:
        self.moderation, self._content = moderation, content

    def say(self, language: str, key: str, **values: str | int) -> str:
        """A text of moderation's."""
        return self._content.texts.say(language, f"moderation.{key}", **values)

    def card(self, held: Held) -> tuple[discord.Embed, SafeView]:
        """The card: who, where, why, and how it stands; none of the words."""
        language, is_open = held.language, held.state is HeldState.HELD
        lines = [
            self.say(
                language,
                "card_who",
                name=named(held.name, held.user_id),
                group=discord.utils.escape_markdown(held.group_name),
                place=f"<#{held.channel_id}>",
                when=timestamp(held.held_at),
            ),
            self.say(language, "card_why", reasons=self.reasons(language, held.found)),
        ]
        if held.attachments:
            lines.append(self.say(language, "card_files", count=held.attachments))
        if held.fault is not None:
            link = place(held.guild_id, held.channel_id, held.message_id)
            lines.append(self.say(language, f"fault_{held.fault.value}", link=link))
        if held.incident is not None and is_open:
            lines.append(self.say(language, "card_incident", code=held.incident))
        if held.behind and held.state in {HeldState.HELD, HeldState.REMOVED}:
            lines.append(self.say(language, f"card_behind_{held.state.value}", count=held.behind))
        if not is_open:
            lines.append(self.state(held))
        title = self.say(language, "card_title_removed" if held.state is HeldState.REMOVED else "card_title")
        return discord.Embed(title=title, description="\n".join(lines)), self.buttons(held, shows=True)

    def state(self, held: Held) -> str:
        """One line: what became of it, by whom and when."""
        by = f"<@{held.decided_by}>" if held.decided_by is not None else ""
        when = timestamp(held.decided_at) if held.decided_at is not None else ""
        link = place(held.guild_id, *held.posted) if held.posted is not None else f"<#{held.channel_id}>"
        return self.say(held.language, f"state_{held.state.value}", by=by, when=when, link=link).strip()

    def buttons(self, held: Held, *, shows: bool) -> SafeView:
        """The buttons that fit how it stands. They carry the version: nobody approves words they have not seen."""
        row = f"{held.id}.{held.revision}"
        style, texts = discord.ButtonStyle, self._content.texts
        buttons = [Button(self.say(held.language, "show"), FEATURE, SHOW, row, style.primary)] if shows else []
        if held.state is HeldState.HELD:
            if held.has_words:  # of files alone there is nothing to post again
                buttons.append(
                    Button(texts.say(held.language, "buttons.approve"), FEATURE, APPROVE, row, style.success)
                )
            buttons += [
                Button(texts.say(held.language, "buttons.decline"), FEATURE, DECLINE, row),
                Button(self.say(held.language, "reword"), FEATURE, REWORD, row),
            ]
        return SafeView(buttons)

    def shown(self, kept: Kept) -> tuple[list[discord.Embed], SafeView | None]:
        """The words, for whoever pressed `Show`, with the buttons that decide."""
        held = kept.held
        words = kept.words or self.say(held.language, "only_files" if kept.words == "" else "no_words")
        embeds = [discord.Embed(description=part) for part in inside(words)]
        return embeds, self.buttons(held, shows=False) if held.state is HeldState.HELD else None

    def reasons(self, language: str, found: Sequence[Found]) -> str:
        """The filters' plain names with the rules that fired, such as "contact details (`contact/phone`)"."""
        if not found:
            return self.say(language, "unjudged")
        rules: dict[str, list[str]] = {}
        for one in found:
            rules.setdefault(self.say(language, f"filter_{one.filter.value}"), []).append(f"`{one.rule}`")
        return ", ".join(f"{name} ({', '.join(fired)})" for name, fired in rules.items())[:1000]


class HeldCard(QuietKind):
    """The card in #mod-queue; the same again, with a name called, where it has waited for long."""

    name = CARD

    def __init__(self, cards: HeldCards) -> None:
        self._cards = cards

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The card as it stands at this moment."""
        del now
        moderation = self._cards.moderation
        held = await moderation.deciding.find(int(delivery.arguments["held"]))
        if held is None:
            return Withdrawn()
        embed, view = self._cards.card(held)
        if not delivery.arguments["reminder"]:
            return Post(embed=embed, view=view)
        if held.state is not HeldState.HELD:
            return Withdrawn()
        people = await moderation.whom_to_remind(held.guild_id)
        who = " ".join(f"<@{person}>" for person in people)
        said = self._cards.say(held.language, "still_waiting", who=who, when=timestamp(held.held_at))
        return Post(content=said, embed=embed, view=view, mentions=only(people))

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Somebody may have decided while it was on its way: then it says so now."""
        del receipt, now
        await self._cards.moderation.deciding.card_arrived(session, int(delivery.arguments["held"]), delivery.id)


class HeldCardEdit(QuietKind):
    """Has a card say how it stands now."""

    name = CARD_EDIT

    def __init__(self, cards: HeldCards, client: discord.Client) -> None:
        self._cards, self._client = cards, client

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The edit."""
        del now
        held = await self._cards.moderation.deciding.find(int(delivery.arguments["held"]))
        if held is None or delivery.channel_id is None:
            return Withdrawn()
        embed, view = self._cards.card(held)
        return edit(self._client, delivery.channel_id, int(delivery.arguments["message"]), embed, view)


class CardGone(QuietKind):
    """Empties a card of something that was erased."""

    name = CARD_GONE

    def __init__(self, cards: HeldCards, client: discord.Client) -> None:
        self._cards, self._client = cards, client

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The edit."""
        del now
        if delivery.channel_id is None:
            return Withdrawn()
        language = await self._cards.moderation.language_of_staff(delivery.guild_id)
        embed = discord.Embed(description=self._cards.say(language, "card_erased"))
        return edit(self._client, delivery.channel_id, int(delivery.arguments["message"]), embed, None)


class FlagCard(QuietKind):
    """A quiet card: a message stays where it is, and staff may want to look."""

    name = FLAG

    def __init__(self, cards: HeldCards) -> None:
        self._cards = cards

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """Who, where, and the rule's plain name."""
        del now
        if delivery.user_id is None:
            return Withdrawn()
        flagged = await self._cards.moderation.flagged(delivery.guild_id, delivery.user_id, delivery.arguments)
        say, language = self._cards.say, flagged.language
        lines = [
            say(
                language,
                "flag_kept_back" if flagged.answer_id else "flag_who",
                name=named(flagged.name, flagged.user_id),
                group=discord.utils.escape_markdown(flagged.group_name),
                link=place(flagged.guild_id, flagged.channel_id, flagged.message_id),
            ),
            say(language, "card_why", reasons=self._cards.reasons(language, flagged.found)),
        ]
        if flagged.is_more:
            lines.append(say(language, "flag_more"))
        if flagged.incident is not None:
            lines.append(say(language, "flag_incident", code=flagged.incident))
        show = Button(say(language, "show"), CHECKIN, "show", flagged.answer_id)
        return Post(
            embed=discord.Embed(title=say(language, "flag_title"), description="\n".join(lines)),
            view=SafeView([show]) if flagged.answer_id else None,
        )


class ModerationLine(QuietKind):
    """One line in #mod-queue about a held message: something did not go as it should."""

    name = LINE

    def __init__(self, cards: HeldCards) -> None:
        self._cards = cards

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The line."""
        del now
        held = await self._cards.moderation.deciding.find(int(delivery.arguments["held"]))
        if held is None:
            return Withdrawn()
        link = place(held.guild_id, held.channel_id, held.message_id)
        if held.fault is not Fault.NOT_ALLOWED:
            link = f"<#{held.channel_id}>"
        key = str(delivery.arguments["key"])
        return Post(content=self._cards.say(held.language, key, name=named(held.name, held.user_id), link=link))


def edit(client: discord.Client, channel_id: int, message_id: int, embed: discord.Embed, view: SafeView | None) -> Deed:
    """Edits a card of ours; one that somebody deleted has nothing left to say."""

    async def run() -> Receipt:
        message = client.get_partial_messageable(channel_id).get_partial_message(message_id)
        try:
            await message.edit(content=None, embed=embed, view=view)
        except discord.NotFound:
            return Receipt()
        return Receipt()

    return Deed(run)


def only(people: Sequence[int]) -> discord.AllowedMentions:
    """These people are pinged, and nobody else."""
    return discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(one) for one in people])
