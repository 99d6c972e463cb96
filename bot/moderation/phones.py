"""Telephone numbers of any shape: figures, dots, spaces, words ("five five five"), or all of them mixed. Pure.

A number is told by how its figures are grouped, since most numbers that people write are none: times, dates, prices,
days, rooms, scores of a week. Groups follow the North American plan, and those of Mexico, Spain and Britain.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.moderation.plain import Plain

__all__ = ["phones"]

_ONES = {
    **dict(
        zip(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], "0123456789", strict=True)
    ),
    **dict(
        zip(
            ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"],
            "0123456789",
            strict=True,
        )
    ),
    "niner": "9",
    "fiver": "5",
    "ate": "8",
}
_TEENS = {
    **dict(
        zip(
            ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"],
            map(str, range(10, 17)),
            strict=True,
        )
    ),
    **dict(zip(["seventeen", "eighteen", "nineteen"], map(str, range(17, 20)), strict=True)),
    **dict(
        zip(["diez", "once", "doce", "trece", "catorce", "quince", "dieciseis"], map(str, range(10, 17)), strict=True)
    ),
    **dict(zip(["diecisiete", "dieciocho", "diecinueve"], map(str, range(17, 20)), strict=True)),
}
_TENS = {
    **dict(
        zip(
            ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
            map(str, range(20, 100, 10)),
            strict=True,
        )
    ),
    **dict(
        zip(
            ["veinte", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"],
            map(str, range(20, 100, 10)),
            strict=True,
        )
    ),
}
_TIMES = {"double": 2, "triple": 3, "doble": 2}
_HOLLOW = {"o": "0", "oh": "0", "l": "1", "i": "1"}
"""Letters that stand for figures, where figures stand beside them."""
_HUNDRED = frozenset(("hundred", "cientos"))
_BETWEEN = frozenset(" .-()/_*+~|·–—\xa0\n'\"‐‑[]{}")
_WIDEST = 6
"""Characters between two groups of one number."""
_GROUPS_TRIED = 8
_CUE_WORDS = 6
_OTHERWISE_WORDS = 4
_AMOUNT_SIGNS = frozenset("$€£#%")
_EXTENSION = frozenset(("x", "ext"))

_AMERICAN = frozenset(((3, 3, 4), (3, 7), (6, 4), (10,), (2, 4, 4), (3, 3, 2, 2), (2, 2, 2, 2, 2), (3, 4, 3)))
_WITH_ONE = frozenset(((1, 3, 3, 4), (1, 10), (11,), (1, 3, 7), (4, 3, 4), (1, 3, 3, 2, 2), (4, 7)))
_SPANISH = frozenset(((3, 3, 3), (3, 2, 2, 2)))
_BRITISH = frozenset(((5, 6), (5, 3, 3), (4, 3, 4), (3, 4, 4), (11,)))
_SHAPES = _AMERICAN | _WITH_ONE | _SPANISH | _BRITISH | {(3, 4), (7,)}
_BEGINNINGS = frozenset(
    (*((first,) for first in range(7, 12)), *((first, second) for first in range(2, 12) for second in range(1, 12)))
) | {shape[:2] for shape in _SHAPES}
"""How long the first two groups of a number may be: what is not among them is not looked at any further."""
_LENGTHS_SPELT = frozenset((7, 10, 11))
_SINGLES_LEAST = 4


@dataclass(frozen=True, slots=True)
class _Group:
    figures: str
    is_spelt: bool
    piece: int
    start: int
    end: int

    def longer(self, figures: str, end: int) -> "_Group":
        """With ``figures`` after its own, up to ``end``."""
        return replace(self, figures=self.figures + figures, end=end)


def phones(plain: Plain, known: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where telephone numbers stand in the plain text; ``known`` are numbers that are nobody's own, figures only."""
    for run in _runs(plain):
        at = 0
        while at < len(run):
            taken = _taken(plain, run, at)
            if taken and _figures(run[at : at + taken]).removeprefix("1") not in known:
                yield run[at].start, run[at + taken - 1].end
            at += max(taken, 1)


def _runs(plain: Plain) -> Iterator[list[_Group]]:
    """Groups of figures with nothing between them but what may stand inside one number."""
    run: list[_Group] = []
    times = 1
    for index, piece in enumerate(plain.pieces):
        word = piece.word
        gap = plain.between(index) if index else ""
        touches = bool(run) and run[-1].end == piece.start
        if run and not _may_join(gap, is_spelt=run[-1].is_spelt and not word.isdigit()):
            yield run
            run = []
        figures = _read(word, touches=touches, is_begun=bool(run) or times > 1)
        if figures is not None and touches:
            run[-1] = run[-1].longer(figures, piece.end)  # "8o7"
        elif figures is not None:
            if gap[-1:] not in _AMOUNT_SIGNS:
                run.append(_Group(figures * times, not word.isdigit(), index, piece.start, piece.end))
            times = 1
        elif word in _TIMES:
            times = _TIMES[word]
        elif run and word in _HUNDRED and len(run[-1].figures) == 1:
            run[-1] = run[-1].longer("00", piece.end)
        elif run and (word in plain.words.joining or (word == "y" and run[-1].is_spelt)):
            run[-1] = run[-1].longer("", piece.end)  # what follows is measured from here
        elif run:
            if word in plain.words.units_after or (touches and word not in _EXTENSION):
                run.pop()  # "5pm", "20mg": a quantity
            yield run
            run, times = [], 1
    yield run


