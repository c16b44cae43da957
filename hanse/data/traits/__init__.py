"""Traits: what is known of a person or company, given by sources or computed in the lake, with value, source, time and purpose.

The log folds identify and group events into them (`folding`), a job computes others from the lake (`computing`), and whoever reads
asks `of`. What is computed is declared (`declaration`), by the families here and by capabilities in their `traits.py`.
"""

from hanse.data.traits.reading import of
from hanse.data.traits.schemas import Known, Statement

__all__ = ["Known", "Statement", "of"]
