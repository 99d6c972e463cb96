"""The doors of tickets: `/ask`, staff's `/ticket`, the buttons of the card; and what Discord tells of their threads."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.doors import Doors
from bot.cogs.oncall_group import STAFF_ONLY
from bot.crisis.assessment import Tier
from bot.errors import NotFoundError
from bot.intake.service import Heard, Intake, Origin
from bot.members.service import MemberService
from bot.observe.logs import get_logger
from bot.tickets.service import Ended, Ending, Snippet, Ticket
from bot.ui import ticket_forms as forms
from bot.ui import tickets as ui
from bot.ui.safe import Press, Presses, Reply
from bot.ui.tickets import TicketCards

log = get_logger(__name__)

GRAVE = frozenset({Tier.PAGE, Tier.NOTIFY})
ENDED = {Ended.BEFORE: "closed_before", Ended.WRITTEN_SINCE: "written_since"}
SENT = {Ended.DONE: "you_sent", Ended.BEFORE: "sent_before", Ended.CLOSED: "is_closed"}


class Tickets(commands.Cog):
    """Asking staff, and what staff do with it."""

    ticket = app_commands.Group(
        name="ticket", description="What members asked staff.", guild_only=True, default_permissions=STAFF_ONLY
    )

    def __init__(
        self, cards: TicketCards, intake: Intake, members: MemberService, presses: Presses, doors: Doors
    ) -> None:
        self._cards, self._intake, self._members, self._doors = cards, intake, members, doors
        self._tickets, self._desk = cards.tickets, cards.tickets.desk
        presses.on(ui.FEATURE, ui.SHOW, self._show)
        presses.on(ui.FEATURE, ui.TAKE, self._take)
        presses.on(ui.FEATURE, ui.OVER, self._take_over)
        presses.on(ui.FEATURE, ui.ANSWER, self._answer, opens_form=True)
        presses.on(ui.FEATURE, forms.ANSWER_FORM, self._answered)
        presses.on(ui.FEATURE, ui.READY, self._ready, opens_form=True)
        presses.on(ui.FEATURE, forms.READY_FORM, self._chosen)
        presses.on(ui.FEATURE, ui.SEND, self._send)
        presses.on(ui.FEATURE, ui.CLOSE, self._close, opens_form=True)
        presses.on(ui.FEATURE, forms.CLOSE_FORM, self._closed)

    # -- the member ----------------------------------------------------------------------------------------------------

    @app_commands.command(name="ask", description="Ask staff something, privately.")
    @app_commands.describe(text="What would you like to ask or tell them?")
    async def ask(self, interaction: discord.Interaction, text: app_commands.Range[str, 1, 1500]) -> None:
        """A question for staff. It is read for danger before anything else is done with it."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild_or_none(reply)
        heard = await self._heard(reply, guild_id, text, "command:ask")
        if heard.reply:
            await reply.say(heard.reply)
        if guild_id is None:
            raise NotFoundError(self._cards.say(str(interaction.locale), "ask_where"))
        key = f"interaction:{interaction.id}"
        asked = await self._tickets.ask(guild_id, reply.user_id, text, key, quotes=heard.tier not in GRAVE)
        standing = await self._members.standing(guild_id, reply.user_id)
        language = standing.language if standing.is_known else str(interaction.locale)
        numbers = await self._doors.numbers(guild_id, language)
        await reply.say(self._cards.say(language, "ask_added" if asked.was_open else "ask_thanks", **numbers))

    async def _heard(self, reply: Reply, guild_id: int | None, text: str, source: str) -> Heard:
        language = str(reply.interaction.locale)
        key = f"interaction:{reply.interaction.id}"
        origin = Origin(guild_id, reply.user_id, reply.channel_id, source, key=key, language=language)
        return await self._intake.handle(text, origin)

    # -- commands of staff ---------------------------------------------------------------------------------------------

    @ticket.command(name="list", description="The tickets that are open.")
    async def list_(self, interaction: discord.Interaction) -> None:
        """What waits, and who has it."""
        reply = Reply(interaction)
        await reply.defer()
        guild_id = await self._doors.guild(reply)
        tickets = await self._desk.open_tickets(guild_id, reply.user_id)
        await reply.say(forms.listed(self._cards, await self._tickets.board.language(guild_id), tickets))

    @ticket.command(name="take", description="Have a ticket from now on.")
    @app_commands.describe(number="Its number")
    async def take(self, interaction: discord.Interaction, number: app_commands.Range[int, 1]) -> None:
        """The same as the button `Take it`."""
        reply = Reply(interaction)
        await reply.defer()
        await self._here(reply, number)
        await self._take_for(reply, number, None)

    @ticket.command(name="close", description="Close a ticket, with a summary for staff.")
    @app_commands.describe(number="Its number")
    async def close(self, interaction: discord.Interaction, number: app_commands.Range[int, 1]) -> None:
        """The same as the button `Close`."""
        reply = Reply(interaction)
        found = await self._here(reply, number)
        await self._close_at(reply, number, found.round)

    async def _here(self, reply: Reply, number: int) -> Ticket:
        """A ticket of this server; another's is as if there were none."""
        ticket = await self._desk.may_answer(number, reply.user_id)
        if ticket.guild_id != await self._doors.guild(reply):
            raise NotFoundError("That is no longer there.")
        return ticket

    # -- the card's buttons --------------------------------------------------------------------------------------------

    async def _show(self, press: Press) -> None:
        ticket, lines = await self._desk.show(press.row_id, press.user_id)
        embeds = forms.shown(self._cards, ticket, lines)
        for embed in embeds:
            await press.say(embed=embed)
        link = await self._desk.page(ticket, press.user_id)
        if link is not None:
            await press.say(self._cards.say(ticket.language, "show_link", link=link))
        elif not embeds:
            await press.say(self._cards.say(ticket.language, "show_nothing"))

    async def _take(self, press: Press) -> None:
        await self._take_for(press, press.row_id, None)

    async def _take_over(self, press: Press) -> None:
        number, holder = _numbers(press.row)
        await self._take_for(press, number, holder)

    async def _take_for(self, reply: Reply, number: int, instead_of: int | None) -> None:
        taken = await self._desk.take(number, reply.user_id, instead_of)
        said, view = forms.taken(self._cards, taken, reply.user_id)
        await reply.say(said, view=view)

    async def _answer(self, press: Press) -> None:
        await press.open(forms.answer_form(self._cards, await self._desk.may_answer(press.row_id, press.user_id)))

    async def _answered(self, press: Press) -> None:
        words = press.value("words")
        heard = await self._heard(press, await self._doors.guild_or_none(press), words, "form:ticket-answer")
        if heard.reply:
            await press.say(heard.reply)
        ending = await self._desk.answer(press.row_id, press.user_id, words, f"interaction:{press.interaction.id}")
        await self._say_sent(press, ending)

    async def _ready(self, press: Press) -> None:
        await press.open(forms.ready_form(self._cards, await self._desk.may_answer(press.row_id, press.user_id)))

    async def _chosen(self, press: Press) -> None:
        ticket = await self._desk.may_answer(press.row_id, press.user_id)
        numbers = await self._doors.numbers(ticket.guild_id, ticket.members_language)
        said, embed, view = forms.preview(self._cards, ticket, Snippet(press.value("snippet")), numbers)
        await press.say(said, embed=embed, view=view)

    async def _send(self, press: Press) -> None:
        number, round_, name = press.row.split(".")
        ticket, snippet = await self._desk.may_answer(int(number), press.user_id), Snippet(name)
        numbers = await self._doors.numbers(ticket.guild_id, ticket.members_language)
        words = self._cards.say(ticket.members_language, f"snippet_{snippet.value}", **numbers)
        key = f"ready:{number}:{round_}:{snippet.value}"  # pressed twice, it is said once
        await self._say_sent(press, await self._desk.answer(ticket.id, press.user_id, words, key))

    async def _say_sent(self, press: Press, ending: Ending) -> None:
        await press.say(self._cards.say(ending.ticket.language, SENT[ending.ended]))

    async def _close(self, press: Press) -> None:
        number, seen = _numbers(press.row)
        await self._close_at(press, number, seen)

    async def _close_at(self, reply: Reply, number: int, seen: int) -> None:
        """The form for the summary; where there is no page to read it on, none is asked for."""
        ticket = await self._desk.may_answer(number, reply.user_id)
        if self._desk.has_pages and ticket.is_open:
            await reply.open(forms.close_form(self._cards, ticket, seen))
            return
        await reply.defer()
        await self._say_closed(reply, await self._desk.close(number, reply.user_id, seen, ""))

    async def _closed(self, press: Press) -> None:
        number, seen = _numbers(press.row)
        summary = press.value("summary")
        heard = await self._heard(press, await self._doors.guild_or_none(press), summary, "form:ticket-summary")
        if heard.reply:
            await press.say(heard.reply)
        await self._say_closed(press, await self._desk.close(number, press.user_id, seen, summary))

    async def _say_closed(self, reply: Reply, ending: Ending) -> None:
        ticket, key = ending.ticket, ENDED.get(ending.ended, "you_closed")
        who = f"<@{ticket.closed_by}>" if ticket.closed_by is not None else ""
        await reply.say(self._cards.say(ticket.language, key, number=ticket.id, who=who))

    # -- what Discord tells --------------------------------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """A thread was deleted by hand, perhaps a ticket's."""
        await self._tickets.ways.thread_deleted(payload.thread_id)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A message was deleted, perhaps one of a ticket."""
        await self._tickets.deleted([payload.message_id])

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Many were deleted at once."""
        await self._tickets.deleted(sorted(payload.message_ids))


def _numbers(row: str) -> tuple[int, int]:
    """The two numbers in a button's row; 0 where there are none, which no ticket has."""
    first, _, second = row.partition(".")
    return (int(first), int(second)) if first.isdecimal() and second.isdecimal() else (0, 0)
