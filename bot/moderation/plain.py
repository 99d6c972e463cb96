"""A text made ready for finding shapes in it: plain characters, Discord's own marks blanked, and its pieces. Pure."""

import re
from dataclasses import dataclass

from bot.crisis.folding import Folded, fold
from bot.moderation.shape_words import ShapeWords

__all__ = ["Piece", "Plain"]

_MARKS = re.compile(r"<(?:@[!&]?|#|a?:\w{2,32}:|t:|/[\w -]{1,99}:)\d{1,20}(?::[a-zA-Z])?>|@everyone\b|@here\b")
"""Mentions, emoji, times and commands as Discord writes them: their numbers say nothing about anybody."""
_PIECE = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Figures or letters in a row. ``start`` and ``end`` are places in the plain text."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Plain:
    """A text in small plain letters, and the way back to where each character stood."""

    written: str
    text: str
    pieces: tuple[Piece, ...]
    folded: Folded
    words: ShapeWords
    """What those who look for shapes know."""

    @classmethod
    def of(cls, written: str, words: ShapeWords) -> "Plain":
        """``written`` made plain. Never raises."""
        folded = fold(written)
        text = folded.text
        if "<" in text or "@" in text:
            text = _MARKS.sub(lambda mark: " " * len(mark.group()), text)
        pieces = tuple(Piece(one.group(), *one.span()) for one in _PIECE.finditer(text))
        return cls(written, text, pieces, folded, words)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from ``start`` up to ``end`` (more than none) stood in the text as it was written."""
        return self.folded.span(start, end)

    def between(self, index: int) -> str:
        """What stands between piece ``index`` and the one before it."""
        return self.text[self.pieces[index - 1].end : self.pieces[index].start]

    def words_before(self, index: int, count: int) -> tuple[str, ...]:
        """The words of up to ``count`` pieces before piece ``index``."""
        return tuple(piece.word for piece in self.pieces[max(index - count, 0) : index])
