"""What people see of check-ins: the card, the day's thread, the form, the group's posts, and the private answer."""

from collections.abc import Mapping
from datetime import date, datetime

import discord

from bot.checkins.service import (
    CARD,
    POST,
    THREAD,
    TO_STAFF,
    UNPOST,
    WORDS_AT_MOST,
    Audience,
    CheckinPosting,
    Feeling,
    Kept,
    Opening,
    ReachOut,
    Shared,
)
from bot.content import Content
from bot.db import Session
from bot.delivery.service import Deed, Delivery, Outcome, Post, QuietKind, Receipt, Withdrawn
from bot.ui.places import Places
from bot.ui.safe import Button, SafeModal, SafeView

FEATURE = "checkin"
MESSAGE_AT_MOST = 2000
"""Characters of a message's text that Discord takes."""
THREAD_IS_ARCHIVED = 50083
"""Discord's code where something is to be changed in a thread that has gone to sleep."""


class CheckinCard(QuietKind):
    """The group's card, with the button."""

    name = CARD

    def __init__(self, posting: CheckinPosting, content: Content) -> None:
        self._posting, self._content = posting, content

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The card, where the programme still asks at this moment; a late one says so."""
        card = await self._posting.card(int(delivery.arguments["day"]), now)
        if card is None:
            return Withdrawn()
        say = self._content.texts.say
        body = "checkins.late_card" if card.is_late else "checkins.card_body"
        embed = discord.Embed(
            title=say(card.language, "checkins.card_title"),
            description=say(card.language, body, closes=discord.utils.format_dt(card.closes_at, "t")),
        )
        embed.set_author(name=heading(self._content, card.language, card.local_date, "checkins.card_heading"))
        label = say(card.language, "buttons.check_in")
        return Post(
            embed=embed, view=SafeView([Button(label, FEATURE, "open", card.day_id, discord.ButtonStyle.primary)])
        )

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Remember the card, and have its thread opened."""
        if receipt.channel_id is not None and receipt.message_id is not None:
            day_id = int(delivery.arguments["day"])
            await self._posting.card_posted(session, day_id, receipt.channel_id, receipt.message_id, now)


class CheckinThread(QuietKind):
    """Opens the day's thread on its card."""

    name = THREAD

    def __init__(self, posting: CheckinPosting, content: Content, places: Places) -> None:
        self._posting, self._content, self._places = posting, content, places

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The thread, where the card stands and has none yet."""
        card = await self._posting.card(int(delivery.arguments["day"]), now)
        if card is None or card.message_id is None or card.thread_id is not None or delivery.channel_id is None:
            return Withdrawn()
        channel_id, message_id = delivery.channel_id, card.message_id
        name = heading(self._content, card.language, card.local_date, "checkins.thread_name")

        async def open_it() -> Receipt:
            return Receipt(await self._places.thread_on(channel_id, message_id, name))

        return Deed(open_it)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Remember the thread: answers go there from now on."""
        del now
        if receipt.channel_id is not None:
            await self._posting.thread_opened(session, int(delivery.arguments["day"]), receipt.channel_id)


class CheckinPost(QuietKind):
    """What somebody chose to share with the group, in the day's thread."""

    name = POST

    def __init__(self, posting: CheckinPosting, content: Content) -> None:
        self._posting, self._content = posting, content

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The post, where this is still their answer and they are still in the group."""
        del now
        post = await self._posting.group_post(int(delivery.arguments["answer"]), int(delivery.arguments["revision"]))
        return Post(content=post_text(self._content, post)) if post is not None else Withdrawn()

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """It stands in the group: whoever moderates hears of it."""
        del now
        if receipt.channel_id is not None and receipt.message_id is not None:
            at = (receipt.channel_id, receipt.message_id)
            await self._posting.posted(session, int(delivery.arguments["answer"]), at)

    async def arrived_late(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Changed or erased while it was on its way: it is taken back again."""
        del now
        if receipt.channel_id is not None and receipt.message_id is not None:
            day_id, answer_id, revision = (int(delivery.arguments[name]) for name in ("day", "answer", "revision"))
            at = (receipt.channel_id, receipt.message_id)
            await self._posting.arrived_late(session, day_id, answer_id, revision, at)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """The thread is gone or closed to us: post to the channel instead."""
        del now
        if delivery.channel_id is not None and outcome in {Outcome.TARGET_GONE, Outcome.NO_ACCESS}:
            day_id, answer_id, revision = (int(delivery.arguments[name]) for name in ("day", "answer", "revision"))
            await self._posting.thread_missing(session, day_id, answer_id, revision, thread_id=delivery.channel_id)


