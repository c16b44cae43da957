"""RP3beta: random walks of three steps between histories and items, popular ends held back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.methods.method import Ladder, Method
from hanse.capabilities.recommend.methods.neighbours import KEPT, Neighbours, incidence, inverse_power, scaled


@dataclass(frozen=True)
class RP3Beta(Method):
    """The probability to walk from an item over a history to another, each step raised to `alpha`, divided by popularity to `beta`.

    Paudel, Christoffel, Newell & Bernstein 2017, Updatable, accurate, diverse, and scalable recommendations for interactive
    applications.

    >>> from hanse.capabilities.recommend.histories import Histories
    >>> fitted = RP3Beta().fit(Histories.from_rows([[0, 1], [0, 1], [2, 3], [0, 3]]))
    >>> fitted.neighbour[fitted.start[0] : fitted.start[1]].tolist()
    [1, 3]
    """

    alpha: float = 1.0
    beta: float = 0.5
    decay: float = 1.0
    name: ClassVar[str] = "rp3beta"
    grid: ClassVar[tuple[Ladder, ...]] = (
        ({"beta": 0.7}, {"beta": 0.9}),
        ({"beta": 0.3}, {"beta": 0.1}),
        ({"alpha": 0.8}, {"alpha": 0.6}),
        ({"alpha": 1.3}, {"alpha": 1.6}),
        ({"decay": 0.9}, {"decay": 0.7}),
    )

    def fit(self, log: Histories) -> Neighbours:
        """Walk from each item over all its histories."""
        seen = incidence(log)
        per_item = np.asarray(seen.sum(axis=0)).ravel()
        per_history = np.asarray(seen.sum(axis=1)).ravel()
        ones_items, ones_histories = np.ones(len(per_item)), np.ones(len(per_history))
        to_history = scaled(seen, ones_histories, inverse_power(per_item, self.alpha)).T.tocsr()
        to_item = scaled(seen, inverse_power(per_history, self.alpha), ones_items)
        walked = scaled((to_history @ to_item).tocsr(), ones_items, inverse_power(per_item, self.beta))
        walked.setdiag(0)
        walked.eliminate_zeros()
        return Neighbours.from_matrix(walked, kept=KEPT, decay=self.decay)
