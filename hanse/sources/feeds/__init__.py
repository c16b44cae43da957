"""Catalog feeds: whole catalogs, updates and price lists as suppliers and shops exchange them, read into a revision of the catalog."""

from hanse.sources.feeds.importing import KIND, FeedRequest, ProposedImport, propose
from hanse.sources.feeds.kinds import FEEDS, feed_of
from hanse.sources.feeds.protocol import Feed, Options

__all__ = ["FEEDS", "KIND", "Feed", "FeedRequest", "Options", "ProposedImport", "feed_of", "propose"]
