"""Who did what to which Study (PS3.15 §A.5).

Changes and denials are written at once, changes inside the transaction that makes them. Reads are queued and
group-committed within a second, one row per actor, Study, action and minute with a count: a crash may lose that
last second of read rows, and nothing else.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Protocol

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils import timezone

from archive.catalog.sql import insert_many, moment
from archive.models import AuditEvent

log = structlog.get_logger(__name__)
FLUSH_S = 1.0
NO_STUDY = ("",)
COLUMNS = ("at", "actor_kind", "actor", "action", "outcome", "study_instance_uid", "count", "address", "detail")


class Who(NamedTuple):
    """The actor as an audit row names it."""

    kind: str
    name: str
    address: str


class Named(Protocol):
    """Anything that acts: an `archive.access.policy.Actor`."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...


class _Read(NamedTuple):
    who: Who
    action: str
    study_instance_uid: str
    minute: datetime


def who(actor: Named) -> Who:
    """`actor` as audit rows name it."""
    return Who(actor.kind, actor.name, actor.address)


def record_change(actor: Who, action: str, counts: dict[str, int], detail: str = "") -> None:
    """One row per Study changed; call it inside the transaction that makes the change."""
    now = moment(timezone.now())
    rows = [
        (now, actor.kind, actor.name[:150], str(action), "success", study, count, actor.address[:64], detail[:255])
        for study, count in counts.items()
    ]
    insert_many("audit_event", COLUMNS, rows)


def record_denial(actor: Who, action: str, study_instance_uid: str = "") -> None:
    """A refusal, written before the caller hears of it."""
    _row(timezone.now(), actor, action, "denied", study_instance_uid, 1, "").save()


def record_event(actor: Who, action: str, outcome: str = "success", detail: str = "") -> None:
    """Something that concerns no Study: a sign-in, a token made."""
    _row(timezone.now(), actor, action, outcome, "", 1, detail).save()


def record_read(actor: Named, action: str, study_instance_uids: Iterable[str] = NO_STUDY) -> None:
    """Queues one read of each Study (of the list as a whole when none is named)."""
    minute = timezone.now().replace(second=0, microsecond=0)
    _queue.add(_Read(who(actor), action, study, minute) for study in (tuple(study_instance_uids) or NO_STUDY))


def flush() -> None:
    """Writes what is queued; for tests, and for the end of a process."""
    _queue.flush()


def _row(at: datetime, actor: Who, action: str, outcome: str, study: str, count: int, detail: str) -> AuditEvent:
    return AuditEvent(
        at=at,
        actor_kind=actor.kind,
        actor=actor.name[:150],
        action=str(action),
        outcome=outcome,
        study_instance_uid=study,
        count=count,
        address=actor.address[:64],
        detail=detail[:255],
    )


class _ReadQueue:
    """Reads waiting for their row; a thread of its own writes them once a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting = threading.Event()
        self._counts: dict[_Read, int] = {}
        self._open: dict[_Read, int] = {}
        self._thread: threading.Thread | None = None

    def add(self, reads: Iterable[_Read]) -> None:
        with self._lock:
            for read in reads:
                self._counts[read] = self._counts.get(read, 0) + 1
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
                self._thread.start()
            self._waiting.set()

    def flush(self) -> None:
        with self._lock:
            counts, self._counts = self._counts, {}
        if not counts:
            return
        try:
            self._write(counts)
        except DatabaseError as error:
            log.error("audit_reads_delayed", rows=len(counts), error=type(error).__name__)
            with self._lock:
                for read, count in counts.items():
                    self._counts[read] = self._counts.get(read, 0) + count
            self._waiting.set()

    def _write(self, counts: dict[_Read, int]) -> None:
        this_minute = timezone.now().replace(second=0, microsecond=0)
        fresh: dict[_Read, AuditEvent] = {}
        with transaction.atomic():
            for read, count in counts.items():
                if read in self._open:
                    AuditEvent.objects.filter(pk=self._open[read]).update(count=F("count") + count)
                else:
                    row = _row(read.minute, read.who, read.action, "success", read.study_instance_uid, count, "")
                    fresh[read] = row
            rows = AuditEvent.objects.bulk_create(fresh.values())
        kept = {read: pk for read, pk in self._open.items() if read.minute == this_minute}
        self._open = kept | {read: row.pk for read, row in zip(fresh, rows, strict=True) if read.minute == this_minute}

    def _run(self) -> None:
        try:
            while True:
                self._waiting.wait()
                time.sleep(FLUSH_S)  # gather what this second brings
                self._waiting.clear()
                self.flush()
        finally:
            connection.close()


_queue = _ReadQueue()
atexit.register(flush)
