"""The house rules that can be counted: how long files are, what they are called, and that no address of one machine stands in them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from hanse import capabilities

ROOT = Path(__file__).parents[2]
COUNTED = {".py", ".ts", ".js", ".mjs", ".sql", ".html", ".css"}
LIMIT, TEST_LIMIT, LARGEST_BYTES = 600, 800, 400_000
VAGUE = {"utils", "util", "helpers", "helper", "manager", "handler", "common", "misc"}
ADDRESSES = re.compile(r'"resolved"[:] *"http|registry [=] "http|https?://[^ "\']*/simple[/]|\.whl"[,] *hash')
"""What lock files and settings of package managers say; written so that it does not find itself."""


def files() -> list[Path]:
    """Return the files of the project, without what is ignored or not added yet."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_no_file_is_too_long() -> None:
    long = {}
    for path in files():
        limit = TEST_LIMIT if path.relative_to(ROOT).parts[0] == "tests" else LIMIT
        lines = path.read_bytes().count(b"\n") if path.suffix in COUNTED else 0
        if lines > limit:
            long[str(path.relative_to(ROOT))] = lines
    assert not long, f"split these by noun: {long}"


def test_no_file_is_large() -> None:
    large = [str(path.relative_to(ROOT)) for path in files() if path.stat().st_size > LARGEST_BYTES]
    assert not large, "data, weights and minified files come from packages at installation"


def test_no_module_has_a_vague_name() -> None:
    assert not [path for path in files() if path.suffix == ".py" and path.stem in VAGUE]


def test_no_registry_and_no_machine_is_named() -> None:
    here = f"{ROOT.parent}/" if len(ROOT.parent.parts) > 2 else "\0"  # a folder near the root is a word of many texts
    texts = ((path, path.read_text(encoding="utf-8", errors="ignore")) for path in files() if path.suffix not in {".png", ".woff2"})
    named = [str(path.relative_to(ROOT)) for path, text in texts if ADDRESSES.search(text) or here in text]
    assert not named


@pytest.mark.parametrize("name", capabilities.CAPABILITIES)
def test_a_capability_has_its_rooms(name: str) -> None:
    folder = ROOT / "hanse" / "capabilities" / name
    assert {"__init__.py", "README.md", "operations.py", "schemas.py", "de.po"} <= {path.name for path in folder.iterdir()}
