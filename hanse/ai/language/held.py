"""What a process holds of the language models: those that can be asked, and what they may not claim, until something about them changes."""

from hanse.ai.language.checks import banned
from hanse.ai.language.checks.banned import Banned
from hanse.ai.language.models import TOPIC, Available
from hanse.base.holding import Held

available = Held(Available, (TOPIC,))
claims = Held(Banned, (banned.TOPIC,))
