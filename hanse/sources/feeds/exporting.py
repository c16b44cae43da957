"""Writing the catalog into a file: read page by page, whole before it gets its name. The command line, jobs and the console call this."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import IO, Annotated, Any

import msgspec
from msgspec import Meta

from hanse.base.config import Settings
from hanse.base.context import Context
from hanse.base.database import Connection
from hanse.data.catalog import passages, records
from hanse.data.catalog.channel import LIST, Channel, is_address
from hanse.data.catalog.records import Record
from hanse.sources.feeds import values
from hanse.sources.feeds.errors import UnknownFeedOption, UnknownFormat, Unwritable
from hanse.sources.feeds.formats import FORMATS
from hanse.sources.feeds.shortfalls import Shortfall, Shortfalls
from hanse.sources.feeds.writing import Book, Format, Writer
from hanse.sources.source import texts

FOLDER = "feeds"
"""Below the home folder: where jobs write. Not among the exports of people, which are searched when somebody is erased."""
SUPPLIER = "Hanse"
LONGEST = 500

Address = Annotated[str, Meta(max_length=LONGEST)]
Code = Annotated[str, Meta(max_length=3)]


class ExportOptions(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """For whom the catalog is written, and how."""

    language: Annotated[Code | None, Meta(description="Language of the texts, `de` or `en`; else that of the settings.")] = None
    currency: Annotated[Code | None, Meta(description="Currency (ISO 4217) of the prices; else that of the settings.")] = None
    price_list: Annotated[str, Meta(description="Price list; `list` is everybody's.", max_length=200)] = LIST
    tax_rate: Annotated[float | None, Meta(description="Share of tax, such as 0.19, that is put on net prices; null leaves them net.")] = None
    base_url: Annotated[Address, Meta(description="Where relative addresses begin, such as `https://shop.example`.")] = ""
    product_url: Annotated[Address, Meta(description="Address of products without one: `https://shop.example/products/{id}`.")] = ""
    country: Annotated[str, Meta(description="Country (ISO 3166) that the prices are for, such as `DE`.", max_length=2)] = ""
    supplier: Annotated[str, Meta(description="Name of the shop, as it stands in the file.", max_length=100)] = ""


class ExportRequest(msgspec.Struct, kw_only=True, frozen=True):
    """One file to write."""

    format: str
    """`bmecat`, `merchant`, `merchant-tsv` or `jsonld`."""
    path: str
    options: ExportOptions = ExportOptions()
    mode: int = 0o600
    """Who may read the file, less what the process forbids."""


class ExportReport(msgspec.Struct, kw_only=True, frozen=True):
    """What came of writing the catalog."""

    format: Annotated[str, Meta(description="Its format.")]
    path: Annotated[str, Meta(description="Where it lies.")]
    products: Annotated[int, Meta(description="Products in it.")]
    left_out: Annotated[int, Meta(description="Products that lack something without which they cannot be in it.")]
    findings: Annotated[dict[str, int], Meta(description="How often each kind of finding occurs.")]
    shortfalls: Annotated[tuple[Shortfall, ...], Meta(description="The first findings of each kind: which product, which field, what to do.")]
    bytes: Annotated[int, Meta(description="Its size.")]
    seconds: Annotated[float, Meta(description="How long it took.")]


async def export(context: Context, request: ExportRequest) -> ExportReport:
    """Write all products that are sold into a file; it appears when it is whole, or not at all. Memory stays flat.

    Raises `UnknownFormat`, `UnknownFeedOption` and `Unwritable`.
    """
    form, channel, path = format_of(request.format), channel_of(context.settings, request.options), Path(request.path)
    began, found = context.clock.now(), Shortfalls(context.spoken(None))
    connection = await context.connection()
    await records.begin(connection)
    book = await _book(connection, form, channel, context, request.options.supplier)
    with _whole(path, request.mode) as file:
        written, left_out = await _write(context, file, form.open(book, found), form.price_lists(channel))
        await asyncio.to_thread(_sync, file)
        size = file.tell()
    seconds = (context.clock.now() - began).total_seconds()
    facts: dict[str, Any] = {"findings": dict(sorted(found.counts.items())), "shortfalls": tuple(found.kept), "bytes": size, "seconds": seconds}
    return ExportReport(format=form.name, path=str(path), products=written, left_out=left_out, **facts)


def format_of(name: str) -> Format:
    """Return a format by its name; raises `UnknownFormat`."""
    try:
        return FORMATS[name]
    except KeyError:
        raise UnknownFormat(format=name, known=", ".join(FORMATS)) from None


def channel_of(settings: Settings, options: ExportOptions) -> Channel:
    """Return for whom the catalog is written; raises `UnknownFeedOption`."""
    _check(options)
    return Channel(
        language=options.language or settings.language,
        currency=options.currency or settings.currency,
        price_list=options.price_list,
        tax_rate=None if options.tax_rate is None else Decimal(str(options.tax_rate)),
        base_url=options.base_url,
        product_url=options.product_url,
        country=options.country,
        time_zone=settings.time_zone,
    )


def folder(settings: Settings) -> Path:
    """Return where jobs write."""
    return settings.home / FOLDER


async def _book(connection: Connection, form: Format, channel: Channel, context: Context, supplier: str) -> Book:
    now, lists, name = context.clock.now(), form.price_lists(channel), supplier or SUPPLIER
    return Book(
        channel=channel,
        now=now,
        supplier=name,
        catalog_id=texts.key(name) or "catalog",
        languages=tuple(await records.languages(connection)),
        categories=tuple(await records.paths(connection)),
        unsold=await records.unsold(connection, lists, now=now),
    )


async def _write(context: Context, file: IO[str], writer: Writer, price_lists: Sequence[str]) -> tuple[int, int]:
    connection = await context.connection()
    total, done, written = max(1, await passages.count(connection)), 0, 0
    await asyncio.to_thread(_put, file, writer.begin())
    async for page in _ahead(records.read(connection, price_lists, now=context.clock.now())):
        written += await asyncio.to_thread(_add, file, writer, page)
        done += len(page)
        await context.progress(min(0.99, done / total), f"{done:,} of {total:,} products")
    await asyncio.to_thread(_put, file, writer.end())
    await context.progress(1.0, f"{written:,} products written")
    return written, done - written


async def _ahead(pages: AsyncGenerator[Sequence[Record], None]) -> AsyncIterator[Sequence[Record]]:
    """Give one page after the other; the database looks for the next while this one is written."""
    coming = asyncio.ensure_future(anext(pages, None))
    try:
        while (page := await coming) is not None:
            coming = asyncio.ensure_future(anext(pages, None))
            yield page
    finally:
        if not coming.done():
            await asyncio.wait([coming])
        await pages.aclose()


def _add(file: IO[str], writer: Writer, page: Sequence[Record]) -> int:
    made = [text for record in page if (text := writer.product(record)) is not None]
    file.writelines(made)
    return len(made)


def _put(file: IO[str], parts: Iterator[str]) -> None:
    file.writelines(parts)


@contextmanager
def _whole(path: Path, mode: int) -> Iterator[IO[str]]:
    """Give a file that gets its name when the block ends; where that fails, none is left and the one before stays."""
    part = path.with_name(f".{path.name}.part")
    try:
        file = _created(part, mode)
    except OSError as error:
        raise Unwritable(path=path, reason=error.strerror or str(error)) from error
    try:
        with file:
            yield file
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Unwritable(path=path, reason=error.strerror or str(error)) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _created(part: Path, mode: int) -> IO[str]:
    part.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8", newline="")


def _sync(file: IO[str]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _check(options: ExportOptions) -> None:
    if options.currency is not None and not values.is_currency(options.currency):
        raise UnknownFeedOption(option="currency", value=options.currency, expected="three letters such as EUR are expected")
    if options.language is not None and not (options.language.isascii() and options.language.isalpha() and len(options.language) == 2):
        raise UnknownFeedOption(option="language", value=options.language, expected="two letters such as de or en are expected")
    if options.tax_rate is not None and not 0 <= options.tax_rate < 1:
        raise UnknownFeedOption(option="tax_rate", value=options.tax_rate, expected="a share such as 0.19 is expected")
    if options.country and not (options.country.isascii() and options.country.isalpha() and len(options.country) == 2):
        raise UnknownFeedOption(option="country", value=options.country, expected="two letters such as DE are expected")
    for name in ("base_url", "product_url"):
        said = getattr(options, name)
        if said and not (is_address(said) and len(said) <= LONGEST and (name == "base_url" or "{id}" in said)):
            raise UnknownFeedOption(option=name, value=said, expected="an address such as https://shop.example/products/{id} is expected")
    if not options.price_list:
        raise UnknownFeedOption(option="price_list", value="", expected="the name of a price list is expected")
