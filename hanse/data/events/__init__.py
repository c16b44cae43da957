"""The log: what happened, append-only, each message exactly once. The import of orders and every intake end here."""

from hanse.data.events.schemas import Event, EventType
from hanse.data.events.store import Appended, append, has_source, is_empty

__all__ = ["Appended", "Event", "EventType", "append", "has_source", "is_empty"]
