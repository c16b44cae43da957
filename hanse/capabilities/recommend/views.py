"""What is made of the models of this capability before they are asked."""

from hanse.ai.models import View
from hanse.capabilities.recommend import blends, trained

BLENDS = View(frozenset({blends.VIEWED, blends.BOUGHT, blends.NEXT, blends.SIMILAR}), blends.recommender)
RANKINGS = View(frozenset({trained.POPULAR, trained.ALSO_BOUGHT, trained.AFTER_SEARCH}), trained.rankings)
