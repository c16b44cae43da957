"""What is known of a trained model: its card (Mitchell et al. 2019, Model Cards for Model Reporting) and its place in the registry."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta


class Card(msgspec.Struct, kw_only=True, frozen=True):
    """What a model is, what it learned from, and how good it was on data it had not seen."""

    name: Annotated[str, Meta(description="What it answers: capability and operation.")]
    method: Annotated[str, Meta(description="The algorithm, named as in the literature.")]
    parameters: Annotated[dict[str, Any], Meta(description="The settings of the algorithm.")] = {}
    trained_at: Annotated[datetime, Meta(description="When it was trained.")]
    data_since: Annotated[datetime | None, Meta(description="When the oldest data happened that it learned from.")] = None
    data_until: Annotated[datetime | None, Meta(description="When the newest data happened that it learned from.")] = None
    sizes: Annotated[dict[str, int], Meta(description="How much it learned from: orders, products, customers.")] = {}
    measures: Annotated[dict[str, float], Meta(description="How good it was on held-out data, by measure.")] = {}
    intervals: Annotated[dict[str, tuple[float, float]], Meta(description="The 95 % interval of each measure that is an estimate.")] = {}
    baseline: Annotated[dict[str, float], Meta(description="How good the simple alternative was on the same data, by measure.")] = {}
    seconds: Annotated[float, Meta(description="How long training took, in seconds.")] = 0.0
    seed: Annotated[int | None, Meta(description="The seed of everything that was drawn by chance.")] = None
    code_version: Annotated[str, Meta(description="The version of Hanse that trained it.")] = ""
    notes: Annotated[tuple[str, ...], Meta(description="What else a reader of these numbers should know.")] = ()


class Entry(msgspec.Struct, kw_only=True, frozen=True):
    """One trained model as the registry lists it."""

    version: str
    name: str
    state: str
    """`ready`, `current` or `retired`."""
    card: Card
    created_at: datetime
    activated_at: datetime | None
