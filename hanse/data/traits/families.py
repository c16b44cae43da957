"""The computed traits that Hanse declares itself."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from hanse.data.traits import activity, orders, preferences
from hanse.data.traits.declaration import Declared, Trait


def declared(*modules: ModuleType) -> Iterator[Trait]:
    """Go through the traits that modules declare, not those they imported."""
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, Trait) and value.function.__module__ == module.__name__:
                yield value


OURS = {each.name: each for each in declared(orders, preferences, activity)}
BUILT_IN = Declared(OURS)
