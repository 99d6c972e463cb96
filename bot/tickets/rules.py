"""The decisions of tickets: how they stand, when staff are reminded, when writing again opens one again. Pure."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

ANSWER_WITHIN: Final = timedelta(hours=4)
"""How long a ticket may wait before staff are reminded, where the programme says nothing."""
REOPENS_BY_DM_FOR: Final = timedelta(days=14)
"""How long after its end a direct message to the bot still belongs to a ticket. In its own thread there is no end."""
WORDS_KEPT: Final = timedelta(days=90)
"""How long after its end the words of a ticket are kept, where the programme says nothing."""
CLOCKS_DIFFER_BY: Final = timedelta(minutes=1)
"""How far Discord's clock and ours may be apart where what was written before a ticket is told from what is in it."""
_DISCORD_EPOCH: Final = datetime(2015, 1, 1, tzinfo=UTC)


class TicketState(StrEnum):
    """Where a ticket stands. One person has at most one in a server that is not closed."""

    WAITING = "waiting"
    """The member wrote last."""
    ANSWERED = "answered"
    """Staff wrote last."""
    CLOSED = "closed"


class Road(StrEnum):
    """By which road words go between a member and staff."""

    THREAD = "thread"
    DM = "dm"


class Told(StrEnum):
    """What the bot says to the member of a ticket."""

    HELLO = "hello"
    """The place is open; what they asked stands in it."""
    ADDED = "added"
    """They asked again meanwhile."""
    ANSWER = "answer"
    """Staff answered by form."""
    PASSED = "passed"
    """What they wrote by direct message is with staff."""
    CLOSED = "closed"


class Snippet(StrEnum):
    """The plain answers that staff may choose instead of writing one."""

    READ = "read"
    MORE = "more"
    CALL = "call"
    SESSION = "session"
    HELPLINE = "helpline"


class Ended(StrEnum):
    """What came of an attempt to close a ticket, or to answer it."""

    DONE = "done"
    BEFORE = "before"
    """Somebody had done so already."""
    WRITTEN_SINCE = "written_since"
    """The member has written since the one who closes it looked."""
    CLOSED = "closed"
    """It is closed, and takes no answer."""


def sent_at(message_id: int) -> datetime:
    """When a message was sent (UTC): Discord's ids say so, whenever it is heard."""
    return _DISCORD_EPOCH + timedelta(milliseconds=message_id >> 22)


def may_act(user_id: int, staff_id: int) -> bool:
    """Whether this one of staff may look to a ticket: not to their own."""
    return user_id != staff_id
