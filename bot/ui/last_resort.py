"""Pages from memory as people see them, and the incident's card that goes on with one of them."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

import discord

from bot.content import Content
from bot.db import Session
from bot.delivery.service import Deed, Delivery, Errand, Kind, Outcome, Post, Postponed, Receipt, Withdrawn
from bot.delivery.transport import TryLaterError
from bot.observe.logs import get_logger
from bot.oncall.service import OnCallService
from bot.oncall.unrecorded import Held, Unrecorded, Urgent
from bot.ui.safe import Button, Press, Presses, SafeView

log = get_logger(__name__)

MENTIONED_AT_MOST: Final = 50
URGENT, TAKEN = discord.Colour.red(), discord.Colour.green()

Numbers = Callable[[int | None, str], Mapping[str, str]]
"""The two numbers of a server's country, from memory."""


class MemoryCards:
    """What ``Unrecorded`` says on Discord: by REST, by id, without a look at the database."""

    def __init__(self, client: discord.Client, content: Content, numbers: Numbers) -> None:
        self._client, self._content, self._numbers = client, content, numbers

    async def post(self, held: Held) -> tuple[int, int]:
        """Create the card in #on-call; where that is gone or closed to us, in #staff-room.

        The nonce follows from the occasion, so that a second attempt finds the first one's card.
        """
        standby = held.standby
        people = held.people(0)[:MENTIONED_AT_MOST]
        refusal: discord.HTTPException | None = None
        for channel_id in (standby.channel_id, standby.room_id):
            if channel_id is None:
                continue
            try:
                message = await self._client.get_partial_messageable(channel_id).send(
                    " ".join(f"<@{person}>" for person in people),
                    embed=self._embed(held),
                    view=self._view(held),
                    allowed_mentions=_only(people),
                    nonce=held.reference,
                )
            except (discord.NotFound, discord.Forbidden) as refused:
                refusal = refused
                continue
            return channel_id, message.id
        raise refusal or LookupError("no channel of staff is known")

    async def page_again(self, held: Held, step: int) -> None:
        """One line under the card that mentions whom the step reaches."""
        people = held.people(step)[:MENTIONED_AT_MOST]
        said = self._say(held, "page_again", who=" ".join(f"<@{person}>" for person in people))
        await self._line(held, said, people, f"{step}")

    async def tell_of_more(self, held: Held, more: Urgent) -> None:
        """One line under the card that mentions whoever has it."""
        assert held.taken_by is not None  # noqa: S101  # there is somebody to be told, for the type
        said = self._say(held, "more_heard", staff=f"<@{held.taken_by}>", link=self.link(held, more))
        await self._line(held, said, (held.taken_by,), hashlib.sha256(more.key.encode()).hexdigest()[:6])

    async def _line(self, held: Held, said: str, people: tuple[int, ...], cause: str) -> None:
        channel_id = held.message[0] if held.message is not None else held.standby.channel_id
        if channel_id is None:
            return
        await self._client.get_partial_messageable(channel_id).send(
            said, allowed_mentions=_only(people), nonce=f"{held.reference[:16]}-{cause}"
        )

    async def say_it_is_recorded(self, held: Held) -> None:
        """Have the card say so; its button goes."""
        await self._edit(held, "page_recorded", TAKEN)

    async def answer(self, held: Held) -> None:
        """The numbers, by DM. Words of their own follow when the incident is recorded."""
        opened: Any = await self._client.http.start_private_message(held.urgent.user_id)
        language = held.standby.language
        numbers = self._numbers(held.standby.guild_id, language)
        said = self._content.texts.say(language, "watch.member_answer", **numbers)
        await self._client.get_partial_messageable(int(opened["id"])).send(
            said, allowed_mentions=discord.AllowedMentions.none(), nonce=f"{held.reference[:16]}-m"
        )

    async def say_who_has_it(self, held: Held) -> None:
        """Have the card say who took it."""
        await self._edit(held, "page_taken_by", TAKEN, staff=f"<@{held.taken_by}>")

    async def _edit(self, held: Held, key: str, colour: discord.Colour, **values: str) -> None:
        if held.message is None:
            return
        embed = self._embed(held)
        embed.colour = colour
        embed.description = self._say(held, key, **values)
        channel_id, message_id = held.message
        await (
            self._client.get_partial_messageable(channel_id)
            .get_partial_message(message_id)
            .edit(embed=embed, view=None, allowed_mentions=discord.AllowedMentions.none())
        )

    def link(self, held: Held, more: Urgent | None = None) -> str:
        """Where it was said, or ``more`` was, as staff can open it."""
        urgent = more or held.urgent
        if urgent.is_dm or urgent.channel_id is None:
            return self._say(held, "place_dm") if urgent.is_dm else ""
        where = f"{urgent.channel_id}/{urgent.message_id}" if urgent.message_id is not None else f"{urgent.channel_id}"
        return f"https://discord.com/channels/{held.standby.guild_id}/{where}"

    def _embed(self, held: Held) -> discord.Embed:
        kind = "asked" if held.urgent.asks_contact else "worry" if held.urgent.is_worry else "page"
        body = self._say(held, f"{kind}_body", who=f"<@{held.urgent.user_id}>", link=self.link(held))
        return discord.Embed(title=self._say(held, f"{kind}_title"), description=body, colour=URGENT)

    def _view(self, held: Held) -> SafeView:
        label = self._content.texts.say(held.standby.language, "buttons.acknowledge")
        return SafeView([Button(label, "unrecorded", "ack", held.reference, discord.ButtonStyle.danger)])

    def _say(self, held: Held, key: str, **values: str) -> str:
        return self._content.texts.say(held.standby.language, f"watch.{key}", **values)


