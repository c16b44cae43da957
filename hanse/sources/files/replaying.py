"""Replaying a dead letter: a row that somebody repaired goes through the checks again and is loaded."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from hanse.base import changes
from hanse.base.context import Context
from hanse.data import imports
from hanse.data.imports import DeadLetter, transactions
from hanse.sources.files import errors, importing, rejects, workspace
from hanse.sources.files.checking import conventions, mapping
from hanse.sources.files.checking.rows import Options
from hanse.sources.files.kinds import KINDS, Kind
from hanse.sources.files.kinds.loading import InputFile, Load
from hanse.sources.files.reading import table
from hanse.sources.files.reading.table import RawTable, Record
from hanse.sources.files.schemas import ReplayResult
from hanse.sources.files.workspace import Workspace


async def replay(context: Context, dead_letter_id: UUID, row: dict[str, str]) -> ReplayResult:
    """Load a repaired row, given by its original columns, and close its dead letter; or say what is still wrong with it.

    Raises `UnknownDeadLetter`, `ClosedDeadLetter` and `NotReplayable`.
    """
    connection = await context.connection()
    letter = _open(await imports.dead_letter(connection, dead_letter_id, lock=True), dead_letter_id)
    told = await _told(context, letter)
    with workspace.opened(context.settings.home) as space:
        file, options = _input(context, space, KINDS[letter.kind], told, row)
        importing.check_files(space, KINDS[letter.kind], (file,), options)
        work = Load(
            workspace=space,
            connection=connection,
            source=letter.source,
            language=told.get("options", {}).get("language", importing.UNKNOWN_LANGUAGE),
            now=context.clock.now(),
            progress=context.progress,
            files=(file,),
            own_transaction=partial(transactions.own, context),
            suffix=f"#{letter.dead_letter_id}",
        )
        await importing.LOADERS[letter.kind](work)
        problem = next(rejects.rejects(space, (file,)), None)
    if problem is not None:
        why = problem.complaint
        return ReplayResult(replayed=False, field=why.field, reason=why.reason.reason, remedy=why.reason.remedy)
    await imports.close_dead_letter(connection, dead_letter_id, state="replayed", now=context.clock.now())
    await changes.announce(connection, "catalog")
    return ReplayResult(replayed=True)


def _open(letter: DeadLetter | None, dead_letter_id: UUID) -> DeadLetter:
    if letter is None:
        raise errors.UnknownDeadLetter(dead_letter_id=dead_letter_id)
    if letter.state != "open":
        raise errors.ClosedDeadLetter(dead_letter_id=dead_letter_id, state=letter.state)
    if letter.kind not in KINDS:
        raise errors.NotReplayable(kind=letter.kind)
    return letter


async def _told(context: Context, letter: DeadLetter) -> dict[str, Any]:
    """Return how the columns of the letter's import were read."""
    if letter.import_id is None:
        return {}
    record = await imports.find(await context.connection(), letter.import_id)
    return record.columns if record else {}


def _input(context: Context, space: Workspace, kind: Kind, told: dict[str, Any], row: dict[str, str]) -> tuple[InputFile, Options]:
    cells = {header: cell for header, cell in row.items() if header != rejects.REST}
    columns, known = conventions.heard(told)
    chosen = {name: header for name, header in columns.items() if header in cells}
    headers = table.headers(cells)
    found = mapping.propose(kind, headers, chosen, file="the row")
    mapping.check_complete(kind, found, headers, file="the row")
    name = table.create(space, len(headers))
    table.fill(space, name, len(headers), [Record(1, [cell.replace("\0", "\ufffd") for cell in cells.values()])])
    raw = RawTable(name, headers, 1, native=True)
    said = told.get("options", {})
    options = Options(context.clock.now(), context.settings.time_zone, said.get("currency") or context.settings.currency, given=known)
    return InputFile(1, "the row", raw, mapping.reduced(kind, found)), options
