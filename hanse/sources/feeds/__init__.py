"""Catalog feeds as suppliers and shops exchange them: read into a revision of the catalog, and the catalog written out in the same formats."""

from hanse.sources.feeds.exporting import ExportOptions, ExportReport, ExportRequest, export
from hanse.sources.feeds.formats import FORMATS
from hanse.sources.feeds.importing import KIND, FeedRequest, ProposedImport, propose
from hanse.sources.feeds.kinds import FEEDS, feed_of
from hanse.sources.feeds.protocol import Feed, Options

__all__ = [
    "FEEDS",
    "FORMATS",
    "KIND",
    "ExportOptions",
    "ExportReport",
    "ExportRequest",
    "Feed",
    "FeedRequest",
    "Options",
    "ProposedImport",
    "export",
    "feed_of",
    "propose",
]
