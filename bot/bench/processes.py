"""The bot and a Discord of its own, each a real process of its own on loopback, ended by whoever began them."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import bot

DEADLINE: Final = 60.0
"""Seconds within which a process must have said that it is ready."""

STOPPED_WITHIN: Final = 15.0
"""Seconds after SIGTERM before a process that does not end is killed."""

_DEVELOPMENT_ONLY: Final = ("rich", "pygments")
"""What the tools of development bring along, and structlog and Mako import where they find it: no operator has it."""

_ROOT: Final = Path(bot.__file__).parent.parent
_LOOKED_AT_FOR: Final = 6.0


class ProcessError(RuntimeError):
    """A process ended, or did not say in time what was waited for. Says its last lines, which hold nobody's words."""


@dataclass(frozen=True)
class Place:
    """What a sandbox says of itself. ``people`` are Discord ids by name."""

    api_base: str
    token: str
    guild_id: int
    people: Mapping[str, int]

    @property
    def control(self) -> str:
        """Where its own endpoints are."""
        return self.api_base.removesuffix("/api/v10") + "/_sandbox"


@dataclass(frozen=True)
class Memory:
    """What a process holds, in bytes: resident now, and the most it ever was."""

    resident: int
    peak: int


class Running:
    """A process whose lines are read as they come."""

    def __init__(self, process: asyncio.subprocess.Process, began: float) -> None:
        self._process = process
        self._began = began
        self._lines: list[tuple[float, str]] = []
        self._come = asyncio.Event()
        self._ended = False
        self._reading = asyncio.create_task(self._read(), name="bench: reading a process")

    @classmethod
    async def begin(cls, *arguments: str, folder: Path, settings: Mapping[str, str], output: str) -> "Running":
        """Begin ``python arguments`` in ``folder``; ``output`` is the stream to read, ``stdout`` or ``stderr``.

        It sees this process's environment without any setting of Handrail's but ``settings``.
        """
        inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith("HANDRAIL_")}
        hidden = str(_hide_development(folder))
        search = os.pathsep.join(filter(None, (hidden, str(_ROOT), os.environ.get("PYTHONPATH"))))
        began = perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=folder,
            env={**inherited, "PYTHONPATH": search, **settings},
            stdin=asyncio.subprocess.DEVNULL,
            **{output: asyncio.subprocess.PIPE},  # type: ignore[arg-type]  # by name: one of two
        )
        return cls(process, began)

    async def _read(self) -> None:
        stream = self._process.stdout or self._process.stderr
        assert stream is not None  # noqa: S101  # one of them was asked for above
        async for line in stream:
            self._lines.append((perf_counter() - self._began, line.decode(errors="replace").strip()))
            self._come.set()
        self._ended = True
        self._come.set()

    async def line(self, wanted: Callable[[str], bool]) -> tuple[float, str]:
        """The first line that is ``wanted``, with the seconds from the start of the process until it came.

        Raises:
            ProcessError: it did not come.
        """
        seen = 0
        try:
            async with asyncio.timeout(DEADLINE):
                while True:
                    self._come.clear()
                    for at, line in self._lines[seen:]:
                        if wanted(line):
                            return at, line
                    seen = len(self._lines)
                    if self._ended:
                        raise ProcessError("it ended too early; it said last:\n" + self.last_lines())
                    await self._come.wait()
        except TimeoutError:
            raise ProcessError(f"not ready after {DEADLINE:.0f} s; it said last:\n" + self.last_lines()) from None

    async def event(self, name: str, logger: str | None = None) -> float:
        """Seconds from the start of the process until it logged an event that begins with ``name``."""

        def is_it(line: str) -> bool:
            try:
                said: dict[str, Any] = json.loads(line)
            except ValueError:
                return False
            return str(said.get("event", "")).startswith(name) and logger in {None, said.get("logger")}

        at, _ = await self.line(is_it)
        return at

    def last_lines(self) -> str:
        """What it said last."""
        return "\n".join(line for _, line in self._lines[-5:])

    def processor_seconds(self) -> float | None:
        """Processor time so far, in seconds, its own and the system's for it; None where /proc is not."""
        stat = Path(f"/proc/{self._process.pid}/stat")
        if not stat.exists():
            return None
        # proc(5): after the name in brackets, utime and stime are the 12th and 13th, in ticks.
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def memory_at_rest(self, steady: float) -> Memory | None:
        """What it holds once that has not changed for ``steady`` seconds; None where /proc is not."""
        latest, steady_since, until = self._memory(), perf_counter(), perf_counter() + _LOOKED_AT_FOR
        while latest is not None and perf_counter() < min(until, steady_since + steady):
            await asyncio.sleep(min(0.1, steady / 2))
            now = self._memory()
            if now is None or now.resident != latest.resident:
                latest, steady_since = now, perf_counter()
        return latest

    def _memory(self) -> Memory | None:
        status = Path(f"/proc/{self._process.pid}/status")
        if not status.exists():
            return None
        # proc(5) says kB and means 1,024 bytes.
        sizes = {name: value for name, _, value in (line.partition(":") for line in status.read_text().splitlines())}
        return Memory(*(int(sizes[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM")))

    async def stop(self) -> tuple[float, int]:
        """SIGTERM, then wait: the seconds that took, and the exit code."""
        asked = perf_counter()
        if self._process.returncode is None:
            self._process.terminate()
        try:
            async with asyncio.timeout(STOPPED_WITHIN):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        took = perf_counter() - asked
        await self._reading
        return took, self._process.returncode or 0


def _hide_development(folder: Path) -> Path:
    """A folder of modules that cannot be imported, in the place of those that only development installs."""
    hidden = folder / "hidden"
    hidden.mkdir(exist_ok=True)
    for name in _DEVELOPMENT_ONLY:
        (hidden / f"{name}.py").write_text('raise ImportError("hidden from this benchmark")\n', encoding="utf-8")
    return hidden


@asynccontextmanager
async def a_sandbox(folder: Path, *, rate_limits: bool = True) -> AsyncIterator[Place]:
    """A Discord with one server that has no channel yet, its staff and members, as a process of its own."""
    arguments = ["-m", "sandbox", "--port", "0", "--empty"]
    if not rate_limits:
        arguments.append("--no-rate-limits")
    running = await Running.begin(*arguments, folder=folder, settings={}, output="stdout")
    try:
        _, line = await running.line(lambda line: line.startswith("{"))
        said = json.loads(line)
        people = {name: int(user_id) for name, user_id in said["people"].items()}
        yield Place(said["api_base"], said["token"], int(said["guild_id"]), people)
    finally:
        await running.stop()


async def begin_bot(folder: Path, place: Place, database: Path, programme: Path, key: str) -> Running:
    """``python -m bot run`` in ``place``, logging as JSON. ``key`` is what the database is encrypted under."""
    return await Running.begin(
        "-m",
        "bot",
        "run",
        folder=folder,
        settings={
            "HANDRAIL_DISCORD__TOKEN": place.token,
            "HANDRAIL_DISCORD__API_BASE": place.api_base,
            "HANDRAIL_DATABASE__URL": f"sqlite+aiosqlite:///{database}",
            "HANDRAIL_PROGRAM": str(programme),
            "HANDRAIL_SECURITY__KEYS": key,
            "HANDRAIL_WEB__PORT": "0",
            "HANDRAIL_LOG__FORMAT": "json",
        },
        output="stderr",
    )
