"""The contract of every encoder, run over each of them; what only one promises stands in its own tests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hanse.ai.text import encoder
from hanse.ai.text.encoder import Encoder, Public
from hanse.ai.text.endpoint import Endpoint
from hanse.base.config import Settings
from tests.ai.text.conftest import Counting, Fake

MAKERS: dict[str, Callable[[Fake], Encoder]] = {
    "this house": lambda _: encoder.of_people(),
    "endpoint": lambda fake: Endpoint(fake.address, "some-model"),
    "e5 at an endpoint": lambda fake: Endpoint(fake.address, "intfloat/multilingual-e5-base"),
    "tests": lambda _: Counting(),
}
STRANGE = [
    "",
    " ",
    "?!…",
    "👍🏽👨‍👩‍👧",
    "مرحبا بالعالم",
    "a\u200bb\u200d\u202ec",
    "NUL\x00here",
    "half \ud83d a character",
    "x" * 30_000,
    "Öl 5 W-30 für 8 mm",
]


@pytest.fixture(params=MAKERS)
def made(request: pytest.FixtureRequest, fake: Fake) -> Encoder:
    return MAKERS[request.param](fake)


def public(*texts: str) -> list[Public]:
    return [Public(text) for text in texts]


def test_it_gives_a_row_of_length_one_for_each_text(made: Encoder) -> None:
    for encode in (made.encode_queries, made.encode_passages):
        found = encode(public("Akkuschrauber 18 V", "garden hose", "Akkuschrauber 18 V"))
        assert found.dtype == np.float32
        assert found.shape == (3, made.dimensions)
        assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-4)
        assert found[0] == pytest.approx(found[2], abs=1e-6)
        assert abs(found[0] - found[1]).max() > 0.01


def test_it_gives_the_same_whatever_stands_beside_a_text(made: Encoder) -> None:
    texts = public(*(f"Schraube M{size}" for size in range(5)))
    together = made.encode_passages(texts)
    alone = np.concatenate([made.encode_passages([text]) for text in texts])
    assert together == pytest.approx(alone, abs=1e-5)


def test_nothing_gives_no_rows(made: Encoder) -> None:
    assert made.encode_queries([]).shape == made.encode_passages([]).shape == (0, made.dimensions)


def test_whatever_is_written_has_a_vector(made: Encoder) -> None:
    found = made.encode_passages(public(*STRANGE))
    assert np.isfinite(found).all()
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-4)


def test_a_model_has_a_name(made: Encoder) -> None:
    assert made.model
    assert made.dimensions > 0


def test_ours_is_used_unless_the_settings_name_another(fake: Fake, settings: Settings) -> None:
    assert encoder.of_catalog(settings) is encoder.of_people()
    named = Settings(home=settings.home, embeddings_url=fake.address, embeddings_model="m", embeddings_key="k")
    outside = encoder.of_catalog(named)
    assert (outside.model, outside.is_outside, encoder.of_people().is_outside) == ("m", True, False)
    assert encoder.of_catalog(named) is outside


@pytest.fixture
def settings(home: object) -> Settings:
    return Settings(home=home)  # type: ignore[arg-type]  # the fixture is a path


def test_a_text_is_read_to_a_length() -> None:
    assert encoder.readable("é" * 10_000_000) == "é" * encoder.MOST_CHARACTERS
    assert encoder.readable("a\x00b\udc80") == "a\ufffdb\ufffd"
