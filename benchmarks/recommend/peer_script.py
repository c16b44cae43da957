"""Runs one peer on a split that lies in a folder as arrays: `python peer_script.py FOLDER PEER`, with the Python of the peers' environment.

It imports nothing of Hanse. Settings are chosen on validation questions, as Hanse's are; then it learns from the whole log.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # this and the next are of the peers' environment
from implicit.als import AlternatingLeastSquares  # type: ignore[import-not-found]
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, TFIDFRecommender  # type: ignore[import-not-found]
from rectools.dataset import Dataset, IdMap, Interactions  # type: ignore[import-not-found]
from rectools.models import EASEModel, ImplicitItemKNNWrapperModel, PopularModel  # type: ignore[import-not-found]
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

WIDTH = 20
TIMED, WARMING = 300, 3
MOST_SECONDS_TIMED = 20.0
MOST_DENSE, MOST_DENSE_TRIED = 20_000, 6_000
"""Items above which a matrix of all pairs is not made, or made once only: EASE needs several at once, and time by the third power."""
SECONDS_TO_CHOOSE = 90.0
CHUNK = 5_000


class Split:
    """A log, and histories to answer."""

    def __init__(self, folder: Path, log: str, asked: str, items: int) -> None:
        self.log = self._matrix(folder, log, items)
        self.asked = self._matrix(folder, asked, items)
        self.answer_start, self.answer = np.load(folder / f"{asked}_answer_start.npy"), np.load(folder / f"{asked}_answer.npy")

    @staticmethod
    def _matrix(folder: Path, name: str, items: int) -> Any:
        start, item = np.load(folder / f"{name}_start.npy"), np.load(folder / f"{name}_item.npy")
        made = csr_matrix((np.ones(len(item), np.float32), item, start), shape=(len(start) - 1, items))
        made.sum_duplicates()
        made.data[:] = 1.0
        return made


class Implicit:
    """A model of implicit; item-item models answer any row, factors are solved for the row."""

    def __init__(self, model: Any, *, scaled: float = 1.0) -> None:
        self.model, self.scaled = model, scaled
        self.factors = hasattr(model, "factors")

    def fit(self, log: Any) -> None:
        """Learn."""
        with threadpool_limits(1, "blas") if self.factors else threadpool_limits(2):  # its own threads do the work, as its documentation asks
            self.model.fit(log * self.scaled, show_progress=False)

    def rank(self, rows: Any, *, repeats: bool) -> Any:
        """Answer rows."""
        some = {"N": WIDTH, "filter_already_liked_items": not repeats, "recalculate_user": self.factors}
        ids, scores = self.model.recommend(np.arange(rows.shape[0]), rows * self.scaled, **some)
        return np.where(scores > (-1e30 if self.factors else 0.0), ids, -1)

    def rank_one(self, row: Any, *, repeats: bool) -> None:
        """Answer one row."""
        some = {"N": WIDTH, "filter_already_liked_items": not repeats, "recalculate_user": self.factors}
        self.model.recommend(0, row, **some)


class RecTools:
    """A model of RecTools, asked by data sets of the same items with the histories as users."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def fit(self, log: Any) -> None:
        """Learn."""
        self.model.fit(self._dataset(log))

    def rank(self, rows: Any, *, repeats: bool) -> Any:
        """Answer rows; those without items have no answer."""
        asked = np.flatnonzero(np.diff(rows.indptr))
        found = np.full((rows.shape[0], WIDTH), -1, np.int64)
        if len(asked):
            answers = self.model.recommend(users=asked, dataset=self._dataset(rows), k=WIDTH, filter_viewed=not repeats)
            found[answers["user_id"].to_numpy(), answers["rank"].to_numpy() - 1] = answers["item_id"].to_numpy()
        return found

    def rank_one(self, row: Any, *, repeats: bool) -> None:
        """Answer one row."""
        self.rank(row, repeats=repeats)

    @staticmethod
    def _dataset(rows: Any) -> Any:
        """Return rows as a data set; one user more has the last item, so that all items count as seen and the numbers fit."""
        users, items = rows.shape
        pairs = rows.tocoo()
        owner, item = np.append(pairs.row, users), np.append(pairs.col, items - 1)
        frame = pd.DataFrame({"user_id": owner, "item_id": item, "weight": 1.0, "datetime": pd.Timestamp("2026-01-01")})
        return Dataset(IdMap.from_values(np.arange(users + 1)), IdMap.from_values(np.arange(items)), Interactions(frame))


