"""Finds every table: each room's `records` module adds its own to `Base.metadata` when it is imported."""

import importlib
import pkgutil
from pathlib import Path

from sqlalchemy import MetaData

import bot
from bot.db import meta  # noqa: F401 # adds this package's own table
from bot.db.base import Base


def load_models() -> MetaData:
    """Import every `bot.<room>.records` there is and return the schema they make."""
    for folder in bot.__path__:
        for room in pkgutil.iter_modules([folder]):
            if room.ispkg and (Path(folder) / room.name / "records.py").is_file():
                importlib.import_module(f"bot.{room.name}.records")
    return Base.metadata
