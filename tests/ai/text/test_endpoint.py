"""The encoder outside is asked as its interface wants, is given public texts only, and says clearly what is wrong."""

from __future__ import annotations

import json
import random

import pytest

from hanse.ai.text.encoder import Public
from hanse.ai.text.endpoint import ATTEMPTS, BATCH, Endpoint
from hanse.ai.text.errors import EncoderUnavailable, TextMayNamePeople
from tests.ai.text.conftest import WIDTH, Fake, numbers

TEXT = Public("Bohrer 8 mm")


class Waiting:
    """Notes how long somebody would have slept."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


@pytest.fixture
def outside(fake: Fake, waiting: Waiting) -> Endpoint:
    return Endpoint(f"{fake.address}/", "bge-m3", "secret", sleep=waiting, chance=random.Random(7))


def test_it_is_asked_as_the_interface_wants(outside: Endpoint, fake: Fake) -> None:
    outside.encode_passages([TEXT])
    assert fake.asked[-1] == {"path": "/v1/embeddings", "model": "bge-m3", "input": ["Bohrer 8 mm"], "encoding_format": "float"}
    assert fake.headers[-1]["Authorization"] == "Bearer secret"


def test_without_a_key_none_is_sent(fake: Fake) -> None:
    Endpoint(fake.address, "bge-m3").encode_passages([TEXT])
    assert "Authorization" not in fake.headers[-1]


def test_many_texts_go_in_batches(outside: Endpoint, fake: Fake) -> None:
    found = outside.encode_passages([Public(f"{number}") for number in range(BATCH + 3)])
    assert found.shape == (BATCH + 3, WIDTH)
    assert [len(each["input"]) for each in fake.asked[-2:]] == [BATCH, 3]


def test_models_that_want_prefixes_get_them(fake: Fake) -> None:
    e5 = Endpoint(fake.address, "intfloat/multilingual-e5-large")
    e5.encode_queries([TEXT])
    e5.encode_passages([TEXT])
    assert [each["input"] for each in fake.asked[-2:]] == [["query: Bohrer 8 mm"], ["passage: Bohrer 8 mm"]]


def test_a_text_that_may_name_people_stays_here(outside: Endpoint, fake: Fake) -> None:
    for encode in (outside.encode_queries, outside.encode_passages):
        with pytest.raises(TextMayNamePeople, match="encoder of this house"):
            encode([TEXT, "Erika Mustermann fragt nach ihrer Bestellung"])
    assert fake.asked == []


def test_what_passes_is_waited_for_longer_and_longer(outside: Endpoint, fake: Fake, waiting: Waiting) -> None:
    fake.answers = [(503, b""), (429, b"slow down"), (200, json.dumps({"data": [{"index": 0, "embedding": numbers("x")}]}).encode())]
    assert outside.dimensions == WIDTH
    assert len(waiting.seconds) == 2
    assert 0 <= waiting.seconds[0] <= 1
    assert 0 <= waiting.seconds[1] <= 2


def test_it_is_given_up_after_some_attempts(outside: Endpoint, fake: Fake) -> None:
    fake.answers = [(500, b"")] * 9
    with pytest.raises(EncoderUnavailable, match=r"127\.0\.0\.1 gave no vectors: status 500"):
        outside.encode_passages([TEXT])
    assert len(fake.asked) == ATTEMPTS


def test_what_waiting_does_not_help_is_said_at_once(outside: Endpoint, fake: Fake, waiting: Waiting) -> None:
    fake.answers = [(401, b"wrong key secret")]
    with pytest.raises(EncoderUnavailable, match=r"status 401.*HANSE_EMBEDDINGS_KEY") as caught:
        outside.encode_passages([TEXT])
    assert waiting.seconds == []
    assert "secret" not in str(caught.value)


def test_nobody_there_is_said(waiting: Waiting) -> None:
    with pytest.raises(EncoderUnavailable, match="ConnectError"):
        Endpoint("http://127.0.0.1:9/v1", "m", sleep=waiting).encode_passages([TEXT])


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"\xff",
        b"{}",
        b'{"data": []}',
        b'{"data": [{"index": 0, "embedding": []}]}',
        b'{"data": [{"index": 0, "embedding": [0, 0]}]}',
        b'{"data": [{"index": 0, "embedding": [1e999, 0]}]}',
        b'{"data": [{"index": 3, "embedding": [1, 0]}]}',
        b'{"data": [{"index": 0, "embedding": ["a"]}]}',
        b'{"data": [{"index": 0, "embedding": [1, 0]}, {"index": 1, "embedding": [1]}]}',
    ],
)
def test_an_answer_that_is_none_is_refused(outside: Endpoint, fake: Fake, body: bytes) -> None:
    fake.answers = [(200, body)]
    with pytest.raises(EncoderUnavailable):
        outside.encode_passages([TEXT])


def test_a_model_whose_vectors_change_their_size_is_refused(outside: Endpoint, fake: Fake) -> None:
    outside.encode_passages([TEXT])
    fake.width = WIDTH + 1
    with pytest.raises(EncoderUnavailable, match="have 13 numbers now, and had 12 before"):
        outside.encode_passages([TEXT])
