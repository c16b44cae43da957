"""Systems that send nothing by themselves: what they know is read by polls alone."""

from __future__ import annotations

from hanse.sources.source.protocol import Envelope, Incoming
from hanse.sources.source.shop import Shop


class PolledAlone:
    """The part of `Source` that is about webhooks, for a system that has none."""

    def is_ping(self, incoming: Incoming) -> bool:
        """Return false."""
        del incoming
        return False

    def is_authentic(self, incoming: Incoming, shop: Shop) -> bool:
        """Return false: nothing that says it is from this system is."""
        del incoming, shop
        return False

    def envelope(self, incoming: Incoming) -> Envelope:
        """Return nothing of use."""
        del incoming
        return Envelope(topic="unknown", event_id="")
