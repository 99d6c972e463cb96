"""What staff see of anonymous shares in #mod-queue: cards without words or a name; and requests about seals."""

from datetime import datetime

import discord

from bot.content import Content
from bot.db import Session
from bot.delivery.service import Deed, Delivery, Post, QuietKind, Receipt, Withdrawn
from bot.shares.service import (
    CARD,
    CARD_EDIT,
    LINE,
    SEAL,
    SEAL_EDIT,
    Seal,
    SealReason,
    SealState,
    Share,
    ShareService,
    ShareState,
    Telling,
)
from bot.ui.moderation import HeldCards, edit, only
from bot.ui.moderation_words import inside, place, timestamp
from bot.ui.safe import Button, SafeModal, SafeView

FEATURE = "share"
SHOW, APPROVE, DECLINE, REWORD = "show", "approve", "decline", "reword"
UNSEAL, UNSEAL_FORM, REASON, AGREE, AGREE_FORM, REFUSE, LOOK = (
    "unseal",
    "unseal-form",
    "reason",
    "agree",
    "agree-form",
    "refuse",
    "look",
)
WHY_AT_MOST = 1000


class ShareCards:
    """Draws the card of a share and of a request about its seal, and what their buttons show."""

    def __init__(self, shares: ShareService, held: HeldCards, content: Content) -> None:
        self.shares, self._held, self._content = shares, held, content

    def say(self, language: str, key: str, **values: str | int) -> str:
        """A text of shares'."""
        return self._content.texts.say(language, f"shares.{key}", **values)

    # -- a share -------------------------------------------------------------------------------------------------------

    def card(self, share: Share) -> tuple[discord.Embed, SafeView]:
        """The card: which group, when, what the filters found, and how it stands; none of the words, and nobody."""
        language = share.language
        lines = [
            self.say(
                language,
                "card_where",
                group=discord.utils.escape_markdown(share.group_name),
                when=timestamp(share.sent_at),
            ),
            self.found(share),
        ]
        if share.is_unsealing:
            lines.append(self.say(language, "card_unsealing"))
        if share.state is not ShareState.WAITING:
            lines.append(self.state(share))
        embed = discord.Embed(title=self.say(language, "card_title", number=share.id), description="\n".join(lines))
        return embed, self.buttons(share, shows=True)

    def found(self, share: Share) -> str:
        """What the filters found, with the rules that fired."""
        if share.found is None:
            return self.say(share.language, "card_unjudged")
        if not share.found:
            return self.say(share.language, "card_nothing")
        return self.say(share.language, "card_why", reasons=self._held.reasons(share.language, share.found))

    def state(self, share: Share) -> str:
        """One line: what became of it. Whether its author took it back or has left the group is nobody's to know."""
        by = f"<@{share.decided_by}>" if share.decided_by is not None else ""
        when = timestamp(share.decided_at) if share.decided_at is not None else ""
        key, link = f"state_{share.state.value}", ""
        if share.state is ShareState.LAPSED:
            key = "state_withdrawn"
        if share.state is ShareState.APPROVED and share.posted is not None:
            key, link = "state_posted", place(share.guild_id, *share.posted)
        return self.say(share.language, key, by=by, when=when, link=link)

    def buttons(self, share: Share, *, shows: bool) -> SafeView:
        """The buttons that fit how it stands."""
        style, texts = discord.ButtonStyle, self._content.texts
        buttons = [Button(self.say(share.language, "show"), FEATURE, SHOW, share.id, style.primary)] if shows else []
        if share.state is ShareState.WAITING:
            buttons += [
                Button(texts.say(share.language, "buttons.approve"), FEATURE, APPROVE, share.id, style.success),
                Button(texts.say(share.language, "buttons.decline"), FEATURE, DECLINE, share.id),
                Button(self.say(share.language, "reword"), FEATURE, REWORD, share.id),
            ]
        if not shows:
            buttons.append(Button(self.say(share.language, "unseal"), FEATURE, UNSEAL, share.id, style.danger))
        return SafeView(buttons)

    def shown(self, share: Share, words: str | None) -> tuple[str, discord.Embed, SafeView]:
        """The words, for whoever pressed `Show`, with the buttons that decide, and the one about the seal."""
        lines = [self.found(share)]
        if share.state is not ShareState.WAITING:
            lines.append(self.state(share))
        text = inside(words)[0] if words is not None else self.say(share.language, "no_words")
        return "\n".join(lines), discord.Embed(description=text), self.buttons(share, shows=False)

    async def waiting(self, guild_id: int) -> list[tuple[datetime, str, tuple[int, str, str]]]:
        """The lines of `/mod queue`: since when, the words, and what its button `Show` is made of."""
        waiting = await self.shares.deciding.waiting(guild_id)
        return [(one.sent_at, self._queued(one), (one.id, FEATURE, str(one.id))) for one in waiting]

    def _queued(self, share: Share) -> str:
        group = discord.utils.escape_markdown(share.group_name)
        return self.say(share.language, "queue", group=group, when=timestamp(share.sent_at))

    # -- a seal --------------------------------------------------------------------------------------------------------

    def reason(self, language: str, reason: SealReason) -> str:
        """Why, in plain words."""
        return self.say(language, f"seal_{reason.value}")

    def ask_form(self, language: str, share_id: int) -> SafeModal:
        """Asking for a seal to be opened."""
        title = self.say(language, "seal_title", number=share_id)
        form = SafeModal(title, FEATURE, UNSEAL_FORM, share_id)
        form.tell(self.say(language, "seal_form_note"))
        reasons = {one.value: self.reason(language, one)[:100] for one in SealReason}
        form.choose(self.say(language, "seal_form_why"), "why", reasons)
        form.ask(self.say(language, "seal_form_words"), "words", long=True, required=True, max_length=WHY_AT_MOST)
        return form

    def agree_form(self, seal: Seal) -> SafeModal:
        """Agreeing: is its author told?"""
        title = self.say(seal.language, "seal_agree_title", number=seal.share_id)
        form = SafeModal(title, FEATURE, AGREE_FORM, seal.id)
        options = {one.value: self.say(seal.language, f"seal_{one.value}") for one in Telling}
        form.choose(self.say(seal.language, "seal_telling"), "telling", options)
        return form

    def seal_card(self, seal: Seal) -> tuple[discord.Embed, SafeView]:
        """The card of a request: who asks, why, until when, and what came of it."""
        language, who = seal.language, f"<@{seal.asked_by}>"
        asked = self.say(
            language,
            "seal_card",
            who=who,
            group=discord.utils.escape_markdown(seal.group_name),
            reason=self.reason(language, seal.reason),
            until=discord.utils.format_dt(seal.ends_at, "f"),
        )
        title = self.say(language, "seal_title", number=seal.share_id)
        return discord.Embed(title=title, description=f"{asked}\n{self.seal_state(seal)}"), self.seal_buttons(seal)

    def seal_state(self, seal: Seal) -> str:
        """One line: what came of it."""
        by = f"<@{seal.decided_by}>" if seal.decided_by is not None else ""
        when = timestamp(seal.decided_at) if seal.decided_at is not None else ""
        quietly = "_quietly" if seal.telling is Telling.KEEP else ""
        key = f"seal_state_{seal.state.value}{quietly}"
        return self.say(seal.language, key, by=by, when=when, who=f"<@{seal.asked_by}>")

    def seal_buttons(self, seal: Seal) -> SafeView:
        """The buttons that fit how it stands."""
        style, say = discord.ButtonStyle, self.say
        buttons = [Button(say(seal.language, "seal_read"), FEATURE, REASON, seal.id, style.primary)]
        if seal.state is SealState.ASKED:
            buttons.append(Button(say(seal.language, "seal_agree"), FEATURE, AGREE, seal.id, style.danger))
            buttons.append(Button(say(seal.language, "seal_refuse"), FEATURE, REFUSE, seal.id))
        if seal.state is SealState.AGREED:
            buttons.append(Button(say(seal.language, "seal_look"), FEATURE, LOOK, seal.id, style.danger))
        return SafeView(buttons)