def _may_join(gap: str, *, is_spelt: bool) -> bool:
    """Whether two groups may belong together with ``gap`` between them; commas only between words."""
    if len(gap) > _WIDEST or gap.count("\n") > 1:
        return False
    return _BETWEEN.issuperset(gap.replace(",", "") if is_spelt else gap)


def _read(word: str, *, touches: bool, is_begun: bool) -> str | None:
    """The figures that a piece stands for."""
    if word.isdigit():
        return word if word.isascii() else None
    for table in (_ONES, _TEENS, _TENS):
        if word in table:
            return table[word]
    if word in _HOLLOW and (touches or (is_begun and word in {"o", "oh"})):
        return _HOLLOW[word]
    return None


def _figures(groups: Sequence[_Group]) -> str:
    """All figures of some groups; "twenty" before "five" is 25."""
    parts: list[str] = []
    for group in groups:
        tens = parts and parts[-1] in _TENS.values() and group.is_spelt and len(group.figures) == 1
        if tens and group.figures != "0":
            parts[-1] = parts[-1][0] + group.figures
        else:
            parts.append(group.figures)
    return "".join(parts)


def _taken(plain: Plain, run: Sequence[_Group], at: int) -> int:
    """How many groups from ``at`` on are a telephone number: 0 for none."""
    has_plus = "+" in plain.text[max(run[at].start - 2, 0) : run[at].start]
    if not has_plus and tuple(len(group.figures) for group in run[at : at + 2]) not in _BEGINNINGS:
        return _spelt(plain, run) if at == 0 else 0
    most = 0
    while most < min(_GROUPS_TRIED, len(run) - at) and (has_plus or not run[at + most].is_spelt):
        most += 1
    shape = tuple(len(group.figures) for group in run[at : at + most])
    for count in range(most, 0, -1):
        if has_plus and 8 <= sum(shape[:count]) <= 15:
            return count
        if (shape[:count] in _SHAPES or _may_be_asked_for(shape[:count])) and _is_grouped(
            plain, run[at : at + count], shape[:count]
        ):
            return count
    return _spelt(plain, run) if at == 0 else 0


def _may_be_asked_for(shape: tuple[int, ...]) -> bool:
    """Whether so many figures are a number where somebody speaks of calling."""
    return 9 <= sum(shape) <= 13 and max(shape) >= 3


def _is_grouped(plain: Plain, groups: Sequence[_Group], shape: tuple[int, ...]) -> bool:
    """Whether the figures are grouped as those of a telephone number."""
    figures = "".join(group.figures for group in groups)
    if all(group.figures.endswith("00") for group in groups) or _is_otherwise(plain, groups[0].piece):
        return False
    if shape in _AMERICAN and figures[0] in "23456789":
        return shape != (2, 2, 2, 2, 2) or _is_asked_for(plain, groups[0].piece)
    if shape in _WITH_ONE and figures[0] == "1" and figures[1] in "23456789":
        return True
    if shape in _SPANISH and figures[0] in "6789":
        return True
    if shape in _BRITISH and figures[0] == "0":
        return True
    if _may_be_asked_for(shape) and _is_asked_for(plain, groups[0].piece):
        return True
    if shape == (3, 4) and figures[0] in "23456789":
        gap = plain.text[groups[0].end : groups[1].start]
        is_range = groups[0].figures.endswith("0") and figures.endswith("0")
        return (gap in {"-", ".", "‐", "‑"} and not is_range) or _is_asked_for(plain, groups[0].piece)
    return shape == (7,) and figures[0] in "23456789" and _is_asked_for(plain, groups[0].piece)


def _spelt(plain: Plain, run: Sequence[_Group]) -> int:
    """All groups, where they are words or single figures that make a number together."""
    figures = _figures(run)
    if len(figures) not in _LENGTHS_SPELT or _is_counting(run) or len(set(figures)) == 1:
        return 0
    if figures[0] not in ("1" if len(figures) == 11 else "23456789") or _is_otherwise(plain, run[0].piece):
        return 0
    spelt = sum(group.is_spelt for group in run)
    singles = sum(len(group.figures) == 1 for group in run)
    if spelt >= 2 or (spelt and max(len(group.figures) for group in run) >= 3):
        return len(run)
    if singles >= _SINGLES_LEAST and (len(figures) > 7 or _is_asked_for(plain, run[0].piece)):
        return len(run)
    return 0


def _is_counting(groups: Sequence[_Group]) -> bool:
    """One, two, three …, or down: a way to breathe, and no number."""
    values = [int(group.figures) for group in groups]
    steps = [after - before for before, after in pairwise(values)]
    return len(steps) >= 3 and max(steps.count(1), steps.count(-1)) >= len(steps) - 1


def _is_asked_for(plain: Plain, piece: int) -> bool:
    return not plain.words.cues.isdisjoint(plain.words_before(piece, _CUE_WORDS))


def _is_otherwise(plain: Plain, piece: int) -> bool:
    return not plain.words.otherwise.isdisjoint(plain.words_before(piece, _OTHERWISE_WORDS))
