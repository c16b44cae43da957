"""What can be wrong with a whole import of documents; what is wrong with single files are findings."""

from __future__ import annotations

from hanse.base.errors import HanseError


class DocumentError(HanseError):
    """The documents cannot be imported."""

    status = 422
    exit_code = 2


class NoSuchFolder(DocumentError):
    """There is no folder {path}, and no file. Check how it is written."""


class NoDocuments(DocumentError):
    """{folder} holds no documents. Read are PDF (.pdf), Markdown (.md, .markdown) and HTML (.html, .htm, .xhtml). Nothing was changed."""


class NoUpload(DocumentError):
    """The upload is no longer there: uploads are removed after their import, and after a day. Choose the files again."""

    status = 404


class NotAnArchive(DocumentError):
    """{name} is no ZIP archive, or is damaged. Pack the folder anew, or choose the files themselves."""


class LockedArchive(DocumentError):
    """{name} is locked with a password. Pack the files without one."""


class ArchiveTooLarge(DocumentError):
    """{name} is too large: at most {files} files with {megabytes} MB in all are unpacked. Divide it, or import the folder on the server."""

    status = 413


class UnknownDocumentOption(DocumentError):
    """The option {option} cannot be {value!r}: {expected}."""


class NoDocumentReader(DocumentError):
    """The process that reads documents does not start. Check that the Python of Hanse may start programs, and import again."""

    status = 500
    exit_code = 1
