"""Engine, column types, keys, unit of work, migrations, backup.

What rooms need is here; migrations, backup and rotation are imported from their modules by whoever runs them::

    from bot.db import Base, Database, Encrypted, Snowflake, UtcDateTime, about
"""

from sqlalchemy.ext.asyncio import AsyncSession as Session

from bot.db.base import Base, Erase, about
from bot.db.ring import KeyRing
from bot.db.turn import in_a_hurry, out_of_sight
from bot.db.types import Encrypted, EncryptedJson, Json, RowId, SealedPerson, Snowflake, UtcDateTime
from bot.db.work import Database

__all__ = [
    "Base",
    "Database",
    "Encrypted",
    "EncryptedJson",
    "Erase",
    "Json",
    "KeyRing",
    "RowId",
    "SealedPerson",
    "Session",
    "Snowflake",
    "UtcDateTime",
    "about",
    "in_a_hurry",
    "out_of_sight",
]
