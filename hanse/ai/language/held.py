"""What a process holds of the language models: those that can be asked, the connections to them, and what they may not claim."""

from hanse.ai.language.checks import banned
from hanse.ai.language.checks.banned import Banned
from hanse.ai.language.connections import Connections
from hanse.ai.language.endings import Endings
from hanse.ai.language.models import TOPIC, Available
from hanse.base.holding import Held

available = Held(Available, (TOPIC,))
connections = Held(Connections, ())
endings = Held(Endings, ())
claims = Held(Banned, (banned.TOPIC,))
