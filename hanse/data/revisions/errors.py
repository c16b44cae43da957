"""What callers can do something about when they decide on a revision."""

from __future__ import annotations

from hanse.base.errors import HanseError


class UnknownRevision(HanseError):
    """There is no revision {revision_id} of the catalog."""

    status = 404
    exit_code = 2


class NoTexts(HanseError):
    """No text is given. Name a title or a description in at least one language."""

    status = 400
    exit_code = 2


class SameTexts(HanseError):
    """The product {product_id} has these texts already, and they came to be in the same way."""

    status = 409
    exit_code = 4


class RevisionDecided(HanseError):
    """This revision is {state} already, so it cannot be {wanted}."""

    status = 409
    exit_code = 4


class RevisionOutdated(HanseError):
    """{count} products have changed since this revision was proposed, such as {examples}. Import the file again to see what it changes now."""

    status = 409
    exit_code = 4
