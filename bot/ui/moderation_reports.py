"""What people see of reports: the form, the thanks, staff's card, and what `Show` shows. No card names a reporter."""

from datetime import datetime
from string import ascii_letters, digits

import discord

from bot.content import Content
from bot.db import Session
from bot.delivery.service import Deed, Delivery, Outcome, Post, QuietKind, Receipt, Withdrawn
from bot.moderation.service import (
    REPORT,
    REPORT_EDIT,
    REPORT_THREAD,
    Case,
    ModerationService,
    ReportReason,
    ReportState,
    Voice,
)
from bot.observe.logs import get_logger
from bot.ui.moderation import edit, only
from bot.ui.moderation_words import inside, named, place, timestamp
from bot.ui.places import Places
from bot.ui.safe import Button, SafeModal, SafeView

log = get_logger(__name__)

FEATURE = "report"
FORM, SHOW, WHO, CLOSE = "form", "show", "who", "close"
WORDS_AT_MOST = 1_000
_DIGITS = digits + ascii_letters


class ReportCards:
    """Draws the form, the card, and what `Show` shows."""

    def __init__(self, moderation: ModerationService, content: Content) -> None:
        self.moderation, self._content = moderation, content

    def say(self, language: str, key: str, **values: str | int) -> str:
        """A text of moderation's."""
        return self._content.texts.say(language, f"moderation.{key}", **values)

    def form(self, language: str, row: str) -> SafeModal:
        """Why, in plain choices, and words if they like."""
        made = SafeModal(self.say(language, "report_title"), FEATURE, FORM, row)
        options = {one.value: self.say(language, f"reason_{one.value}") for one in ReportReason}
        made.choose(self.say(language, "report_reason"), "reason", options)
        made.ask(self.say(language, "report_words"), "words", long=True, max_length=WORDS_AT_MOST)
        return made

    def card(self, case: Case) -> tuple[discord.Embed, SafeView]:
        """The card: whose message, where, how many; none of the words, and nobody who reported."""
        language, say = case.language, self.say
        lines = [
            say(
                language,
                "report_card",
                name=named(case.name, case.about_id or 0),
                link=place(case.guild_id, case.channel_id, case.message_id),
                when=timestamp(case.opened_at),
            ),
            say(language, "report_count", count=case.count),
        ]
        if case.goes_past:
            lines.append(say(language, "report_goes_past"))
        if case.incident is not None and case.state is ReportState.OPEN:
            lines.append(say(language, "flag_incident", code=case.incident))
        if case.state is ReportState.CLOSED and case.closed_at is not None:
            lines.append(say(language, "report_closed", by=f"<@{case.closed_by}>", when=timestamp(case.closed_at)))
        return discord.Embed(title=say(language, "report_card_title"), description="\n".join(lines)), self._view(case)

    def _view(self, case: Case) -> SafeView:
        buttons = [Button(self.say(case.language, "show"), FEATURE, SHOW, case.id, discord.ButtonStyle.primary)]
        if case.state is ReportState.OPEN:
            buttons.append(Button(self.say(case.language, "report_close"), FEATURE, CLOSE, case.id))
        return SafeView(buttons)

    def shown(self, case: Case, words: str | None, voices: list[Voice]) -> tuple[list[discord.Embed], SafeView]:
        """The message's words, then why each of the reports was made, for whoever pressed `Show`."""
        language, say = case.language, self.say
        without = say(language, "no_words" if case.about_id is not None else "report_own_post")
        embeds = [discord.Embed(description=part) for part in inside(words or without)]
        embeds[0].title = say(language, "report_shown_title")
        said = []
        for voice in voices:
            line = f"- {say(language, f'reason_{voice.reason.value}')} ({timestamp(voice.at)})"
            said.append(f"{line}\n> {_one_line(voice.words)}" if voice.words else line)
        threes = [said[start : start + 3] for start in range(0, len(said), 3)]  # of a thousand characters each
        embeds += [discord.Embed(description="\n".join(three)[:4096]) for three in threes]
        who = Button(say(language, "report_who"), FEATURE, WHO, case.id)
        return embeds[:10], SafeView([who])