class CheckinStaffLine(QuietKind):
    """One line in #staff-room: somebody sent a check-in to staff. What it says is shown to whoever presses for it."""

    name = TO_STAFF

    def __init__(self, posting: CheckinPosting, content: Content) -> None:
        self._posting, self._content = posting, content

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The line, where this is still their answer and still for staff."""
        del now
        answer_id = int(delivery.arguments["answer"])
        note = await self._posting.staff_note(answer_id, int(delivery.arguments["revision"]))
        if note is None:
            return Withdrawn()
        say = self._content.texts.say
        show = Button(say(note.language, "checkins.show_button"), FEATURE, "show", answer_id)
        values = {"name": plain(note.name), "group": plain(note.group_name)}
        line = say(note.language, "checkins.staff_only_received", **values)
        return Post(content=line, view=SafeView([show]))


class CheckinUnpost(QuietKind):
    """Takes back what was posted of an answer that its author has replaced or erased."""

    name = UNPOST

    def __init__(self, posting: CheckinPosting, client: discord.Client) -> None:
        self._posting, self._client = posting, client

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """Delete the earlier post, where there is one."""
        del now
        posted = await self._posting.posted_for(str(delivery.arguments["subject"]))
        if not posted:
            return Withdrawn()

        async def take_back() -> Receipt:
            for channel_id, message_id in posted:
                try:
                    await self._delete(channel_id, message_id)
                except discord.NotFound:
                    continue  # somebody else took it away, or a first attempt did
            return Receipt()

        return Deed(take_back)

    async def _delete(self, channel_id: int, message_id: int) -> None:
        http = self._client.http
        try:
            await http.delete_message(channel_id, message_id)
        except discord.HTTPException as refused:
            if refused.code != THREAD_IS_ARCHIVED:
                raise
            await http.edit_channel(channel_id, archived=False)
            await http.delete_message(channel_id, message_id)


def heading(content: Content, language: str, day: date, key: str, **values: str | int) -> str:
    """A text with the date written out, such as "Check-in, Monday, November 23", and whatever else it names."""
    texts = content.texts
    written = texts.say(
        language,
        "checkins.date",
        weekday=texts.variant(language, "checkins.weekdays", day.weekday()),
        month=texts.variant(language, "checkins.months", day.month - 1),
        day=day.day,
    )
    return texts.say(language, key, date=written, **values)


def form(content: Content, opening: Opening, verb: str, row: int | str) -> SafeModal:
    """The form: a word for the day, words if they like, where it goes, and whether somebody should get in touch.

    Where this day was answered before, it starts from that answer; to somebody in several groups it names the one.
    """
    say, language, earlier, group = content.texts.say, opening.language, opening.earlier, opening.group_name
    title = say(language, "checkins.form_title") if group is None else say(language, "checkins.form_for", group=group)
    made = SafeModal(title, FEATURE, verb, row)
    made.choose(
        say(language, "checkins.label_feeling"),
        "feeling",
        {feeling.value: say(language, f"checkins.feeling_{feeling.value}") for feeling in Feeling},
        default=earlier.feeling.value if earlier else None,
    )
    made.ask(
        say(language, "checkins.label_words"),
        "words",
        long=True,
        default=(earlier.words or None) if earlier else None,
        placeholder=say(language, "checkins.words_placeholder"),
        max_length=WORDS_AT_MOST,
    )
    made.choose(
        say(language, "checkins.label_share"),
        "share",
        {audience.value: say(language, f"checkins.share_{audience.value}") for audience in Audience},
        default=earlier.audience.value if earlier else None,
    )
    made.choose(
        say(language, "checkins.label_contact"),
        "contact",
        {reach.value: say(language, f"checkins.contact_{reach.value}") for reach in ReachOut},
        default=ReachOut.NO.value,
    )
    return made


def quoted(words: str) -> str:
    """Words of a person's, harmless in Markdown, as the rest of a quotation that has been begun."""
    safe = discord.utils.escape_mentions(discord.utils.escape_markdown(words))
    return "\n> ".join(line for line in safe.splitlines() if line.strip())


def plain(text: str) -> str:
    """A name or a title on one line, harmless in Markdown."""
    return discord.utils.escape_mentions(discord.utils.escape_markdown(" ".join(text.split())))


def post_text(content: Content, post: Shared) -> str:
    """What the group reads, or staff where it was sent to them."""
    say = content.texts.say
    values = {
        "name": plain(post.name),
        "feeling": say(post.language, f"checkins.feeling_{post.feeling.value}"),
    }
    if not post.words:
        return say(post.language, "checkins.posted", **values)
    return say(post.language, "checkins.posted_with_words", **values, words=quoted(post.words))[:MESSAGE_AT_MOST]


def confirmation(content: Content, kept: Kept, reach_out: ReachOut, numbers: Mapping[str, str]) -> str:
    """The private answer to a check-in: what became of it, a line that fits, and what was arranged."""
    texts, language = content.texts, kept.language
    said = [texts.say(language, "checkins.changed")] if kept.changed and not kept.grave else []
    for key, index in kept.lines:
        said.append(texts.variant(language, key, index))
        if key == "checkins.kept_back" and kept.because:
            reason = ", ".join(texts.say(language, f"moderation.filter_{one}") for one in kept.because)
            said.append(texts.say(language, "checkins.kept_back_because", reason=reason))
    if reach_out is ReachOut.TODAY:
        said.append(asked_today(content, language, numbers, evening=kept.evening))
    if kept.scored_form is not None:
        said.append(texts.say(language, "checkins.scored_form", link=kept.scored_form))
    return "\n\n".join(said)


def asked_today(content: Content, language: str, numbers: Mapping[str, str], *, evening: bool = False) -> str:
    """That staff have been asked to get in touch today; said honestly where little of the day is left."""
    key = "checkins.asked_late_today" if evening else "checkins.contact_today_confirmed"
    return content.texts.say(language, key, **numbers)
