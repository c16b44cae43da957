"""What a capability says of itself: one value in its `__init__.py`; everything else is found by the fixed file names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Capability:
    """A folder of operations under one name."""

    name: str
    title: str
    """Its everyday name in English; the German one stands in the folder's `de.po`."""
    question: str
    """One sentence that says which question it answers for a shop."""
    icon: str
    """Name of a Lucide icon."""
    package: str
    """Import name of its folder, where `operations`, `jobs`, `evaluation` and `de.po` are looked for."""
