"""Street addresses: a number before a street's name, or in Spanish after it. Pure.

An address of a meeting, a church or a clinic is what people tell each other to get there, and stays.
"""

from collections.abc import Iterator

from bot.moderation.plain import Plain

__all__ = ["streets"]

_VIVO = frozenset(
    (
        "vivo",
        "vive",
        "vivimos",
        "direccion",
        "casa",
        "domicilio",
        "ven",
        "vengan",
        "caigan",
        "estoy",
        "quedo",
        "nos",
        "departamento",
    )
)
_ORDINALS = frozenset(("st", "nd", "rd", "th"))
_AROUND = 8
_NAME_WORDS = 3


def streets(plain: Plain) -> Iterator[tuple[int, int]]:
    """Where somebody's address stands in the plain text."""
    pieces = plain.pieces
    for index, piece in enumerate(pieces):
        if piece.word.isdigit() and len(piece.word) <= 5:
            last = _named_after(plain, index)
            if last and not _is_public(plain, index, last):
                yield piece.start, pieces[last].end
        elif piece.word in plain.words.streets_before:
            last = _numbered_after(plain, index)
            if last and not _is_public(plain, index, last):
                yield piece.start, pieces[last].end


def _named_after(plain: Plain, index: int) -> int:
    """The piece that ends an address which begins with the number at ``index``, or 0."""
    pieces = plain.pieces
    is_capital = False
    for at in range(index + 1, min(index + _NAME_WORDS + 3, len(pieces))):
        gap = plain.between(at)
        if gap.strip(" .#'-") or "\n" in gap or (not gap and at == index + 1):
            return 0
        word = pieces[at].word
        if not gap and pieces[at - 1].word.isdigit() and word in _ORDINALS:
            continue
        is_named = at > index + 1
        if is_named and word in plain.words.streets:
            return at
        if is_named and word in plain.words.perhaps_streets and (is_capital or _says(plain, index, plain.words.living)):
            return at
        if word in plain.words.no_street_name or (word.isdigit() and at == index + 1 and gap != " "):
            return 0
        start, end = plain.span(pieces[at].start, pieces[at].end)
        is_capital = is_capital or plain.written[start:end][:1].isupper()
    return 0


def _numbered_after(plain: Plain, index: int) -> int:
    """The number that ends an address which begins with ``calle`` at ``index``, or 0."""
    pieces = plain.pieces
    for at in range(index + 1, min(index + 6, len(pieces))):
        if plain.between(at).strip(" .,#-°º") or "\n" in plain.between(at):
            return 0
        word = pieces[at].word
        if word.isdigit() and at > index + 1 and len(word) <= 5:
            hour = pieces[at - 1].word in {"las", "a", "hace", "los", "unos", "dia"}
            return 0 if hour else at
    return 0


def _says(plain: Plain, index: int, words: frozenset[str]) -> bool:
    return not words.isdisjoint(plain.words_before(index, _AROUND))


def _is_public(plain: Plain, index: int, last: int) -> bool:
    beside = (*plain.pieces[max(index - _AROUND, 0) : index], *plain.pieces[last + 1 : last + _AROUND])
    around = {piece.word for piece in beside}
    mine = {"my", "mi", "vivo", "live", "staying", "direccion"} & set(plain.words_before(index, _AROUND))
    return not mine and not plain.words.public_places.isdisjoint(around)