def candidates(peer: str, items: int) -> dict[str, Any]:
    """Return what makes a peer, by its settings in words; the first is its own default or what is usual."""
    if peer == "rectools EASE" and items > MOST_DENSE:
        raise SystemExit(f"left out: a matrix of {items:,} x {items:,} items")
    als = [(128, 0.01, 1.0), (64, 0.01, 1.0), (128, 0.1, 10.0), (128, 1.0, 1.0)]
    found: dict[str, dict[str, Any]] = {
        "implicit ALS": {
            f"factors {size}, regularization {penalty:g}, alpha {alpha:g}": lambda size=size, penalty=penalty, alpha=alpha: Implicit(
                AlternatingLeastSquares(size, regularization=penalty, alpha=alpha, iterations=15, random_state=1)
            )
            for size, penalty, alpha in als
        },
        "implicit cosine": {f"K {size}": lambda size=size: Implicit(CosineRecommender(K=size)) for size in (20, 100, 500)},
        "implicit BM25": {
            f"K {size}, K1 {k1:g}, B {b:g}": lambda size=size, k1=k1, b=b: Implicit(BM25Recommender(K=size, K1=k1, B=b))
            for size, k1, b in ((20, 1.2, 0.75), (100, 1.2, 0.75), (500, 1.2, 0.75), (100, 1.2, 0.3))
        },
        "rectools EASE": {f"regularization {size:g}": lambda size=size: RecTools(EASEModel(regularization=size)) for size in (500, 100, 20, 2000)},
        "rectools ImplicitItemKNN": {
            f"TF-IDF, K {size}": lambda size=size: RecTools(ImplicitItemKNNWrapperModel(TFIDFRecommender(K=size))) for size in (20, 100, 500)
        },
        "rectools Popular": {"": lambda: RecTools(PopularModel())},
    }
    return found[peer]


def main(folder: Path, peer: str) -> None:
    """Choose, learn, answer; write `PEER.npy` and `PEER.json`."""
    facts = json.loads((folder / "task.json").read_text())
    repeats = facts["kind"] in {"session", "basket"}
    choices = candidates(peer, facts["items"])
    if peer == "rectools EASE" and facts["items"] > MOST_DENSE_TRIED:
        choices = dict([next(iter(choices.items()))])
    begin = time.perf_counter()
    settings = choose(choices, Split(folder, "valid_log", "valid", facts["items"]), repeats=repeats)
    chose = time.perf_counter() - begin
    split = Split(folder, "log", "test", facts["items"])
    model = choices[settings]()
    begin = time.perf_counter()
    model.fit(split.log)
    train = time.perf_counter() - begin
    ranked = answered(model, split.asked, repeats=repeats)
    np.save(folder / f"{peer}.npy", ranked.astype(np.int32))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"choose": chose, "train": train, "answer": microseconds(model, split.asked, repeats=repeats), "memory": memory}
    (folder / f"{peer}.json").write_text(json.dumps({"facts": told, "settings": settings}))


def choose(choices: dict[str, Any], split: Split, *, repeats: bool) -> str:
    """Return the settings of the highest NDCG, tried while there is time."""
    until, best, longest = time.perf_counter() + SECONDS_TO_CHOOSE, (-1.0, next(iter(choices))), 0.0
    for settings in choices if len(choices) > 1 else ():
        begin = time.perf_counter()
        if begin + longest > until:
            break
        model = choices[settings]()
        model.fit(split.log)
        best = max(best, (ndcg(split, answered(model, split.asked, repeats=repeats)), settings))
        longest = max(longest, time.perf_counter() - begin)
    return best[1]


def answered(model: Any, rows: Any, *, repeats: bool) -> Any:
    """Answer all rows, some thousands at once."""
    made = [model.rank(rows[first : first + CHUNK], repeats=repeats) for first in range(0, rows.shape[0], CHUNK)]
    found = np.full((rows.shape[0], WIDTH), -1)
    for place, part in enumerate(made):
        found[place * CHUNK : place * CHUNK + len(part), : part.shape[1]] = part
    for column in range(1, WIDTH):  # where there are too few items, some come twice
        found[(found[:, :column] == found[:, column : column + 1]).any(axis=1), column] = -1
    return found


def ndcg(split: Split, ranked: Any) -> float:
    """Return the mean NDCG."""
    gain, total = 1.0 / np.log2(np.arange(WIDTH) + 2.0), 0.0
    for place, row in enumerate(ranked):
        wanted = set(split.answer[split.answer_start[place] : split.answer_start[place + 1]].tolist())
        total += sum(gain[at] for at, item in enumerate(row.tolist()) if item in wanted) / max(gain[: len(wanted)].sum(), 1e-9)
    return total / max(len(ranked), 1)


def microseconds(model: Any, rows: Any, *, repeats: bool) -> float:
    """Return the mean time of an answer, one after another on one thread."""
    chosen = np.unique(np.linspace(0, rows.shape[0] - 1, TIMED).astype(int))
    singles = [rows[place] for place in chosen]
    with threadpool_limits(1):
        for row in singles[:WARMING]:
            model.rank_one(row, repeats=repeats)
        begin, number = time.perf_counter(), 0
        while number < len(singles) and time.perf_counter() - begin < MOST_SECONDS_TIMED:
            model.rank_one(singles[number], repeats=repeats)
            number += 1
    return (time.perf_counter() - begin) / max(number, 1) * 1e6


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(Path(sys.argv[1]), sys.argv[2])
