"""What can be wrong with a whole file; what is wrong with single rows stands in `checking/reasons.py`."""

from __future__ import annotations

from hanse.base.errors import HanseError


class FileError(HanseError):
    """The file cannot be imported."""

    status = 422
    exit_code = 2


class NoSuchFile(FileError):
    """There is no file or folder {path}. Check how it is written."""


class NoDataFile(FileError):
    """The folder {folder} holds no file with data, only {files}. Read are .csv, .tsv, .jsonl, .json, .parquet and .xlsx, the text files also as .gz or .zst."""


class UnreadableFile(FileError):
    """{file} cannot be read: {reason}."""


class EmptyFile(FileError):
    """{file} {reason}. Nothing was imported."""


class UnmappedColumns(FileError):
    """{file} cannot be read as {kind}: no column was found for {missing}. It has the columns {columns}. Say which is which with `--columns {example}`."""


class UnknownColumn(FileError):
    """There is no column {column} in {file}, which `columns` names for {field}. It has the columns {columns}."""


class UnknownField(FileError):
    """{kind} have no field {field}. They have {known}."""


class UnknownKind(FileError):
    """Files cannot be imported as {kind}, only as {kinds}."""


class UnknownOption(FileError):
    """The option {option} cannot be {value!r}: {expected}."""


class UnknownDeadLetter(HanseError):
    """There is no dead letter {dead_letter_id}."""

    status = 404
    exit_code = 2


class ClosedDeadLetter(HanseError):
    """The dead letter {dead_letter_id} is {state} already."""

    status = 409
    exit_code = 4


class NotReplayable(HanseError):
    """A dead letter of the kind {kind} cannot be replayed as the row of a file."""

    status = 409
    exit_code = 4
