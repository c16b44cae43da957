"""Matching: which person records without a common key are one person, by Splink's model on DuckDB.

`batch.match` takes a whole file; `incremental.Resolver` goes on from there, record by record. Tables in, pairs and clusters out: nothing here
reads or writes a database of ours.
"""

from hanse.data.profiles.matching.batch import Matching, Proposal, Trained, match
from hanse.data.profiles.matching.clustering import Rules
from hanse.data.profiles.matching.incremental import Joined, Resolver

__all__ = ["Joined", "Matching", "Proposal", "Resolver", "Rules", "Trained", "match"]
