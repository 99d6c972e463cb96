"""Text as people type it, made into words that rules can match, each knowing where it stood.

Undone here: capitals, accents, full-width and look-alike letters, zero-width characters, markup and spoilers, curled
apostrophes, stretched letters (``diiie``), spaced letters (``d i e``), masked letters (``d*e``), digits for letters
(``d1e``), and misspellings of the words that matter most. A word keeps its plain reading beside the others, so that
undoing never loses what was written. Every step looks at each character a bounded number of times.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise, product

MAX_READABLE = 48
"""Characters: a longer word is not looked into for other readings."""
_MAX_WORD = 16
_LOOKALIKES = str.maketrans(
    "авеікмнорстухѕјԁԛԝһӏαεικνορτυχ",
    "abeikmhopctyxsjdqwhlaeiknoptux",
)
_LEET = str.maketrans("013457@$!|+", "oieastasilt")
_LEET_L = str.maketrans("013457@$!|+", "oleastaslit")
_APOSTROPHES = frozenset("'’‘ʼ´`′＇")
_INNER_SYMBOLS = frozenset("@$!|+")
_SENTENCE_ENDS = frozenset(".!?;。！？")
_SOFT = frozenset(",:()[]—–\n…/")
_OPENING = frozenset("“«„")
_CLOSING = frozenset("”»")


@dataclass(frozen=True, slots=True)
class Token:
    """One word. ``readings`` holds what it may be, the plain form first; ``start`` and ``end`` are original offsets.

    ``sentence`` counts sentences from 0. ``soft`` says that a comma, dash, bracket or line break stands before it.
    ``quote`` is 0, or the number of the quotation it stands in.
    """

    readings: tuple[str, ...]
    start: int
    end: int
    sentence: int = 0
    soft: bool = False
    quote: int = 0


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that rules know, and how misspelt ones lead to them."""

    words: AbstractSet[str]
    spellings: Mapping[str, str]
    """A misspelling → the word meant."""
    shortened: Mapping[str, str]
    """A word that may be misspelt, with any one letter left out → the word."""
    masked: Mapping[tuple[int, str], tuple[str, ...]]
    """Length and first letter → the words of that kind, for masked letters."""
    pictures: Mapping[str, str]
    """An emoji → the word it stands for."""

    @classmethod
    def of(
        cls,
        words: AbstractSet[str],
        spellings: Mapping[str, str],
        guarded: Sequence[str],
        pictures: Mapping[str, str],
    ) -> "Vocabulary":
        """A vocabulary of ``words``; ``guarded`` are those to be recognised with one letter wrong."""
        masked: dict[tuple[int, str], tuple[str, ...]] = {}
        for word in sorted(words):
            key = (len(word), word[:1])
            masked[key] = (*masked.get(key, ()), word)
        shortened = {form: word for word in guarded for form in (word, *_less_one(word))}
        return cls(frozenset(words) | frozenset(pictures.values()), spellings, shortened, masked, pictures)


def fold(text: str) -> str:
    """A lexicon's word in the form that tokens have: small letters, no accents, no apostrophes."""
    return "".join(_fold_character(character) for character in text if character not in _APOSTROPHES)


def tokens(text: str, vocabulary: Vocabulary) -> tuple[Token, ...]:
    """The words of ``text``, in order. Never raises; takes time linear in the length of the text."""
    return tuple(_join_spaced(_mark_sentences(text, list(_words(text, vocabulary))), vocabulary))


@lru_cache(maxsize=8192)
def _fold_character(character: str) -> str:
    if "a" <= character <= "z" or "0" <= character <= "9":
        return character
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    kept = "".join(part for part in decomposed if unicodedata.category(part) not in {"Mn", "Me", "Cf"})
    return kept.translate(_LOOKALIKES)


@lru_cache(maxsize=8192)
def _invisible(character: str) -> bool:
    return unicodedata.category(character) in {"Cf", "Mn", "Me"}


def _words(text: str, vocabulary: Vocabulary) -> Iterator[Token]:
    """Cut into words; sentences and quotations come after."""
    following = _next_letter(text)
    letters: list[str] = []
    start = end = 0
    for at, character in enumerate(text):
        if _invisible(character):
            continue
        folded = _fold_character(character)
        if folded.isalnum():
            if not letters:
                start = at
            letters.append(folded)
            end = at + 1
            continue
        if letters and _continues(text, at, following[at]):
            if character not in _APOSTROPHES:
                letters.append(character)
            continue
        if letters:
            yield Token(_readings("".join(letters), vocabulary), start, end)
            letters = []
        if character in vocabulary.pictures:
            yield Token((vocabulary.pictures[character],), at, at + 1)
        elif character in "@$" and following[at] == at + 1:
            letters, start, end = [character], at, at + 1
    if letters:
        yield Token(_readings("".join(letters), vocabulary), start, end)


def _next_letter(text: str) -> list[int]:
    """For each place, where the next visible character that is a letter or digit and adjoins it stands, or -1.

    Only asterisks and invisible characters may lie between.
    """
    places = [-1] * len(text)
    nearest = -1
    for at in range(len(text) - 1, -1, -1):
        places[at] = nearest
        character = text[at]
        if _fold_character(character).isalnum():
            nearest = at
        elif character != "*" and not _invisible(character):
            nearest = -1
    return places


def _continues(text: str, at: int, following: int) -> bool:
    """Whether a character inside a word, such as an apostrophe or a masking asterisk, leaves the word whole."""
    character = text[at]
    if following < 0:
        return False
    return character in _APOSTROPHES or character == "*" or character in _INNER_SYMBOLS


