"""Clears what a crash leaves: objects that no row names, and spool files that no request writes any more."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.utils import timezone

from archive.catalog.orphans import delete_orphans, orphans

log = structlog.get_logger(__name__)
GRACE = timedelta(hours=24)


def sweep_objects(*, now: datetime | None = None, grace: timedelta = GRACE) -> int:
    """Deletes objects older than `grace` that no row names; gives their number.

    The grace is far longer than any request may take: an object is put before its row, so a young one is no orphan.

    Raises:
        StoreUnavailable: the store can't be listed or written now.
    """
    found = orphans(older_than=(now or timezone.now()) - grace)
    if found:
        delete_orphans(found)
        log.info("orphans_deleted", objects=len(found))
    return len(found)


def sweep_spool(*, grace: timedelta = GRACE) -> int:
    """Deletes spool files that nobody has written to for `grace`; gives their number."""
    folder: Path = settings.ATRIUM_SPOOL_DIR
    before = time.time() - grace.total_seconds()
    stale = [path for path in folder.glob("*") if path.is_file() and path.stat().st_mtime < before]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)
