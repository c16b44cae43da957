"""Texts as numbers of pieces (Kudo 2018, Subword Regularization: unigram), by SentencePiece with the vocabulary of XLM-RoBERTa."""

from __future__ import annotations

import unicodedata

from sentencepiece import SentencePieceProcessor
from sentencepiece.sentencepiece_model_pb2 import ModelProto  # type: ignore[attr-defined]  # made when it is loaded

from hanse.ai.text.e5.packed import Vocabulary

_NORMAL, _UNKNOWN, _CONTROL = 1, 2, 3
_UNIGRAM = 1


class Tokenizer:
    """Cuts texts into the most probable pieces."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Take the vocabulary, which takes about a second."""
        self._spelled = vocabulary.spelled
        self._processor = SentencePieceProcessor(model_proto=_model(vocabulary).SerializeToString())

    def ids(self, text: str) -> list[int]:
        """Return the numbers of a text's pieces, without marks of its beginning and end."""
        found: list[int] = self._processor.encode(unicodedata.normalize("NFKC", text).translate(self._spelled))
        return found


def _model(vocabulary: Vocabulary) -> ModelProto:
    model = ModelProto()
    special = {vocabulary.begin: _CONTROL, vocabulary.end: _CONTROL, vocabulary.padding: _CONTROL, vocabulary.unknown: _UNKNOWN}
    for number, (piece, score) in enumerate(zip(vocabulary.pieces, vocabulary.scores.tolist(), strict=True)):
        model.pieces.add(piece=piece, score=score, type=special.get(number, _NORMAL))
    said = model.trainer_spec
    said.model_type = _UNIGRAM
    said.bos_id, said.eos_id, said.pad_id, said.unk_id = vocabulary.begin, vocabulary.end, vocabulary.padding, vocabulary.unknown
    model.normalizer_spec.name = "identity"
    return model
