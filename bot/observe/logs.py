"""Log lines: what happened, with ids, states and durations; never words, names or tokens."""

import logging
import sys
import traceback
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor

from bot.errors import HandrailError

MOST_CAUSES = 5
QUIETED = {
    "discord": logging.INFO,  # its DEBUG lines print whole request bodies
    "discord.http": logging.WARNING,
    "apscheduler": logging.WARNING,
    "aiosqlite": logging.WARNING,  # its DEBUG lines print statements with their values
    "aiohttp.access": logging.WARNING,
    "alembic": logging.WARNING,
    "apprise": logging.CRITICAL + 1,  # its DEBUG lines print bodies, its warnings addresses
    "urllib3": logging.ERROR,  # prints the paths of requests, account and all
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
        frames_only,
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


def frames_only(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Say where an exception came from and what sort it is, not what it says: its message may hold somebody's words.

    Our own errors, and those of the operating system, carry nothing of anybody: their sentence is kept.
    """
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        chain: list[str] = []
        while error is not None and len(chain) < MOST_CAUSES:
            said = f": {error}" if isinstance(error, HandrailError) else ""
            said = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else said
            frames = "".join(traceback.format_tb(error.__traceback__))
            chain.append(f"{frames}{type(error).__module__}.{type(error).__qualname__}{said}")
            error = error.__cause__ or error.__context__
        event["exception"] = "\nfrom\n".join(chain)
    return event


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger for one module; ``name`` is the module's ``__name__``."""
    return structlog.stdlib.get_logger(name)
