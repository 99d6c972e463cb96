"""Loads, validates and renders what clinicians edit in config/content."""

from bot.content.catalogue import Content
from bot.content.lines import Line, LineKind
from bot.content.skills import Modality, Need, Skill, Track, Wording
from bot.content.texts import Texts, pick_variant, primary

__all__ = [
    "Content",
    "Line",
    "LineKind",
    "Modality",
    "Need",
    "Skill",
    "Texts",
    "Track",
    "Wording",
    "pick_variant",
    "primary",
]
