"""How relevant the answers are: the search beside full text and vectors on the same queries, by kind of query."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.report import Row
from benchmarks.search import baselines, measures, ours
from benchmarks.search.measures import MEASURES, Mean
from benchmarks.search.queries import Part, Query
from hanse.serve.runtime import Runtime

VECTORS = "vectors alone"
DATA = "sample shop"
Answers = Mapping[str, Sequence[Sequence[str]]]
"""What each method found, for every query the ids of products."""
AnswersT = TypeVar("AnswersT")


async def answers(running: Runtime, queries: Sequence[Query], *, alone: bool) -> dict[str, list[list[str]]]:
    """Ask every method every query; or the search alone."""
    found: dict[str, list[list[str]]] = {}
    if not alone:
        found |= await _timed("full text", baselines.by_words(running, queries))
        found[VECTORS] = await _timed(VECTORS, baselines.by_meaning(running, queries))
    if ours.is_there(running):
        for name in (ours.FIRST, ours.NAME):
            found[name] = await _timed(name, ours.answers(running, queries))
    return found


async def _timed(name: str, answering: Awaitable[AnswersT]) -> AnswersT:
    begin = time.perf_counter()
    found = await answering
    print(f"{name} took {time.perf_counter() - begin:.1f} s", file=sys.stderr)
    return found


def rows(part: Part, queries: Sequence[Query], found: Answers) -> Iterator[Row]:
    """Give each measure of each method, over all queries and by kind, and how far the search is ahead."""
    data = f"{DATA}, {part}"
    every = range(len(queries))
    yield from _measured(f"{data}: all {len(queries)}", queries, found, every)
    for kind in dict.fromkeys(query.kind for query in queries):
        places = [place for place, query in enumerate(queries) if query.kind == kind]
        yield from _measured(f"{data}: {kind} ({len(places)})", queries, found, places)
    if ours.NAME in found:
        yield from _ahead(f"{data}: all {len(queries)}", queries, found, every)
        same = [place for place, query in enumerate(queries) if query.kind != "other language"]
        yield from _ahead(f"{data}: all but other language", queries, found, same)


def _measured(data: str, queries: Sequence[Query], found: Answers, places: Sequence[int]) -> Iterator[Row]:
    asked = [queries[place] for place in places]
    for measure in MEASURES:
        for method, answered in found.items():
            each = measures.values(measure, asked, [answered[place] for place in places])
            yield _row(data, method, measure, measures.mean(each, asked))


def _ahead(data: str, queries: Sequence[Query], found: Answers, places: Sequence[int]) -> Iterator[Row]:
    asked = [queries[place] for place in places]
    mine = measures.values("NDCG@10", asked, [found[ours.NAME][place] for place in places])
    for method, answered in found.items():
        if not method.startswith(ours.NAME):
            theirs = measures.values("NDCG@10", asked, [answered[place] for place in places])
            limit = "≥ 0.15" if method == baselines.Words.ALL_ELSE_ANY else ""
            yield _row(data, f"{ours.NAME} − {method}", "difference of NDCG@10", measures.mean(mine - theirs, asked), limit)


def _row(data: str, method: str, measure: str, mean: Mean, limit: str = "") -> Row:
    peer = not method.startswith(ours.NAME)
    return Row(data=data, method=method, measure=measure, value=mean.value, low=mean.low, high=mean.high, unit="1", peer=peer, limit=limit)


def show(rows: Sequence[Row]) -> None:
    """Print a table for each measure: kinds of query down, methods across."""
    for measure in MEASURES:
        chosen = {(row.data, row.method): row for row in rows if row.measure == measure}
        if not chosen:
            continue
        methods = list(dict.fromkeys(method for _, method in chosen))
        table = Table("queries", *methods, title=measure, title_justify="left")
        for data in dict.fromkeys(data for data, _ in chosen):
            table.add_row(data.partition(": ")[2], *(_cell(chosen[data, method], whole=": all" in data) for method in methods))
        Console(width=160).print(table)


def _cell(row: Row, *, whole: bool) -> str:
    return f"{row.value:.3f}" + (f" ({row.low:.3f} to {row.high:.3f})" if whole else "")


def show_worst(queries: Sequence[Query], answered: Sequence[Sequence[str]], titles: Mapping[str, str], number: int) -> None:
    """Print the queries that the search answers worst, with what it found and what there was to find."""
    scores = measures.values("NDCG@10", queries, answered)
    table = Table("NDCG@10", "kind", "query", "grade and title of what was found first", "best there is")
    for place in np.argsort(scores, kind="stable")[:number]:
        query, found = queries[place], answered[place][:5]
        best = sorted(query.grades, key=lambda each, grades=query.grades: -grades[each])[:2]  # type: ignore[misc]  # bound at once
        said = "\n".join(f"{query.grades.get(each, 0)} {titles.get(each, each)[:50]}" for each in found)
        asked = f"{query.text}\n({query.language})"
        table.add_row(f"{scores[place]:.3f}", query.kind, asked, said, "\n".join(titles[each][:40] for each in best))
    Console(width=160).print(table)
