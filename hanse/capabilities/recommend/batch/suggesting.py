"""What the blends propose to many people, worked out at once on all processors; the answers themselves are those of one person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hanse.base.context import Context
from hanse.capabilities.recommend import because, candidates, reasons
from hanse.capabilities.recommend.blend import LONGEST
from hanse.capabilities.recommend.blends import Past, Recommender, Suggestion
from hanse.capabilities.recommend.candidates import Asked, Why
from hanse.capabilities.recommend.histories import Histories, Items
from hanse.capabilities.recommend.methods import kernels
from hanse.capabilities.recommend.rules.engine import Candidate

NOTHING = np.empty(0, np.int32)
TEMPLATES: Mapping[str, Callable[[Suggestion], str]] = {candidates.VIEWED: reasons.viewed, candidates.NEXT: reasons.ordered}
"""The blends that `recommend.for_you` takes turns with, and how each says why."""


@dataclass(frozen=True)
class Proposed:
    """What a blend proposes to many people, one row each, the best first; -1 fills what is left."""

    recommender: Recommender
    template: Callable[[Suggestion], str]
    histories: Histories
    item: Items
    score: NDArray[np.float64]
    link: Items
    """The item of the history that speaks most for it; -1 where none does."""

    @cached_property
    def _templates(self) -> tuple[str, ...]:
        """Return why something is shown, by how often the history has it (never, once, more often) and whether something speaks for it."""
        return tuple(self.template(Suggestion("", 0.0, link, times)) for times in range(3) for link in (None, "any"))

    def candidates(self, row: int) -> Iterator[Candidate]:
        """Go through what is proposed to one of them, made as it is asked for."""
        names, templates, times = self.recommender.product_ids, self._templates, Counter(self.histories[row].item.tolist())
        for item, score, link in zip(self.item[row].tolist(), self.score[row].tolist(), self.link[row].tolist(), strict=True):
            if item < 0:
                return
            often, template = times[item], templates[2 * min(times[item], 2) + (link >= 0)]
            yield Candidate(names[item], score, Why(template, names[link] if link >= 0 else None, often))


class Row(NamedTuple):
    """What is proposed to one person by a blend."""

    proposed: Proposed
    row: int


def propose(recommender: Recommender, template: Callable[[Suggestion], str], pasts: Sequence[Sequence[Past]], limit: int) -> Proposed:
    """Have a blend propose for many pasts at once; not for the event loop."""
    histories = _histories(recommender, pasts)
    item, link = np.full((len(pasts), limit), -1, np.int32), np.full((len(pasts), limit), -1, np.int32)
    score = np.zeros((len(pasts), limit))

    def fill(places: range) -> None:
        for place in places:
            history = histories[place]
            found = recommender.blend.rank(history, limit, NOTHING)
            item[place, : len(found.item)], score[place, : len(found.item)] = found.item, found.score
            link[place, : len(found.item)] = because.strongest(recommender.blend, history, found.item)

    kernels.spread(fill, len(pasts))
    return Proposed(recommender, template, histories, item, score, link)


def _histories(recommender: Recommender, pasts: Sequence[Sequence[Past]]) -> Histories:
    """Return pasts end to end in flat arrays, without what the model does not know."""
    place = recommender.places
    known = [[(place[each.product_id], each.group, each.days) for each in past[-LONGEST:] if each.product_id in place] for past in pasts]
    start = np.cumsum([0, *map(len, known)]).astype(np.int64)
    item, group, days = zip(*(each for past in known for each in past), strict=True) if start[-1] else ((), (), ())
    return Histories(start, np.array(item, np.int32), np.array(group, np.int32), np.array(days, np.float64), len(recommender.product_ids))


@dataclass
class Impersonal:
    """The first candidates that are the same for everybody, asked for once; `context` is nobody's."""

    context: Context
    reach: int
    _found: dict[str, Sequence[Candidate]] = field(default_factory=dict)

    async def candidates(self, name: str) -> Sequence[Candidate]:
        """Return what is popular, or new."""
        if name not in self._found:
            self._found[name] = await Asked(self.context, "").candidates(name, self.reach)
        return self._found[name]


@dataclass(kw_only=True)
class Prepared(Asked):
    """Somebody for whom the blends have proposed already, as many as are asked for first; all else is asked for one by one."""

    impersonal: Impersonal
    proposed: Mapping[str, Row]
    kept: dict[str, Sequence[Candidate]]

    async def candidates(self, name: str, limit: int) -> Sequence[Candidate]:
        """Return the best products of a name, the best first; the same as anybody else is answered with."""
        if limit == self.impersonal.reach:
            if name in {candidates.POPULAR, candidates.NEWEST} and not self.category:
                return await self.impersonal.candidates(name)
            if name == candidates.FOR_YOU and name not in self.kept:
                popular = await self.impersonal.candidates(candidates.POPULAR)
                self.kept[name] = candidates.in_turns([self._of(each) for each in TEMPLATES], lambda: popular, limit)
            if name == candidates.FOR_YOU:
                return self.kept[name]
            if name in TEMPLATES:
                return list(self._of(name))
        return await super().candidates(name, limit)

    def _of(self, name: str) -> Iterator[Candidate]:
        row = self.proposed.get(name)
        return row.proposed.candidates(row.row) if row else iter(())
