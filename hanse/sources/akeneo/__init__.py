"""Akeneo PIM as a source: its products and product models become the catalog, with relations and media, read by its REST API."""

from hanse.sources.akeneo.akeneo import Akeneo

__all__ = ["Akeneo"]
