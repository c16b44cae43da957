"""What is declared is found by its place, also in other packages, and what is misdeclared is told."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

from hanse.base.errors import UnknownOperation
from hanse.capabilities import CAPABILITIES
from hanse.serve import registry
from hanse.serve.registry import MisdeclaredCapability
from tests.serve import harbour

PIER = '''
    """Piers where boats lie."""
    from hanse.base.capability import Capability
    capability = Capability(name="pier", title="Piers", question="Where does a boat lie?", icon="anchor", package=__name__)
'''


class Package:
    """A package that is installed beside Hanse."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, name: str, module: str, files: dict[str, str]) -> None:
        """Put files into a package with an entry point."""
        for path, text in files.items():
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(dedent(text))
        facts = self.folder / f"{name}_for_hanse-1.0.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}-for-hanse\nVersion: 1.0\n")
        (facts / "entry_points.txt").write_text(f"[hanse.capabilities]\n{name} = {module}\n")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Package]:
    monkeypatch.syspath_prepend(tmp_path)
    yield Package(tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] in {"seaside", "quay"}]:
        del sys.modules[name]


def test_our_own_capabilities_and_what_the_data_offers_are_found() -> None:
    found = registry.load()
    assert set(found.capabilities) == set(CAPABILITIES)
    assert found.find("events.record").capability == "events"
    assert {name.partition(".")[0] for name in found.jobs} <= {
        *CAPABILITIES,
        "access",
        "catalog",
        "connections",
        "crm",
        "documents",
        "lake",
        "language",
        "feeds",
        "files",
        "imports",
        "matches",
        "privacy",
        "revisions",
        "traits",
        "events",
        "sample",
    }


def test_an_unknown_operation_is_told_where_to_look() -> None:
    with pytest.raises(UnknownOperation, match=r"There is no operation harbour\.fly\. `hanse call` lists"):
        registry.load().find("harbour.fly")


def test_only_what_a_module_declares_itself_is_taken() -> None:
    found = registry.Registry()
    found.add(harbour.capability)
    assert set(found.operations) == {f"harbour.{name}" for name in ("greet", "call_home", "inspect", "load", "salute", "delegate", "smuggle", "sink")}
    assert set(found.jobs) == {f"harbour.{name}" for name in ("sail", "founder", "search", "collide", "sweep_deck", "drift", "moor")}
    assert found.module("harbour", "jobs") is sys.modules["tests.serve.harbour.jobs"]
    assert found.module("harbour", "evaluation") is None


def test_keys_may_have_the_scopes_of_everything_there_is() -> None:
    found = registry.Registry()
    found.add(harbour.capability)
    assert {"*", "write", "harbour", "harbour.greet"} <= found.scopes
    assert "harbour.sail" not in found.scopes


def test_a_capability_of_another_package_is_found(package: Package) -> None:
    package.install("pier", "seaside.pier", {"seaside/__init__.py": "", "seaside/pier/__init__.py": PIER})
    found = registry.load()
    assert found.capabilities["pier"].question == "Where does a boat lie?"
    assert isinstance(sys.modules["seaside.pier"], ModuleType)


@pytest.mark.parametrize(
    ("module", "files", "reason"),
    [
        ("seaside.pier", {"seaside/__init__.py": "", "seaside/pier/__init__.py": ""}, "seaside.pier has no `capability = Capability"),
        ("seaside.pier", {"seaside/__init__.py": "", "seaside/pier/__init__.py": "capability = 'pier'"}, "has no `capability"),
        ("seaside.pier", {"seaside/__init__.py": "", "seaside/pier/__init__.py": PIER.replace('name="pier"', 'name="quay"')}, "calls itself quay"),
        (
            "seaside.pier",
            {"seaside/__init__.py": "", "seaside/pier/__init__.py": PIER.replace('question="Where does a boat lie?", ', "")},
            "question",
        ),
        ("seaside.nowhere", {"seaside/__init__.py": ""}, "No module named 'seaside.nowhere'"),
        ("seaside.pier", {"seaside/__init__.py": "", "seaside/pier/__init__.py": PIER, "seaside/pier/operations.py": "1 / 0"}, "division by zero"),
        (
            "seaside.pier",
            {"seaside/__init__.py": "", "seaside/pier/__init__.py": PIER, "seaside/pier/operations.py": "import missing_one"},
            "missing_one",
        ),
    ],
    ids=["nothing declared", "something else declared", "another name", "incomplete", "not there", "broken", "needs what is missing"],
)
def test_a_misdeclared_one_is_named_with_its_reason(package: Package, module: str, files: dict[str, str], reason: str) -> None:
    package.install("pier", module, files)
    with pytest.raises(MisdeclaredCapability) as caught:
        registry.load()
    assert str(caught.value).startswith("The capability pier cannot be loaded: ")
    assert reason in str(caught.value)


def test_one_that_takes_a_name_that_is_taken_is_refused(package: Package) -> None:
    taken = PIER.replace('name="pier"', 'name="recommend"')
    package.install("recommend", "seaside.pier", {"seaside/__init__.py": "", "seaside/pier/__init__.py": taken})
    with pytest.raises(MisdeclaredCapability, match="there is one of this name already"):
        registry.load()


def test_operations_whose_folder_has_another_name_than_the_capability_are_refused(package: Package) -> None:
    """They would be called by a name, and need a scope, that nobody looks for."""
    operations = '''
        import msgspec
        from hanse.base.context import Context
        from hanse.base.operation import Effect, Purpose, operation

        class Ask(msgspec.Struct):
            """A question."""

        @operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=Ask())
        async def ask(request: Ask, context: Context) -> Ask:
            """Ask."""
            return request
    '''
    package.install("pier", "quay", {"quay/__init__.py": PIER, "quay/operations.py": operations})
    with pytest.raises(MisdeclaredCapability, match=r"its folder is called quay"):
        registry.load()


def ask(name: str) -> str:
    """The text of a module with one operation."""
    return f'''
        import msgspec
        from hanse.base.context import Context
        from hanse.base.operation import Effect, Purpose, operation

        class Ask(msgspec.Struct):
            """A question."""

        @operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=Ask())
        async def {name}(request: Ask, context: Context) -> Ask:
            """Ask."""
            return request
    '''


def test_a_folder_in_a_capability_names_operations_of_its_own(package: Package) -> None:
    files = {"seaside/__init__.py": "", "seaside/pier/__init__.py": PIER, "seaside/pier/berths/__init__.py": ""}
    package.install("pier", "seaside.pier", {**files, "seaside/pier/berths/operations.py": ask("find")})
    found = registry.load()
    assert found.find("berths.find").capability == "berths"
    assert {"berths", "berths.find"} <= found.scopes
    assert registry.folders(found.capabilities["pier"]) == ["seaside.pier", "seaside.pier.berths"]


def test_a_folder_whose_operations_have_names_that_are_taken_is_refused(package: Package) -> None:
    files = {"seaside/__init__.py": "", "seaside/pier/__init__.py": PIER, "seaside/pier/rules/__init__.py": ""}
    package.install("pier", "seaside.pier", {**files, "seaside/pier/rules/operations.py": ask("save")})
    with pytest.raises(MisdeclaredCapability, match=r"there is an operation rules\.save already"):
        registry.load()
