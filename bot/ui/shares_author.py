"""What the author of an anonymous share sees, alone; and the share as the group sees it."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import discord

from bot.content import Content
from bot.db import Session
from bot.delivery.service import Deed, Delivery, Outcome, Post, QuietKind, Receipt, Withdrawn
from bot.observe.logs import get_logger
from bot.shares.service import NEWS, POST, UNPOST, WORDS_AT_MOST, News, Own, ShareState
from bot.ui.moderation_hiding import Unpost
from bot.ui.moderation_words import inside, place, timestamp
from bot.ui.safe import Button, Numbers, SafeModal, SafeView
from bot.ui.shares import FEATURE, ShareCards

log = get_logger(__name__)

FORM, SEND, LEAVE, MINE, BACK = "form", "send", "leave", "mine", "back"
LISTED_AT_MOST = 10


class DmBook(Protocol):
    """Where each person's direct messages with the bot are."""

    async def find(self, user_id: int) -> int | None:
        """The channel, where it was opened before."""

    async def keep(self, user_id: int, channel_id: int) -> None:
        """Remember the channel."""


def mark_of(group_key: str) -> str:
    """A group's key as a button carries it: keys may be longer than there is room for."""
    return hashlib.sha256(group_key.encode()).hexdigest()[:10]


class ShareWords:
    """Draws the form, the preview and somebody's own shares."""

    def __init__(self, cards: ShareCards, content: Content) -> None:
        self.cards, self._content = cards, content
        self.say = cards.say

    def form(self, language: str, guild_id: int, groups: Mapping[str, str]) -> SafeModal:
        """The form. The notice stands above the field: it is read before anything is sent."""
        form = SafeModal(self.say(language, "form_title"), FEATURE, FORM, guild_id)
        form.tell(self.say(language, "notice"))
        form.ask(self.say(language, "form_words"), "words", long=True, required=True, max_length=WORDS_AT_MOST)
        if len(groups) > 1:
            options = {mark_of(key): name[:100] for key, name in groups.items()}
            form.choose(self.say(language, "form_group"), "group", options)
        return form

    def preview(
        self, language: str, number: int, words: str, groups: Mapping[str, str], name: str
    ) -> tuple[str, discord.Embed, SafeView]:
        """The same for words that came with the command: nothing is sent before `Send it`."""
        lines = [self.say(language, "preview"), self.say(language, "notice")]
        if name and name.casefold() in words.casefold():
            lines.append(self.say(language, "preview_name", name=discord.utils.escape_markdown(name)))
        buttons = [*self.sending(language, number, groups), Button(self.say(language, "leave"), FEATURE, LEAVE, number)]
        return "\n\n".join(lines), discord.Embed(description=inside(words)[0]), SafeView(buttons)

    def sending(self, language: str, number: int, groups: Mapping[str, str]) -> list[Button]:
        """A button for each group it may go to."""
        style = discord.ButtonStyle.success
        if len(groups) == 1:
            labels = {key: self.say(language, "send") for key in groups}
        else:
            labels = {key: self.say(language, "send_to", group=name)[:80] for key, name in groups.items()}
        return [
            Button(label, FEATURE, SEND, f"{number}.{mark_of(key)}", style) for key, label in list(labels.items())[:4]
        ]

    def own(self, own: Own, groups: Mapping[str, str]) -> tuple[str, discord.Embed | None, SafeView | None]:
        """How one of somebody's own stands, with their words and what they can do."""
        key, link = f"own_{own.state.value}", ""
        if own.state is ShareState.APPROVED:
            key = "own_approved" if own.posted is not None else "own_approved_soon"
            link = place(own.guild_id, *own.posted) if own.posted is not None else ""
        lines = [self.say(own.language, key, group=discord.utils.escape_markdown(own.group_name or "–"), link=link)]
        if own.unsealed is not None:
            why = self.cards.reason(own.language, own.unsealed)
            lines.append(self.say(own.language, "own_unsealed", reason=why))
        embed = discord.Embed(description=inside(own.words)[0]) if own.words else None
        buttons = []
        if own.state is ShareState.ASIDE:
            buttons += self.sending(own.language, own.id, groups)
        if own.state in {ShareState.ASIDE, ShareState.WAITING, ShareState.APPROVED}:
            buttons.append(Button(self.say(own.language, "back"), FEATURE, BACK, own.id))
        return "\n\n".join(lines), embed, SafeView(buttons) if buttons else None

    def listed(self, language: str, owns: list[Own]) -> tuple[str, SafeView | None]:
        """The newest of somebody's own shares."""
        if not owns:
            return self.say(language, "own_none"), None
        newest = owns[-LISTED_AT_MOST:]
        lines = [
            self.say(
                language,
                "own_line",
                number=own.id,
                group=discord.utils.escape_markdown(own.group_name or "–"),
                when=timestamp(own.made_at),
                state=self.say(language, f"short_{own.state.value}"),
            )
            for own in newest
        ]
        buttons = [Button(self.say(language, "own_read", number=own.id), FEATURE, MINE, own.id) for own in newest]
        return "\n".join([self.say(language, "own_list"), *lines]), SafeView(buttons)


