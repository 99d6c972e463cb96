"""The database's own notes about itself."""

from typing import Final

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import Base, about
from bot.db.types import Encrypted

KEYCHECK: Final = "keycheck"
"""The key of the row that shows whether the listed keys are the ones this database was written under."""
KEYCHECK_VALUE: Final = "handrail"


class Meta(Base):
    """One note: a name and an encrypted value."""

    __tablename__ = "meta"
    __table_args__ = (
        {"info": about(person=None, plain={"key": "a word from the code"}, why="notes of the database about itself")},
    )

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Encrypted("meta.value"))
