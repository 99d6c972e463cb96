"""What is new to whom. The page is everybody at once, so each person has marks of their own."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sandbox.page.seeing import sees_message
from sandbox.world.channels import Channel
from sandbox.world.kinds import MessageFlag
from sandbox.world.messages import Message

if TYPE_CHECKING:
    from sandbox.world.state import World

COUNTED: Final = 50
"""New messages looked at in one place; more are as good as many."""


@dataclass(frozen=True, slots=True)
class New:
    """How much is new: `messages` in all, and those among them that ring for the person."""

    messages: int = 0
    rings: int = 0


class ReadMarks:
    """Up to which message each person has read each place.

    What was said in a server before the page was opened first counts as read; what a DM holds does not, as it was
    meant for this person.
    """

    def __init__(self, world: "World") -> None:
        self._world = world
        self._marks: dict[tuple[int, int], int] = {}
        self._opened: int | None = None

    def open(self) -> None:
        """The page was opened; only the first time matters."""
        if self._opened is None:
            # An id of its own: what is said within this very millisecond comes after it.
            self._opened = self._world.snowflakes.next()

    def read(self, user_id: int, place: Channel, message_id: int) -> bool:
        """Note that a person has seen a place up to this message. Returns whether that is news."""
        if message_id <= self._mark(user_id, place):
            return False
        self._marks[user_id, place.id] = message_id
        return True

    def new(self, user_id: int, place: Channel) -> New:
        """What a person, who sees the place, has not read there."""
        mark = self._mark(user_id, place)
        if (place.last_message_id or 0) <= mark:
            return New()
        found = [
            each
            for each in self._world.history.page(place.id, COUNTED, after=mark)
            if each.author_id != user_id and sees_message(each, user_id)
        ]
        return New(len(found), sum(1 for each in found if rings_for(each, user_id)))

    def _mark(self, user_id: int, place: Channel) -> int:
        initial = 0 if place.is_dm else self._opened or 0
        return self._marks.get((user_id, place.id), initial)


def rings_for(message: Message, user_id: int) -> bool:
    """Whether a message makes this person's phone ring: a DM, or one that mentions them, a role of theirs, or all."""
    if message.flags & MessageFlag.SUPPRESS_NOTIFICATIONS or message.is_ephemeral:
        return False
    if message.channel.is_dm:
        return message.author_id != user_id
    mentions = message.mentions
    if mentions.everyone or user_id in mentions.user_ids:
        return True
    member = message.channel.guild.members.get(user_id)
    return member is not None and any(each in member.role_ids for each in mentions.role_ids)
