"""What can go wrong on the way into the log."""

from __future__ import annotations

from hanse.base.errors import HanseError


class Unfit(HanseError):
    """The field {field} of the event does not fit. {reason} {remedy}."""

    status = 422
    exit_code = 2

    def __init__(self, *, field: str, reason: str, remedy: str) -> None:
        """Say which field of an event is wrong, and what to do about it."""
        self.field, self.reason, self.remedy = field, reason, remedy
        super().__init__(field=field, reason=reason, remedy=remedy.rstrip("."))


class UnreadableBody(HanseError):
    """The request cannot be read: {reason}."""

    status = 400
    exit_code = 2


class Full(HanseError):
    """More events are waiting to be written than fit. Send them again in {retry_after_seconds} seconds."""

    status = 429
    exit_code = 5


class NoSuchEventLetter(HanseError):
    """There is no dead letter {dead_letter_id} of an event."""

    status = 404
    exit_code = 2


class ClosedEventLetter(HanseError):
    """The dead letter {dead_letter_id} of an event is {state} already."""

    status = 409
    exit_code = 4
