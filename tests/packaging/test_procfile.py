"""The Procfile, as a platform reads it: run by honcho."""

import os
import subprocess
import sys
from pathlib import Path

from tests.cli.shell import ROOT, Done, environment

PROCFILE = ROOT / "Procfile"


def honcho(process: str, folder: Path) -> Done:
    """Start one line of the Procfile in ``folder``, with the Python that runs the tests first in the path."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(  # noqa: S603 - our own Procfile
        [sys.executable, "-m", "honcho", "-f", str(PROCFILE), "-d", str(folder), "start", process],
        cwd=folder,
        env=environment({"PATH": path}),
        capture_output=True,
        encoding="utf-8",
        timeout=50,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def test_it_migrates_at_a_release_and_runs_one_worker() -> None:
    assert PROCFILE.read_text() == "release: python -m bot migrate\nworker: python -m bot run\n"


def test_under_honcho_with_the_settings_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"HANDRAIL_DATABASE__URL=sqlite+aiosqlite:///{tmp_path}/clinic.db\n")
    released = honcho("release", tmp_path)
    assert released.code == 0, released.out + released.err
    assert "Applied " in released.out
    assert (tmp_path / "clinic.db").is_file()

    worked = honcho("worker", tmp_path)
    assert worked.code == 2
    assert "HANDRAIL_DISCORD__TOKEN is not set" in worked.out
    assert "Traceback" not in worked.out
