"""Words with the places marked that made the detector speak. Pure: words and ranges in, pieces out."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """A stretch of words, as they were written. Whoever shows it escapes it."""

    text: str
    is_marked: bool


def pieces(words: str, spans: Iterable[tuple[int, int]]) -> list[Piece]:
    """``words`` cut where marking begins or ends; put together again they are ``words``, to the letter.

    ``spans`` are half-open ranges of characters. They may overlap, lie inside one another, or touch, and are then one
    mark; what lies outside the words, or is empty or turned round, marks nothing.
    """
    cut: list[Piece] = []
    at = 0
    for start, end in _joined(spans, len(words)):
        if start > at:
            cut.append(Piece(words[at:start], is_marked=False))
        cut.append(Piece(words[start:end], is_marked=True))
        at = end
    if at < len(words):
        cut.append(Piece(words[at:], is_marked=False))
    return cut


def _joined(spans: Iterable[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    inside = sorted((max(start, 0), min(end, length)) for start, end in spans)
    for start, end in inside:
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
