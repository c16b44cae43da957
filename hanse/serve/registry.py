"""What this Hanse can do: the declared operations and jobs of all capabilities, ours and those of other packages.

A capability is a word in `hanse.capabilities.CAPABILITIES`, or an entry point of the group `hanse.capabilities` in any installed
package, naming a module whose `capability` is a `Capability`.
"""

from __future__ import annotations

import fnmatch
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module, util
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

from hanse import ai, capabilities, data, sources, testing
from hanse.ai.language.prompts import Prompt
from hanse.ai.models import View
from hanse.base import errors
from hanse.base.capability import Capability
from hanse.base.erasing import Eraser
from hanse.base.holding import Held
from hanse.base.job import Job
from hanse.base.operation import Operation
from hanse.data.traits import families
from hanse.data.traits.declaration import Trait

ENTRY_POINTS = "hanse.capabilities"


class MisdeclaredCapability(errors.HanseError):
    """The capability {name} cannot be loaded: {reason}."""


@dataclass
class Registry:
    """Everything that was declared, by name."""

    capabilities: dict[str, Capability] = field(default_factory=dict)
    operations: dict[str, Operation[Any, Any]] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    erasers: dict[str, Eraser] = field(default_factory=dict)
    views: list[View] = field(default_factory=list)
    """What capabilities make of their models before they are asked, declared in their `views.py`."""
    held: list[Held] = field(default_factory=list)
    """What each process holds of packages, declared in their `held.py`."""
    prompts: dict[str, Prompt[Any]] = field(default_factory=dict)
    """What language models are asked, declared in the `prompts` of a folder."""
    traits: dict[str, Trait] = field(default_factory=lambda: dict(families.OURS))
    """The computed ones: ours, and what capabilities declare in their `traits.py`."""

    def find(self, name: str) -> Operation[Any, Any]:
        """Return an operation by name; raises `UnknownOperation`."""
        try:
            return self.operations[name]
        except KeyError:
            raise errors.UnknownOperation(operation=name) from None

    @cached_property
    def scopes(self) -> frozenset[str]:
        """Return every scope a key can have."""
        return frozenset({"*", "write", *self.operations, *(each.capability for each in self.operations.values())})

    def following(self, job: Job) -> list[Job]:
        """Return the jobs that are to follow one when it is done."""
        return [self.jobs[name] for pattern in job.then for name in fnmatch.filter(sorted(self.jobs), pattern)]

    def module(self, capability: str, name: str) -> ModuleType | None:
        """Return one of a capability's modules by its fixed name, such as `evaluation`; null where it has none."""
        return _module(self.capabilities[capability].package, name)

    def add(self, capability: Capability) -> None:
        """Take in a capability with its operations and jobs; raises `MisdeclaredCapability`."""
        name, folder = capability.name, capability.package.rpartition(".")[2]
        if name in {each.capability for each in self.operations.values()} | set(self.capabilities):
            raise MisdeclaredCapability(name=name, reason="there is one of this name already")
        if name != folder:
            raise MisdeclaredCapability(name=name, reason=f"its folder is called {folder}; operations are named by their folder")
        self.capabilities[name] = capability
        for package in folders(capability):
            self._take_in(name, package)
        for trait in families.declared(*filter(None, [_module(capability.package, "traits")])):
            if trait.name in self.traits:
                raise MisdeclaredCapability(name=name, reason=f"there is a trait {trait.name} already")
            self.traits[trait.name] = trait

    def _take_in(self, name: str, package: str) -> None:
        """Take in one folder of a capability; raises `MisdeclaredCapability` where the names of its operations are taken."""
        declared = {value.name for value in _declared(_module(package, "operations")) if isinstance(value, Operation)}
        if taken := sorted(declared & set(self.operations)):
            raise MisdeclaredCapability(name=name, reason=f"there is an operation {taken[0]} already")
        self.collect(package)

    def collect(self, package: str) -> None:
        """Take in the operations, jobs and erasers that a folder declares."""
        for value in _declared(_module(package, "operations")):
            if isinstance(value, Operation):
                self.operations[value.name] = value
        for value in _declared(_module(package, "jobs")):
            if isinstance(value, Job):
                self.jobs[value.name] = value
        for value in _declared(_module(package, "erasure")):
            if isinstance(value, Eraser):
                self.erasers[value.name] = value
        self.held += [value for value in vars(_module(package, "held") or object).values() if isinstance(value, Held)]
        written = [value for value in vars(_module(package, "prompts") or object).values() if isinstance(value, Prompt)]
        self.prompts |= {value.name: value for value in written if value.folder == package}
        self.views += [value for value in vars(_module(package, "views") or object).values() if isinstance(value, View)]


def folders(capability: Capability) -> list[str]:
    """Return the packages of a capability: its folder, and those in it, which name operations of their own by their own folder."""
    inner = pkgutil.iter_modules(import_module(capability.package).__path__, f"{capability.package}.")
    return [capability.package, *sorted(each.name for each in inner if each.ispkg)]


def load() -> Registry:
    """Collect everything that is declared in this installation."""
    registry = Registry()
    for layer in (data, sources, ai, testing):
        for folder in pkgutil.iter_modules(layer.__path__, f"{layer.__name__}."):
            registry.collect(folder.name)
    ours = ((name, f"{capabilities.__name__}.{name}") for name in capabilities.CAPABILITIES)
    others = ((point.name, point.value) for point in entry_points(group=ENTRY_POINTS))
    for name, package in (*ours, *others):
        _add(registry, name, package)
    return registry


def _add(registry: Registry, name: str, package: str) -> None:
    try:
        registry.add(_capability(name, package))
    except MisdeclaredCapability:
        raise
    except Exception as error:
        raise MisdeclaredCapability(name=name, reason=f"{type(error).__name__}: {error}") from error


def _capability(name: str, package: str) -> Capability:
    declared = getattr(import_module(package), "capability", None)
    if not isinstance(declared, Capability):
        raise MisdeclaredCapability(name=name, reason=f"{package} has no `capability = Capability(...)`")
    if declared.name != name:
        raise MisdeclaredCapability(name=name, reason=f"{package} calls itself {declared.name}")
    return declared


def _module(package: str, name: str) -> ModuleType | None:
    full = f"{package}.{name}"
    return import_module(full) if util.find_spec(full) else None


def _declared(module: ModuleType | None) -> Iterator[object]:
    """Go through what a module itself declares, not what it imported."""
    for value in vars(module).values() if module else ():
        if isinstance(value, Operation | Job | Eraser) and value.function.__module__ == module.__name__:  # type: ignore[union-attr]  # not null in the loop
            yield value
