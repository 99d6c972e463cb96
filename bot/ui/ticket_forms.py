"""The forms and private answers of tickets, for staff alone."""

from collections.abc import Sequence

import discord

from bot.tickets.service import Line, Snippet, Taken, Ticket
from bot.ui.moderation_words import inside, named
from bot.ui.safe import Button, SafeModal, SafeView
from bot.ui.tickets import FEATURE, OVER, SEND, TicketCards

ANSWER_FORM, READY_FORM, CLOSE_FORM = "answer-form", "ready-form", "close-form"
WORDS_AT_MOST = 1_500
SUMMARY_AT_MOST = 2_000
LISTED_AT_MOST = 20
SHOWN_AT_MOST = 9
"""Embeds of one answer: Discord takes ten messages' worth of them, of 6,000 characters together."""


def answer_form(cards: TicketCards, ticket: Ticket) -> SafeModal:
    """Staff's own words, to the member."""
    made = SafeModal(cards.say(ticket.language, "answer_title", number=ticket.id), FEATURE, ANSWER_FORM, ticket.id)
    made.ask(cards.say(ticket.language, "answer_words"), "words", long=True, required=True, max_length=WORDS_AT_MOST)
    return made


def ready_form(cards: TicketCards, ticket: Ticket) -> SafeModal:
    """One of the plain answers; it is shown before it is sent."""
    made = SafeModal(cards.say(ticket.language, "ready_title", number=ticket.id), FEATURE, READY_FORM, ticket.id)
    options = {one.value: cards.say(ticket.language, f"snippet_name_{one.value}") for one in Snippet}
    made.choose(cards.say(ticket.language, "ready_which"), "snippet", options)
    return made


def close_form(cards: TicketCards, ticket: Ticket, seen: int) -> SafeModal:
    """What came of it, for staff. ``seen`` is the ticket's round when they looked."""
    row = f"{ticket.id}.{seen}"
    made = SafeModal(cards.say(ticket.language, "close_title", number=ticket.id), FEATURE, CLOSE_FORM, row)
    made.ask(
        cards.say(ticket.language, "close_summary"), "summary", long=True, required=True, max_length=SUMMARY_AT_MOST
    )
    return made


def preview(
    cards: TicketCards, ticket: Ticket, snippet: Snippet, numbers: dict[str, str]
) -> tuple[str, discord.Embed, SafeView]:
    """A plain answer as the member would read it, with the button that sends it."""
    words = cards.say(ticket.members_language, f"snippet_{snippet.value}", **numbers)
    row = f"{ticket.id}.{ticket.round}.{snippet.value}"
    button = Button(cards.say(ticket.language, "send_it"), FEATURE, SEND, row, discord.ButtonStyle.success)
    return cards.say(ticket.language, "ready_preview"), discord.Embed(description=words), SafeView([button])


def shown(cards: TicketCards, ticket: Ticket, lines: Sequence[Line]) -> list[discord.Embed]:
    """The member's words, for whoever pressed `Show`; the newest, where they are many."""
    parts = [part for line in lines for part in inside(_words_of(cards, ticket.language, line))]
    embeds = [discord.Embed(description=part) for part in parts[-SHOWN_AT_MOST:]]
    if embeds:
        embeds[0].title = cards.say(ticket.language, "show_title", number=ticket.id)
    return embeds


def _words_of(cards: TicketCards, language: str, line: Line) -> str:
    said = line.words or cards.say(language, "a_forgotten" if line.is_forgotten else "a_file")
    return said if line.deleted_at is None else f"{said}\n{cards.say(language, 'a_deleted')}"


def taken(cards: TicketCards, one: Taken, presser: int) -> tuple[str, SafeView | None]:
    """What is said to whoever pressed `Take it`; where somebody else has it, with a way to take over."""
    language, number = one.ticket.language, one.ticket.id
    if not one.ticket.is_open:
        return cards.say(language, "is_closed"), None
    if one.first or one.by == presser:
        return cards.say(language, "you_took", number=number), None
    button = Button(cards.say(language, "take_over"), FEATURE, OVER, f"{number}.{one.by}")
    return cards.say(language, "taken_by", who=f"<@{one.by}>"), SafeView([button])


def listed(cards: TicketCards, language: str, tickets: Sequence[Ticket]) -> str:
    """The answer to `/ticket list`: no words of anybody."""
    if not tickets:
        return cards.say(language, "list_empty")
    lines = []
    for ticket in tickets[:LISTED_AT_MOST]:
        line = cards.say(
            language,
            "list_line",
            number=ticket.id,
            name=named(ticket.name, ticket.user_id),
            state=cards.state(ticket),
        )
        if ticket.assigned_to is not None:
            line += " " + cards.say(language, "card_taken", who=f"<@{ticket.assigned_to}>")
        lines.append(line)
    if len(tickets) > LISTED_AT_MOST:
        lines.append(cards.say(language, "list_more", count=len(tickets) - LISTED_AT_MOST))
    return "\n".join(lines)[:2000]
