"""What is known of somebody, as others see it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

COMPUTED = "computed"
"""The source of what was worked out in the lake."""


class Statement(msgspec.Struct, kw_only=True, frozen=True):
    """What one source says."""

    value: Annotated[Any, Meta(description="The value, as the source gave it.")]
    source: Annotated[str, Meta(description="Who says so: a shop, a page, a system, or `computed`.")]
    purpose: Annotated[str, Meta(description="What it may be used for.")]
    observed_at: Annotated[datetime, Meta(description="When it was said; of what is computed, since when it is so.")]


class Known(msgspec.Struct, kw_only=True, frozen=True):
    """One trait of somebody: what was said last, and what other sources say."""

    name: Annotated[str, Meta(description="The name of the trait.")]
    value: Annotated[Any, Meta(description="The value that was said last.")]
    source: Annotated[str, Meta(description="Who said so: a shop, a page, a system, or `computed`.")]
    kind: Annotated[str, Meta(description="`given` by a source, or `computed` from what was done.")]
    purpose: Annotated[str, Meta(description="What it may be used for.")]
    observed_at: Annotated[datetime, Meta(description="When it was said; of what is computed, since when it is so.")]
    conflicts: Annotated[tuple[Statement, ...], Meta(description="What other sources say instead, the newest first.")] = ()
