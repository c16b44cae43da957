"""What a process holds of the rules of the search: all of them, by the queries they are for."""

from hanse.base.holding import Held
from hanse.capabilities.search import lexicon
from hanse.capabilities.search.search_rules.rulebook import Rulebook
from hanse.capabilities.search.search_rules.store import TOPIC

rulebook = Held(Rulebook, (TOPIC, lexicon.TOPIC))
