"""What those who write rules of the search can do something about."""

from __future__ import annotations

from hanse.base.errors import HanseError


class UnknownSearchRule(HanseError):
    """There is no rule {rule_id} of the search. It may have been deleted; `search_rules.list` shows those there are."""

    status = 404
    exit_code = 2


class UnclearSearchRule(HanseError):
    """A rule of the search does exactly one thing, and this one does {count}: {given}. Give one of pin, boost, bury, hide, redirect, synonyms."""

    status = 400
    exit_code = 2


class SearchRuleWithoutQuery(HanseError):
    """The rule says nothing of queries it is for. Give some that say something, or have it hold for any query."""

    status = 400
    exit_code = 2


class SearchRuleChanged(HanseError):
    """{who} changed this rule of the search meanwhile, so nothing was saved. Look at it again."""

    status = 409
    exit_code = 4


class NoSearchRuleToUndo(HanseError):
    """There is no such change of the rules of the search, or it was taken back already."""

    status = 409
    exit_code = 4


class TooManySearchRules(HanseError):
    """There are {limit} rules of the search already. Delete one that is no longer needed."""

    status = 409
    exit_code = 4
