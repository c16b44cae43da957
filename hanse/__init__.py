"""Hanse: a self-hosted AI layer for commerce. One log, one customer, one catalog, measured decisions."""

__version__ = "0.1.0"
