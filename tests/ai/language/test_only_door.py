"""Nothing but the gateway talks to a language model, and nothing but the door makes what it is sent."""

from __future__ import annotations

import ast
from pathlib import Path

import hanse

ROOT = Path(hanse.__file__).parent
LANGUAGE = ROOT / "ai" / "language"
OUTSIDE = (LANGUAGE, ROOT / "testing" / "language")


def test_only_the_door_makes_a_body() -> None:
    """A body is what was masked; whoever made one elsewhere could send what was not."""
    makers = {
        path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py") if "Body(" in path.read_text(encoding="utf-8") and "Body" in _called(path)
    }
    assert makers == {"ai/language/door.py"}


def test_only_the_gateway_and_the_trial_ask_the_client() -> None:
    users = {
        path.stem for path in ROOT.rglob("*.py") if "client" in path.read_text(encoding="utf-8") and "hanse.ai.language.client" in _imported(path)
    }
    assert users == {"asking", "streaming", "trying"}


def test_nobody_else_knows_the_address_of_a_chat() -> None:
    named = [path for path in ROOT.rglob("*.py") if not path.is_relative_to(OUTSIDE[0]) and not path.is_relative_to(OUTSIDE[1])]
    assert [path for path in named if "chat/completions" in path.read_text(encoding="utf-8")] == []


def _called(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {each.func.id for each in ast.walk(tree) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)}


def _imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [each for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)]
    return {f"{each.module}.{name.name}" for each in found for name in each.names}
