"""Documentation that lies fails: the reference is what the declarations say, and its examples run."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from hanse.base import context as contract
from hanse.serve import reference, registry

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
OPERATIONS = registry.load().operations


def test_the_reference_is_what_the_code_declares() -> None:
    assert reference.page() == REFERENCE, "renew it: python -m hanse.serve.reference > docs/reference.md"


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_the_example_of_the_reference_can_be_sent(name: str) -> None:
    section = REFERENCE.split(f"### {name}\n", 1)[1].split("\n### ", 1)[0]
    found = re.search(r"```json\n(.+?)\n```", section, re.DOTALL)
    assert found
    assert contract.decode(OPERATIONS[name], found[1].encode()) == OPERATIONS[name].example
    assert msgspec.json.decode(found[1])


def test_what_the_readme_calls_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {name.replace("-", "_").replace("/", ".") for name in re.findall(r"/v1/([a-z/-]+)", text)} <= set(OPERATIONS)
    assert set(re.findall(r"hanse call ([a-z_.]+)", text)) <= set(OPERATIONS)


@pytest.mark.parametrize(
    "path", sorted(path.relative_to(ROOT) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("hanse/**/*.md")]), ids=str
)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)\)", text) if not link.startswith("http")]
    assert [link for link in links if not ((ROOT / path).parent / link).exists()] == []
