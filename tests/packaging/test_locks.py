"""The lock files: whole, exact, hashed, and naming no place to download from."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.cli.shell import ROOT

PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==(?P<version>[^ ;]+)( ;.*)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def read(name: str) -> dict[str, int]:
    """Every package of a lock file with the number of its hashes; fails at a line that is neither."""
    packages: dict[str, int] = {}
    latest = ""
    for line in (ROOT / name).read_text().splitlines():
        if pin := PIN.fullmatch(line):
            latest = plain(pin["name"])
            packages.setdefault(latest, 0)
        else:
            assert HASH.fullmatch(line), f"{name}: {line}"
            packages[latest] += 1
    return packages


def plain(name: str) -> str:
    """A package's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def asked_for() -> tuple[set[str], set[str]]:
    """What pyproject.toml asks for: to run, and to develop."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = re.compile(r"[A-Za-z0-9._-]+")

    def listed(requirements: list[str]) -> set[str]:
        return {plain(found[0]) for each in requirements if (found := names.match(each))}

    return listed(project["project"]["dependencies"]), listed(project["dependency-groups"]["dev"])


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_line_is_a_version_or_a_hash_and_none_names_an_address(name: str) -> None:
    packages = read(name)
    assert min(packages.values()) > 0
    assert "://" not in (ROOT / name).read_text()


def test_whatever_is_asked_for_is_in_them() -> None:
    to_run, to_develop = asked_for()
    assert len(to_run) > 10
    assert to_run <= read("requirements.lock").keys()
    assert to_run | to_develop <= read("requirements-dev.lock").keys()


def test_what_runs_is_what_is_tested() -> None:
    """The development lock holds every pin of the other one, in the same version."""

    def pins(name: str) -> set[str]:
        return {line for line in Path(ROOT / name).read_text().splitlines() if PIN.fullmatch(line)}

    assert pins("requirements.lock") <= pins("requirements-dev.lock")
