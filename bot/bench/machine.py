"""What the figures were measured on: enough to compare, nothing that names the machine."""

import os
import platform
import sqlite3
from datetime import UTC, datetime
from importlib.metadata import version


def conditions() -> str:
    """One line: date (UTC), cores, how busy they are already, system, and the versions the figures hang on."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    load = getattr(os, "getloadavg", None)  # not on Windows
    busy = f" ({load()[0]:.1f} of them busy in the last minute)" if load is not None else ""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {cores} {'core' if cores == 1 else 'cores'}{busy}, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"SQLAlchemy {version('SQLAlchemy')}, discord.py {version('discord.py')}"
    )
