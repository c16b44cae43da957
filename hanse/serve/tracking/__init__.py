"""The tracking API: what Segment's and RudderStack's clients send, unmodified, ends in the log. 200 means committed.

`routes` are the addresses, `running` has the log written while the application runs.
"""

from hanse.serve.tracking.routes import SENT_BY_BROWSERS, routes, running

__all__ = ["SENT_BY_BROWSERS", "routes", "running"]
