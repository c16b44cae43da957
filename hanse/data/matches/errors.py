"""What those who decide on pairs of records can do something about."""

from __future__ import annotations

from hanse.base.errors import HanseError


class UnknownMatch(HanseError):
    """There is no pair {proposal_id} to decide on. One of the two may have been erased, or a newer comparison no longer finds them alike."""

    status = 404
    exit_code = 2


class SaidSame(HanseError):
    """{who} decided on {at} that these two are one person. Take that back first if it is wrong."""

    status = 409
    exit_code = 4


class SaidDifferent(HanseError):
    """{who} decided on {at} that these two are different people. Take that back first if it is wrong."""

    status = 409
    exit_code = 4


class MatchChanged(HanseError):
    """What is known of the two has changed since you looked, so nothing was decided. Look at them again."""

    status = 409
    exit_code = 4


class NothingDecided(HanseError):
    """Nobody has decided on this pair, so there is nothing to take back."""

    status = 409
    exit_code = 4


class ProcessingRestricted(HanseError):
    """Processing is restricted for one of the two (Art. 18 DSGVO), so they are not compared until that is lifted."""

    status = 409
    exit_code = 4
