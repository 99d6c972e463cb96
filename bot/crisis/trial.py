"""Trying a term before it is taken: on harmless lines of our own, and on the shipped lexicon. Pure.

The lines are ``config/content/crisis/benign/*.txt``, one a line, ``#`` begins a comment. They are the programme's own
writing: nobody ever sent them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.content.catalogue import content_folder
from bot.crisis.assessment import Category, Tier
from bot.crisis.detector import Detector
from bot.crisis.own_words import Known, OwnWords, Term
from bot.crisis.terms import Reason, Refusal, Wording, parse
from bot.errors import ContentError

MOST_FLAGGED_PERCENT = 1
"""A term that finds more of the harmless lines than this is refused."""
_NEVER = datetime.max.replace(tzinfo=UTC)
EXAMPLES = 3
"""How many of the lines it finds are shown."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How many of ``total`` harmless lines a term finds, and the first of them."""

    flagged: int
    total: int
    examples: tuple[str, ...]

    @property
    def is_too_broad(self) -> bool:
        """Whether it would wake staff for nothing."""
        return self.flagged * 100 > self.total * MOST_FLAGGED_PERCENT


@dataclass(frozen=True, slots=True)
class Examined:
    """A term that may be proposed, and how it did."""

    wording: Wording
    trial: Trial


def benign_lines(folder: Path | None = None) -> tuple[str, ...]:
    """The harmless lines of every language; ``folder`` is the content folder. Raises ContentError where none is."""
    place = content_folder(folder).joinpath("crisis", "benign")
    files = sorted((file for file in place.iterdir() if file.name.endswith(".txt")), key=lambda file: file.name)
    every = (line.strip() for file in files for line in file.read_text(encoding="utf-8").splitlines())
    lines = tuple(dict.fromkeys(line for line in every if line and not line.startswith("#")))
    if not lines:
        raise ContentError("crisis/benign: there is no line in the folder; a new word could not be tried on anything.")
    return lines


class Examiner:
    """Examines terms. Safe to share between threads: it keeps nothing of what it examines."""

    def __init__(self, detector: Detector, known: Known, lines: Iterable[str]) -> None:
        self.known = known
        # What the second stage makes of a few words by themselves says nothing of the sentences they will stand in.
        self._rules, self._lines = Detector(detector.lexicon), tuple(lines)

    def parse(self, text: str) -> Wording | Refusal:
        """``text`` as a term, as far as it can be told without trying it."""
        return parse(text, self.known.common)

    def examine(self, text: str) -> Examined | Refusal:
        """``text`` as a term that may be proposed, or why not. Takes a moment: every harmless line is read."""
        wording = self.parse(text)
        if isinstance(wording, Refusal):
            return wording
        words = self._compiled(wording)
        if not all(words.find(example) for example in wording.examples()):
            return Refusal(Reason.NOT_FOUND_AGAIN)
        verdicts = [self._rules.assess(example) for example in wording.examples()]
        if all(verdict.tier is Tier.PAGE for verdict in verdicts):
            return Refusal(Reason.ALREADY_PAGED, {"rule": next(iter(verdicts[0].rules), self._rules.version)})
        trial = self._try(words)
        if trial.is_too_broad:
            return Refusal(Reason.TOO_BROAD, {"flagged": trial.flagged, "total": trial.total})
        return Examined(wording, trial)

    def try_on_lines(self, wording: Wording) -> Trial:
        """How ``wording`` does on the harmless lines."""
        return self._try(self._compiled(wording))

    def _compiled(self, wording: Wording) -> OwnWords:
        return OwnWords([Term(0, wording, Tier.NOTIFY, Category.CRAVING, _NEVER)], self.known)

    def _try(self, words: OwnWords) -> Trial:
        found = [line for line in self._lines if words.find(line)]
        return Trial(len(found), len(self._lines), tuple(found[:EXAMPLES]))
