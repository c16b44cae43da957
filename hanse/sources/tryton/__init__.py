"""Tryton as a source: its parties become profiles, its products the catalog, its sales orders, read by JSON-RPC."""

from hanse.sources.tryton.tryton import Tryton

__all__ = ["Tryton"]
