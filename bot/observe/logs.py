"""Log lines: what happened, with ids, states and durations; never words, names or tokens."""

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import Processor

QUIETED = {
    "discord": logging.INFO,  # its DEBUG lines print whole request bodies
    "discord.http": logging.WARNING,
    "apscheduler": logging.WARNING,
    "aiosqlite": logging.WARNING,  # its DEBUG lines print statements with their values
    "aiohttp.access": logging.WARNING,
    "alembic": logging.WARNING,
}


def configure_logs(*, as_json: bool, level: str, stream: TextIO | None = None) -> None:
    """Send every log line of the process, ours and the libraries', to ``stream`` (stderr unless told) in one shape.

    Times are UTC. Libraries that would print bodies or statements at DEBUG never go below the level named here.
    """
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    target = stream or sys.stderr
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=target.isatty(), exception_formatter=structlog.dev.plain_traceback)
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, floor in QUIETED.items():
        logging.getLogger(name).setLevel(max(floor, logging.getLevelName(level)))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger for one module; ``name`` is the module's ``__name__``."""
    return structlog.stdlib.get_logger(name)
