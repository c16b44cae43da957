"""Files: orders, products and customers from CSV, TSV, JSON lines, Parquet and Excel, whatever their columns are called."""

from hanse.sources.files.importing import load, preview
from hanse.sources.files.kinds import KINDS, Field, FieldType, Kind
from hanse.sources.files.replaying import replay
from hanse.sources.files.schemas import Finding, ImportReport, ImportRequest, Preview, ReplayResult

__all__ = [
    "KINDS",
    "Field",
    "FieldType",
    "Finding",
    "ImportReport",
    "ImportRequest",
    "Kind",
    "Preview",
    "ReplayResult",
    "load",
    "preview",
    "replay",
]
