"""Characters as people type them, made plain, with the way back to where each one stood.

Undone here: capitals, accents, full-width, mathematical and enclosed letters, letters of other scripts that look like
Latin ones, combining marks, and characters that cannot be seen (zero width, direction, control characters, letters
that show nothing). Each character is looked at once; one of them becomes at most three, so that no text grows.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, repeat
from typing import NamedTuple

_MOST = 3
"""Characters that one may become. Some ligatures of other scripts are whole phrases; they matter to no rule."""

_LOOKALIKES = str.maketrans(
    "авеікмнорстухѕјԁԛԝһӏёαεικνορτυχγωησςєяи∂ƒłøđħıƙɗɓɠʜɪᴀʙᴄᴅᴇꜰɢᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ’‘ʼ´`′＇€£¡",
    "abeikmhopctyxsjdqwhleaeiknoptuxywnoserndflodhikdbghiabcdefgjklmnoprstuvwyz'''''''el!",
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ENCLOSED = {
    chr(first + index): letter
    # Letters in black circles, in black squares, and those that flags are made of.
    for first in (0x1F150, 0x1F170, 0x1F1E6)
    for index, letter in enumerate(_LETTERS)
}
_BLANK = {"\x85": "\n", "\u3164": " ", "\uffa0": " ", "\u115f": "", "\u1160": ""}
"""A line break of old, and letters of Korean that show nothing: two are as wide as a letter, two have no width."""
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
"""Control characters that divide nothing and are not shown."""


class Folded(NamedTuple):
    """A text made plain. ``places[i]`` is where character ``i`` stood; None where every one stands where it stood."""

    text: str
    places: Sequence[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from ``start`` up to ``end`` (more than none) stood in the text as it was written."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def fold(text: str) -> Folded:
    """``text`` made plain. Never raises."""
    has_unseen = _UNSEEN.search(text) is not None
    if text.isascii() and not has_unseen:
        # A grave accent is markup on Discord when it is written in ASCII, and stays.
        return Folded(text.lower(), None)
    parts = [character.lower() if character < "\x80" else _plain(character) for character in text]
    if has_unseen:
        parts = [_UNSEEN.sub("", part) for part in parts]
    folded = "".join(parts)
    if len(folded) == len(parts) and "" not in parts:
        return Folded(folded, None)
    return Folded(folded, list(chain.from_iterable(repeat(at, len(part)) for at, part in enumerate(parts))))


def fold_word(word: str) -> str:
    """A lexicon's word in the form that a text's words have: plain, and without apostrophes."""
    return fold(word).text.replace("'", "")


@lru_cache(maxsize=8192)
def _plain(character: str) -> str:
    if character in _ENCLOSED:
        return _ENCLOSED[character]
    if character in _BLANK:
        return _BLANK[character]
    # Before and after: decomposing makes a space of some apostrophes, and plain letters of some look-alikes' capitals.
    decomposed = unicodedata.normalize("NFKD", character.translate(_LOOKALIKES)).casefold()
    kept = "".join(part for part in decomposed if unicodedata.category(part) not in {"Mn", "Me", "Cf", "Cc"})
    return kept.translate(_LOOKALIKES) if len(kept) <= _MOST else " "
