"""What people see of tickets: the private thread and what is said in it, staff's card without words, the forms."""

from datetime import datetime

import aiohttp
import discord

from bot.content import Content
from bot.db import Session
from bot.delivery.service import Deed, Delivery, Outcome, Post, QuietKind, Receipt, Withdrawn
from bot.delivery.transport import RefusedForGoodError, TryLaterError
from bot.observe.logs import get_logger
from bot.tickets.service import (
    CARD,
    CARD_EDIT,
    CARD_GONE,
    LEFT,
    LINE,
    REOPENS_BY_DM_FOR,
    THREAD,
    THREAD_GONE,
    WORD,
    Road,
    Ticket,
    TicketService,
    TicketState,
    Told,
)
from bot.ui.crisis import short
from bot.ui.moderation import edit, only
from bot.ui.moderation_words import inside, named, timestamp
from bot.ui.places import Places
from bot.ui.safe import Button, SafeView

log = get_logger(__name__)

FEATURE = "ticket"
SHOW, TAKE, OVER, ANSWER, READY, CLOSE, SEND = "show", "take", "over", "answer", "ready", "close", "send"
QUOTED = frozenset({Told.HELLO, Told.ADDED, Told.ANSWER})


class TicketCards:
    """The words of tickets, and staff's card."""

    def __init__(self, tickets: TicketService, content: Content) -> None:
        self.tickets, self._content = tickets, content

    def say(self, language: str, key: str, **values: str | int) -> str:
        """A text of this feature."""
        return self._content.texts.say(language, f"tickets.{key}", **values)

    def card(self, ticket: Ticket) -> tuple[discord.Embed, SafeView]:
        """The card: who, where, how it stands and who has it; none of the words."""
        say, language = self.say, ticket.language
        lines = [
            say(
                language,
                "card_who" if ticket.group_name else "card_who_alone",
                name=named(ticket.name, ticket.user_id),
                group=discord.utils.escape_markdown(ticket.group_name),
                when=timestamp(ticket.opened_at),
            ),
            self._where(ticket),
            self.state(ticket),
        ]
        if ticket.assigned_to is not None and ticket.is_open:
            lines.append(say(language, "card_taken", who=f"<@{ticket.assigned_to}>"))
        if ticket.incident is not None and ticket.is_open:
            lines.append(say(language, "card_incident", code=ticket.incident))
        again = ticket.round > 1 and ticket.state is TicketState.WAITING
        title = say(language, "card_title_again" if again else "card_title", number=ticket.id)
        return discord.Embed(title=title, description="\n".join(lines)), self._buttons(ticket)

    def _where(self, ticket: Ticket) -> str:
        if ticket.road is Road.DM:
            return self.say(ticket.language, "card_dm")
        if ticket.channel_id is None:
            return self.say(ticket.language, "card_nowhere")
        return self.say(ticket.language, "card_thread", thread=f"<#{ticket.channel_id}>")

    def state(self, ticket: Ticket) -> str:
        """One line: whether it waits, is answered or closed."""
        when = ticket.waiting_since or ticket.closed_at
        by = f"<@{ticket.closed_by}>" if ticket.closed_by is not None else ""
        return self.say(
            ticket.language, f"state_{ticket.state.value}", when=timestamp(when) if when is not None else "", by=by
        )

    def _buttons(self, ticket: Ticket) -> SafeView:
        language, style = ticket.language, discord.ButtonStyle
        buttons = [Button(self.say(language, "show"), FEATURE, SHOW, ticket.id, style.primary)]
        if ticket.is_open:
            if ticket.assigned_to is None:
                buttons.append(Button(self.say(language, "take"), FEATURE, TAKE, ticket.id, style.success))
            buttons += [
                Button(self.say(language, "answer"), FEATURE, ANSWER, ticket.id),
                Button(self.say(language, "ready"), FEATURE, READY, ticket.id),
                Button(self.say(language, "close"), FEATURE, CLOSE, f"{ticket.id}.{ticket.round}"),
            ]
        return SafeView(buttons)


class TicketCard(QuietKind):
    """The card in #staff-room; the same again, with a name called, where nobody has answered for long."""

    name = CARD

    def __init__(self, cards: TicketCards) -> None:
        self._cards = cards

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The card as it stands at this moment."""
        del now
        ticket = await self._cards.tickets.find(int(delivery.arguments["ticket"]))
        if ticket is None:
            return Withdrawn()
        embed, view = self._cards.card(ticket)
        if not delivery.arguments["reminder"]:
            return Post(embed=embed, view=view)
        if ticket.state is not TicketState.WAITING or ticket.waiting_since is None:
            return Withdrawn()
        people = await self._cards.tickets.board.whom_to_remind(ticket)
        said = self._cards.say(
            ticket.language,
            "still_waiting",
            who=" ".join(f"<@{person}>" for person in people),
            number=ticket.id,
            when=timestamp(ticket.waiting_since),
        )
        return Post(content=said.strip(), embed=embed, view=view, mentions=only(people))

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Something may have changed while it was on its way: then it says so now."""
        del receipt
        await self._cards.tickets.card_arrived(session, delivery, now)


