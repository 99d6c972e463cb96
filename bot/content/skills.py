"""Coping skills and micro-lessons: what each is for, where it comes from, and its wording in each language."""

import re
from collections.abc import Callable
from enum import StrEnum
from importlib.resources.abc import Traversable
from typing import Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.content.document import Document
from bot.content.texts import primary
from bot.errors import ContentError

MAX_WORDS = 90
"""A skill is read by a tired person at two in the morning: under this many words."""


class Need(StrEnum):
    """What somebody may need a skill for."""

    CRAVING = "craving"
    ANXIETY = "anxiety"
    ANGER = "anger"
    SADNESS = "sadness"
    LONELINESS = "loneliness"
    SLEEP = "sleep"
    SHAME = "shame"
    HIGH_RISK_SITUATION = "high-risk-situation"
    BOUNDARIES = "boundaries"
    GRATITUDE = "gratitude"
    MOVEMENT = "movement"
    MINDFULNESS = "mindfulness"
    VALUES = "values"
    RELAPSE_PREVENTION = "relapse-prevention"


class Modality(StrEnum):
    """The school a technique belongs to."""

    CBT = "cbt"
    DBT = "dbt"
    ACT = "act"
    MOTIVATIONAL = "motivational"
    MBRP = "mbrp"
    TWELVE_STEP_FACILITATION = "twelve-step-facilitation"
    PSYCHOEDUCATION = "psychoeducation"
    HOLISTIC = "holistic"


class Track(StrEnum):
    """The kind of group a skill fits."""

    IOP = "iop"
    AFTERCARE = "aftercare"
    FAMILY = "family"


class Assumes(StrEnum):
    """What a text takes for granted of whoever reads it. None takes abstinence for granted, or the wish for it."""

    NOTHING = "nothing"
    SUBSTANCE_USE = "substance-use"
    """It speaks of using, drinking or cravings: not for a group that is about mental health alone."""


class Topic(StrEnum):
    """What a micro-lesson explains."""

    URGES = "urges"
    LAPSES = "lapses"
    BODY = "body"
    SLEEP = "sleep"
    FEELINGS = "feelings"
    FAMILIES = "families"
    RECOVERY = "recovery"


class Wording(BaseModel):
    """A text as somebody reads it, in one language: a lead-in with steps, or a text alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1, max_length=80)
    text: str = Field(min_length=1)
    steps: tuple[str, ...] = Field(default=(), max_length=6)

    @field_validator("text")
    @classmethod
    def _on_one_line(cls, text: str) -> str:
        return " ".join(text.split())

    @field_validator("steps")
    @classmethod
    def _several(cls, steps: tuple[str, ...]) -> tuple[str, ...]:
        if len(steps) == 1 or any(not step.strip() for step in steps):
            raise ValueError("there are two to six steps, each with words in it, or none at all")
        return tuple(" ".join(step.split()) for step in steps)

    @model_validator(mode="after")
    def _short(self) -> "Wording":
        words = len(self.whole.split())
        if words >= MAX_WORDS:
            raise ValueError(f"the text has {words} words with its steps; it must have fewer than {MAX_WORDS}")
        return self

    @property
    def whole(self) -> str:
        """Text and steps in one, as they are read."""
        return " ".join((self.text, *self.steps))


class Entry(BaseModel):
    """What every entry of the library has. ``minutes`` is how long reading and trying it takes.

    ``cautions`` are for staff: cold water and hearts, breath that is held. ``source`` names technique and title.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    minutes: int = Field(ge=1, le=60)
    tracks: tuple[Track, ...] = Field(min_length=1)
    assumes: Assumes
    cautions: str | None = None
    source: str = Field(min_length=1)
    en: Wording
    es: Wording

    @field_validator("key")
    @classmethod
    def _kebab(cls, key: str) -> str:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key):
            raise ValueError("a key is small letters, digits and single hyphens")
        return key

    @model_validator(mode="after")
    def _same_steps(self) -> Self:
        if len(self.en.steps) != len(self.es.steps):
            raise ValueError(f"there are {len(self.en.steps)} steps in English and {len(self.es.steps)} in Spanish")
        return self

    def wording(self, language: str) -> Wording:
        """Title and text in ``language``, in English where there is no such language."""
        return self.es if primary(language) == "es" else self.en


class Skill(Entry):
    """One coping skill: something to do."""

    need: Need
    modality: Modality


class Lesson(Entry):
    """One micro-lesson: something to understand, with something small to try."""

    topic: Topic


One = TypeVar("One", bound=Entry)


class _LessonFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    lessons: tuple[Lesson, ...]


class _SkillFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    skills: tuple[Skill, ...]


def load_skills(folder: Traversable) -> tuple[Skill, ...]:
    """Every skill of ``folder/*.yaml``, in the order of the files. Raises ContentError, also for a key used twice."""
    found = _load(folder, "skills", lambda document: document.parse(_SkillFile).skills)
    if not found:
        raise ContentError("skills: there is no skill in the folder.")
    return found


def load_lessons(folder: Traversable) -> tuple[Lesson, ...]:
    """Every micro-lesson of ``folder/*.yaml``, as ``load_skills``; a library may have none."""
    return _load(folder, "lessons", lambda document: document.parse(_LessonFile).lessons) if folder.is_dir() else ()


def _load(folder: Traversable, name: str, entries: Callable[[Document], tuple[One, ...]]) -> tuple[One, ...]:
    seen: dict[str, One] = {}
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if not file.name.endswith(".yaml"):
            continue
        document = Document.read(file, f"{name}/{file.name}")
        for index, one in enumerate(entries(document)):
            if one.key in seen:
                document.fail((name, index, "key"), f'"{one.key}" is there already.')
            seen[one.key] = one
    return tuple(seen.values())
