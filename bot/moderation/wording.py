"""What the filters know of words: classes and rules, read from ``config/content/moderation/<language>/*.yaml``.

The crisis detector's reader, its language of patterns and its matcher find them, so that what defeats one filter
(a curly apostrophe, a letter of another script, ``p.e.r.c.s``) defeats none, and a word is matched whole: ``skilled``
never holds ``killed``.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from bot.content.catalogue import content_folder
from bot.content.document import Document, nearest
from bot.crisis.folding import fold
from bot.crisis.matcher import Hits, Matcher
from bot.crisis.normalise import Break, Vocabulary, Words, fold_word, read
from bot.crisis.patterns import Compiler, Pattern, PatternError, expand, literals
from bot.crisis.trial import benign_lines
from bot.errors import ContentError
from bot.moderation.judgement import Filter, Finding
from bot.moderation.marks import STANDS_FOR, Marks
from bot.moderation.shape_words import ShapeWords
from bot.moderation.wording_file import FILLED, WordingFile

__all__ = ["WordRule", "Wording"]


@dataclass(frozen=True, slots=True)
class WordRule:
    """A rule of one filter, named as ``en/asks-for-drugs``."""

    key: str
    filter: Filter
    about: str

    @property
    def name(self) -> str:
        """The rule's key without its language: rules of one name in two languages are one rule to the reader."""
        return self.key.partition("/")[2]


@dataclass(frozen=True)
class Wording:
    """Every rule over words, compiled. Safe to share; it keeps nothing of what it reads."""

    rules: tuple[WordRule, ...]
    vocabulary: Vocabulary
    matcher: Matcher
    """Of rules: pattern owner ``i`` is ``rules[i]``."""
    harmless: Matcher
    """Of what takes a rule away in its sentence, by the same owners: asked only where a rule was found."""
    marks: Marks
    """Of what no file can list."""

    @classmethod
    def load(cls, shapes: ShapeWords, folder: Path | None = None) -> "Wording":
        """Read ``folder`` (the content folder; by default the one that comes with Handrail).

        Raises ContentError, naming file, line and key.
        """
        builder = _Builder()
        root = content_folder(folder).joinpath("moderation")
        for language in sorted((item for item in root.iterdir() if item.is_dir()), key=lambda item: item.name):
            files = sorted((item for item in language.iterdir() if item.name.endswith(".yaml")), key=lambda f: f.name)
            builder.add(language.name, files)
        return builder.wording(Marks(shapes, _everyday(folder)))

    def find(self, text: str, names: Set[str] = frozenset()) -> list[Finding]:
        """The first place of each rule in ``text``. Linear in its length; raises for no text.

        ``names`` are the words that the class ``name`` takes.
        """
        words = read(text, self.vocabulary)
        self.marks.mark(words, text, names)
        hits = self.matcher.match(words)
        if not hits.found:
            return []
        sentences = _sentences(words)
        excused = self._excused(words, sentences)
        found: dict[int, Finding] = {}
        for place in hits.found:
            owner = self.matcher.patterns[place.pattern].owner
            rule = self.rules[owner]
            if owner not in found and (rule.name, sentences[place.end - 1]) not in excused:
                span = words.span(self.matcher.start(place, words, hits), place.end)
                found[owner] = Finding(rule.filter, rule.key, span)
        return list(found.values())

    def steps(self, text: str, names: Set[str] = frozenset()) -> int:
        """How many steps matching ``text`` takes: what a test holds against its length."""
        words = read(text, self.vocabulary)
        self.marks.mark(words, text, names)
        return self.matcher.match(words).steps + self.harmless.match(words).steps

    def _excused(self, words: Words, sentences: list[int]) -> set[tuple[str, int]]:
        """Names of rules, each with a sentence that takes it away: in every language, as people mix them."""
        owners = self.harmless.patterns
        hits: Hits = self.harmless.match(words)
        return {(self.rules[owners[one.pattern].owner].name, sentences[one.end - 1]) for one in hits.found}


def _sentences(words: Words) -> list[int]:
    """For each word, the number of its sentence."""
    numbers: list[int] = []
    number = 0
    for before in words.breaks:
        number += before is Break.SENTENCE
        numbers.append(number)
    return numbers


