"""Importing a file: read, map, check, load, and tell how it went. The command line, the console and its job call this."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from hanse.base import changes, ids
from hanse.base.context import Context
from hanse.base.database import Connection
from hanse.data import imports
from hanse.data.imports import transactions
from hanse.data.profiles import identity
from hanse.data.profiles.keys import Key
from hanse.sources.files import errors, rejects, workspace
from hanse.sources.files.checking import mapping, rows
from hanse.sources.files.checking.rows import FileCheck, Options
from hanse.sources.files.kinds import KINDS, Kind, customers, orders, products
from hanse.sources.files.kinds.loading import InputFile, Load, Loader, aside
from hanse.sources.files.reading import files, formats
from hanse.sources.files.schemas import Finding, ImportReport, ImportRequest, Preview, finding
from hanse.sources.files.workspace import Workspace

LOADERS: Mapping[str, Loader] = {"orders": orders.load, "products": products.load, "customers": customers.load}
PREVIEW_ROWS = 20
UNKNOWN_LANGUAGE = "und"


async def load(context: Context, request: ImportRequest) -> ImportReport:
    """Import a file or folder, in the transaction of the context; an import that fails is kept with its error.

    Raises the classes of `FileError` where nothing of it can be imported.
    """
    kind = known_kind(request.kind)
    _check_options(request)
    await aside(formats.check_exists, Path(request.path))
    import_id = ids.new(context.clock.now())
    await _begin(context, import_id, request)
    newcomers: set[Key] = set()
    try:
        async with transactions.savepoint(context):
            return await _import(context, import_id, kind, request, newcomers)
    except BaseException as error:
        reject_file(context, import_id).unlink(missing_ok=True)
        await _undo(context, newcomers)
        await transactions.note_failure(context, import_id, error)
        raise


async def preview(context: Context, path: str | Path, kind: str) -> Preview:
    """Return what a file holds, its first rows and the proposed fields, without importing anything.

    Raises the classes of `FileError` where it cannot be read.
    """
    return await aside(_preview, context.settings.home, Path(path), known_kind(kind))


def known_kind(name: str) -> Kind:
    """Return a kind by its name; raises `UnknownKind`."""
    if name not in KINDS:
        raise errors.UnknownKind(kind=name, kinds=", ".join(KINDS))
    return KINDS[name]


def reject_file(context: Context, import_id: UUID) -> Path:
    """Return where the rows of an import that could not be used are kept."""
    return context.settings.home / "imports" / f"{import_id}-rejects.csv"


def check_files(space: Workspace, kind: Kind, inputs: tuple[InputFile, ...], options: Options) -> tuple[list[Finding], dict[str, Any]]:
    """Fill the table `checked` with the rows of all files; return what was found and how columns were read."""
    fields = dict.fromkeys([each.name for each in kind.fields] + [name for each in inputs for name in each.mapping.columns])
    rows.prepare(space, kind, list(fields))
    findings: list[Finding] = []
    told: dict[str, Any] = {}
    for each in inputs:
        check = FileCheck(space, kind, each.raw, each.mapping, options)
        check.run(each.number)
        findings += check.findings
        told = check.conventions.told(each.mapping.columns) | told
    return findings, told


async def _import(context: Context, import_id: UUID, kind: Kind, request: ImportRequest, newcomers: set[Key]) -> ImportReport:
    started = context.clock.now()
    await imports.hold(await context.connection(), import_id)
    with workspace.opened(context.settings.home) as space:
        await context.progress(0.0, f"reading {_name(request)}")
        inputs, findings = await aside(_read, space, kind, request)
        count = sum(each.raw.rows for each in inputs)
        await context.progress(0.2, f"checking {count:,} rows")
        options = _options(context, request)
        found, told = await aside(check_files, space, kind, inputs, options)
        await context.progress(0.4, f"sorting {count:,} rows")
        work = await _loading(context, request, space, inputs, newcomers)
        await LOADERS[kind.name](work)
        rejected = await _keep_rejects(context, import_id, request, space, inputs)
    told["options"] = {"currency": options.currency, "language": work.language, "decimal": request.decimal}
    report = ImportReport(
        import_id=import_id,
        kind=kind.name,
        file_name=_name(request),
        rows=count,
        loaded=work.loaded,
        known=work.known,
        rejected=rejected,
        findings=[*findings, *found, *work.findings],
        reject_file=str(reject_file(context, import_id)) if rejected else None,
        made=work.made,
        seconds=(context.clock.now() - started).total_seconds(),
    )
    await _finish(context, work.connection, report, told)
    return report


async def _loading(context: Context, request: ImportRequest, space: Workspace, inputs: tuple[InputFile, ...], newcomers: set[Key]) -> Load:
    return Load(
        workspace=space,
        connection=await context.connection(),
        source=request.source,
        language=request.language or UNKNOWN_LANGUAGE,
        now=context.clock.now(),
        progress=context.progress,
        files=inputs,
        own_transaction=partial(transactions.own, context),
        newcomers=newcomers,
    )


def _name(request: ImportRequest) -> str:
    return Path(request.path).absolute().name


def _check_options(request: ImportRequest) -> None:
    from babel.numbers import list_currencies

    if request.decimal not in {None, ".", ","}:
        raise errors.UnknownOption(option="decimal", value=request.decimal, expected="a point or a comma is expected")
    if request.currency is not None and request.currency not in list_currencies():
        raise errors.UnknownOption(option="currency", value=request.currency, expected="three letters such as EUR are expected")
    if request.language is not None and not (request.language.isascii() and request.language.isalpha() and len(request.language) in {2, 3}):
        raise errors.UnknownOption(option="language", value=request.language, expected="two letters such as de or en are expected")
    if not request.source.strip() or len(request.source) > 100:
        raise errors.UnknownOption(option="source", value=request.source, expected="a name of at most 100 characters is expected")


def _options(context: Context, request: ImportRequest) -> Options:
    settings = context.settings
    return Options(context.clock.now(), settings.time_zone, request.currency or settings.currency, request.decimal)


def _read(space: Workspace, kind: Kind, request: ImportRequest) -> tuple[tuple[InputFile, ...], list[Finding]]:
    """Read all files; in a folder, those that cannot be read are told and left out as long as one can."""
    path = Path(request.path)
    paths, others = formats.data_files(path)
    findings = [finding("{file} was left out: it holds no data.", file=name) for name in others]
    inputs: list[InputFile] = []
    problems: list[errors.FileError] = []
    for each in paths:
        try:
            inputs.append(_read_file(space, kind, request, each, len(inputs) + 1))
        except errors.FileError as error:
            problems.append(error)
            findings.append(finding("{file} was left out: {reason}", file=each.name, reason=error))
    if not inputs:
        raise problems[0]
    return tuple(inputs), findings + [remark for each in inputs for remark in (*each.raw.findings, *_unused(space, kind, each))]


def _read_file(space: Workspace, kind: Kind, request: ImportRequest, path: Path, number: int) -> InputFile:
    raw = files.read(space, path, encoding=request.encoding)
    found = mapping.propose(kind, raw.headers, request.columns, file=path.name)
    mapping.check_complete(kind, found, raw.headers, file=path.name)
    return InputFile(number, path.name, raw, mapping.reduced(kind, found))


def _unused(space: Workspace, kind: Kind, file: InputFile) -> list[Finding]:
    consent = "The column {column} was not taken over: consent needs evidence of when and how it was given."
    others = "The column {column} is not used: {kind} have no such field."
    findings = []
    for header in file.mapping.others:
        if mapping.is_consent(kind, header):
            findings.append(finding(consent, column=header))
        elif not kind.keeps_other_columns and not _is_empty(space, file, header):
            findings.append(finding(others, column=header, kind=kind.name))
    return findings


def _is_empty(space: Workspace, file: InputFile, header: str) -> bool:
    column = f"c{file.raw.headers.index(header)}"
    (filled,) = space.one("SELECT count(stripped(<column>)) FROM <raw>", column=column, raw=file.raw.name)
    return not filled


async def _keep_rejects(context: Context, import_id: UUID, request: ImportRequest, space: Workspace, inputs: tuple[InputFile, ...]) -> int:
    rejected = rejects.count(space)
    if rejected:
        path = reject_file(context, import_id)
        await context.progress(0.99, f"keeping {rejected:,} rows that cannot be used")
        await aside(rejects.write_file, path, space, inputs, language=context.settings.language)
        letters = rejects.dead_letters(space, inputs, import_id=import_id, kind=request.kind, source=request.source, now=context.clock.now())
        await imports.add_dead_letters(await context.connection(), await aside(list, letters))
    return rejected


async def _begin(context: Context, import_id: UUID, request: ImportRequest) -> None:
    facts = {"file_name": _name(request), "source": request.source, "started_by": context.caller.name}
    async with transactions.own(context) as connection:
        await imports.fail_abandoned(connection, now=context.clock.now())
        await imports.begin(connection, import_id=import_id, kind=request.kind, now=context.clock.now(), **facts)


async def _undo(context: Context, newcomers: set[Key]) -> None:
    """Undo what a failed import did, and forget who is known by it alone."""
    await transactions.roll_back(context)
    if newcomers and context.fixed_connection is None:
        with contextlib.suppress(psycopg.Error):  # the database may be why it failed
            async with transactions.own(context) as connection:
                await identity.forget_newcomers(connection, newcomers)


async def _finish(context: Context, connection: Connection, report: ImportReport, told: Mapping[str, Any]) -> None:
    await imports.finish(
        connection,
        report.import_id,
        columns=told,
        counts={"rows": report.rows, "loaded": report.loaded, "known": report.known, "rejected": report.rejected, **report.made},
        findings=report.findings,
        reject_file=report.reject_file,
        now=context.clock.now(),
    )
    await changes.announce(connection, "catalog")
    await context.progress(1.0, f"loaded {report.loaded:,} of {report.rows:,} rows")


def _preview(home: Path, path: Path, kind: Kind) -> Preview:
    paths, _ = formats.data_files(path)
    with workspace.opened(home) as space:
        raw = files.read(space, paths[0], limit=PREVIEW_ROWS)
        found = mapping.propose(kind, raw.headers, {}, file=paths[0].name)
        cells = ", ".join(f"c{index}" for index in range(len(raw.headers)))
        shown = space.run("SELECT <cells> FROM <raw> ORDER BY line LIMIT 20", cells=cells, raw=raw.name)
    return Preview(
        file_name=path.name,
        kind=kind.name,
        columns=list(raw.headers),
        mapping=found.columns,
        missing=kind.missing(found.columns),
        rows=[{header: cell or "" for header, cell in zip(raw.headers, row, strict=True)} for row in shown],
        findings=list(raw.findings),
    )
