"""Rules of the house, kept as tests: what a reviewer would otherwise have to remember."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from outreach.cli import COMMANDS
from outreach.settings import Settings

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for folder in ("outreach", "webhooks")
    for path in (ROOT / folder).rglob("*.py")
    if "versions" not in path.parts
)

LEVELS = (
    {"vocabulary", "errors", "settings"},
    {"vault", "database", "models", "migrations", "clock", "numbers", "logs"},
    {"policy", "content"},
    {"consent", "start", "programs", "campaigns", "delivery", "replies", "safety", "progress"},
    {"scheduler", "demo"},
    {"console", "api", "webhooks", "cli"},
)
"""From the ground up; a module imports from its own level and below (design, "Layout")."""


def _level(part: str) -> int:
    return next(number for number, names in enumerate(LEVELS) if part in names)


def _part(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return "webhooks" if relative.parts[0] == "webhooks" else relative.with_suffix("").parts[1]


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "webhooks":
                yield "webhooks"
            elif parts[0] == "outreach" and len(parts) > 1 and parts[1] != "__version__":
                yield parts[1]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_downward(path: Path) -> None:
    part = _part(path)
    if part == "__init__":
        return
    upward = {
        name
        for name in _imports(ast.parse(path.read_text()))
        if any(name in names for names in LEVELS) and _level(name) > _level(part)
    }
    assert not upward, f"{part} imports {upward}, which stands above it"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_clocks_ask_for_the_time(path: Path) -> None:
    """Law 7: `now` is an argument; a naive or hidden clock makes a rule untestable."""
    asked = re.findall(r"\b(?:utcnow\(|datetime\.now\(\)|date\.today\()", path.read_text())
    assert not asked


def test_every_command_can_be_imported_and_explains_itself() -> None:
    for name, where in COMMANDS.items():
        module, _, attribute = where.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert command.help, f"outreach {name} has no help text"


def test_every_setting_is_documented() -> None:
    documented = (ROOT / "docs" / "settings.md").read_text()
    for field in Settings.model_fields.values():
        name = str(field.validation_alias)
        assert name == "OUTREACH_DEMO" or f"`{name}`" in documented, f"{name} is not documented"


def test_the_schema_of_the_models_is_what_the_migrations_make(database: object) -> None:
    from outreach import migrations
    from outreach.database import Database

    assert isinstance(database, Database)
    assert migrations.differences(database) == []


def test_no_file_is_too_long_to_read_in_one_sitting() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCES
        if (lines := path.read_text().count("\n")) > 400
    }
    assert not long
