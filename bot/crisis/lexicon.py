"""What the detector knows: classes of words, rules over them, and the contexts that soften a rule.

It is read from ``config/content/crisis/<language>/*.yaml``, which clinicians edit. The files of a language are read as
one; a class or shape defined in one can be used in another. All languages are matched at once, as people mix them.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from bot.content.catalogue import content_folder
from bot.content.document import Document, nearest
from bot.crisis.assessment import Category, Tier
from bot.crisis.folding import fold
from bot.crisis.lexicon_file import ContextKind, LexiconFile, Softened, Where
from bot.crisis.matcher import Matcher
from bot.crisis.normalise import fold_word
from bot.crisis.patterns import Compiler, Pattern, PatternError, expand, literals
from bot.crisis.spelling import Vocabulary
from bot.errors import ContentError

__all__ = ["Context", "ContextKind", "Lexicon", "Rule", "Signal", "Softened", "Together", "Turn", "Unless", "Where"]

CODE_VERSION = "3"
"""Goes up when the code reads the same lexicon differently."""

_TURN = "turn"
"""The class of words that begin a new clause."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that mean danger of some tier."""

    key: str
    tier: Tier
    categories: tuple[Category, ...]
    softened: Softened
    asks: bool = False
    """Whether it pages only where the second stage does not find the text plainly harmless."""


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
    asks: bool = False


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


@dataclass(frozen=True, slots=True)
class Turn:
    """Words that begin a new clause: ``but``."""


Owner = Rule | Signal | Context | Unless | Turn


@dataclass(frozen=True)
class Lexicon:
    """Everything compiled. ``owners[i]`` is what a pattern of owner ``i`` means."""

    owners: tuple[Owner, ...]
    together: tuple[Together, ...]
    vocabulary: Vocabulary
    matcher: Matcher
    """Of rules and signals."""
    contexts: Matcher
    """Of contexts and what divides clauses: asked only where the other found something, as they only lower."""
    common: frozenset[str]
    """Words that most texts hold, in every language."""
    version: str

    @classmethod
    def load(cls, folder: Path | None = None) -> "Lexicon":
        """Read ``folder`` (the content folder; by default the one that comes with Handrail).

        Raises ContentError, naming file, line and key.
        """
        builder = _Builder()
        root = content_folder(folder).joinpath("crisis")
        for language in sorted((item for item in root.iterdir() if item.is_dir()), key=lambda item: item.name):
            files = sorted((item for item in language.iterdir() if item.name.endswith(".yaml")), key=lambda f: f.name)
            if files:
                builder.add(language.name, files)
        return builder.lexicon()


@dataclass(frozen=True)
class _Language:
    """What the files of one language define together."""

    name: str
    files: tuple[tuple[Document, LexiconFile], ...]
    classes: Mapping[str, tuple[str, ...]]
    shapes: Mapping[str, tuple[str, ...]]
    compiler: Compiler


