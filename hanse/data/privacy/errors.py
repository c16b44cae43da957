"""What callers of the rights of a person can do something about."""

from __future__ import annotations

from hanse.base.errors import HanseError


class UnreadablePending(HanseError):
    """An erasure was begun with another key file than {path}. Put the file back that was there, then run the job privacy.carry_out."""


class UnknownErasure(HanseError):
    """There is no erasure {erasure_id}. The receipt says its number."""

    status = 404
    exit_code = 2


class UnknownPrivacyRequest(HanseError):
    """There is no open privacy request {request_id}. It may have been closed already."""

    status = 404
    exit_code = 2


class ExtendedAlready(HanseError):
    """The deadline of {request_id} was extended already. The law allows it once (Art. 12(3) DSGVO)."""

    status = 409
    exit_code = 4


class ReasonNeeded(HanseError):
    """A reason is needed. The person is told it, and the supervisory authority may ask for it (Art. 12(3) and (4) DSGVO)."""

    status = 422
    exit_code = 2
