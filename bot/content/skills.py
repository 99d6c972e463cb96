"""Coping skills: what each is for, where the technique comes from, and its wording in each language."""

import re
from enum import StrEnum
from importlib.resources.abc import Traversable

from pydantic import BaseModel, ConfigDict, Field, field_validator

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


class Wording(BaseModel):
    """A skill as somebody reads it, in one language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1, max_length=80)
    text: str = Field(min_length=1)

    @field_validator("text")
    @classmethod
    def _short(cls, text: str) -> str:
        if len(text.split()) >= MAX_WORDS:
            raise ValueError(f"the text has {len(text.split())} words; it must have fewer than {MAX_WORDS}")
        return " ".join(text.split())


class Skill(BaseModel):
    """One coping skill. ``minutes`` is how long trying it takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    need: Need
    modality: Modality
    minutes: int = Field(ge=1, le=60)
    tracks: tuple[Track, ...] = Field(min_length=1)
    cautions: str | None = None
    source: str = Field(min_length=1)
    en: Wording
    es: Wording

    @field_validator("key")
    @classmethod
    def _kebab(cls, key: str) -> str:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key):
            raise ValueError("a skill's key is small letters, digits and single hyphens")
        return key

    def wording(self, language: str) -> Wording:
        """Title and text in ``language``, in English where there is no such language."""
        return self.es if primary(language) == "es" else self.en


class _SkillFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    skills: tuple[Skill, ...]


def load_skills(folder: Traversable) -> tuple[Skill, ...]:
    """Every skill of ``folder/*.yaml``, in the order of the files. Raises ContentError, also for a key used twice."""
    seen: dict[str, Skill] = {}
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if not file.name.endswith(".yaml"):
            continue
        document = Document.read(file, f"skills/{file.name}")
        for index, skill in enumerate(document.parse(_SkillFile).skills):
            if skill.key in seen:
                document.fail(("skills", index, "key"), f'the skill "{skill.key}" is there already.')
            seen[skill.key] = skill
    if not seen:
        raise ContentError("skills: there is no skill in the folder.")
    return tuple(seen.values())
