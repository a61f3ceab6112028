"""The worker: claims due jobs by lease and runs them, on any number of machines. The embedded default runs one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from archive.catalog import jobs
from archive.catalog.statistics import refresh_statistics
from archive.errors import ArchiveError
from archive.lifecycle.settle import settle_series
from archive.lifecycle.sweep import sweep_objects, sweep_spool

log = structlog.get_logger(__name__)
IDLE_S = 1.0
SWEEP_EVERY = timedelta(hours=6)
STATISTICS_EVERY = timedelta(minutes=5)


def _sweep(_subject: str) -> None:
    sweep_objects()
    sweep_spool()
    jobs.enqueue("sweep", ["objects"], due_at=timezone.now() + SWEEP_EVERY)


def _statistics(_subject: str) -> None:
    refresh_statistics()
    jobs.enqueue("statistics", ["index"], due_at=timezone.now() + STATISTICS_EVERY)


HANDLERS: dict[str, Callable[[str], None]] = {"settle": settle_series, "sweep": _sweep, "statistics": _statistics}


def run_due() -> int:
    """Runs what is due now, one job after the other; gives their number."""
    done = 0
    while (claim := jobs.claim(tuple(HANDLERS))) is not None:
        try:
            HANDLERS[claim.kind](claim.subject)
        except (ArchiveError, OSError) as error:
            log.warning("job_failed", kind=claim.kind, subject=claim.subject, error=type(error).__name__)
            jobs.fail(claim, f"{type(error).__name__}: {error}")
        else:
            jobs.finish(claim)
        done += 1
    return done


def run(stop: threading.Event) -> None:
    """Works until `stop` is set; a database that is away is waited for."""
    jobs.enqueue_missing("sweep", "objects", due_at=timezone.now() + timedelta(minutes=10))
    jobs.enqueue_missing("statistics", "index", due_at=timezone.now())
    while not stop.is_set():
        try:
            busy = run_due()
        except DatabaseError as error:
            log.error("worker_waits_for_database", error=type(error).__name__)
            connection.close()
            busy = 0
        if not busy:
            stop.wait(IDLE_S)
