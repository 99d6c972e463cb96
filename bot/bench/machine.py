"""What the figures were measured on: enough to compare, nothing that names the machine."""

import os
import platform
import sqlite3
from datetime import UTC, datetime
from importlib.metadata import version


def conditions() -> str:
    """One line: date (UTC), cores, system, and the versions of what the figures hang on."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {cores} {'core' if cores == 1 else 'cores'}, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"SQLAlchemy {version('SQLAlchemy')}, discord.py {version('discord.py')}"
    )
