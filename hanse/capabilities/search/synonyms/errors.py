"""What those who decide about synonyms can do something about."""

from __future__ import annotations

from hanse.base.errors import HanseError


class UnknownSynonym(HanseError):
    """There is no proposal {proposal_id}. `synonyms.list` shows those there are."""

    status = 404
    exit_code = 2


class SynonymDecided(HanseError):
    """{who} decided about this proposal already. Look at it again."""

    status = 409
    exit_code = 4