class ShareCard(QuietKind):
    """The card in #mod-queue; the same again, with a name of staff called, where it has waited for long."""

    name = CARD

    def __init__(self, cards: ShareCards) -> None:
        self._cards = cards

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The card as it stands at this moment."""
        del now
        deciding = self._cards.shares.deciding
        share = await deciding.find(int(delivery.arguments["share"]))
        if share is None:
            return Withdrawn()
        embed, view = self._cards.card(share)
        if not delivery.arguments["reminder"]:
            return Post(embed=embed, view=view)
        if share.state is not ShareState.WAITING:
            return Withdrawn()
        people = await deciding.whom_to_remind(share.guild_id)
        who = " ".join(f"<@{person}>" for person in people)
        said = self._cards.say(share.language, "still_waiting", who=who, when=timestamp(share.sent_at))
        return Post(content=said, embed=embed, view=view, mentions=only(people))

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Somebody may have decided while it was on its way: then it says so now."""
        del receipt, now
        await self._cards.shares.deciding.card_arrived(session, int(delivery.arguments["share"]), delivery.id)


class ShareCardEdit(QuietKind):
    """Has a card say how it stands now; of one that is erased, that it is not there, and no more."""

    name = CARD_EDIT

    def __init__(self, cards: ShareCards, client: discord.Client) -> None:
        self._cards, self._client = cards, client

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The edit."""
        del now
        if delivery.channel_id is None:
            return Withdrawn()
        message_id = int(delivery.arguments["message"])
        share = await self._cards.shares.deciding.find(int(delivery.arguments["share"]))
        if share is None:
            return edit(self._client, delivery.channel_id, message_id, await gone(self._cards, delivery), None)
        embed, view = self._cards.card(share)
        return edit(self._client, delivery.channel_id, message_id, embed, view)


class SealCard(QuietKind):
    """The card of a request to open a seal."""

    name = SEAL

    def __init__(self, cards: ShareCards) -> None:
        self._cards = cards

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The card as it stands at this moment."""
        del now
        seal = await self._cards.shares.seals.find(int(delivery.arguments["seal"]))
        if seal is None:
            return Withdrawn()
        embed, view = self._cards.seal_card(seal)
        return Post(embed=embed, view=view)


