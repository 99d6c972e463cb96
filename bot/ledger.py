"""Small notes that the running process keeps for its next start."""

from bot.db import Database
from bot.db.meta import Meta

COMMANDS = "discord.commands"


class Ledger:
    """Notes by name, in the database's own table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, name: str) -> str | None:
        """The note called ``name``, or none."""
        async with self._database.read() as session:
            row = await session.get(Meta, name)
        return row.value if row is not None else None

    async def write(self, name: str, value: str) -> None:
        """Keep a note."""
        async with self._database.write() as session:
            await session.merge(Meta(key=name, value=value))
