"""The rules of this house that a machine can watch: texts that exist, files that stay small, settings that are told."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot.furnishing  # noqa: F401  # so that every kind of delivery is a class that can be found
from bot.content import Content
from bot.db.base import encrypted_columns
from bot.db.models import load_models
from bot.delivery.kinds import QuietKind
from bot.program.permissions import BOT_PERMISSIONS
from config.settings import variables

ROOT = Path(__file__).parents[2]
CODE = sorted(
    path
    for folder in ("bot", "config", "sandbox")
    for path in (ROOT / folder).rglob("*.py")
    if path.parent.name != "versions"  # a migration is written once, by a machine, and never grows
)
LONGEST = 400
FEATURES = (
    "buttons|cases|checkins|common|coping|crisis|enrolment|errors"
    "|lexicon|moderation|oncall|privacy|roads|rota|rules|sessions|watch|web"
)


def strings_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _subclasses(kind: type[QuietKind]) -> Iterator[type[QuietKind]]:
    for one in kind.__subclasses__():
        yield one
        yield from _subclasses(one)


def test_every_text_that_code_names_is_there() -> None:
    known = set(Content.load().texts.keys)
    named = {
        text
        for path in (ROOT / "bot").rglob("*.py")
        if path.parent.name not in {"program", "doctor"}  # whose strings are keys of the programme file
        for text in strings_of(path)
        if re.fullmatch(rf"({FEATURES})\.[a-z][a-z0-9_]*", text)
    }
    # Kinds of deliveries are named as texts are; every one of them is a class that the furnishing knows.
    kinds = {str(kind.__dict__["name"]) for kind in _subclasses(QuietKind) if "name" in kind.__dict__}
    logged = {
        text
        for path in (ROOT / "bot").rglob("*.py")
        for text in re.findall(r'log\.\w+\(\s*"([\w.]+)"', path.read_text())
    }
    begun = {text for text in named if text.endswith("_") and any(key.startswith(text) for key in known)}
    columns = {str(column) for column in encrypted_columns(load_models())}
    missing = sorted(named - known - kinds - logged - begun - columns)
    assert missing == []
    assert len(named & known) > 60, "the search finds what it looks for"


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_outgrows_its_room(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST


def test_every_setting_stands_in_the_readme_or_its_example() -> None:
    said = (ROOT / "README.md").read_text() + (ROOT / ".env.example").read_text()
    assert [name for name in variables() if name not in said] == []


def test_no_registry_stands_in_a_lock() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        assert "://" not in lock.read_text()


def test_the_readme_asks_for_exactly_the_permissions_it_needs() -> None:
    assert f"permissions={int(BOT_PERMISSIONS)}`" in (ROOT / "README.md").read_text()
