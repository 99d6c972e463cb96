"""What the detector knows: classes of words, rules over them, and the contexts that soften a rule.

It is read from ``config/content/crisis/<language>/*.yaml``, which clinicians edit. The files of a language are read as
one; a class defined in one can be used in another. All languages are matched at once, as people mix them.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from bot.content.catalogue import content_folder
from bot.content.document import Document, nearest
from bot.crisis.assessment import Category, Tier
from bot.crisis.matcher import Matcher
from bot.crisis.normalise import Vocabulary, fold
from bot.crisis.patterns import Pattern, PatternError, compile_pattern, literals
from bot.errors import ContentError

CODE_VERSION = "1"
"""Goes up when the code reads the same lexicon differently."""


class Softened(StrEnum):
    """What may lower a rule by one tier."""

    ANY = "any"
    """A fact or the tone."""
    FACTS = "facts"
    """Only a fact that makes it something else: denied, past, another's words. First-person intent has this."""
    NOTHING = "nothing"


class ContextKind(StrEnum):
    """What a context says: that the thing is not so, or that it is said lightly."""

    FACT = "fact"
    TONE = "tone"


class Where(StrEnum):
    """Where a context must stand to count."""

    TOUCHING = "touching"
    SENTENCE = "sentence"
    MESSAGE = "message"
    QUOTED = "quoted"
    """Just before a quotation, for what stands in the quotation: ``she says "…"``."""


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Rule(_Schema):
    key: str
    tier: Tier
    categories: tuple[Category, ...] = Field(min_length=1)
    softened: Softened = Softened.ANY
    patterns: tuple[str, ...] = Field(min_length=1)


class _Together(_Schema):
    key: str
    tier: Tier
    categories: tuple[Category, ...] = Field(min_length=1)
    of: tuple[str, ...] = Field(min_length=2)


class _Context(_Schema):
    key: str
    kind: ContextKind
    where: Where
    lowers: tuple[Category, ...] = ()
    patterns: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()


