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


class UnknownDocumentOption(DocumentError):
    """The option {option} cannot be {value!r}: {expected}."""


class NoDocumentReader(DocumentError):
    """The process that reads documents does not start. Check that the Python of Hanse may start programs, and import again."""

    status = 500
    exit_code = 1
