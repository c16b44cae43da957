"""What the intake of one process counts, for Prometheus. No name of an event and nothing of a person is a label."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SIZES = (1, 10, 50, 100, 250, 500, 1000, 2500, 5000)


class IntakeMetrics:
    """Counters of one process; `registry` gives them out."""

    def __init__(self, waiting_events: Callable[[], float], waiting_bytes: Callable[[], float]) -> None:
        """Start at nought; the two functions say how much waits."""
        self.registry = registry = CollectorRegistry()
        self.accepted = Counter("hanse_events_accepted", "Events that were new and are committed.", registry=registry)
        self.duplicates = Counter("hanse_events_duplicate", "Events whose message id was known already.", registry=registry)
        self.dead = Counter("hanse_events_dead_letter", "Events that became dead letters.", registry=registry)
        self.turned_away = Counter("hanse_events_turned_away", "Requests answered 429 because too many events waited.", registry=registry)
        self.given_up = Counter("hanse_events_given_up", "Requests answered 503 because the commit did not come in time.", registry=registry)
        self.interruptions = Counter("hanse_events_interruptions", "Commits tried again because the database was away.", registry=registry)
        self.commit = Histogram("hanse_events_commit_seconds", "How long a commit took.", buckets=SECONDS, registry=registry)
        self.lag = Histogram("hanse_events_lag_seconds", "From the arrival of a request to its commit.", buckets=SECONDS, registry=registry)
        self.size = Histogram("hanse_events_commit_size", "Events of one commit.", buckets=SIZES, registry=registry)
        Gauge("hanse_events_waiting", "Events that wait for their commit.", registry=registry).set_function(waiting_events)
        Gauge("hanse_events_waiting_bytes", "Bytes of requests that wait for their commit.", registry=registry).set_function(waiting_bytes)
