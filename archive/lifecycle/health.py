"""Readiness: can this archive store and find something right now? Asked by load balancers, so it tells no secrets."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import structlog
from django.db import Error as DatabaseError

from archive.catalog import health
from archive.catalog.objects import new_key, object_store, store_errors
from archive.errors import StoreUnavailable

log = structlog.get_logger(__name__)
FRESH_S = 5.0
PROBE = b"atrium readiness probe"
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Readiness:
    """What works: each check by name, and all of them together."""

    database: bool
    migrations: bool
    objects: bool

    @property
    def ready(self) -> bool:
        return self.database and self.migrations and self.objects


_latest: tuple[float, Readiness] | None = None


def readiness() -> Readiness:
    """The state of at most five seconds ago, so that many probes cost as much as one."""
    global _latest
    with _lock:
        if _latest is None or time.monotonic() - _latest[0] > FRESH_S:
            _latest = (time.monotonic(), _probe())
        return _latest[1]


def _probe() -> Readiness:
    database = _works("database", health.index_answers)
    return Readiness(
        database=database,
        migrations=database and _works("migrations", _require_migrations),
        objects=_works("objects", _put_get_delete),
    )


def _works(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except (DatabaseError, StoreUnavailable) as error:
        log.error("not_ready", check=name, error=type(error.__cause__ or error).__name__)
        return False
    return True


def _require_migrations() -> None:
    if not health.migrated():
        raise StoreUnavailable("migrations are pending")


def _put_get_delete() -> None:
    """Writes, reads and removes a few bytes under a key that no instance can have."""
    key = new_key(".probe")
    store = object_store()
    with store_errors():
        store.put(key, io.BytesIO(PROBE), length=len(PROBE), sha256=sha256(PROBE).hexdigest())
        try:
            same = store.get_range(key, 0, len(PROBE)) == PROBE
        finally:
            store.delete(key)
    if not same:
        raise StoreUnavailable("the object store gave back other bytes")
