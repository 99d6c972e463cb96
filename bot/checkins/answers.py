"""A check-in on its way in, and what became of it."""

from dataclasses import dataclass

from bot.checkins.rules import Audience, Feeling, ReachOut
from bot.content import Need


@dataclass(frozen=True)
class Answer:
    """A check-in as somebody sent it. ``day_id`` is the card's, or none for `/checkin`; ``key`` names the occasion."""

    guild_id: int
    user_id: int
    channel_id: int | None
    day_id: int | None
    feeling: Feeling
    words: str
    audience: Audience
    reach_out: ReachOut
    key: str


@dataclass(frozen=True)
class Earlier:
    """What somebody answered before on the same day, for the form to start from.

    Without the wish to be contacted: it was passed on when it was made, and is made again only by choosing it again.
    """

    feeling: Feeling
    words: str
    audience: Audience


@dataclass(frozen=True)
class Opening:
    """What the form is drawn from."""

    language: str
    earlier: Earlier | None


@dataclass(frozen=True)
class Kept:
    """What became of an answer. ``grave`` where the crisis path has answered it: then ``lines`` says where it went.

    ``lines`` are the texts to say in return, each a key and the variant of it. ``need`` is what a skill should help
    with, after a hard day; ``scored_form`` a one-time link for this person alone. ``evening``: so late in the
    programme's day that staff who were asked for today may well come tomorrow.
    """

    language: str
    audience: Audience
    changed: bool
    grave: bool
    lines: tuple[tuple[str, int], ...]
    need: Need | None = None
    scored_form: str | None = None
    evening: bool = False
