"""What people searched for, in the console: the table, its filters, its export, and what stands there before anybody has searched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from hanse.base import database, ids
from hanse.base.decision import Arm, Basis
from hanse.data import decisions
from hanse.data.decisions import DecisionRecord
from hanse.serve.runtime import Runtime
from tests.conftest import NOW
from tests.serve.console.conftest import Browser

PATH = "/capabilities/search/searches"
GERMAN = {"Accept-Language": "de"}


@pytest.fixture
def searched(runtime: Runtime) -> None:
    """Three searches that found something, and three that did not."""

    async def write() -> None:
        async with await database.connect(runtime.conninfo) as connection:
            await decisions.put(connection, [_search(place, query, total) for query, total in (("bohrer <b>", 2), ("flex", 0)) for place in range(3)])

    asyncio.run(write())


def _search(place: int, query: str, total: int) -> DecisionRecord:
    moment = NOW - timedelta(hours=place + 1)
    return DecisionRecord(
        decision_id=ids.new(moment),
        operation="search.products",
        profile_id=None,
        model_version=None,
        arm=Arm.TREATED,
        arm_probability=1.0,
        basis=Basis.ANONYMOUS,
        reason="",
        request=msgspec.Raw(msgspec.json.encode({"query": query})),
        answer=msgspec.Raw(msgspec.json.encode({"total": total})),
        decided_at=moment,
    )


def test_before_anybody_has_searched_the_page_says_what_comes(browser: Callable[..., Browser]) -> None:
    assert "In diesem Zeitraum hat niemand gesucht" in browser().get(PATH, headers=GERMAN).text


@pytest.mark.usefixtures("searched")
def test_queries_stand_with_what_came_of_them(browser: Callable[..., Browser]) -> None:
    page = browser().get(PATH, headers=GERMAN).text
    assert "bohrer &lt;b&gt;" in page
    assert "nichts gefunden" in page
    assert 'href="/capabilities/search/try/products?query=flex"' in page


@pytest.mark.usefixtures("searched")
def test_only_those_that_found_nothing(browser: Callable[..., Browser]) -> None:
    page = browser().get(f"{PATH}?only=found_nothing", headers=GERMAN).text
    assert "flex" in page
    assert "bohrer" not in page
    assert browser().get(f"{PATH}?only=nonsense").status_code == 200


@pytest.mark.usefixtures("searched")
def test_the_table_is_exported(browser: Callable[..., Browser]) -> None:
    answer = browser().get(f"{PATH}?format=csv", headers=GERMAN)
    assert answer.headers["content-type"].startswith("text/csv")
    assert "flex" in answer.text