def _one_line(words: str) -> str:
    return discord.utils.escape_markdown(" ".join(words.split()), ignore_links=True)[:1200]


class ReportCard(QuietKind):
    """The card of a report; the same again, with a name called, where it has waited for long."""

    name = REPORT

    def __init__(self, cards: ReportCards) -> None:
        self._cards = cards

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The card as it stands at this moment."""
        del now
        case = await self._cards.moderation.reports.find(int(delivery.arguments["report"]))
        if case is None:
            return Withdrawn()
        embed, view = self._cards.card(case)
        if not delivery.arguments["reminder"]:
            return Post(embed=embed, view=view)
        if case.state is not ReportState.OPEN:
            return Withdrawn()
        people = list(case.others) or await self._cards.moderation.whom_to_remind(case.guild_id)
        who = " ".join(f"<@{person}>" for person in people)
        said = self._cards.say(case.language, "still_waiting", who=who, when=timestamp(case.opened_at))
        return Post(content=said, embed=embed, view=view, mentions=only(people))


class ReportCardEdit(QuietKind):
    """Has the card of a report say how it stands now."""

    name = REPORT_EDIT

    def __init__(self, cards: ReportCards, client: discord.Client) -> None:
        self._cards, self._client = cards, client

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The edit."""
        del now
        case = await self._cards.moderation.reports.find(int(delivery.arguments["report"]))
        if case is None or delivery.channel_id is None:
            return Withdrawn()
        embed, view = self._cards.card(case)
        return edit(self._client, delivery.channel_id, int(delivery.arguments["message"]), embed, view)


class ReportThread(QuietKind):
    """Opens the private thread in which the others of staff find a report about one of them."""

    name = REPORT_THREAD

    def __init__(self, cards: ReportCards, places: Places) -> None:
        self._cards, self._places = cards, places

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The thread, with every one of staff in it but whom it is about."""
        del now
        case = await self._cards.moderation.reports.find(int(delivery.arguments["report"]))
        parent = delivery.channel_id
        if case is None or parent is None or not case.others:
            return Withdrawn()
        name = self._cards.say(case.language, "report_thread", number=case.id)

        async def open_it() -> Receipt:
            thread = await self._places.private_thread(case.guild_id, parent, name, [])
            reached = [await self._places.add_to_thread(thread, one) for one in case.others]
            if not any(reached):
                log.error("moderation.report_reaches_nobody", report=case.id)
            return Receipt(thread)

        return Deed(open_it)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Put the card into it."""
        del now
        if receipt.channel_id is not None:
            report_id = int(delivery.arguments["report"])
            await self._cards.moderation.reports.thread_opened(session, report_id, receipt.channel_id)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """No thread could be opened: it is tried again with the next reminder, and never put where all may look."""
        del session, now
        log.error("moderation.no_report_thread", report=int(delivery.arguments["report"]), outcome=outcome.value)


def pack(channel_id: int, message_id: int, author_id: int) -> str:
    """The three ids a form has to carry, in the few characters that a custom id has left for them."""
    return ".".join(map(_short, (channel_id, message_id, author_id)))


def unpack(row: str) -> tuple[int, int, int]:
    """What ``pack`` wrote.

    Raises:
        ValueError: where it is nothing of the kind.
    """
    channel_id, message_id, author_id = (_long(part) for part in row.split("."))
    return channel_id, message_id, author_id


def _short(number: int) -> str:
    written = ""
    while number:
        number, rest = divmod(number, len(_DIGITS))
        written = _DIGITS[rest] + written
    return written or "0"


def _long(text: str) -> int:
    number = 0
    for sign in text:
        number = number * len(_DIGITS) + _DIGITS.index(sign)
    return number