class ShareNews(QuietKind):
    """Tells an author by direct message that there is something to read, and not what.

    There is no other road: the private thread in which others are answered is seen by staff. Whoever has closed their
    direct messages finds it with `/shares`. It is a deed and no post, so that no row says in the clear whom it went to.
    """

    name = NEWS

    def __init__(self, words: ShareWords, client: discord.Client, dms: DmBook, numbers: Numbers) -> None:
        self._words, self._client, self._dms, self._numbers = words, client, dms, numbers

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The word, where it is still true."""
        del now
        shares, share_id = self._words.cards.shares, int(delivery.arguments["share"])
        share, whom = await shares.deciding.find(share_id), await shares.whom_to_tell(share_id)
        if share is None or whom is None:
            return Withdrawn()
        if delivery.arguments["what"] == News.POSTED and share.state is not ShareState.APPROVED:
            return Withdrawn()
        person, language = whom
        view = SafeView([Button(self._words.say(language, "read"), FEATURE, MINE, share_id)])
        said = self._words.say(language, "news")
        if delivery.arguments["what"] == News.WORRIED:
            said = self._words.say(language, "news_worried", **self._numbers.of(delivery.guild_id, language))

        async def tell() -> Receipt:
            channel = self._client.get_partial_messageable(await self._channel(person))
            await channel.send(said, view=view, nonce=delivery.nonce, allowed_mentions=discord.AllowedMentions.none())
            return Receipt()

        return Deed(tell)

    async def _channel(self, person: int) -> int:
        known = await self._dms.find(person)
        if known is not None:
            return known
        opened = await self._client.http.start_private_message(person)
        await self._dms.keep(person, int(opened["id"]))
        return int(opened["id"])

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """They find it with `/shares`; nobody else hears that they could not be told."""
        del session, now
        log.info("shares.news_not_delivered", share=int(delivery.arguments["share"]), outcome=outcome.value)


class SharePost(QuietKind):
    """What staff approved, in the group: without a name, marked, and pinging nobody."""

    name = POST

    def __init__(self, words: ShareWords) -> None:
        self._words = words

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The post, where it is still approved and its author still in the group."""
        del now
        deciding, share_id = self._words.cards.shares.deciding, int(delivery.arguments["share"])
        words, share = await deciding.may_be_posted(share_id), await deciding.find(share_id)
        if words is None or share is None:
            return Withdrawn()
        embed = discord.Embed(description=inside(words)[0])
        embed.set_author(name=self._words.say(share.language, "posted_author"))
        embed.set_footer(text=self._words.say(share.language, "posted_mark"))
        return Post(embed=embed)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Tell its author."""
        del now
        await self._arrived(session, delivery, receipt)

    async def arrived_late(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Taken back while it was on its way: it goes again."""
        del now
        await self._arrived(session, delivery, receipt)

    async def _arrived(self, session: Session, delivery: Delivery, receipt: Receipt) -> None:
        if receipt.channel_id is None or receipt.message_id is None:
            return
        message = (receipt.channel_id, receipt.message_id)
        deciding = self._words.cards.shares.deciding
        await deciding.posted(session, int(delivery.arguments["share"]), delivery.guild_id, message)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """The channel is gone or closed: staff know."""
        del outcome, now
        await self._words.cards.shares.deciding.not_posted(session, int(delivery.arguments["share"]))


class ShareUnpost(Unpost):
    """Takes a share out of the group."""

    name = UNPOST
