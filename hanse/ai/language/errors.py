"""What callers can do something about when they set up language models, and when they look into the record."""

from __future__ import annotations

from hanse.base.errors import HanseError


class UnknownLanguageModel(HanseError):
    """There is no language model {name}. `hanse call language.models` lists those there are."""

    status = 404
    exit_code = 2


class InvalidModelAddress(HanseError):
    """The address of a language model has to be like https://api.example/v1, without a key or a query in it."""

    status = 422
    exit_code = 2


class OpenModelAddress(HanseError):
    """Outside of this house the address has to begin with https, or texts and key travel in the open. Say that the model runs in this house if it does."""

    status = 422
    exit_code = 2


class UnreadableModelKey(HanseError):
    """The key of the language model {name} cannot be read with the key file in the home folder. Enter the key again, or bring back the file it was saved with."""

    status = 409
    exit_code = 6


class UnknownBudget(HanseError):
    """There is no budget for {capability}."""

    status = 404
    exit_code = 2


class UnknownCall(HanseError):
    """There is no call {call_id} on record. It may be older than the record is kept."""

    status = 404
    exit_code = 2


class UnknownClaim(HanseError):
    """There is no banned claim “{phrase}” of this language and country. `hanse call language.claims` lists those there are."""

    status = 404
    exit_code = 2
