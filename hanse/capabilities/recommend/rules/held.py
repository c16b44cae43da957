"""What a process holds of the rules: all of them, with the plans made of them."""

from hanse.base.holding import Held
from hanse.capabilities.recommend.rules.rulebook import Rulebook
from hanse.capabilities.recommend.rules.store import TOPIC

rulebook = Held(Rulebook, (TOPIC,))
