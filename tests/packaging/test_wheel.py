"""An installed wheel runs by itself, anywhere: nothing that it needs was left in the checkout."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bot.db.schema import known_revisions
from tests.cli.shell import ROOT, environment, handrail

PACKAGES = ("bot", "config", "sandbox")
LEFT_OUT = {".pyc", ".pyo"}
NOWHERE = "http://127.0.0.1:9/api"
"""Nobody listens on the discard port."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from this checkout, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    python("-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), folder=ROOT)
    (built,) = folder.glob("handrail-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the wheel's packages and nothing else of ours."""
    target = tmp_path_factory.mktemp("installed")
    quiet = ("--quiet", "--disable-pip-version-check", "--no-compile")
    pip = ("-m", "pip", "install", *quiet, "--no-deps", "--no-index", "--target", str(target), str(wheel))
    python(*pip, folder=target)
    return target


def python(*arguments: str, folder: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own build
        [sys.executable, *arguments],
        cwd=folder,
        env=environment({}, folder),
        capture_output=True,
        encoding="utf-8",
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_everything_of_the_packages_is_in_it_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    ours = {
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and file.suffix not in LEFT_OUT and "__pycache__" not in file.parts
    }
    assert packed == ours
    for needed in ("config/program.example.yaml", "config/content/lines/us.yaml", "bot/db/migrations/script.py.mako"):
        assert needed in packed


def test_it_runs_from_anywhere(installed: Path, tmp_path: Path) -> None:
    where = handrail("--help", folder=tmp_path, packages=installed)
    assert (where.code, where.err) == (0, "")

    migrated = handrail("migrate", folder=tmp_path, packages=installed)
    assert (migrated.code, migrated.err) == (0, "")
    assert migrated.out == f"Applied {', '.join(known_revisions())}.\n"
    assert (tmp_path / "data" / "handrail.db").is_file()

    assessed = handrail("assess", folder=tmp_path, packages=installed, given='{"id": 1, "text": "I want to die"}\n')
    assert json.loads(assessed.out)["tier"] == "page"

    # The doctor reads settings, content, database and the example programme, and goes on without Discord.
    example = installed / "config" / "program.example.yaml"
    looked = handrail(
        "doctor", folder=tmp_path, packages=installed, settings={"PROGRAM": str(example), "DISCORD__API_BASE": NOWHERE}
    )
    assert (looked.code, looked.err) == (1, "")
    assert f"Riverside can be read from {example}" in looked.out
    assert str(installed / "config" / "content" / "lines" / "us.yaml") in looked.out


def test_it_names_the_command_and_what_it_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        about = {Path(name).name: archive.read(name).decode() for name in archive.namelist() if ".dist-info/" in name}
    assert "handrail = bot.__main__:entry" in about["entry_points.txt"]
    assert "Requires-Python: >=3.11" in about["METADATA"]
    assert "Requires-Dist: discord-py" in about["METADATA"]
