"""Importing a feed: what it would change becomes a proposed revision. The command line, the console and the job call this."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from hanse.base import ids
from hanse.base.context import Context
from hanse.data import imports, revisions
from hanse.data.imports import transactions
from hanse.data.revisions import Proposal
from hanse.sources.feeds import kinds, values
from hanse.sources.feeds.errors import UnknownFeedOption
from hanse.sources.feeds.protocol import Options

KIND = "catalog"


class FeedRequest(msgspec.Struct, kw_only=True, frozen=True):
    """One feed to import."""

    path: str
    source: str = ""
    """Name of the system it comes from; empty takes the supplier it names."""
    language: str | None = None
    """Language of texts that do not say it: `de`, `en`."""
    currency: str | None = None
    """Currency (ISO 4217) of prices that do not say it; else the one of the settings."""
    tax_rate: float | None = None
    """Share of tax, such as 0.19, in prices that include it and do not say how much."""
    price_jump_share: float = 0.3
    """From which relative change on a price is flagged: 0.3 is 30 %."""
    strict: bool = False
    """Whether what strays from the format refuses the whole file."""


class ProposedImport(msgspec.Struct, kw_only=True, frozen=True):
    """What came of reading a feed."""

    revision_id: UUID
    file_name: str
    source: str
    state: str
    """`proposed`, or `refused` where strictness was asked for and there were errors."""
    counts: dict[str, int]
    """entries, new, changed, gone, unchanged and price_jumps."""
    findings: dict[str, int]
    """How often each kind of finding occurs."""
    seconds: float


async def propose(context: Context, request: FeedRequest) -> ProposedImport:
    """Read a feed and keep what it would change, in the transaction of the context; an import that fails is kept with its error.

    Raises the classes of `FeedError` where nothing of it can be read.
    """
    _check(request)
    path = Path(request.path)
    feed = await asyncio.to_thread(kinds.feed_of, path)
    import_id = ids.new(context.clock.now())
    async with transactions.own(context) as connection:
        await imports.fail_abandoned(connection, now=context.clock.now())
        facts = {"kind": KIND, "file_name": _name(request), "source": request.source or feed.name, "started_by": context.caller.name}
        await imports.begin(connection, import_id=import_id, now=context.clock.now(), **facts)
    items = feed.read(path, _options(context, request))
    try:
        async with transactions.savepoint(context):
            return await _propose(context, request, import_id, items)
    except BaseException as error:
        await transactions.roll_back(context)
        await transactions.note_failure(context, import_id, error)
        raise
    finally:
        if hasattr(items, "close"):
            items.close()


async def _propose(context: Context, request: FeedRequest, import_id: UUID, items: Any) -> ProposedImport:
    started, connection = context.clock.now(), await context.connection()
    await imports.hold(connection, import_id)
    name = _name(request)
    proposal = Proposal(
        import_id, name, started, context.caller.name, source=request.source, price_jump_share=request.price_jump_share, strict=request.strict
    )
    told = await revisions.propose(connection, proposal, items, context.progress)
    found: dict[str, int] = told["findings"]
    counts = {**told["counts"], "rows": told["counts"]["entries"], "findings": sum(found.values())}
    await imports.finish(connection, import_id, columns={}, counts=counts, findings=(), reject_file=None, now=context.clock.now())
    return ProposedImport(
        revision_id=import_id,
        file_name=name,
        source=told["source"],
        state=told["state"],
        counts=told["counts"],
        findings=found,
        seconds=(context.clock.now() - started).total_seconds(),
    )


def _name(request: FeedRequest) -> str:
    return Path(request.path).absolute().name


def _check(request: FeedRequest) -> None:
    if request.currency is not None and not values.is_currency(request.currency):
        raise UnknownFeedOption(option="currency", value=request.currency, expected="three letters such as EUR are expected")
    if request.language is not None and not (request.language.isascii() and request.language.isalpha() and len(request.language) in {2, 3}):
        raise UnknownFeedOption(option="language", value=request.language, expected="two letters such as de or en are expected")
    if len(request.source) > 100:
        raise UnknownFeedOption(option="source", value=request.source[:40], expected="a name of at most 100 characters is expected")
    if request.tax_rate is not None and not 0 <= request.tax_rate < 1:
        raise UnknownFeedOption(option="tax_rate", value=request.tax_rate, expected="a share such as 0.19 is expected")
    if not 0 < request.price_jump_share <= 1_000:
        raise UnknownFeedOption(option="price_jump_share", value=request.price_jump_share, expected="a share such as 0.3 is expected")


def _options(context: Context, request: FeedRequest) -> Options:
    settings = context.settings
    return Options(
        currency=request.currency or settings.currency,
        time_zone=settings.time_zone,
        language=request.language or "und",
        tax_rate=None if request.tax_rate is None else Decimal(str(request.tax_rate)),
        strict=request.strict,
    )
