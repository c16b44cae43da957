"""Boosted trees that put the candidates of a blend in order: learned by LightGBM, walked by a compiled loop."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from hanse.capabilities.recommend.histories import Items
from hanse.capabilities.recommend.methods.kernels import Floats, compiled

PARAMETERS: Mapping[str, Any] = {
    "objective": "binary",
    "num_leaves": 15,
    "min_data_in_leaf": 50,
    "feature_fraction": 0.8,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
MOST_ROUNDS = 200
PATIENCE = 15
"""Rounds without a gain on the questions that were left out, after which no more trees are grown."""
FEW_ROWS = 200_000
"""Up to so many rows one thread learns: more would wait for each other longer than they work where the machine is busy."""
Rows = tuple[Floats, NDArray[np.bool_]]
"""Features of candidates, and which of these were right."""


@dataclass(frozen=True)
class Forest:
    """All nodes of all trees. A node asks whether a feature is at most a bound; below 0 stands a leaf, -1 the first of its tree."""

    root: Items
    """Where each tree begins in the next four arrays, and its leaves in the last; two numbers a tree."""
    feature: Items
    bound: NDArray[np.float64]
    left: Items
    right: Items
    leaf: NDArray[np.float64]

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name."""
        return {name: getattr(self, name) for name in ("root", "feature", "bound", "left", "right", "leaf")}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Forest:
        """Take it back from its arrays."""
        return cls(**arrays)

    def score(self, features: Floats) -> NDArray[np.float64]:
        """Return the probability of each row of features (float32, rows by features) to be right, 0 to 1."""
        found = np.empty(len(features))
        _walk(features, self.root, self.feature, self.bound, self.left, self.right, self.leaf, found)
        return 1.0 / (1.0 + np.exp(-found))


def possible() -> bool:
    """Return whether LightGBM can be loaded; it needs the system's OpenMP, which small images lack."""
    try:
        importlib.import_module("lightgbm")
    except OSError as error:
        structlog.get_logger().warning("no trees are grown, as LightGBM cannot be loaded; `hanse doctor` says what to do", reason=str(error))
        return False
    return True


def grow(features: Floats, right: NDArray[np.bool_], check: Rows | None = None, *, seed: int, most: int = MOST_ROUNDS, rate: float = 0.1) -> Forest:
    """Learn which candidates were right with at most so many trees; only so many as help on the rows to check by, where there are such."""
    import lightgbm

    train = lightgbm.Dataset(features, right.astype(np.int8))
    settings = {**PARAMETERS, "learning_rate": rate, "seed": seed, "num_threads": 1 if len(features) < FEW_ROWS else 0}
    if check is None:
        return from_dump(lightgbm.train(settings, train, most).dump_model())
    valid = lightgbm.Dataset(check[0], check[1].astype(np.int8), reference=train)
    stop = lightgbm.early_stopping(PATIENCE, verbose=False)
    booster = lightgbm.train(settings, train, most, valid_sets=[valid], callbacks=[stop])
    return from_dump(booster.dump_model(num_iteration=booster.best_iteration))


def from_dump(dump: Mapping[str, Any]) -> Forest:
    """Take a forest from what LightGBM writes of a model."""
    feature: list[int] = []
    bound: list[float] = []
    left: list[int] = []
    right: list[int] = []
    leaf: list[float] = []
    root: list[int] = []
    for tree in dump["tree_info"]:
        root += [len(feature), len(leaf)]
        nodes = list(_nodes(tree["tree_structure"]))
        place = {id(node): at for at, node in enumerate(nodes)}
        leaves = [child for node in nodes for child in (node["left_child"], node["right_child"]) if "leaf_value" in child] or [tree["tree_structure"]]
        number = {id(each): at for at, each in enumerate(leaves)}
        for node in nodes:
            feature.append(int(node["split_feature"]))
            bound.append(float(node["threshold"]))
            for side, child in ((left, node["left_child"]), (right, node["right_child"])):
                side.append(-1 - number[id(child)] if id(child) in number else place[id(child)])
        leaf += [float(each["leaf_value"]) for each in leaves]
        if not nodes:  # a tree that is one leaf
            feature.append(0)
            bound.append(0.0)
            left.append(-1)
            right.append(-1)
    integers = (np.array(each, np.int32) for each in (root, feature, left, right))
    made_root, made_feature, made_left, made_right = integers
    return Forest(made_root.reshape(-1, 2), made_feature, np.array(bound), made_left, made_right, np.array(leaf))


def _nodes(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return the nodes of a tree that ask something, from the root down."""
    if "split_feature" in tree:
        yield tree
        yield from _nodes(tree["left_child"])
        yield from _nodes(tree["right_child"])


@compiled
def _walk(
    features: Floats,
    root: Items,
    feature: Items,
    bound: NDArray[np.float64],
    left: Items,
    right: Items,
    leaf: NDArray[np.float64],
    found: NDArray[np.float64],
) -> None:
    for row in range(len(features)):
        total = 0.0
        for tree in range(len(root)):
            base, node = root[tree, 0], 0
            while node >= 0:
                at = base + node
                node = left[at] if features[row, feature[at]] <= bound[at] else right[at]
            total += leaf[root[tree, 1] - 1 - node]
        found[row] = total
