"""Figures for Prometheus: counted in each process that answers, told by the worker on a port of this machine alone.

The library decides at its import whether its figures are shared between processes: it is imported when they are asked for.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from functools import cache
from typing import Any

from grantportal import db, logs
from grantportal.domain import clock
from grantportal.queries import health
from grantportal.settings import Settings

SHARED = "PROMETHEUS_MULTIPROC_DIR"
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
QUERIES = (0, 1, 2, 5, 10, 20, 50, 100)

log = logging.getLogger("grantportal.worker")


def prepare(settings: Settings, *, anew: bool = False) -> None:
    """Let this process and those that it starts share their figures, in a folder; `anew` forgets those of earlier ones."""
    if not settings.metrics_port:
        return
    folder = os.environ.setdefault(SHARED, str(settings.instance / "metrics"))
    if anew:
        shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder, mode=0o700, exist_ok=True)


class Figures:
    """What is counted. A label is one of few words that are known beforehand: never an address, a name or what was typed."""

    def __init__(self) -> None:
        from prometheus_client import Counter, Histogram

        self._requests = Counter("portal_requests", "Requests.", ["rule", "method", "status"])
        self._seconds = Histogram("portal_request_seconds", "What a request took.", ["rule"])
        self._queries = Histogram("portal_request_queries", "What a request asked.", ["rule"], buckets=QUERIES)
        self._security = Counter("portal_security_events", "Lines of the security log.", ["event"])

    def note_request(self, rule: str | None, method: str, status: int, seconds: float, queries: int) -> None:
        """A request has been answered. `rule` is None where no page has the address."""
        known = rule or "none"
        self._requests.labels(known, method if method in METHODS else "other", str(status)).inc()
        self._seconds.labels(known).observe(seconds)
        self._queries.labels(known).observe(queries)

    def note_security(self, event: str) -> None:
        """A line of the security log, such as `sign_in_failed`."""
        self._security.labels(event).inc()


@cache
def figures() -> Figures:
    """This process' own."""
    made = Figures()
    logs.told_of_security.append(made.note_security)
    return made


class Standing:
    """What the database says when it is asked: the outbox by lane, and the worker."""

    def collect(self) -> Iterator[Any]:
        """The library asks."""
        from prometheus_client.core import GaugeMetricFamily

        up = GaugeMetricFamily("portal_database_up", "Whether the database answers.")
        due = GaugeMetricFamily("portal_outbox_due", "Work that is to be done now.", labels=["lane"])
        age = GaugeMetricFamily(
            "portal_outbox_oldest_seconds", "How long the oldest of it has waited.", labels=["lane"]
        )
        beat = GaugeMetricFamily("portal_worker_beat_seconds", "How long ago a worker noted it.", labels=["lane"])
        now = clock.real_now()
        try:
            with db.aside() as session:
                lanes = health.of_lanes(session, now)
        except Exception as error:
            log.warning("no figures: %s", type(error).__name__)
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        for lane, (count, oldest, noted) in lanes.items():
            due.add_metric([lane], count)
            age.add_metric([lane], (now - oldest).total_seconds() if oldest else 0)
            if noted:
                beat.add_metric([lane], (now - noted).total_seconds())
        yield from (up, due, age, beat)


def tell(settings: Settings) -> None:
    """Tell the figures of all processes of this machine on the port, to this machine only. Of several workers one does."""
    if not settings.metrics_port:
        return
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(Standing())
    try:
        start_http_server(settings.metrics_port, addr="127.0.0.1", registry=registry)
    except OSError as error:
        log.warning("figures are not told: %s", logs.first_line(error))


def forget_process(pid: int) -> None:
    """A process has died: what it told of the moment is no more so."""
    if SHARED in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(pid)  # type: ignore[no-untyped-call]
