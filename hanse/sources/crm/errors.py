"""What callers can do something about when entries are pushed to the CRM."""

from __future__ import annotations

from hanse.base.errors import FieldProblem, HanseError


class UnknownTarget(HanseError):
    """There is no target {name}. The operation crm.targets lists those there are."""

    status = 404
    exit_code = 2


class InvalidTarget(HanseError):
    """The target cannot be saved: {what} {reason}."""

    status = 422
    exit_code = 2


class InvalidMapping(HanseError):
    """The mapping cannot be used: {field}: {reason}."""

    status = 422
    exit_code = 2


class UnknownEntry(HanseError):
    """There is no entry to show yet that the mapping would send. Choose another kind, or wait for the first one."""

    status = 404
    exit_code = 2


class UnknownPush(HanseError):
    """There is no dead letter {delivery_id} of this target. It may have been sent again already."""

    status = 404
    exit_code = 2


class TargetRefused(HanseError):
    """The other side will not take this: {reason}."""

    status = 502
    exit_code = 6


class TargetAway(HanseError):
    """The other side cannot take anything just now: {reason}."""

    status = 503
    exit_code = 6

    @property
    def retry_after_seconds(self) -> float | None:
        """Return how long the other side asks to wait; null where it does not say."""
        found = self.facts.get("retry_after_seconds")
        return found if isinstance(found, float) else None


def wrong(field: str, reason: str) -> InvalidMapping:
    """Return the error that names a field of a mapping."""
    return InvalidMapping(field=field, reason=reason, fields=(FieldProblem(field=field, message=reason),))
