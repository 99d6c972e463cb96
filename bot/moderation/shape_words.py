"""The words that what is found by its shape needs beside it: ``config/content/moderation/shapes.yaml``.

They hold for every language, and are written without capitals or accents.
"""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.content.catalogue import content_folder
from bot.content.document import Document

__all__ = ["ShapeWords"]


def _members(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _plain(members: frozenset[str]) -> frozenset[str]:
    for member in members:
        if not member.isascii() or member != member.lower():
            raise ValueError(f'"{member}" is to be written in small letters, without accents')
    return members


Members = Annotated[frozenset[str], BeforeValidator(_members), AfterValidator(_plain), Field(min_length=1)]


class ShapeWords(BaseModel):
    """Every list of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cues: Members
    """What says that somebody may be reached by the figures near it."""
    otherwise: Members
    """What says that the figures are something else."""
    units: Members
    """Units that are written against a number: what makes a dose of it."""
    units_after: Members
    """What makes an amount of the figures before it."""
    joining: Members
    """Words that stand for what divides the figures of a number."""
    streets: Members
    """What ends the name of a street."""
    perhaps_streets: Members
    """The same, and also words for other things: they count where somebody lives or waits there, or the name has a
    capital."""
    streets_before: Members
    """What begins the name of a street in Spanish, before its number."""
    no_street_name: Members
    """What is no part of a street's name: "20 minutes down the road"."""
    living: Members
    """What says that somebody lives or waits there."""
    public_places: Members
    """What people tell each other the way to: its address stays."""
    mail_hosts: Members
    """Whose names alone make an e-mail address: alex at gmail."""
    no_handle: Members
    """What people write after @ without naming anybody."""
    no_tag: Members
    """What stands before # and four figures without naming anybody: room#1204."""
    host_endings: Members
    """Endings of a host that stand for one without https:// before it. "me" and "is" are words after a full stop, too:
    a host with another ending counts with a path behind it."""
    spoken_endings: Members
    """Endings after "dot"."""
    invites: Members
    """Hosts, with the beginning of a path, that lead to a group or a person elsewhere."""
    profiles: Members
    """Hosts under which people have a page."""
    no_profile: Members
    """The beginning of a path there that is no person's page."""
    own_links: Members
    """Discord's own: a message quoted by its link, and what somebody posted there."""
    no_names: Members
    """Words with a capital that are no part of a person's name."""
    titles: Members
    """Parts of a name that say nobody."""
    also_words: Members
    """Names that are words of every day: they count as a name with a capital only."""

    @classmethod
    def load(cls, folder: Path | None = None) -> "ShapeWords":
        """Read it from ``folder`` (the content folder; by default the one that comes with Handrail).

        Raises ContentError, naming line and key.
        """
        file = content_folder(folder).joinpath("moderation", "shapes.yaml")
        return Document.read(file, "moderation/shapes.yaml").parse(cls)
