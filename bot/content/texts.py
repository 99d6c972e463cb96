"""The words people read, by language and key.

A file is a feature: ``texts/en/checkins.yaml`` holds ``thanks``, whose full key is ``checkins.thanks``. A value is a
text, or a list of variants for lines that must not be the same twice in a row. The only thing a text may ask for is
``{name}``; there are no formats, attributes or indexes, so a text can never reach into an object.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from bot.content.document import Document, nearest
from bot.errors import ContentError

BASE_LANGUAGE = "en"
"""The language every key must have, and the one that an unknown language falls back to."""

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Text:
    """One key's wording in one language: one variant or several, each cut into words and placeholders in turn.

    ``pieces[i]`` alternates literal, placeholder name, literal, …, literal.
    """

    listed: bool
    pieces: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, variants: Iterable[str], *, listed: bool) -> "Text":
        """A text of these variants. ``listed`` says that the file wrote them as a list."""
        return cls(listed, tuple(tuple(_PLACEHOLDER.split(variant)) for variant in variants))

    def placeholders(self, index: int) -> frozenset[str]:
        """The names that variant ``index`` asks for."""
        return frozenset(self.pieces[index][1::2])

    def stray_brace(self) -> bool:
        """Whether any variant holds a brace that is not part of a ``{name}``."""
        return any("{" in literal or "}" in literal for piece in self.pieces for literal in piece[0::2])

    def raw(self) -> Iterator[str]:
        """Each variant as it was written."""
        for piece in self.pieces:
            yield "".join(part if at % 2 == 0 else f"{{{part}}}" for at, part in enumerate(piece))


class Texts:
    """Every text of every language. Immutable once loaded."""

    def __init__(self, languages: Mapping[str, Mapping[str, Text]]) -> None:
        self._languages = languages

    @classmethod
    def load(cls, folder: Traversable) -> "Texts":
        """Read ``folder/<language>/<feature>.yaml``.

        Raises ContentError, naming file, line and key, where a language lacks a key, has one too many, has another
        number of variants, or asks for other placeholders than English does.
        """
        documents = {
            language.name: {
                file.name.removesuffix(".yaml"): Document.read(file, f"texts/{language.name}/{file.name}")
                for file in sorted(language.iterdir(), key=lambda item: item.name)
                if file.name.endswith(".yaml")
            }
            for language in folder.iterdir()
            if language.is_dir()
        }
        if BASE_LANGUAGE not in documents:
            raise ContentError(
                f"texts/{BASE_LANGUAGE}: the folder is missing; English is the language others are held to."
            )
        base = documents[BASE_LANGUAGE]
        languages: dict[str, dict[str, Text]] = {}
        for language, files in documents.items():
            for lost in base.keys() - files.keys():
                raise ContentError(f"texts/{language}/{lost}.yaml: the file is missing.")
            for extra in files.keys() - base.keys():
                raise ContentError(f"texts/{language}/{extra}.yaml: English has no such file{nearest(extra, base)}.")
            languages[language] = {
                f"{feature}.{key}": text for feature, document in files.items() for key, text in _read(document)
            }
            for feature, document in files.items():
                _compare(document, dict(_read(document)), base[feature], dict(_read(base[feature])))
        return cls(languages)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there are, the base first."""
        return (BASE_LANGUAGE, *sorted(self._languages.keys() - {BASE_LANGUAGE}))

    @property
    def keys(self) -> tuple[str, ...]:
        """Every full key, in the order of the files."""
        return tuple(self._languages[BASE_LANGUAGE])

    def say(self, language: str, key: str, /, **values: str | int) -> str:
        """The text at ``key`` (the first variant, where it has several), its placeholders filled from ``values``.

        Values that the text does not ask for are let be, so that wording may drop one without a change of code.
        Raises ContentError for an unknown key or a missing value.
        """
        return self.variant(language, key, 0, **values)

    def variant(self, language: str, key: str, index: int, /, **values: str | int) -> str:
        """Variant ``index`` (wrapping round) of the text at ``key``. Raises as ``say``."""
        text = self._find(language, key)
        piece = text.pieces[index % len(text.pieces)]
        filled = list(piece)
        for at in range(1, len(piece), 2):
            if piece[at] not in values:
                raise ContentError(f'The text "{key}" needs a value for {{{piece[at]}}}.')
            filled[at] = str(values[piece[at]])
        return "".join(filled)

    def variants(self, language: str, key: str, /) -> int:
        """How many variants ``key`` has; one where it is a plain text. Raises ContentError for an unknown key."""
        return len(self._find(language, key).pieces)

    def raw(self, language: str, key: str, /) -> tuple[str, ...]:
        """The variants of ``key`` as the file has them, placeholders unfilled: for checks and previews."""
        return tuple(self._find(language, key).raw())

    def _find(self, language: str, key: str) -> Text:
        texts = self._languages.get(primary(language)) or self._languages[BASE_LANGUAGE]
        if key not in texts:
            raise ContentError(f'There is no text "{key}"{nearest(key, texts)}.')
        return texts[key]


def primary(language: str) -> str:
    """The language proper of a tag such as Discord's ``es-419`` or ``en-US``."""
    return language.replace("_", "-").partition("-")[0].lower()


def pick_variant(count: int, last: int | None, seed: int) -> int:
    """Which of ``count`` variants to show: any by ``seed``, but never ``last`` again where there is another."""
    if count <= 1:
        return 0
    if last is None:
        return seed % count
    return (last + 1 + seed % (count - 1)) % count


def _read(document: Document) -> Iterator[tuple[str, Text]]:
    if not isinstance(document.value, dict):
        document.fail((), "the file must be a list of keys, each with a text or a list of variants.")
    for key, value in document.value.items():
        listed = isinstance(value, list)
        variants = value if isinstance(value, list) else [value]
        if not variants:
            document.fail((key,), "the list of variants is empty.")
        written: list[str] = []
        for index, variant in enumerate(variants):
            if not isinstance(variant, str) or not variant.strip():
                document.fail(
                    (key, index) if listed else (key,), "expected a text; put it in quotes if it looks like a number."
                )
            written.append(variant.strip())
        text = Text.of(written, listed=listed)
        if text.stray_brace():
            document.fail((key,), "a brace may only stand round a plain name, as in {name}.")
        yield key, text


def _compare(document: Document, own: Mapping[str, Text], base: Document, theirs: Mapping[str, Text]) -> None:
    for key in own:
        if key not in theirs:
            document.fail((key,), f"unknown key: English does not have it{nearest(key, theirs)}.")
    for key, wanted in theirs.items():
        if key not in own:
            raise ContentError(
                f'{document.name}, key "{key}": it is missing; see {base.complaint((key,), "it is here.")}'
            )
        text = own[key]
        if (text.listed, len(text.pieces)) != (wanted.listed, len(wanted.pieces)):
            document.fail((key,), f"English has {_shape(wanted)} here, this has {_shape(text)}.")
        for index in range(len(text.pieces)):
            if text.placeholders(index) != wanted.placeholders(index):
                names = ", ".join(f"{{{name}}}" for name in sorted(wanted.placeholders(index))) or "none"
                document.fail((key, index) if text.listed else (key,), f"the placeholders must be English's: {names}.")


def _shape(text: Text) -> str:
    return f"{len(text.pieces)} variants" if text.listed else "one text"
