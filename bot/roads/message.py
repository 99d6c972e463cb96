"""What goes down a road: never a name, a group or a word of anybody."""

from dataclasses import dataclass
from enum import StrEnum


class Event(StrEnum):
    """What has happened to an incident; the names are those of PagerDuty's Events API v2."""

    TRIGGER = "trigger"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


@dataclass(frozen=True)
class Message:
    """One message. ``link`` leads to one page of ours that acknowledges, once; ``spoken`` is what a call reads out.

    ``alert`` names the occasion to a service that keeps an alert of its own: one that was acknowledged there stays
    silent for ever, so what pages anew is another. Empty for what has no more than its code.
    """

    title: str
    text: str
    spoken: str
    language: str
    code: str
    link: str | None = None
    event: Event = Event.TRIGGER
    is_drill: bool = False
    alert: str = ""

    @property
    def whole(self) -> str:
        """The text with its link, for roads that know no links of their own."""
        return f"{self.text}\n{self.link}" if self.link else self.text
