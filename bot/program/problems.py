"""The problems of one programme file, gathered so that a person fixes all of them in one go."""

from dataclasses import dataclass
from typing import Final

from bot.errors import ProgrammeFileError

MOST_SHOWN: Final = 40


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong: its line (from 1), its key (empty for the file as a whole), the sentence."""

    line: int
    key: str
    sentence: str


class Problems:
    """Everything that is wrong with the file called ``name``."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: set[Problem] = set()

    def __len__(self) -> int:
        return len(self._found)

    def add(self, line: int, key: str, sentence: str) -> None:
        """Note a problem; ``sentence`` has no full stop."""
        self._found.add(Problem(line, key, sentence))

    def error(self) -> ProgrammeFileError:
        """All of them as one error, a line each, in the order of the file."""
        rows = [self._written(problem) for problem in sorted(self._found)]
        if len(rows) > MOST_SHOWN:
            rows[MOST_SHOWN:] = [f"{self._name}: and {len(rows) - MOST_SHOWN} more; correct these first."]
        return ProgrammeFileError("\n".join(rows))

    def _written(self, problem: Problem) -> str:
        key = f", {problem.key}" if problem.key else ""
        end = "" if problem.sentence.endswith(("?", ".")) else "."
        return f"{self._name}, line {problem.line}{key}: {problem.sentence}{end}"
