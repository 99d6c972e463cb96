"""A check-in on its way in, and what became of it."""

from dataclasses import dataclass

from bot.checkins.rules import Audience, Feeling, ReachOut
from bot.content import Need


@dataclass(frozen=True)
class Answer:
    """A check-in as somebody sent it. ``day_id`` is the card's, or none for `/checkin`; ``key`` names the occasion.

    ``group_mark`` says, without a card, for which of their groups the form was opened (``rules.mark_of``).
    """

    guild_id: int
    user_id: int
    channel_id: int | None
    day_id: int | None
    feeling: Feeling
    words: str
    audience: Audience
    reach_out: ReachOut
    key: str
    group_mark: str = ""


@dataclass(frozen=True)
class Placed:
    """An answer's words as they were posted for the group, or, without ``message_id``, kept back from it."""

    guild_id: int
    user_id: int
    group_key: str
    answer_id: int
    revision: int
    words: str
    channel_id: int
    message_id: int | None


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
    """What the form is drawn from. ``group_name`` only where this person is in several, so that they know which it is.

    ``group_mark`` is what the form carries: it goes to the group it was opened for, whichever card opens meanwhile.
    """

    language: str
    earlier: Earlier | None
    group_mark: str
    group_name: str | None = None


@dataclass(frozen=True)
class Kept:
    """What became of an answer. ``grave`` where the crisis path has answered it: then ``lines`` says where it went.

    ``lines`` are the texts to say in return, each a key and the variant of it. ``need`` is what a skill should help
    with, after a hard day; ``scored_form`` a one-time link for this person alone. ``evening``: so late in the
    programme's day that staff who were asked for today may well come tomorrow. ``because``: the names of the filters
    for which it was kept back from the group.
    """

    language: str
    audience: Audience
    changed: bool
    grave: bool
    lines: tuple[tuple[str, int], ...]
    need: Need | None = None
    scored_form: str | None = None
    evening: bool = False
    because: tuple[str, ...] = ()
