"""Documents: a folder of PDF, Markdown and HTML files becomes documents of the catalog, linked to the products whose numbers they name."""

from hanse.sources.documents.importing import KIND, load
from hanse.sources.documents.schemas import USUAL_SOURCE, DocumentsImport, DocumentsRequest, Tally

__all__ = ["KIND", "USUAL_SOURCE", "DocumentsImport", "DocumentsRequest", "Tally", "load"]
