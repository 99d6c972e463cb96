"""What check-ins say by themselves: a card's end, the line to staff, the nudge, and the tasks that staff tick off."""

from datetime import datetime

import discord

from bot.checkins.service import (
    CLOSING,
    LINE_GONE,
    NUDGE,
    ROLL,
    TASK,
    TASK_DONE,
    CheckinPosting,
    Nudge,
    Task,
    TaskKind,
    Ticked,
    Unheard,
)
from bot.content import Content, pick_variant
from bot.db import Session
from bot.delivery.service import Deed, Delivery, Outcome, Post, Postponed, QuietKind, Receipt, Withdrawn
from bot.program.layout import STAFF_ROOM
from bot.ui.checkins import FEATURE, heading, plain
from bot.ui.places import Places
from bot.ui.safe import Button, SafeView

NAMES_AT_MOST = 1_700
"""Characters of names in one private list: a message holds 2,000."""


class CheckinClosing(QuietKind):
    """The end of a card: it says that it is closed and how many voices the thread has, and has no button any more."""

    name = CLOSING

    def __init__(self, posting: CheckinPosting, content: Content, client: discord.Client) -> None:
        self._posting, self._content, self._client = posting, content, client

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The edit, by what the thread holds now."""
        del now
        card = await self._posting.closing.card(int(delivery.arguments["day"]))
        if card is None:
            return Withdrawn()
        say = self._content.texts.say
        voices = {None: "", 1: say(card.language, "checkins.closed_one_voice")}.get(
            card.voices, say(card.language, "checkins.closed_voices", count=card.voices or 0)
        )
        said = [say(card.language, "checkins.closed"), voices, say(card.language, "checkins.closed_any_hour")]
        embed = discord.Embed(
            title=say(card.language, "checkins.card_title"), description=" ".join(part for part in said if part)
        )
        embed.set_author(name=heading(self._content, card.language, card.local_date, "checkins.card_heading"))

        async def edit() -> Receipt:
            message = self._client.get_partial_messageable(card.channel_id).get_partial_message(card.message_id)
            try:
                await message.edit(embed=embed, view=None)
            except discord.NotFound:
                return Receipt()  # somebody deleted the card: nothing left to close
            return Receipt()

        return Deed(edit)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Note who was not heard, and tell staff."""
        del receipt
        await self._ended(session, delivery, now)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """The card cannot be changed; the window has ended all the same."""
        del outcome
        await self._ended(session, delivery, now)

    async def _ended(self, session: Session, delivery: Delivery, now: datetime) -> None:
        if "again" not in delivery.arguments:
            await self._posting.closing.ended(session, int(delivery.arguments["day"]), now)


