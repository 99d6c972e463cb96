"""Runs ``python -m bot`` as an operator does: another process, a folder of its own, and nothing inherited."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> list[str]:
        """The lines on stderr."""
        return self.err.splitlines()


def environment(settings: Mapping[str, str], packages: Path = ROOT) -> dict[str, str]:
    """This process's environment without any setting of Handrail's or Python's, then ``settings``."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(("HANDRAIL_", "PYTHON"))}
    return kept | {"PYTHONPATH": str(packages), "PYTHONDONTWRITEBYTECODE": "1"} | dict(settings)


def handrail(
    *arguments: str, folder: Path, settings: Mapping[str, str] | None = None, given: str = "", packages: Path = ROOT
) -> Done:
    """Run one command in ``folder``; ``settings`` are named without their prefix, ``given`` is what it reads."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=environment(_prefixed(settings or {}), packages),
        input=given,
        capture_output=True,
        encoding="utf-8",
        timeout=50,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


async def handrail_beside(*arguments: str, folder: Path, settings: Mapping[str, str]) -> Done:
    """The same, while the sandbox in this process goes on serving."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=folder,
        env=environment(_prefixed(settings)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 50)
    assert process.returncode is not None
    return Done(process.returncode, out.decode(), err.decode())


def _prefixed(settings: Mapping[str, str]) -> dict[str, str]:
    return {f"HANDRAIL_{name}": value for name, value in settings.items()}
