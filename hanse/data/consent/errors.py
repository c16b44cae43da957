"""What callers of the consent ledger can do something about."""

from __future__ import annotations

from hanse.base.errors import HanseError


class UnlawfulConsent(HanseError):
    """This cannot be a basis: it breaks the rule {rule} of the ledger. Ask for consent instead."""

    status = 422
    exit_code = 2


class MissingConditions(UnlawfulConsent):
    """Not all four conditions of § 7(3) UWG hold for this existing customer. Ask for consent instead."""


class NotElectronicMail(UnlawfulConsent):
    """The exception for existing customers is for electronic mail only (§ 7(3) UWG). Ask for consent instead."""


class MissingRequest(UnlawfulConsent):
    """A confirmation needs its request, found by the message id of the mail. Record the request first."""


class UnknownPerson(HanseError):
    """Nobody is known by what was given. Send a profile_id, user_id, anonymous_id or email that Hanse knows."""

    status = 404
    exit_code = 2


class UnknownText(HanseError):
    """There is no text with the hash {text_hash}. Keep it first with consent.text."""

    status = 404
    exit_code = 2


class AlreadyRequested(HanseError):
    """The confirmation with the message id {message_id} was requested already. Use another message id for another mail."""

    status = 409
    exit_code = 4


class UnknownToken(HanseError):
    """Nothing can be confirmed with this link: it is not known, was used already or has expired. Ask for a new mail."""

    status = 404
    exit_code = 2


class UnreadableTCString(HanseError):
    """The TC string cannot be read: {reason}. Ask the consent platform for a new one."""

    status = 422
    exit_code = 2
