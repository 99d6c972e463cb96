"""What a check-in has the bot say or do: the rows it puts into the outbox. They carry ids; words are read when sent."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.checkins.rules import Day
from bot.delivery.service import Draft, Lane

CARD = "checkins.card"
THREAD = "checkins.thread"
POST = "checkins.post"
UNPOST = "checkins.unpost"
TO_STAFF = "checkins.staff-line"
CLOSING = "checkins.closing"
ROLL = "checkins.roll"
NUDGE = "checkins.nudge"
TASK = "checkins.task"
TASK_DONE = "checkins.task-done"
LINE_GONE = "checkins.line-gone"

STALE_AFTER = timedelta(hours=24)
"""An answer that could not be posted for so long is not posted any more: "today" would be another day."""


def card(day: Day, channel_id: int) -> Draft:
    """The card, at its hour; once its window has ended nobody needs it."""
    return Draft(
        kind=CARD,
        lane=Lane.BULK,
        # The moment is part of the key: where the programme moves its hour, the moved card is another one.
        dedupe_key=f"checkin:{day.guild_id}:{day.group_key}:{day.local_date}:{int(day.opens_at.timestamp())}",
        guild_id=day.guild_id,
        channel_id=channel_id,
        due_at=day.opens_at,
        subject=subject_of_day(day.id),
        arguments={"day": day.id},
        expires_at=day.closes_at,
    )


def thread(day: Day, channel_id: int, now: datetime) -> Draft:
    """The day's thread, on the card that has just been posted."""
    return Draft(
        kind=THREAD,
        lane=Lane.BULK,
        dedupe_key=f"checkin-thread:{day.id}",
        guild_id=day.guild_id,
        channel_id=channel_id,
        due_at=now,
        subject=subject_of_day(day.id),
        arguments={"day": day.id},
        expires_at=day.closes_at,
    )


def post(day: Day, answer_id: int, revision: int, channel_id: int, now: datetime, *, again: bool = False) -> Draft:
    """An answer, for the group; ``again`` where the thread was gone and the channel takes its place."""
    return Draft(
        kind=POST,
        lane=Lane.DIRECT,
        dedupe_key=f"checkin-post:{answer_id}:{revision}" + (":channel" if again else ""),
        guild_id=day.guild_id,
        channel_id=channel_id,
        due_at=now,
        subject=subject_of_answer(answer_id, revision),
        arguments={"answer": answer_id, "revision": revision, "day": day.id},
        expires_at=now + STALE_AFTER,
    )


def unpost(
    day: Day, answer_id: int, revision: int, channel_id: int, now: datetime, *, arrived: int | None = None
) -> Draft:
    """Takes an answer back out of the group: its author gave another one, or erased it. It is never too late for it.

    ``arrived`` is a message that was on its way when it was called off, and stands there all the same.
    """
    return Draft(
        kind=UNPOST,
        lane=Lane.DIRECT,
        dedupe_key=f"checkin-unpost:{answer_id}:{revision}" + (f":{arrived}" if arrived is not None else ""),
        guild_id=day.guild_id,
        channel_id=channel_id,
        due_at=now,
        arguments={"subject": subject_of_answer(answer_id, revision)},
    )


def to_staff(guild_id: int, user_id: int, answer_id: int, revision: int, *, staff_room: int, now: datetime) -> Draft:
    """The line in #staff-room that somebody sent a check-in to staff, with the button that shows it."""
    return Draft(
        kind=TO_STAFF,
        lane=Lane.DIRECT,
        dedupe_key=f"checkin-staff:{answer_id}:{revision}",
        guild_id=guild_id,
        channel_id=staff_room,
        user_id=user_id,  # whom it is about, so that export and erasure find it
        due_at=now,
        subject=subject_of_answer(answer_id, revision),
        arguments={"answer": answer_id, "revision": revision},
    )


