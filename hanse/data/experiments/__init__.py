"""Experiments with variants: who gets which variant of an answer, and which variant brings more.

The parameters of a variant are fields of the operation's request: the contract sets them before the handler runs, and the variant is
logged with the decision. No capability has to know of it. Independent of the holdout: who is held out takes part in no experiment.
"""

from hanse.data.experiments.running import Running, varied

__all__ = ["Running", "varied"]
