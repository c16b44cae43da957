"""What a process holds of the language models: those that can be asked, until something about them changes."""

from hanse.ai.language.models import TOPIC, Available
from hanse.base.holding import Held

available = Held(Available, (TOPIC,))
