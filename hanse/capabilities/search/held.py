"""What a process holds of the search: the words of the shop, and what people typed lately."""

from hanse.base.holding import Held
from hanse.capabilities.search import lexicon
from hanse.capabilities.search.lexicon import Words
from hanse.capabilities.search.meaning import Meaning
from hanse.capabilities.search.recent import Recent, RecentSuggestions

words = Held(Words, (lexicon.TOPIC,))
recent = Held(Recent, (lexicon.TOPIC,))
suggestions = Held(RecentSuggestions, (lexicon.TOPIC,))
meaning = Held(Meaning, ())
