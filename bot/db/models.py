"""Finds every table: each room's modules of records add their own to `Base.metadata` when they are imported."""

import importlib
import pkgutil
from pathlib import Path

from sqlalchemy import MetaData

import bot
from bot.db import meta  # noqa: F401 # adds this package's own table
from bot.db.base import Base


def load_models() -> MetaData:
    """Import every `bot.<room>.records` and `bot.<room>.<…>_records` there is and return the schema they make."""
    for folder in bot.__path__:
        for room in pkgutil.iter_modules([folder]):
            for module in sorted(Path(folder, room.name).glob("*records.py")) if room.ispkg else ():
                importlib.import_module(f"bot.{room.name}.{module.stem}")
    return Base.metadata
