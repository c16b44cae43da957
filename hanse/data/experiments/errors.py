"""What can be wrong with an experiment."""

from __future__ import annotations

from hanse.base.errors import HanseError


class UnknownExperiment(HanseError):
    """There is no experiment {experiment}. `experiments.list` names those there are."""

    status = 404
    exit_code = 2


class ExperimentExists(HanseError):
    """There is an experiment {experiment} already. Choose another name."""

    status = 409
    exit_code = 4


class ExperimentOverlaps(HanseError):
    """The experiment {running} already runs on {operation}. Stop it first, or choose placements that differ."""

    status = 409
    exit_code = 4


class ExperimentState(HanseError):
    """The experiment {experiment} is {state}, so this cannot be done. One that was stopped cannot be started again; make a new one."""

    status = 409
    exit_code = 4


class NothingToMeasure(HanseError):
    """{operation} gives no answers to touchpoints, so variants of it cannot be measured. Choose an operation whose answers are decisions."""

    status = 422
    exit_code = 2


class UnfitVariants(HanseError):
    """The variants do not fit: {reason} Give each a name of its own, and parameters of at most 4,000 bytes."""

    status = 422
    exit_code = 2
