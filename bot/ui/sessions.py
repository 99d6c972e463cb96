"""What people see of sessions: reminders with their three buttons, staff's lines, the list of what is next."""

from collections.abc import Sequence
from datetime import datetime

import discord

from bot.content import Content, pick_variant
from bot.db import Session
from bot.delivery.service import Delivery, Outbox, Outcome, Post, QuietKind, Withdrawn
from bot.program.layout import check_in_key
from bot.sessions.service import (
    REMINDER,
    STAFF_LINE,
    Answer,
    Answered,
    OccurrenceState,
    Reminder,
    SessionService,
    Upcoming,
)
from bot.ui.places import Places
from bot.ui.safe import Button, SafeView

FEATURE = "session"
VERBS = {"coming": Answer.ON_MY_WAY, "late": Answer.RUNNING_LATE, "cannot": Answer.CANT_MAKE_IT}
"""The verbs of the buttons: ``session:coming:<occurrence>`` and so on."""

_LABELS = {"coming": "buttons.on_my_way", "late": "buttons.running_late", "cannot": "buttons.cant_make_it"}
_STYLES = {"coming": discord.ButtonStyle.success}
_STAFF_LINES = {
    Answer.ON_MY_WAY: "sessions.staff_coming_after_all",
    Answer.RUNNING_LATE: "sessions.staff_running_late",
    Answer.CANT_MAKE_IT: "sessions.staff_cant_make_it",
}


class SessionReminder(QuietKind):
    """A reminder by DM, neutral on a lock screen; where DMs are closed, in the group's check-in channel."""

    name = REMINDER

    def __init__(self, sessions: SessionService, outbox: Outbox, content: Content, places: Places) -> None:
        self._sessions, self._outbox, self._content, self._places = sessions, outbox, content, places

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The reminder, where it is still wanted."""
        reminder = await self._sessions.reminder(delivery, now)
        if reminder is None:
            return Withdrawn()
        said, view = reminder_text(self._content, reminder), reminder_buttons(self._content, reminder)
        if delivery.channel_id is None:
            return Post(content=said, view=view)
        person = discord.Object(reminder.user_id)
        mentions = discord.AllowedMentions(everyone=False, roles=False, users=[person])
        return Post(content=f"<@{reminder.user_id}> {said}", view=view, mentions=mentions)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """DM closed: one message in the group's check-in channel, which nobody but the group and staff see."""
        del now
        if outcome is not Outcome.DM_CLOSED or delivery.channel_id is not None:
            return
        channel = await self._places.channel(delivery.guild_id, check_in_key(str(delivery.arguments["group"])))
        if channel is not None:
            await self._outbox.put(session, [self._sessions.into_channel(delivery, channel)])


class SessionStaffLine(QuietKind):
    """One line in #staff-room: somebody will be late, cannot come, or comes after all."""

    name = STAFF_LINE

    def __init__(self, sessions: SessionService, content: Content) -> None:
        self._sessions, self._content = sessions, content

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The line, while the answer it tells of still stands."""
        del now
        note = await self._sessions.staff_note(delivery)
        if note is None:
            return Withdrawn()
        said = self._content.texts.say(
            note.language,
            _STAFF_LINES[note.answer],
            name=_plain(note.chosen_name),
            group=_plain(note.group_name),
            time=note.wall_time,
            start=moment(note.starts_at),
        )
        return Post(content=said)


def reminder_text(content: Content, reminder: Reminder) -> str:
    """The words of a reminder: no name of the programme, and nothing of what kind of group it is."""
    texts, language = content.texts, reminder.language
    key = "sessions.late_reminder" if reminder.is_late else "sessions.reminder"
    lines = [
        texts.variant(
            language,
            key,
            reminder.seed,
            time=reminder.wall_time,
            start=moment(reminder.starts_at),
            relative=from_now(reminder.starts_at),
        )
    ]
    if reminder.where:
        lines.append(texts.say(language, "sessions.reminder_where", where=_plain(reminder.where)))
    if reminder.link:
        lines.append(texts.say(language, "sessions.reminder_link", link=reminder.link))
    return "\n".join(lines)


def reminder_buttons(content: Content, reminder: Reminder) -> SafeView:
    """`On my way`, `Running late`, `Can't make it`."""
    return SafeView(
        [
            Button(
                content.texts.say(reminder.language, _LABELS[verb]),
                FEATURE,
                verb,
                reminder.occurrence_id,
                _STYLES.get(verb, discord.ButtonStyle.secondary),
            )
            for verb in VERBS
        ]
    )


def answered_text(content: Content, answered: Answered) -> str:
    """The private word to somebody who has answered."""
    texts, language = content.texts, answered.language
    if answered.answer is None:
        if answered.moved_to is not None:
            start, relative = moment(answered.moved_to, "F"), from_now(answered.moved_to)
            return texts.say(language, "sessions.moved", time=answered.wall_time, start=start, relative=relative)
        key = "sessions.cancelled" if answered.state is OccurrenceState.CALLED_OFF else "sessions.expired"
        return texts.say(language, key, time=answered.wall_time, start=moment(answered.starts_at, "D"))
    key = f"sessions.rsvp_{answered.answer.value}"
    said = texts.variant(language, key, pick_variant(texts.variants(language, key), None, answered.revision))
    return f"{texts.say(language, 'sessions.rsvp_changed')}\n{said}" if answered.changed else said


def upcoming_text(content: Content, language: str, upcoming: Sequence[Upcoming]) -> str:
    """The list of what is next, in the reader's own zone."""
    texts = content.texts
    if not upcoming:
        return texts.say(language, "sessions.none_planned")
    lines = [
        texts.say(
            language,
            "sessions.list_line",
            time=one.wall_time,
            start=moment(one.starts_at, "F"),
            relative=from_now(one.starts_at),
        )
        for one in upcoming
    ]
    return "\n".join([texts.say(language, "sessions.list_heading"), *lines])


def moment(instant: datetime, style: str = "t") -> str:
    """Discord's own timestamp, shown in the reader's zone."""
    return f"<t:{int(instant.timestamp())}:{style}>"


def from_now(instant: datetime) -> str:
    """Discord's timestamp as "in 2 hours"."""
    return moment(instant, "R")


def _plain(text: str) -> str:
    return discord.utils.escape_mentions(discord.utils.escape_markdown(text))