def _readings(word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    found = [word]
    squeezed = _squeeze(word)
    if len(squeezed) <= MAX_READABLE:
        found += (form for form in _alternatives(squeezed, vocabulary) if form not in found)
    return tuple(dict.fromkeys(found))


def _alternatives(word: str, vocabulary: Vocabulary) -> Iterator[str]:
    forms = [word]
    if not word.isalpha() and any(letter.isalpha() for letter in word):
        forms += (word.translate(_LEET), word.translate(_LEET_L))
        if "*" in word:
            forms += _unmasked(word.translate(_LEET), vocabulary)
    for form in forms:
        for plain in _unstretched(form):
            if plain in vocabulary.words:
                yield plain
            if plain in vocabulary.spellings:
                yield vocabulary.spellings[plain]
    if word not in vocabulary.words and len(word) >= 5:
        for form in dict.fromkeys((word, *_less_one(word))):
            if form in vocabulary.shortened:
                yield vocabulary.shortened[form]


def _squeeze(word: str) -> str:
    """Runs of one character cut to three, so that what follows is bounded."""
    kept: list[str] = []
    for letter in word:
        if len(kept) >= 3 and kept[-1] == kept[-2] == kept[-3] == letter:
            continue
        kept.append(letter)
        if len(kept) > MAX_READABLE:
            break
    return "".join(kept)


def _unstretched(word: str) -> Iterator[str]:
    """The word itself, and with each run of three as two letters or one; the first three runs only."""
    runs = [at for at in range(len(word) - 2) if word[at] == word[at + 1] == word[at + 2]][:3]
    for lengths in product((2, 1), repeat=len(runs)):
        form = word
        for at, length in reversed(list(zip(runs, lengths, strict=True))):
            form = form[: at + length] + form[at + 3 :]
        yield form


def _unmasked(word: str, vocabulary: Vocabulary) -> Iterator[str]:
    for candidate in vocabulary.masked.get((len(word), word[:1]), ()):
        if all(mask in ("*", letter) for mask, letter in zip(word, candidate, strict=True)):
            yield candidate


def _less_one(word: str) -> tuple[str, ...]:
    return tuple(word[:at] + word[at + 1 :] for at in range(len(word)))


def _mark_sentences(text: str, words: list[Token]) -> list[Token]:
    """Give each word its sentence, soft boundary and quotation.

    A full stop after a single word ends nothing: ``i. want. to.`` is somebody avoiding a filter, or out of breath.
    """
    marked: list[Token] = []
    sentence = since_stop = quote = quotes = 0
    at = 0
    for word in words:
        between = text[at : word.start]
        soft = hard = stop = False
        for place, character in enumerate(between):
            if character in _SENTENCE_ENDS:
                dots = between[place - 1 : place] == "." or between[place + 1 : place + 2] == "."
                hard, soft, stop = hard or not dots, True, True
            elif character in _SOFT or (character == "-" and len(between) > 1):
                hard = hard or (character == "\n" and between[place - 1 : place] == "\n")
                soft = True
            elif character in _OPENING or (character == '"' and not quote):
                quotes += 1
                quote = quotes
            elif character in _CLOSING or character == '"':
                quote = 0
        if hard and since_stop >= 2:
            sentence += 1
        marked.append(replace(word, sentence=sentence, soft=soft, quote=quote))
        since_stop = 1 if stop or hard else since_stop + 1
        at = word.end
    closed = any(character in _CLOSING or character == '"' for character in text[at:])
    if quote and not closed:
        return [replace(word, quote=0) if word.quote == quote else word for word in marked]
    return marked


def _join_spaced(words: list[Token], vocabulary: Vocabulary) -> Iterator[Token]:
    """Put ``k i l l`` together where that makes words the vocabulary knows."""
    run: list[Token] = []
    for word in [*words, None]:
        single = word is not None and len(word.readings[0]) == 1 and word.readings[0].isalpha()
        if single and word is not None and (not run or word.start - run[-1].end <= 4):
            run.append(word)
            if len(run) < MAX_READABLE:
                continue
            word = None  # noqa: PLW2901 - the letter is in the run now; a long run is flushed in pieces
        yield from _spelt(run, vocabulary) if len(run) >= 3 else run
        run = []
        if single and word is not None:
            run = [word]
        elif word is not None:
            yield word


def _spelt(run: list[Token], vocabulary: Vocabulary) -> list[Token]:
    gaps = [after.start - before.end for before, after in pairwise(run)]
    narrow = min(gaps)
    pieces: list[list[Token]] = [[run[0]]]
    for gap, letter in zip(gaps, run[1:], strict=True):
        if gap > narrow:
            pieces.append([])
        pieces[-1].append(letter)
    joined: list[Token] = []
    for piece in pieces:
        cuts = _segment("".join(letter.readings[0] for letter in piece), vocabulary)
        if cuts is None:
            joined += piece
            continue
        begin = 0
        for cut in cuts:
            word = "".join(letter.readings[0] for letter in piece[begin:cut])
            first = piece[begin]
            joined.append(replace(first, readings=(word,), end=piece[cut - 1].end))
            begin = cut
    return joined


def _segment(letters: str, vocabulary: Vocabulary) -> list[int] | None:
    """Where to cut ``letters`` so that every part is a known word and the parts are few, or None."""
    best: list[list[int] | None] = [[]] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for begin in range(max(0, end - _MAX_WORD), end):
            before = best[begin]
            part = letters[begin:end]
            known = part in vocabulary.words and (len(part) > 1 or part in "iay")
            if before is not None and known and (best[end] is None or len(before) + 1 < len(best[end] or [])):
                best[end] = [*before, end]
    return best[-1]
