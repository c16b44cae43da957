"""Vectors are kept by model and digest, without texts; two models in one index are refused."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.ai.text import store
from hanse.ai.text.encoder import Public
from hanse.ai.text.errors import MixedModels
from hanse.ai.text.store import Form
from hanse.base.database import Connection
from tests.ai.text.conftest import Counting
from tests.conftest import NOW

TODAY = NOW.date()


async def kept(connection: Connection, encoder: Counting, *texts: str, today: date = TODAY) -> dict[bytes, np.ndarray]:
    keys = store.digests(Form.PASSAGE, [Public(text) for text in texts])
    made = dict(zip(keys, store.encode(encoder, Form.PASSAGE, texts), strict=True))
    await store.keep(connection, encoder.model, made, today)
    return made


async def test_what_is_kept_is_what_was_made(connection: Connection, counting: Counting) -> None:
    made = await kept(connection, counting, "Bohrer", "Öl", "")
    found = await store.find(connection, counting.model, [*made, b"unknown"], TODAY)
    assert found.keys() == made.keys()
    assert all((found[key] == made[key]).all() for key in made)


async def test_another_model_has_its_own(connection: Connection, counting: Counting) -> None:
    made = await kept(connection, counting, "Bohrer")
    assert await store.find(connection, "another", list(made), TODAY) == {}


async def test_keeping_twice_is_keeping_once(connection: Connection, counting: Counting) -> None:
    await kept(connection, counting, "Bohrer", "Bohrer")
    made = await kept(connection, counting, "Bohrer")
    assert len(await store.find(connection, counting.model, list(made), TODAY)) == 1


async def test_no_text_is_kept(connection: Connection, counting: Counting) -> None:
    await kept(connection, counting, "Bohrer")
    rows = await (await connection.execute("SELECT text_vectors::text AS row FROM text_vectors")).fetchall()
    assert len(rows) == 1
    assert "Bohrer" not in rows[0]["row"]
    assert b"Bohrer".hex() not in rows[0]["row"]


async def test_what_nobody_asks_for_is_forgotten_and_what_is_asked_for_stays(connection: Connection, counting: Counting) -> None:
    made = await kept(connection, counting, "old", "asked for")
    asked = store.digest(Form.PASSAGE, "asked for")
    later = TODAY + timedelta(days=150)
    await store.find(connection, counting.model, [asked], later)
    assert await store.forget(connection, TODAY + timedelta(days=200)) == 1
    assert list(await store.find(connection, counting.model, list(made), later)) == [asked]


def test_what_a_person_wrote_is_not_kept() -> None:
    with pytest.raises(TypeError, match="marked as Public"):
        store.digests(Form.PASSAGE, [Public("Bohrer"), "my number is 0123"])  # type: ignore[list-item]  # that is the mistake


@given(st.text(), st.text())
def test_digests_tell_texts_and_forms_apart(one: str, other: str) -> None:
    assert (store.digest(Form.QUERY, one) == store.digest(Form.QUERY, other)) == (one == other)
    assert store.digest(Form.QUERY, one) != store.digest(Form.PASSAGE, one)


async def test_the_first_model_claims_an_index(connection: Connection) -> None:
    await store.claim(connection, "catalog", "e5", NOW)
    await store.claim(connection, "catalog", "e5", NOW)
    with pytest.raises(MixedModels, match=r"catalog holds vectors of e5, and bge is in use now\. Encode its texts again"):
        await store.claim(connection, "catalog", "bge", NOW)
    await store.claim(connection, "documents", "bge", NOW)


async def test_an_index_begun_anew_is_the_new_models(connection: Connection) -> None:
    await store.claim(connection, "catalog", "e5", NOW)
    await store.begin(connection, "catalog", "bge", NOW)
    await store.claim(connection, "catalog", "bge", NOW)
    with pytest.raises(MixedModels):
        await store.claim(connection, "catalog", "e5", NOW)
