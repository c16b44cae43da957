"""What can go wrong with models, for those who choose one by its version."""

from __future__ import annotations

from hanse.base.errors import HanseError


class UnknownModel(HanseError):
    """There is no model with the version {version}. The list of models names those there are."""

    status = 404
    exit_code = 2


class ModelFilesMissing(HanseError):
    """The files of the model {version} are not in the folder of models any more. Choose a newer version, or train again."""

    status = 409
    exit_code = 4


class UnreadableModel(HanseError):
    """The model in {folder} cannot be read: {reason}. Choose another version, or train again."""
