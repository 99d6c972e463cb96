"""What the detector says about one text: how urgent, of what kind, by which rules, where."""

from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    """How urgent a text is. Ordered: ``Tier.PAGE > Tier.NOTIFY > Tier.LOG > Tier.NONE``."""

    PAGE = "page"
    """A human is paged until somebody acknowledges; the person is answered at once."""
    NOTIFY = "notify"
    """The person gets a supportive line and an offer; staff a card that becomes a page if nobody takes it."""
    LOG = "log"
    """Recorded, nothing more."""
    NONE = "none"
    """Nothing found. Never to be read as: safe."""

    @property
    def rank(self) -> int:
        """0 for none, up to 3 for page."""
        return _RANKS[self.value]

    def lowered(self) -> "Tier":
        """One tier less urgent; none stays none."""
        return _BY_RANK[max(self.rank - 1, 0)]

    def __lt__(self, other: str) -> bool:
        return self.rank < Tier(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Tier(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Tier(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Tier(other).rank


_RANKS = {"none": 0, "log": 1, "notify": 2, "page": 3}
_BY_RANK = {rank: Tier(name) for name, rank in _RANKS.items()}


class Category(StrEnum):
    """What a text is about; it chooses the answer the person gets."""

    SUICIDAL_INTENT = "suicidal-intent"
    IMPLICIT_INTENT = "implicit-intent"
    SELF_HARM = "self-harm"
    OVERDOSE = "overdose"
    WITHDRAWAL_DANGER = "withdrawal-danger"
    HARM_FROM_OTHERS = "harm-from-others"
    HARM_TO_OTHERS = "harm-to-others"
    THIRD_PERSON = "third-person"
    LAPSE = "lapse"
    CRAVING = "craving"
    HOPELESSNESS = "hopelessness"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class Assessment:
    """The verdict on one text, with its reasons. It holds none of the text's words.

    ``categories`` are those of the most urgent findings first, without repeats. ``rules`` name what fired, as
    ``en/wish-to-die``, with the context that lowered it, if one did, as ``en/wish-to-die+en/past``. ``spans`` are
    half-open character ranges in the text as it was written, one for each of ``rules``. ``version`` names the lexicon
    and code that judged, so that a recorded verdict can be understood later.
    """

    tier: Tier
    categories: tuple[Category, ...]
    rules: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    version: str
