"""What those who write rules can do something about."""

from __future__ import annotations

from hanse.base.errors import HanseError


class UnknownRule(HanseError):
    """There is no rule {rule_id}. It may have been deleted; `rules.list` shows those there are."""

    status = 404
    exit_code = 2


class UnclearRule(HanseError):
    """A rule does exactly one thing, and this one does {count}: {given}. Give one of filter, boost, pin, exclude, diversity, frequency, fallback, least."""

    status = 400
    exit_code = 2


class RuleChanged(HanseError):
    """{who} changed this rule meanwhile, so nothing was saved. Look at it again."""

    status = 409
    exit_code = 4


class RulesChanged(HanseError):
    """The order names other rules than there are, so nothing was saved. Look at them again."""

    status = 409
    exit_code = 4


class NothingToUndo(HanseError):
    """There is no such change of the rules, or it was taken back already."""

    status = 409
    exit_code = 4


class TooManyRules(HanseError):
    """There are {limit} rules already. Delete one that is no longer needed."""

    status = 409
    exit_code = 4
