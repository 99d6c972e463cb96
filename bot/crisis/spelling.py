"""What an unknown word may be: stretched, masked, spelt with digits, run together, or mistyped.

Only words that no rule knows are looked into, so what was written plainly is always read as written. The work for one
word is bounded, whatever the word is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import product

MAX_READABLE = 40
"""Characters: a longer word is not looked into."""
_MAX_PART = 14
_MOST_READINGS = 6
_TYPO_LEAST = 5
_JOINED_LEAST = 6
_SWAPPED_LEAST = 3
_LEET = (str.maketrans("0134578@$!|+", "oieastbasiit"), str.maketrans("013457@$!|+", "oleastaslit"))
_MARKUP = str.maketrans("", "", "*_~|`")
_STRETCHED = re.compile(r"(.)\1\1")
_JOINED_HINT = re.compile(r"kill|die|dead|my|life|suicid|hurt|live|want|wanna|safe|goodbye|quiero|morir|matar")
"""Something that makes it worth the time to cut a long unknown word into known ones."""

_SHORT = frozenset(
    (
        *("am", "an", "as", "at", "be", "by", "do", "go", "he", "id", "if", "im", "in", "is", "it", "me", "my", "no"),
        *("of", "on", "or", "so", "to", "up", "us", "we", "de", "el", "en", "la", "mi", "se", "te", "un", "ya"),
    )
)
"""The words of two letters that words run together are made of."""

Readings = tuple[str, ...]
_UNKNOWN: tuple[Readings, ...] = ((),)


@dataclass(frozen=True)
class Vocabulary:
    """The words that rules know, and how others lead to them."""

    words: AbstractSet[str]
    spellings: Mapping[str, Readings] = field(default_factory=dict)
    """Another spelling → the word meant, or the words, in order."""
    guarded: Mapping[str, str] = field(default_factory=dict)
    """A word to be recognised with one letter wrong, and the same with any one letter left out → the word."""
    swappable: AbstractSet[str] = frozenset()
    """Words to be recognised with two letters that stand together changed over."""
    letters: AbstractSet[str] = frozenset()
    """The letters of those words in order of the alphabet: a word of other letters is none of them."""
    shapes: AbstractSet[tuple[object, object]] = frozenset()
    """First letter and length, and length and last letter, of whatever may be a guarded word with one letter wrong."""
    masked: Mapping[tuple[int, str], Readings] = field(default_factory=dict)
    """Length and first letter → the words of that kind, for masked letters."""
    pictures: Mapping[str, str] = field(default_factory=dict)
    """An emoji → the word it stands for."""

    @classmethod
    def of(
        cls,
        words: AbstractSet[str],
        spellings: Mapping[str, str],
        guarded: Sequence[str],
        pictures: Mapping[str, str],
        swappable: Sequence[str] = (),
    ) -> "Vocabulary":
        """A vocabulary of ``words`` and of those that the others lead to."""
        meant = {wrong: tuple(right.split()) for wrong, right in spellings.items()}
        every = {
            *words,
            *guarded,
            *swappable,
            *pictures.values(),
            *(word for right in meant.values() for word in right),
        }
        masked: dict[tuple[int, str], Readings] = {}
        for word in sorted(every):
            key = (len(word), word[:1])
            masked[key] = (*masked.get(key, ()), word)
        near = {form: word for word in guarded for form in (word, *_less_one(word))}
        shapes: set[tuple[object, object]] = set()
        for word in guarded:
            for count in range(len(word) - 1, len(word) + 2):
                shapes |= {(word[0], count), (count, word[-1])}
        return cls(
            words=every,
            spellings=meant,
            guarded=near,
            swappable=frozenset(swappable),
            letters=frozenset("".join(sorted(word)) for word in swappable),
            shapes=shapes,
            masked=masked,
            pictures=pictures,
        )

    def readings(self, word: str) -> tuple[Readings, ...]:
        """What ``word`` (plain, small letters) may be: the words it stands for in order, each with its readings.

        A word that is known gives itself alone; one that nothing is known of, a word without readings.
        """
        if word in self.words:
            return ((word,),)
        if word in self.spellings:
            return tuple((part,) for part in self.spellings[word])
        count = len(word)
        if word.isalpha() and not (
            word[-1] == word[-2:-1]
            or (count >= _TYPO_LEAST and ((word[0], count) in self.shapes or (count, word[-1]) in self.shapes))
            or (_SWAPPED_LEAST <= count <= _MAX_PART and "".join(sorted(word)) in self.letters)
            or (count >= _JOINED_LEAST and _JOINED_HINT.search(word))
            or _STRETCHED.search(word)
        ):
            return _UNKNOWN
        if count > MAX_READABLE * 3:
            return _UNKNOWN
        shape = _squeeze(word)
        if len(shape) > MAX_READABLE:
            return _UNKNOWN
        found = tuple(dict.fromkeys(self._guesses(shape)))[:_MOST_READINGS]
        if found:
            return (found,)
        joined = self._cut(shape) if len(shape) >= _JOINED_LEAST and _JOINED_HINT.search(shape) else None
        return tuple((part,) for part in joined) if joined else _UNKNOWN

    def joins(self, letters: str) -> Readings | None:
        """``letters``, which were written apart, as known words one after another; None where they are not."""
        return self._cut(letters)

    def _guesses(self, word: str) -> Iterator[str]:
        forms: list[str] = [word] if word.isalpha() else list(self._unveiled(word))
        for form in forms:
            for plain in _unstretched(form) if _STRETCHED.search(form) else (form,):
                yield from self._known(plain)
        for form in forms:
            if form[-1:] == form[-2:-1]:
                yield from self._known(form[:-1])
        for form in forms:
            if len(form) >= _TYPO_LEAST:
                for near in (form, *_less_one(form)):
                    if near in self.guarded:
                        yield self.guarded[near]
        for form in forms:
            if _SWAPPED_LEAST <= len(form) <= _MAX_PART:
                yield from (swapped for swapped in _swapped(form) if swapped in self.swappable)

    def _known(self, word: str) -> Iterator[str]:
        if word in self.words:
            yield word
        elif len(self.spellings.get(word, ())) == 1:
            yield self.spellings[word][0]

    def _unveiled(self, word: str) -> Iterator[str]:
        """Without markup inside, with digits and signs read as letters, and with what asterisks hide."""
        yield word.translate(_MARKUP)
        for table in _LEET:
            yield word.translate(_MARKUP).translate(table)
        if "|" in word and "||" not in word:  # two of them are a spoiler; one is a letter's stand-in
            for table in _LEET:
                yield word.translate(table).translate(_MARKUP)
        if "*" in word:
            shown = word.translate(_LEET[0])
            for candidate in self.masked.get((len(shown), shown[:1]), ()):
                if all(sign in ("*", letter) for sign, letter in zip(shown, candidate, strict=True)):
                    yield candidate

    def _cut(self, letters: str) -> Readings | None:
        """``letters`` cut so that every part is a known word and the parts are few, or None."""
        best: list[tuple[int, int] | None] = [(0, 0), *[None] * len(letters)]
        for end in range(1, len(letters) + 1):
            for begin in range(max(0, end - _MAX_PART), end):
                before, part = best[begin], letters[begin:end]
                if before is None or part not in self.words:
                    continue
                if (len(part) == 1 and (part != "i" or begin)) or (len(part) == 2 and part not in _SHORT):
                    continue
                here = best[end]
                if here is None or before[0] + 1 < here[0]:
                    best[end] = (before[0] + 1, begin)
        if best[-1] is None or not letters:
            return None
        parts: list[str] = []
        end = len(letters)
        while end:
            step = best[end]
            assert step is not None  # noqa: S101 - a place that was reached was reached from another
            parts.append(letters[step[1] : end])
            end = step[1]
        return tuple(reversed(parts))


def _squeeze(word: str) -> str:
    """Runs of one character cut to three, so that what follows is bounded."""
    kept: list[str] = []
    for letter in word:
        if not (len(kept) >= 3 and kept[-1] == kept[-2] == kept[-3] == letter):
            kept.append(letter)
    return "".join(kept)


def _unstretched(word: str) -> Iterator[str]:
    """The word with each run of three as two letters or one; the first three runs only."""
    runs = [place.start() for place in _STRETCHED.finditer(word)][:3]
    for lengths in product((1, 2), repeat=len(runs)):
        form = word
        for at, length in reversed(list(zip(runs, lengths, strict=True))):
            form = form[: at + length] + form[at + 3 :]
        yield form


def _less_one(word: str) -> tuple[str, ...]:
    return tuple(word[:at] + word[at + 1 :] for at in range(len(word)))


def _swapped(word: str) -> Iterator[str]:
    """The word with each two letters that stand together changed over."""
    for at in range(len(word) - 1):
        yield f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"
