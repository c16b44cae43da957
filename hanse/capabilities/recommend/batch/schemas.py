"""What is asked of a batch, and what is told of one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from hanse.base.decision import ShortText


class Wanted(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What the job `recommend.batch` is to make; all has a usual value."""

    to: Literal["parquet", "table"] = "parquet"
    """Parquet files below the home folder, or rows of `batch_recommendations`."""
    recipients: Literal["subscribers", "everybody"] = "subscribers"
    """Those who may be sent advertising by e-mail, or all profiles."""
    profile_ids: tuple[UUID, ...] | None = None
    """Only these of them."""
    limit: Annotated[int, Meta(ge=1, le=100)] = 10
    """Products for each."""
    placement: ShortText = "newsletter"
    channel: ShortText = "mail"
    segments: tuple[ShortText, ...] = ()
    """The segments that all recipients are in, as the rules call them."""
    language: Literal["de", "en"] | None = None
    """The language of the reasons; null takes that of each recipient where it is known, else the usual one."""


class Batches(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Asks which batches there are."""

    limit: Annotated[int, Meta(description="How many to tell of at most, the newest first.", ge=1, le=100)] = 10


class Batch(msgspec.Struct, kw_only=True, frozen=True):
    """One batch."""

    batch_id: Annotated[UUID, Meta(description="The batch; its files lie in a folder of this name.")]
    destination: Annotated[Literal["parquet", "table"], Meta(description="Whether it is Parquet files or rows of a table.")]
    state: Annotated[
        Literal["running", "done", "abandoned"], Meta(description="Only what is done is whole; abandoned is what another batch took the place of.")
    ]
    folder: Annotated[str | None, Meta(description="Where its files are, below the home folder; null where there are none.")]
    recipients: Annotated[int, Meta(description="How many were answered.")]
    expected: Annotated[int, Meta(description="How many there were when it began.")]
    personal: Annotated[int, Meta(description="How many of them were answered by what they did; the others did not agree, are new or held out.")]
    held_out: Annotated[int, Meta(description="How many of them are held out, to measure the effect.")]
    rows: Annotated[int, Meta(description="How many rows it has: one for each product of each recipient.")]
    began_at: Annotated[datetime, Meta(description="When it began.")]
    ended_at: Annotated[datetime | None, Meta(description="When it was done.")]
    request: Annotated[dict[str, Any], Meta(description="What was asked for.")]


class BatchList(msgspec.Struct, kw_only=True, frozen=True):
    """Batches, the newest first."""

    batches: Annotated[list[Batch], Meta(description="The batches, the newest first.")]
