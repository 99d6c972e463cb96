"""What the programme itself tells its people: its numbers, addresses and hosts are nobody's contact details. Pure."""

from dataclasses import dataclass
from typing import Final

__all__ = ["NOTHING_PUBLISHED", "Published", "as_published"]


@dataclass(frozen=True, slots=True)
class Published:
    """``numbers`` are figures only, without a leading 1; ``hosts`` as in a link, without ``www.``.

    ``details`` are other contact details as ``as_published`` makes them: streets, e-mail addresses, invites. An invite
    or a page on a platform is published by its whole address alone: the host is everybody's.
    """

    numbers: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    details: frozenset[str] = frozenset()


NOTHING_PUBLISHED: Final = Published()


def as_published(detail: str) -> str:
    """A contact detail as it is compared: small letters, one space between words, and no word for "street" at its end.

    "12 Main Street" and "12 main st." are one.
    """
    words = detail.casefold().removeprefix("https://").removeprefix("http://").rstrip("./").replace(",", " ").split()
    if len(words) > 2 and words[0].isdigit():
        words.pop()
    return " ".join(words)
