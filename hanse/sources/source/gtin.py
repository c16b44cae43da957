"""Numbers of GS1 as sources bring them; the rules stand with the catalog, which writes them out, too."""

from __future__ import annotations

from hanse.data.catalog.gtin import LENGTHS, check_digit, has_check_digit

__all__ = ["LENGTHS", "check_digit", "has_check_digit"]
