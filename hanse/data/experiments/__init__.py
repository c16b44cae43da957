"""Experiments with variants: who gets which variant of an answer, and which variant brings more.

A capability asks `experiments.variant(context, "recommend.popular")` and does what the parameters say; the variant is logged with the
decision. Independent of the holdout: who is held out takes part in no experiment.
"""

from hanse.data.experiments.running import Running, variant

__all__ = ["Running", "variant"]
