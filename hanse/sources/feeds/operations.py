"""Operations on the files that the catalog is written into every night."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from hanse.base.context import Context
from hanse.base.operation import Effect, Purpose, operation
from hanse.sources.feeds import nightly
from hanse.sources.feeds.errors import UnknownExport, UnknownFeedOption
from hanse.sources.feeds.exporting import ExportOptions
from hanse.sources.feeds.nightly import CatalogExport, FormatName, Name


class AskExports(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which files."""

    name: Annotated[Name | None, Meta(description="Only the file of this name.")] = None


class CatalogExports(msgspec.Struct, kw_only=True, frozen=True):
    """Files that the catalog is written into."""

    exports: Annotated[list[CatalogExport], Meta(description="The files, by name.")]


class SaveExport(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """How a file is to be written."""

    name: Annotated[Name, Meta(description="Its name, without the ending: small letters, digits, - and _.")]
    format: Annotated[FormatName, Meta(description="Its format.")]
    options: Annotated[ExportOptions, Meta(description="For whom it is written.")] = ExportOptions()


class SavedExport(msgspec.Struct, kw_only=True, frozen=True):
    """The file is written from now on."""

    name: Annotated[str, Meta(description="Its name, without the ending.")]
    path: Annotated[str, Meta(description="Where it lies on the server.")]


class RemoveExport(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which file."""

    name: Annotated[Name, Meta(description="Its name, without the ending.")]


class RemovedExport(msgspec.Struct, kw_only=True, frozen=True):
    """The file is written no more."""

    name: Annotated[str, Meta(description="Its name.")]


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=AskExports(name="google"))
async def exports(request: AskExports, context: Context) -> CatalogExports:
    """List the files that the catalog is written into every night, with what came of it last."""
    return CatalogExports(exports=await nightly.listed(context, request.name))


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(UnknownFeedOption,),
    example=SaveExport(name="google", format="merchant", options=ExportOptions(language="de", tax_rate=0.19, base_url="https://shop.example")),
)
async def save_export(request: SaveExport, context: Context) -> SavedExport:
    """Have the catalog be written into a file every night, or change how.

    The file lies below `feeds` in Hanse's folder and is replaced once the new one is whole. `feeds.export_all` writes it at once.
    """
    saved = await nightly.save(context, request.name, request.format, request.options)
    return SavedExport(name=saved.name, path=saved.path)


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(UnknownExport,), example=RemoveExport(name="google"))
async def remove_export(request: RemoveExport, context: Context) -> RemovedExport:
    """Have the catalog be written into a file no more; the file is removed, too."""
    await nightly.remove(context, request.name)
    return RemovedExport(name=request.name)