class CheckinRoll(QuietKind):
    """One line in #staff-room: a check-in has closed without everybody. Who, is shown to whoever presses for it."""

    name = ROLL

    def __init__(self, posting: CheckinPosting, content: Content) -> None:
        self._posting, self._content = posting, content

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The line, where somebody is not heard still."""
        del now
        day_id = int(delivery.arguments["day"])
        roll = await self._posting.closing.roll(day_id)
        if roll is None:
            return Withdrawn()
        say = self._content.texts.say
        values: dict[str, str | int] = {"group": plain(roll.group_name), "count": roll.silent}
        line = heading(self._content, roll.language, roll.local_date, "checkins.staff_roll", **values)
        who = Button(say(roll.language, "checkins.who_button"), FEATURE, "who", day_id)
        return Post(content=line, view=SafeView([who]))


class CheckinNudge(QuietKind):
    """The one nudge, to somebody who asked for it. Where their DM is closed nothing takes its place: it is no page."""

    name = NUDGE

    def __init__(self, posting: CheckinPosting, content: Content) -> None:
        self._posting, self._content = posting, content

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Postponed | Withdrawn:
        """The nudge, where they have not checked in, still want it, and it is inside their hours."""
        wanted = await self._posting.nudges.wanted(int(delivery.arguments["day"]), delivery.user_id or 0, now)
        if wanted is None:
            return Withdrawn()
        if not isinstance(wanted, Nudge):
            return Postponed(wanted)
        texts, language = self._content.texts, wanted.language
        count = texts.variants(language, "checkins.nudge")
        line = texts.variant(
            language,
            "checkins.nudge",
            wanted.number % count,
            closes=discord.utils.format_dt(wanted.closes_at, "t"),
        )
        check_in = Button(
            texts.say(language, "buttons.check_in"), FEATURE, "open", wanted.day_id, discord.ButtonStyle.primary
        )
        stop = Button(texts.say(language, "checkins.no_nudge_button"), FEATURE, "no-nudge", wanted.guild_id)
        return Post(content=line, view=SafeView([check_in, stop]))


class StaffTask(QuietKind):
    """A task in #staff-room, with `Done`; told again until somebody has pressed it."""

    name = TASK

    def __init__(self, posting: CheckinPosting, content: Content, places: Places) -> None:
        self._posting, self._content, self._places = posting, content, places

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The line, where it is not done yet."""
        del now
        task = await self._posting.tasks.find(int(delivery.arguments["task"]))
        if task is None or task.done_at is not None:
            return Withdrawn()
        done = Button(self._content.texts.say(task.language, "buttons.done"), FEATURE, "done", task.id)
        line = task_line(self._content, task, again=int(delivery.arguments["asked"]) > 0)
        return Post(
            content=line,
            view=SafeView([done]),
            channel_id=await self._places.channel(delivery.guild_id, STAFF_ROOM) or delivery.channel_id,
        )

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """Plan the next time; or have it say that it was done meanwhile."""
        await self._told(session, delivery, receipt, now)

    async def arrived_late(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """It was ticked off while this was on its way."""
        await self._told(session, delivery, receipt, now)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """Nobody was told; somebody has to be, so it is tried again later."""
        del outcome
        await self._told(session, delivery, Receipt(), now)

    async def _told(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        at = (receipt.channel_id, receipt.message_id)
        message = (at[0], at[1]) if at[0] is not None and at[1] is not None else None
        task_id, asked = int(delivery.arguments["task"]), int(delivery.arguments["asked"])
        await self._posting.tasks.told(session, task_id, asked, now, message)


class StaffTaskDone(QuietKind):
    """Has a task's message say who has done it."""

    name = TASK_DONE

    def __init__(self, posting: CheckinPosting, content: Content, client: discord.Client) -> None:
        self._posting, self._content, self._client = posting, content, client

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The edit."""
        del now
        task = await self._posting.tasks.find(int(delivery.arguments["task"]))
        channel_id, message_id = delivery.channel_id, int(delivery.arguments["message"])
        if task is None or task.done_at is None or channel_id is None:
            return Withdrawn()
        line = self._content.texts.say(
            task.language,
            "checkins.task_done",
            name=plain(task.name),
            group=plain(task.group_name),
            staff=f"<@{task.done_by}>",
            at=discord.utils.format_dt(task.done_at, "f"),
        )

        async def edit() -> Receipt:
            message = self._client.get_partial_messageable(channel_id).get_partial_message(message_id)
            try:
                await message.edit(content=line, view=None, allowed_mentions=discord.AllowedMentions.none())
            except discord.NotFound:
                return Receipt()  # somebody deleted it: nothing left to say on it
            return Receipt()

        return Deed(edit)


class StaffLineGone(QuietKind):
    """Empties a line in #staff-room about somebody who has erased their data."""

    name = LINE_GONE

    def __init__(self, posting: CheckinPosting, content: Content, client: discord.Client) -> None:
        self._posting, self._content, self._client = posting, content, client

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The edit."""
        del now
        channel_id, message_id = delivery.channel_id, int(delivery.arguments["message"])
        if channel_id is None:
            return Withdrawn()
        language = await self._posting.language_of_staff(delivery.guild_id)
        line = self._content.texts.say(language, "checkins.line_erased")

        async def edit() -> Receipt:
            message = self._client.get_partial_messageable(channel_id).get_partial_message(message_id)
            try:
                await message.edit(content=line, view=None, allowed_mentions=discord.AllowedMentions.none())
            except discord.NotFound:
                return Receipt()  # somebody deleted it: nothing left to empty
            return Receipt()

        return Deed(edit)


def task_line(content: Content, task: Task, *, again: bool) -> str:
    """What staff are told of a task: who, and what to do; never a word of what somebody wrote."""
    values = {"name": plain(task.name), "group": plain(task.group_name)}
    if task.kind is TaskKind.QUIET:
        return content.texts.say(task.language, "checkins.staff_quiet", **values)
    if not again:
        return content.texts.say(task.language, "checkins.staff_contact_today", **values)
    at = discord.utils.format_dt(task.asked_at, "f")
    return content.texts.say(task.language, "checkins.staff_contact_again", **values, at=at)


def ticked_text(content: Content, ticked: Ticked, presser: int) -> str:
    """The private answer to `Done`."""
    if ticked.first:
        return content.texts.say(ticked.language, "checkins.ticked")
    if ticked.by == presser:
        return content.texts.say(ticked.language, "checkins.ticked_before")
    return content.texts.say(ticked.language, "checkins.ticked_by", staff=f"<@{ticked.by}>")


def unheard_text(content: Content, unheard: Unheard) -> str:
    """Who has not been heard, for one of staff alone."""
    if not unheard.names:
        return content.texts.say(unheard.language, "checkins.all_heard")
    names = [plain(name) for name in unheard.names]
    room = NAMES_AT_MOST
    shown = [name for name in names if (room := room - len(name) - 2) >= 0]
    more = ["…"] if len(shown) < len(names) else []
    values = {"group": plain(unheard.group_name), "names": ", ".join([*shown, *more])}
    return heading(content, unheard.language, unheard.local_date, "checkins.unheard", **values)


def skill_offer(content: Content, language: str, seed: int) -> str:
    """The line before a skill on a hard day."""
    key = "checkins.skill_offer"
    return content.texts.variant(language, key, pick_variant(content.texts.variants(language, key), None, seed))
