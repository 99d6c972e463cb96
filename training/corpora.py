"""The labelled lines that the second stage learns from and the detector is measured on.

Our own lines lie in ``training/lines`` (for learning) and ``tests/crisis/cases`` (for measuring). Words of real people
lie outside the project, in ``../shared/data/crisis`` or wherever HANDRAIL_CRISIS_DATA names; they are read from there
and copied nowhere.
"""

import gzip
import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.crisis.assessment import Tier
from bot.errors import HandrailError

HERE: Final = Path(__file__).resolve().parent
LINES: Final = HERE / "lines"
CASES: Final = HERE.parent / "tests" / "crisis" / "cases"
SHARED: Final = HERE.parent.parent / "shared" / "data" / "crisis"
_BENIGN_SEED: Final = 5


class CorpusError(HandrailError):
    """A file of lines that cannot be used; says which and why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line and what is right for it. ``kind`` is its class; ``source`` the file or collection it is from."""

    text: str
    tier: Tier
    kind: str
    source: str
    language: str = "en"
    accepted: frozenset[Tier] = frozenset()
    never_miss: bool = False
    split: str = ""
    label: str = ""

    @property
    def right(self) -> frozenset[Tier]:
        """Every tier that is right for it."""
        return self.accepted or frozenset({self.tier})


def shared() -> Path | None:
    """The folder with real people's words, or None where it is not beside this clone."""
    folder = Path(os.environ.get("HANDRAIL_CRISIS_DATA", SHARED))
    return folder if folder.joinpath("relabelled.jsonl").is_file() else None


def own_lines(folder: Path = LINES) -> list[Line]:
    """Our own lines for learning. Raises CorpusError, naming file and line, for a header that makes no sense."""
    found: list[Line] = []
    for file in sorted(folder.glob("*.txt")):
        kind, tier = "", Tier.NONE
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            said = line.strip()
            if said.startswith("## "):
                kind, _, name = (part.strip() for part in said[3:].partition("|"))
                if name not in {tier.value for tier in Tier}:
                    raise CorpusError(
                        f"{file.name}, line {number}: expected `## class | tier`, with tier page, notify, log or none."
                    )
                tier = Tier(name)
            elif said:
                if not kind:
                    raise CorpusError(f"{file.name}, line {number}: a line before the first `## class | tier`.")
                language = "es" if kind.startswith("es-") else "mixed" if kind.startswith("mixed-") else "en"
                found.append(Line(said.replace("\\n", "\n"), tier, kind, file.stem, language))
    return found


def cases(folder: Path = CASES) -> list[Line]:
    """Our own suite, both halves."""
    return [
        Line(
            text=row["text"],
            tier=Tier(row["tier"]),
            kind=row["class"],
            source=file.stem,
            language=row.get("language", "en"),
            accepted=frozenset(map(Tier, row["accepted"])),
            never_miss=bool(row.get("never_miss")),
            split=row.get("split") or "dev",
        )
        for file in sorted(folder.glob("*.jsonl"))
        for row in _rows(file)
    ]


def functional(folder: Path) -> list[Line]:
    """``functional_dev.jsonl``."""
    return [
        Line(
            text=row["text"],
            tier=Tier(row["expected"].lower()),
            kind=row["cls"],
            source="functional_dev",
            language="es" if row["cls"].startswith("spanish") else "en",
            accepted=frozenset(Tier(name.lower()) for name in row["accept"]),
            never_miss=bool(row["never_miss"]),
        )
        for row in _rows(folder / "functional_dev.jsonl")
    ]


def relabelled(folder: Path) -> list[Line]:
    """``relabelled.jsonl``: real messages. ``label`` is P, I, T, S, H or N."""
    return [
        Line(row["text"], Tier(row["tier"]), row["label"], row["source"], label=row["label"])
        for row in _rows(folder / "relabelled.jsonl")
    ]


def benign(folder: Path) -> tuple[list[Line], list[Line]]:
    """``benign_20k.txt.gz`` in two halves: one to learn from, one to measure on. Always the same halves."""
    with gzip.open(folder / "benign_20k.txt.gz", "rt", encoding="utf-8") as file:
        texts = [line.rstrip("\n") for line in file]
    random.Random(_BENIGN_SEED).shuffle(texts)  # noqa: S311  # the same halves every time, nothing secret
    lines = [Line(text, Tier.NONE, "benign", "benign_20k") for text in texts]
    half = len(lines) // 2
    return lines[:half], lines[half:]


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield json.loads(line)
        except ValueError as error:
            raise CorpusError(f"{file.name}, line {number}: not valid JSON: {error}.") from error