class _File(_Schema):
    classes: dict[str, tuple[str | int, ...]] = {}
    spellings: dict[str, str] = {}
    guarded: tuple[str, ...] = ()
    pictures: dict[str, str] = {}
    signals: dict[str, tuple[str, ...]] = {}
    rules: tuple[_Rule, ...] = ()
    together: tuple[_Together, ...] = ()
    contexts: tuple[_Context, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that mean danger of some tier."""

    key: str
    tier: Tier
    categories: tuple[Category, ...]
    softened: Softened


@dataclass(frozen=True, slots=True)
class Signal:
    """Words that mean nothing by themselves and something together."""

    key: str


@dataclass(frozen=True, slots=True)
class Together:
    """Signals that mean danger when one text holds them all."""

    key: str
    tier: Tier
    categories: tuple[Category, ...]
    signals: frozenset[str]


@dataclass(frozen=True, slots=True)
class Context:
    """Words that lower a rule by one tier. Without ``lowers`` it lowers any category."""

    key: str
    kind: ContextKind
    where: Where
    lowers: frozenset[Category]


@dataclass(frozen=True, slots=True)
class Unless:
    """Words that take a context's effect away, in the same sentence."""

    context: str


Owner = Rule | Signal | Context | Unless


@dataclass(frozen=True)
class Lexicon:
    """Everything compiled. ``owners[i]`` is what a match of owner ``i`` means."""

    owners: tuple[Owner, ...]
    together: tuple[Together, ...]
    vocabulary: Vocabulary
    matcher: Matcher
    version: str

    @classmethod
    def load(cls, folder: Path | None = None) -> "Lexicon":
        """Read ``folder`` (the content folder; by default the one that comes with Handrail).

        Raises ContentError, naming file, line and key.
        """
        builder = _Builder()
        root = content_folder(folder).joinpath("crisis")
        for language in sorted((item for item in root.iterdir() if item.is_dir()), key=lambda item: item.name):
            builder.add(language)
        return builder.lexicon()


class _Builder:
    def __init__(self) -> None:
        self._owners: list[Owner] = []
        self._keys: set[str] = set()
        self._patterns: list[Pattern] = []
        self._together: list[Together] = []
        self._phrases: dict[tuple[str, ...], set[str]] = {}
        self._words: set[str] = set()
        self._spellings: dict[str, str] = {}
        self._guarded: list[str] = []
        self._pictures: dict[str, str] = {}
        self._digest = hashlib.sha256()

    def add(self, language: Traversable) -> None:
        """Read one language's files."""
        files: list[tuple[Document, _File]] = []
        for item in sorted(language.iterdir(), key=lambda entry: entry.name):
            if item.name.endswith(".yaml"):
                document = Document.read(item, f"crisis/{language.name}/{item.name}")
                files.append((document, document.parse(_File)))
                self._digest.update(item.read_bytes())
        classes: dict[str, tuple[str, ...]] = {}
        for document, file in files:
            for name, members in file.classes.items():
                if name in classes:
                    document.fail(("classes", name), "the class is there already.")
                classes[name] = tuple(map(str, members))
        for document, file in files:
            self._add_classes(language.name, document, file, classes)
            self._add_words(file)
        for document, file in files:
            self._add_file(language.name, document, file, classes)

    def _add_classes(self, language: str, document: Document, file: _File, classes: dict[str, tuple[str, ...]]) -> None:
        for name in file.classes:
            for member in _expanded(name, classes, document, (name,)):
                words = tuple(fold(member).split())
                if not words or not all(word.isalnum() for word in words):
                    document.fail(("classes", name), f'"{member}" is not made of words.')
                self._phrases.setdefault(words, set()).add(f"{language}:{name}")
                self._words.update(words)

    def _add_words(self, file: _File) -> None:
        self._spellings |= {fold(wrong): fold(right) for wrong, right in file.spellings.items()}
        self._guarded += map(fold, file.guarded)
        self._words.update(map(fold, file.guarded))
        self._words.update(self._spellings.values())
        self._pictures |= file.pictures

    def _add_file(self, language: str, document: Document, file: _File, classes: dict[str, tuple[str, ...]]) -> None:
        def own(owner: Owner, sources: tuple[str, ...], path: tuple[str | int, ...]) -> None:
            number = len(self._owners)
            self._owners.append(owner)
            for index, source in enumerate(sources):
                folded = fold(source)
                try:
                    self._patterns.append(compile_pattern(folded, number, language, classes))
                except PatternError as problem:
                    document.fail((*path, index), f"{problem}.")
                for literal in literals(folded):
                    self._words.update(words := literal.split("_"))
                    if len(words) > 1:
                        self._phrases.setdefault(tuple(words), set()).add(f"={literal}")

        for at, rule in enumerate(file.rules):
            key = self._fresh(language, rule.key, document, ("rules", at, "key"))
            own(Rule(key, rule.tier, rule.categories, rule.softened), rule.patterns, ("rules", at, "patterns"))
        for name, sources in file.signals.items():
            own(Signal(self._fresh(language, name, document, ("signals", name))), sources, ("signals", name))
        for at, context in enumerate(file.contexts):
            key = self._fresh(language, context.key, document, ("contexts", at, "key"))
            softener = Context(key, context.kind, context.where, frozenset(context.lowers))
            own(softener, context.patterns, ("contexts", at, "patterns"))
            own(Unless(key), context.unless, ("contexts", at, "unless"))
        for at, several in enumerate(file.together):
            key = self._fresh(language, several.key, document, ("together", at, "key"))
            signals = frozenset(f"{language}/{name}" for name in several.of)
            for lost in sorted(signals - {owner.key for owner in self._owners if isinstance(owner, Signal)}):
                document.fail(("together", at, "of"), f'there is no signal "{lost}" in this file or an earlier one.')
            self._together.append(Together(key, several.tier, several.categories, signals))

    def _fresh(self, language: str, key: str, document: Document, path: tuple[str | int, ...]) -> str:
        full = f"{language}/{key}"
        if full in self._keys:
            document.fail(path, f'the key "{key}" is there already.')
        self._keys.add(full)
        return full

    def lexicon(self) -> Lexicon:
        """Everything added, compiled."""
        if not any(isinstance(owner, Rule) for owner in self._owners):
            raise ContentError("crisis: there is no rule in the folder; the detector would find nothing.")
        phrases = {words: frozenset(labels) for words, labels in self._phrases.items()}
        return Lexicon(
            owners=tuple(self._owners),
            together=tuple(self._together),
            vocabulary=Vocabulary.of(self._words, self._spellings, self._guarded, self._pictures),
            matcher=Matcher(self._patterns, phrases),
            version=f"{CODE_VERSION}-{self._digest.hexdigest()[:12]}",
        )


def _expanded(
    name: str, classes: dict[str, tuple[str, ...]], document: Document, path: tuple[str, ...]
) -> Iterator[str]:
    """The members of a class, those of ``[other]`` classes it names among them."""
    for member in classes[name]:
        if not member.startswith("["):
            yield member
            continue
        other = member.strip("[]")
        if other not in classes:
            document.fail(("classes", path[0]), f"there is no class [{other}]{nearest(other, classes)}.")
        if other in path:
            document.fail(("classes", path[0]), f"the class holds itself, by way of [{other}].")
        yield from _expanded(other, classes, document, (*path, other))
