"""Writes the next revision from the difference between the models and the revisions so far; a tool for developers.

::

    python -m bot.db.revise "check-in cards"
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.operations.ops import CreateTableOp, MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData

from bot.db.autogenerate import options
from bot.db.migrate import configuration, migrate
from bot.db.models import load_models
from bot.db.schema import MIGRATIONS, head
from bot.db.work import Database


def differences(connection: Connection, metadata: MetaData) -> list[Any]:
    """What a migrated database lacks, or has too much, against the models, in Alembic's own terms; empty when equal."""
    context = MigrationContext.configure(connection, opts=options(metadata))
    return list(compare_metadata(context, metadata))


def next_revision(folder: Path = MIGRATIONS) -> str:
    """The number of the revision to be written, four digits."""
    return f"{int(head(folder)) + 1:04d}"


def write_revision(connection: Connection, message: str, metadata: MetaData, folder: Path = MIGRATIONS) -> Path | None:
    """Write versions/NNNN_slug.py in `folder` from what `connection` lacks against `metadata`.

    Returns the file, or None where there is no difference.
    """

    def tidy(_context: MigrationContext, _revision: object, scripts: list[MigrationScript]) -> None:
        if scripts[0].upgrade_ops is None or scripts[0].upgrade_ops.is_empty():
            scripts.clear()
            return
        for made in scripts[0].upgrade_ops.ops:
            if isinstance(made, CreateTableOp):
                made.info.clear()  # what a table says of itself belongs to the model

    script = command.revision(
        configuration(connection, folder, metadata=metadata),
        message,
        autogenerate=True,
        rev_id=next_revision(folder),
        process_revision_directives=tidy,
    )
    if script is None or isinstance(script, list):
        return None
    return Path(script.path)


async def revise(message: str) -> Path | None:
    """Migrate a database of the moment, compare it with the models, and write the next revision."""
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(f"sqlite+aiosqlite:///{folder}/revise.db", None)
        try:
            await migrate(database)
            async with database.read() as session:
                written = await (await session.connection()).run_sync(write_revision, message, load_models())
        finally:
            await database.close()
    if written is not None:
        await asyncio.to_thread(_format, written)
    return written


def _format(path: Path) -> None:
    for step in (["format", "--quiet"], ["check", "--quiet", "--fix"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *step, str(path)], check=False)  # noqa: S603 # our own file


def main() -> int:
    """The command line: one argument, what the revision is about. Exit 1 where there was nothing to write."""
    parser = argparse.ArgumentParser(prog="python -m bot.db.revise", description="Write the next database revision.")
    parser.add_argument("message", help="what the revision is about, in a few words")
    written = asyncio.run(revise(parser.parse_args().message))
    sys.stdout.write(f"{written or 'The revisions already say what the models say.'}\n")
    return 0 if written else 1


if __name__ == "__main__":
    sys.exit(main())