def closing(day: Day, channel_id: int) -> Draft:
    """The end of a card's window: the card says so, and whoever was expected and not heard is noted. Never too late."""
    return Draft(
        kind=CLOSING,
        lane=Lane.BULK,
        dedupe_key=f"checkin-closing:{day.id}",
        guild_id=day.guild_id,
        channel_id=channel_id,
        due_at=day.closes_at,
        subject=subject_of_day(day.id),
        arguments={"day": day.id},
    )


def closed_again(day: Day, channel_id: int, occasion: str, now: datetime) -> Draft:
    """The closed card once more, because a voice came or went after its end; ``occasion`` makes that unique."""
    return Draft(
        kind=CLOSING,
        lane=Lane.BULK,
        dedupe_key=f"checkin-closing:{day.id}:{occasion}",
        guild_id=day.guild_id,
        channel_id=channel_id,
        due_at=now,
        subject=subject_of_day(day.id),
        arguments={"day": day.id, "again": occasion},
        expires_at=now + STALE_AFTER,
    )


def roll(day: Day, staff_room: int, now: datetime) -> Draft:
    """The line in #staff-room that a check-in has closed without everybody, with the button that shows who."""
    return Draft(
        kind=ROLL,
        lane=Lane.BULK,
        dedupe_key=f"checkin-roll:{day.id}",
        guild_id=day.guild_id,
        channel_id=staff_room,
        due_at=now,
        subject=subject_of_day(day.id),
        arguments={"day": day.id},
        expires_at=now + STALE_AFTER,
    )


def nudge(day: Day, user_id: int, due_at: datetime) -> Draft:
    """The one nudge that somebody asked for, by DM."""
    return Draft(
        kind=NUDGE,
        lane=Lane.BULK,
        dedupe_key=f"checkin-nudge:{day.id}:{user_id}",
        guild_id=day.guild_id,
        user_id=user_id,
        due_at=due_at,
        subject=subject_of_day(day.id),
        arguments={"day": day.id},
        expires_at=day.closes_at,
    )


def task(guild_id: int, user_id: int, task_id: int, asked: int, *, staff_room: int, due_at: datetime) -> Draft:
    """A task for staff; ``asked`` counts how often they were told of it before."""
    return Draft(
        kind=TASK,
        lane=Lane.DIRECT,
        dedupe_key=f"checkin-task:{task_id}:{asked}",
        guild_id=guild_id,
        channel_id=staff_room,
        user_id=user_id,  # whom it is about, so that export and erasure find it
        due_at=due_at,
        subject=subject_of_task(task_id),
        arguments={"task": task_id, "asked": asked},
    )


def task_done(guild_id: int, user_id: int, task_id: int, message: tuple[int, int], now: datetime) -> Draft:
    """Has one message about a task, (channel id, message id), say who has done it."""
    return Draft(
        kind=TASK_DONE,
        lane=Lane.DIRECT,
        dedupe_key=f"checkin-task-done:{task_id}:{message[1]}",
        guild_id=guild_id,
        channel_id=message[0],
        user_id=user_id,
        due_at=now,
        arguments={"task": task_id, "message": message[1]},
    )


def lines_gone(guild_id: int, messages: Iterable[tuple[int, int]], now: datetime) -> list[Draft]:
    """Has every line in #staff-room about somebody, (channel id, message id), say no more than that it was erased."""
    return [
        Draft(
            kind=LINE_GONE,
            lane=Lane.DIRECT,
            dedupe_key=f"checkin-line-gone:{message}",
            guild_id=guild_id,
            channel_id=channel,
            due_at=now,
            arguments={"message": message},
        )
        for channel, message in messages
    ]


def subject_of_task(task_id: int) -> str:
    """What every message about a task belongs to."""
    return f"checkin-task:{task_id}"


def subject_of_day(day_id: int) -> str:
    """What the card and the thread of a day belong to."""
    return f"checkin-day:{day_id}"


def subject_of_answer(answer_id: int, revision: int) -> str:
    """What the post, or the line to staff, of one version of an answer belongs to."""
    return f"checkin-answer:{answer_id}:{revision}"