class SealCardEdit(QuietKind):
    """Has the card of a request say how it stands now."""

    name = SEAL_EDIT

    def __init__(self, cards: ShareCards, client: discord.Client) -> None:
        self._cards, self._client = cards, client

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The edit."""
        del now
        if delivery.channel_id is None:
            return Withdrawn()
        message_id = int(delivery.arguments["message"])
        seal = await self._cards.shares.seals.find(int(delivery.arguments["seal"]))
        if seal is None:
            return edit(self._client, delivery.channel_id, message_id, await gone(self._cards, delivery), None)
        embed, view = self._cards.seal_card(seal)
        return edit(self._client, delivery.channel_id, message_id, embed, view)


class ShareLine(QuietKind):
    """One line in #mod-queue about a share: something did not go as it should."""

    name = LINE

    def __init__(self, cards: ShareCards) -> None:
        self._cards = cards

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The line."""
        del now
        share = await self._cards.shares.deciding.find(int(delivery.arguments["share"]))
        if share is None:
            return Withdrawn()
        key = str(delivery.arguments["key"])
        people = await self._cards.shares.deciding.whom_to_remind(share.guild_id) if key == "worried" else []
        who = " ".join(f"<@{person}>" for person in people)
        return Post(
            content=self._cards.say(share.language, key, number=share.id, who=who).strip(), mentions=only(people)
        )


async def gone(cards: ShareCards, delivery: Delivery) -> discord.Embed:
    """What stands on the card of something that was erased."""
    language = await cards.shares.deciding.language(delivery.guild_id)
    return discord.Embed(description=cards.say(language, "card_gone"))
