"""Trees answer what LightGBM answers from which they were taken."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest
from numpy.typing import NDArray

from hanse.capabilities.recommend import forest
from hanse.capabilities.recommend.forest import Forest

Floats = NDArray[np.float32]
Truth = NDArray[np.bool_]


def drawn(seed: int, rows: int = 600, features: int = 5) -> tuple[Floats, Truth]:
    """Return features of which the first two tell, with ties and whole numbers among them."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, features)).astype(np.float32)
    values[:, 1] = rng.integers(0, 4, rows)
    values[:, 2] = 0.0
    return values, values[:, 0] + 0.5 * values[:, 1] + rng.normal(0, 0.5, rows) > 1.0


def booster(seed: int, rounds: int, **parameters: float) -> lightgbm.Booster:
    values, right = drawn(seed)
    settings = {**forest.PARAMETERS, "min_data_in_leaf": 5, "seed": seed, **parameters}
    return lightgbm.train(settings, lightgbm.Dataset(values, right.astype(np.int8)), rounds)


@pytest.mark.parametrize("seed", range(6))
def test_it_answers_as_lightgbm_does(seed: int) -> None:
    trained = booster(seed, 3 + 7 * seed, num_leaves=2 + 5 * seed)
    values = np.vstack((drawn(seed + 100)[0], drawn(seed)[0], np.zeros((1, 5), np.float32)))
    np.testing.assert_allclose(forest.from_dump(trained.dump_model()).score(values), trained.predict(values), rtol=1e-9, atol=1e-12)


def test_a_value_that_is_the_bound_goes_the_way_that_lightgbm_sends_it() -> None:
    trained = booster(1, 20)
    made = forest.from_dump(trained.dump_model())
    values = np.zeros((len(made.bound), 5), np.float32)
    values[np.arange(len(made.bound)), made.feature] = made.bound.astype(np.float32)
    np.testing.assert_allclose(made.score(values), trained.predict(values), rtol=1e-9)


def test_only_the_first_trees_count_where_more_were_grown() -> None:
    trained = booster(2, 30)
    values = drawn(9)[0]
    made = forest.from_dump(trained.dump_model(num_iteration=4))
    assert len(made.root) == 4
    np.testing.assert_allclose(made.score(values), trained.predict(values, num_iteration=4), rtol=1e-9)


def test_a_tree_that_is_one_leaf_is_walked_too() -> None:
    """LightGBM grows such a tree where no split is allowed, and others may stand before and behind it."""
    values, right = drawn(3)
    trained = lightgbm.train({**forest.PARAMETERS, "min_data_in_leaf": 10_000}, lightgbm.Dataset(values, right.astype(np.int8)), 3)
    made = forest.from_dump(trained.dump_model())
    np.testing.assert_allclose(made.score(values), trained.predict(values), rtol=1e-9)
    stump, split = {"tree_structure": {"leaf_value": 0.5}}, booster(1, 2).dump_model()["tree_info"]
    mixed = forest.from_dump({"tree_info": [stump, split[0], stump, split[1]]})
    apart = forest.from_dump({"tree_info": split})
    np.testing.assert_allclose(_odds(mixed.score(values)), _odds(apart.score(values)) + 1.0, rtol=1e-6)


def _odds(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.log(probability / (1 - probability)))


def test_it_survives_as_arrays() -> None:
    made = forest.from_dump(booster(4, 10).dump_model())
    values = drawn(5)[0]
    again = Forest.from_arrays({name: np.array(array) for name, array in made.arrays.items()})
    np.testing.assert_array_equal(again.score(values), made.score(values))


def test_it_learns_what_tells_and_stops_when_more_trees_no_longer_help() -> None:
    made = forest.grow(*drawn(1, 4_000), drawn(2, 2_000), seed=7)
    values, right = drawn(3, 2_000)
    score = made.score(values)
    assert score[right].mean() > score[~right].mean() + 0.4
    assert 0 < len(made.root) < forest.MOST_ROUNDS
    assert 2 not in set(made.feature.tolist())


def test_the_same_seed_grows_the_same() -> None:
    one, other = (forest.grow(*drawn(1, 2_000), drawn(2), seed=7) for _ in range(2))
    for name, array in one.arrays.items():
        np.testing.assert_array_equal(array, other.arrays[name])


def test_scores_are_probabilities_even_for_odd_features() -> None:
    made = forest.from_dump(booster(4, 10).dump_model())
    odd = np.array([[1e30] * 5, [-1e30] * 5, [0] * 5], np.float32)
    assert ((made.score(odd) > 0) & (made.score(odd) < 1)).all()
    assert made.score(np.empty((0, 5), np.float32)).shape == (0,)