class TicketCardEdit(QuietKind):
    """Has a card say how its ticket stands now."""

    name = CARD_EDIT

    def __init__(self, cards: TicketCards, client: discord.Client) -> None:
        self._cards, self._client = cards, client

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The edit."""
        del now
        ticket = await self._cards.tickets.find(int(delivery.arguments["ticket"]))
        if ticket is None or delivery.channel_id is None:
            return Withdrawn()
        embed, view = self._cards.card(ticket)
        return edit(self._client, delivery.channel_id, int(delivery.arguments["message"]), embed, view)


class TicketLine(QuietKind):
    """One line in #staff-room: words do not reach the member as they did."""

    name = LINE

    def __init__(self, cards: TicketCards, client: discord.Client) -> None:
        self._cards, self._client = cards, client

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The line."""
        del now
        ticket = await self._cards.tickets.find(int(delivery.arguments["ticket"]))
        if ticket is None:
            return Withdrawn()
        key, name = str(delivery.arguments["key"]), named(ticket.name, ticket.user_id)
        if key == LEFT and await is_there(self._client, ticket):
            return Withdrawn()
        return Post(content=self._cards.say(ticket.language, key, name=name, number=ticket.id))

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Where they have left, words go by direct message from here on."""
        del receipt
        if delivery.arguments["key"] == LEFT:
            await self._cards.tickets.ways.found_gone(session, int(delivery.arguments["ticket"]), now)


async def is_there(client: discord.Client, ticket: Ticket) -> bool:
    """Whether a ticket's member is in the server.

    Raises:
        TryLaterError: where Discord does not say.
    """
    try:
        await client.http.get_member(ticket.guild_id, ticket.user_id)
    except discord.NotFound:
        return False
    except (discord.HTTPException, aiohttp.ClientError, OSError):
        raise TryLaterError from None
    return True


class TicketThread(QuietKind):
    """Opens the private thread with the member and staff in it, and hands on what is to be said there."""

    name = THREAD
    gives_up_on = frozenset({Outcome.REFUSED, Outcome.TARGET_GONE, Outcome.NO_ACCESS})

    def __init__(self, cards: TicketCards, places: Places) -> None:
        self._cards, self._places = cards, places

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The thread: one a person, found again by its neutral name."""
        del now
        tickets = self._cards.tickets
        ticket = await tickets.find(int(delivery.arguments["ticket"]))
        parent = delivery.channel_id
        if ticket is None or parent is None:
            return Withdrawn()
        person = ticket.user_id
        name = f"{self._cards.say(ticket.members_language, 'thread_name')} {short(person)}"
        staff = [one for one in await tickets.board.staff(ticket.guild_id) if one != person]

        async def open_it() -> Receipt:
            thread = await self._places.private_thread(ticket.guild_id, parent, name, [person])
            for one in staff:
                # All of staff may look into these threads; this one is shown it. That must not keep the words back.
                if not await self._places.add_to_thread(thread, one):
                    log.warning("ticket.staff_not_in_thread", ticket=ticket.id)
            return Receipt(thread)

        return Deed(open_it)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Say in it what it was opened for."""
        if receipt.channel_id is not None:
            await self._cards.tickets.ways.thread_opened(session, delivery, receipt.channel_id, now)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """By direct message then."""
        del outcome
        await self._cards.tickets.ways.thread_failed(session, delivery, now)


class TicketWord(QuietKind):
    """Something said to the member: in their thread, or by direct message."""

    name = WORD

    def __init__(self, cards: TicketCards, client: discord.Client) -> None:
        self._cards, self._client = cards, client

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The word, in the member's language."""
        del now
        given, thread = delivery.arguments, delivery.channel_id
        ticket = await self._cards.tickets.find(int(given["ticket"]))
        if ticket is None:
            return Withdrawn()
        if thread is not None and not await is_there(self._client, ticket):
            # What is said in a thread whose member has left would reach nobody, and nobody would know.
            raise RefusedForGoodError(Outcome.TARGET_GONE)
        told = Told(given["told"])
        values: dict[str, str | int] = {}
        if told is Told.CLOSED:
            values["days"] = REOPENS_BY_DM_FOR.days
        key = f"told_{told.value}" if thread is not None else f"told_{told.value}_dm"
        said = self._cards.say(ticket.members_language, key, **values)
        if thread is None:
            said = f"{self._cards.say(ticket.members_language, 'about', number=ticket.id)} {said}"
        embed = None
        if told in QUOTED and (given["quotes"] or told is Told.ANSWER):
            words = await self._cards.tickets.words(int(given["message"]))
            if words is None:
                return Withdrawn()  # erased
            embed = discord.Embed(description=inside(words)[0])
        if thread is None:
            return Post(content=said, embed=embed)
        return Post(content=f"<@{ticket.user_id}> {said}", embed=embed, mentions=only([ticket.user_id]))

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """The next road."""
        del outcome
        await self._cards.tickets.ways.word_failed(session, delivery, now)


class TicketCardGone(QuietKind):
    """Empties a card of a ticket that was erased."""

    name = CARD_GONE

    def __init__(self, cards: TicketCards, client: discord.Client) -> None:
        self._cards, self._client = cards, client

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The edit."""
        del now
        if delivery.channel_id is None:
            return Withdrawn()
        language = await self._cards.tickets.board.language(delivery.guild_id)
        embed = discord.Embed(description=self._cards.say(language, "card_erased"))
        return edit(self._client, delivery.channel_id, int(delivery.arguments["message"]), embed, None)


class TicketThreadGone(QuietKind):
    """Takes the thread of an erased ticket away, with everything in it. One that is gone needs nothing."""

    name = THREAD_GONE

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The deletion."""
        del now
        thread = delivery.channel_id
        if thread is None:
            return Withdrawn()

        async def delete() -> Receipt:
            try:
                await self._client.http.delete_channel(thread)
            except discord.NotFound:
                return Receipt()
            return Receipt()

        return Deed(delete)