class MemoryPresses:
    """`Acknowledge` on a card from memory: who may is known from memory, too."""

    def __init__(self, unrecorded: Unrecorded, cards: MemoryCards, content: Content, presses: Presses) -> None:
        self._unrecorded, self._cards, self._content = unrecorded, cards, content
        presses.on("unrecorded", "ack", self._acknowledge)

    async def _acknowledge(self, press: Press) -> None:
        language = str(press.interaction.locale)
        held = self._unrecorded.find(press.row)
        if held is None:
            await press.say(self._content.texts.say(language, "watch.page_over"))
            return
        if not self._unrecorded.take(held, press.user_id):
            await press.say(self._content.texts.say(language, "errors.not_allowed"))
            return
        if held.taken_by != press.user_id:
            await press.say(self._content.texts.say(language, "watch.page_taken_by", staff=f"<@{held.taken_by}>"))
            return
        who = f"<@{held.urgent.user_id}>"
        await press.say(self._content.texts.say(language, "watch.page_taken", who=who, link=self._cards.link(held)))
        async with held.posting:
            await self._cards.say_who_has_it(held)


class CardFromMemory:
    """An incident's card: the kind it wraps, but for a first card that was sent from memory already.

    That one is changed into the incident's own, and counts as sent; whoever took it there has the incident.
    """

    def __init__(self, card: Kind, oncall: OnCallService, unrecorded: Unrecorded, client: discord.Client) -> None:
        self._card, self._oncall, self._unrecorded, self._client = card, oncall, unrecorded, client
        self.name, self.gives_up_on, self.only_looks = card.name, card.gives_up_on, card.only_looks

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Deed | Errand | Postponed | Withdrawn:
        """The card, or the change of the one that is there."""
        composed = await self._card.compose(delivery, now)
        if not isinstance(composed, Post):
            return composed
        incident = await self._oncall.find(int(delivery.arguments["incident"]))
        held = await self._unrecorded.card_of(incident.guild_id, incident.user_id, incident.paging_since)
        if held is None:
            return composed

        async def go_on() -> Receipt:
            async with held.posting:
                if held.message is None:
                    raise TryLaterError  # another attempt was faster
                receipt = await self._change(held, composed)
                self._unrecorded.gone_on_with(held, incident.id)
            return receipt

        return Deed(go_on)

    async def _change(self, held: Held, composed: Post) -> Receipt:
        assert held.message is not None  # noqa: S101  # looked at by the caller, for the type
        channel_id, message_id = held.message
        message = self._client.get_partial_messageable(channel_id).get_partial_message(message_id)
        try:
            await message.edit(
                content=composed.content or None,
                embed=composed.embed,
                view=composed.view,
                allowed_mentions=composed.mentions,
            )
        except discord.NotFound:
            self._unrecorded.gone_on_with(held, None)
            raise TryLaterError from None  # somebody deleted it: the incident has a card of its own
        return Receipt(channel_id, message_id)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """As the kind it wraps; then, in a unit of work of its own, the press that was kept in memory counts."""
        await self._card.sent(session, delivery, receipt, now)
        incident_id = int(delivery.arguments["incident"])
        staff_id = self._unrecorded.whose(incident_id)
        if staff_id is not None:
            self._unrecorded.then(partial(self._take, incident_id, staff_id))

    async def _take(self, incident_id: int, staff_id: int) -> None:
        await self._oncall.acknowledge(incident_id, staff_id)

    async def arrived_late(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """As the kind it wraps."""
        await self._card.arrived_late(session, delivery, receipt, now)

    async def unanswered(self, session: Session, delivery: Delivery, now: datetime) -> None:
        """As the kind it wraps."""
        await self._card.unanswered(session, delivery, now)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """As the kind it wraps."""
        await self._card.failed(session, delivery, outcome, now)


def _only(people: tuple[int, ...]) -> discord.AllowedMentions:
    return discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(one) for one in people])