class _Builder:
    def __init__(self) -> None:
        self._rules: list[WordRule] = []
        self._patterns: dict[Pattern, None] = {}
        self._harmless: dict[Pattern, None] = {}
        self._phrases: dict[tuple[str, ...], set[str]] = {}
        self._common: set[str] = set()
        self._spellings: dict[str, str] = {}
        self._guarded: list[str] = []
        self._pictures: dict[str, str] = {}

    def add(self, name: str, items: Iterable[Traversable]) -> None:
        """Read one language's files."""
        files: list[tuple[Document, WordingFile]] = []
        classes: dict[str, tuple[str, ...]] = {one: (_filled(one),) for one in FILLED}
        shapes: dict[str, tuple[str, ...]] = {}
        for item in items:
            document = Document.read(item, f"moderation/{name}/{item.name}")
            file = document.parse(WordingFile)
            files.append((document, file))
            for key, members in file.classes.items():
                if key in classes:
                    document.fail(("classes", key), "the class is there already.")
                classes[key] = tuple(map(str, members))
            for key, sources in file.shapes.items():
                shapes[key] = tuple(map(_folded, sources))
            self._common |= {fold_word(str(word)) for word in file.common}
            self._spellings |= {fold_word(wrong): fold_word(right) for wrong, right in file.spellings.items()}
            self._guarded += (fold_word(str(word)) for word in file.guarded)
            self._pictures |= file.pictures
        for document, file in files:
            for key in file.classes:
                for member in _expanded(key, classes, document, (key,)):
                    words = (member,) if member.endswith(STANDS_FOR) else tuple(fold_word(member).split())
                    if not words or not all(word.rstrip(STANDS_FOR).isalnum() for word in words):
                        document.fail(("classes", key), f'"{member}" is not made of words.')
                    self._phrases.setdefault(words, set()).add(f"{name}:{key}")
        for one in FILLED:
            self._phrases.setdefault((_filled(one),), set()).add(f"{name}:{one}")
        compiler = Compiler(name, classes)
        for document, file in files:
            self._add_rules(name, document, file, shapes, compiler)

    def _add_rules(
        self,
        name: str,
        document: Document,
        file: WordingFile,
        shapes: Mapping[str, tuple[str, ...]],
        compiler: Compiler,
    ) -> None:
        for at, entry in enumerate(file.rules):
            rule = WordRule(f"{name}/{entry.key}", entry.filter, entry.about)
            if any(rule.key == other.key for other in self._rules):
                document.fail(("rules", at, "key"), f'the key "{entry.key}" is there already.')
            owner = len(self._rules)
            self._rules.append(rule)
            for part, sources, patterns in (
                ("patterns", entry.patterns, self._patterns),
                ("unless", entry.unless, self._harmless),
            ):
                for index, source in enumerate(sources):
                    try:
                        for plain in expand(_folded(source), shapes):
                            patterns.update(dict.fromkeys(compiler.compile(plain, owner)))
                            self._add_literals(plain)
                    except PatternError as problem:
                        document.fail(("rules", at, part, index), f'"{source}": {problem}.')

    def _add_literals(self, source: str) -> None:
        for literal in literals(source):
            self._phrases.setdefault(tuple(literal.split("_")), set()).add(f"={literal}")

    def wording(self, marks: Marks) -> Wording:
        """Everything added, compiled."""
        if not self._rules:
            raise ContentError("moderation: there is no rule in the folder; the filters would find no words.")
        phrases = {words: frozenset(labels) for words, labels in self._phrases.items()}
        known = {word for words in phrases for word in words}
        return Wording(
            rules=tuple(self._rules),
            vocabulary=Vocabulary.of(known, self._spellings, self._guarded, self._pictures),
            matcher=Matcher(self._patterns, phrases, self._common),
            harmless=Matcher(self._harmless, phrases, self._common),
            marks=marks,
        )


def _everyday(folder: Path | None) -> frozenset[str]:
    return frozenset(word for line in benign_lines(folder) for word in fold(line).text.replace("'", "").split())


def _filled(name: str) -> str:
    """The word that stands for whatever a filled class takes: no text can hold it."""
    return f"{name}{STANDS_FOR}"


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