class _Builder:
    def __init__(self) -> None:
        self._owners: list[Owner] = []
        self._keys: set[str] = set()
        self._patterns: dict[Pattern, None] = {}
        self._softeners: dict[Pattern, None] = {}
        self._common: set[str] = set()
        self._together: list[Together] = []
        self._phrases: dict[tuple[str, ...], set[str]] = {}
        self._words: set[str] = set()
        self._spellings: dict[str, str] = {}
        self._guarded: list[str] = []
        self._swappable: list[str] = []
        self._pictures: dict[str, str] = {}
        self._digest = hashlib.sha256()

    def add(self, name: str, items: Iterable[Traversable]) -> None:
        """Read one language's files."""
        files: list[tuple[Document, LexiconFile]] = []
        for item in items:
            document = Document.read(item, f"crisis/{name}/{item.name}")
            files.append((document, document.parse(LexiconFile)))
            self._digest.update(item.read_bytes())
        classes: dict[str, tuple[str, ...]] = {}
        shapes: dict[str, tuple[str, ...]] = {}
        for document, file in files:
            for key, members in file.classes.items():
                if key in classes:
                    document.fail(("classes", key), "the class is there already.")
                classes[key] = tuple(map(str, members))
            for key, sources in file.shapes.items():
                if key in shapes:
                    document.fail(("shapes", key), "the shape is there already.")
                shapes[key] = tuple(map(_folded, sources))
        language = _Language(name, tuple(files), classes, shapes, Compiler(name, classes))
        for document, file in files:
            self._add_classes(language, document, file)
            self._add_words(file)
        for document, file in files:
            self._add_file(language, document, file)
        if _TURN in classes:
            self._own(Turn(), (f"[{_TURN}]",), files[0][0], ("classes", _TURN), language)

    def _add_classes(self, language: _Language, document: Document, file: LexiconFile) -> None:
        for name in file.classes:
            for member in _expanded(name, language.classes, document, (name,)):
                words = tuple(fold_word(member).split())
                if not words or not all(word.isalnum() for word in words):
                    document.fail(("classes", name), f'"{member}" is not made of words.')
                self._phrases.setdefault(words, set()).add(f"{language.name}:{name}")
                self._words.update(words)

    def _add_words(self, file: LexiconFile) -> None:
        # A misspelling may need its apostrophe to be told from a word: "od'd".
        self._spellings |= {fold(wrong).text: fold_word(right) for wrong, right in file.spellings.items()}
        self._common |= {fold_word(str(word)) for word in file.common}
        self._guarded += (fold_word(str(word)) for word in file.guarded)
        self._swappable += (fold_word(str(word)) for word in file.swappable)
        self._pictures |= file.pictures

    def _add_file(self, language: _Language, document: Document, file: LexiconFile) -> None:
        for at, rule in enumerate(file.rules):
            key = self._fresh(language, rule.key, document, ("rules", at, "key"))
            owner = Rule(key, rule.tier, rule.categories, rule.softened, rule.asks)
            self._own(owner, rule.patterns, document, ("rules", at, "patterns"), language)
        for name, sources in file.signals.items():
            signal = Signal(self._fresh(language, name, document, ("signals", name)))
            self._own(signal, sources, document, ("signals", name), language)
        for at, context in enumerate(file.contexts):
            key = self._fresh(language, context.key, document, ("contexts", at, "key"))
            softener = Context(key, context.kind, context.where, frozenset(context.lowers))
            self._own(softener, context.patterns, document, ("contexts", at, "patterns"), language)
            self._own(Unless(key), context.unless, document, ("contexts", at, "unless"), language)
        for at, several in enumerate(file.together):
            key = self._fresh(language, several.key, document, ("together", at, "key"))
            signals = frozenset(f"{language.name}/{name}" for name in several.of)
            for lost in sorted(signals - {owner.key for owner in self._owners if isinstance(owner, Signal)}):
                document.fail(("together", at, "of"), f'there is no signal "{lost}" in this file or an earlier one.')
            self._together.append(Together(key, several.tier, several.categories, signals, several.asks))

    def _own(
        self,
        owner: Owner,
        sources: tuple[str, ...],
        document: Document,
        path: tuple[str | int, ...],
        language: _Language,
    ) -> None:
        number = len(self._owners)
        self._owners.append(owner)
        patterns = self._patterns if isinstance(owner, Rule | Signal) else self._softeners
        for index, source in enumerate(sources):
            try:
                for plain in expand(_folded(source), language.shapes):
                    for pattern in language.compiler.compile(plain, number):
                        patterns[pattern] = None
                    self._add_literals(plain)
            except PatternError as problem:
                document.fail((*path, index), f'"{source}": {problem}.')

    def _add_literals(self, source: str) -> None:
        for literal in literals(source):
            words = tuple(literal.split("_"))
            self._words.update(words)
            self._phrases.setdefault(words, set()).add(f"={literal}")

    def _fresh(self, language: _Language, key: str, document: Document, path: tuple[str | int, ...]) -> str:
        full = f"{language.name}/{key}"
        if full in self._keys:
            document.fail(path, f'the key "{key}" is there already.')
        self._keys.add(full)
        return full

    def lexicon(self) -> Lexicon:
        """Everything added, compiled."""
        if not any(isinstance(owner, Rule) for owner in self._owners):
            raise ContentError("crisis: there is no rule in the folder; the detector would find nothing.")
        phrases = {words: frozenset(labels) for words, labels in self._phrases.items()}
        signals = {owner.key: number for number, owner in enumerate(self._owners) if isinstance(owner, Signal)}
        together = [frozenset(signals[key] for key in several.signals) for several in self._together]
        return Lexicon(
            owners=tuple(self._owners),
            together=tuple(self._together),
            vocabulary=Vocabulary.of(self._words, self._spellings, self._guarded, self._pictures, self._swappable),
            matcher=Matcher(self._patterns, phrases, self._common, together),
            contexts=Matcher(self._softeners, phrases, self._common),
            common=frozenset(self._common),
            version=f"{CODE_VERSION}-{self._digest.hexdigest()[:12]}",
        )


def _folded(source: str) -> str:
    """A pattern, its words in the form that a text's words have."""
    return source if source.isascii() and source.islower() and "'" not in source else fold_word(source)


def _expanded(
    name: str, classes: Mapping[str, tuple[str, ...]], document: Document, path: tuple[str, ...]
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
