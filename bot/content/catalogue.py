"""Everything in config/content, loaded and checked at once, before the bot says anything."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from bot.content.document import nearest
from bot.content.lines import Line, LineKind, Lines
from bot.content.skills import Lesson, Skill, load_lessons, load_skills
from bot.content.texts import Texts
from bot.errors import ContentError


@dataclass(frozen=True)
class Content:
    """Texts, skills, micro-lessons and helplines. Immutable; build it once, in the composition root, and hand it on."""

    texts: Texts
    skills: tuple[Skill, ...]
    lessons: tuple[Lesson, ...]
    _lines: Lines
    _by_key: dict[str, Skill] = field(repr=False)

    @classmethod
    def load(cls, folder: Path | None = None) -> "Content":
        """Load ``folder``, or the content that comes with Handrail. Raises ContentError naming file, line and key.

        The one that comes with Handrail is read once a process: it never changes.
        """
        return cls._read(folder) if folder is not None else _shipped()

    @classmethod
    def _read(cls, folder: Path | None) -> "Content":
        root = content_folder(folder)
        skills = load_skills(root.joinpath("skills"))
        return cls(
            texts=Texts.load(root.joinpath("texts")),
            skills=skills,
            lessons=load_lessons(root.joinpath("lessons")),
            _lines=Lines.load(root.joinpath("lines")),
            _by_key={skill.key: skill for skill in skills},
        )

    def skill(self, key: str) -> Skill:
        """The skill of that key. Raises ContentError where there is none."""
        if key not in self._by_key:
            raise ContentError(f'There is no skill "{key}"{nearest(key, self._by_key)}.')
        return self._by_key[key]

    def lines(
        self, country: str, kinds: Sequence[LineKind | str], language: str, *, include_unverified: bool = False
    ) -> tuple[Line, ...]:
        """The helplines to show, best first; the country's emergency number and crisis line are always among them."""
        return self._lines.find(country, kinds, language, include_unverified=include_unverified)

    def every_line(self, country: str) -> tuple[Line, ...]:
        """All lines of a country, checked or not: for the operator's list of what to verify."""
        return self._lines.every(country)

    def emergency(self, country: str, language: str) -> str:
        """What ``{emergency}`` stands for: ``911`` in the United States."""
        return self._lines.always(country, LineKind.EMERGENCY).wording(language).short

    def lifeline_in_language(self, country: str, language: str) -> str | None:
        """How the crisis line is reached in ``language``, where that takes more than calling it."""
        return self._lines.always(country, LineKind.CRISIS).wording(language).in_language

    def lifeline(self, country: str, language: str) -> str:
        """What ``{lifeline}`` stands for: ``988`` in the United States."""
        return self._lines.always(country, LineKind.CRISIS).wording(language).short


@cache
def _shipped() -> Content:
    return Content._read(None)  # noqa: SLF001  # a constructor of this module's own


def content_folder(folder: Path | None = None) -> Traversable:
    """``folder``, or ``content`` inside the installed package ``config``, so that a wheel finds it, too."""
    return folder if folder is not None else files("config").joinpath("content")
