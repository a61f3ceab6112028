"""Jobs as rows: put due in the transaction that causes them, claimed by a lease of database time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from archive.catalog.sql import execute, moment, on_postgresql
from archive.models import Job

LEASE_S = 300
MOST_TRIES = 5


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that is ours until the lease ends."""

    id: int
    kind: str
    subject: str
    tries: int
    due_at: datetime


def enqueue(kind: str, subjects: Sequence[str], *, due_at: datetime, priority: int = 0) -> None:
    """Makes a job due; one that is open for the same subject moves to the later time, and runs again if it runs now."""
    for subject in subjects:
        execute(
            "INSERT INTO job (kind, subject, state, due_at, lease_until, tries, priority, reason, created_at)"
            " VALUES (%s, %s, 'due', %s, NULL, 0, %s, '', %s) ON CONFLICT (kind, subject) DO UPDATE"
            " SET state = 'due', due_at = excluded.due_at, tries = 0, reason = '', lease_until = NULL",
            [kind, subject, moment(due_at), priority, moment(timezone.now())],
        )


def claim(kinds: Sequence[str] = ()) -> Claim | None:
    """The most urgent job that is due and that nobody holds; lost leases count as due."""
    now = database_now()
    with transaction.atomic():
        due = Job.objects.filter(due_at__lte=now).exclude(state="dead")
        due = due.filter(state="due") | due.filter(state="leased", lease_until__lt=now)
        if kinds:
            due = due.filter(kind__in=kinds)
        if on_postgresql():
            due = due.select_for_update(skip_locked=True)
        job = due.order_by("-priority", "due_at", "id").first()
        if job is None:
            return None
        job.state, job.lease_until, job.tries = "leased", now + timedelta(seconds=LEASE_S), job.tries + 1
        job.save(update_fields=["state", "lease_until", "tries"])
    return Claim(job.pk, job.kind, job.subject, job.tries, job.due_at)


def finish(claim: Claim) -> None:
    """Done: the row goes, unless the job was made due again meanwhile."""
    Job.objects.filter(pk=claim.id, state="leased", due_at=claim.due_at).delete()


def fail(claim: Claim, reason: str) -> None:
    """Not done: due again later, or dead after MOST_TRIES with the reason kept."""
    held = Job.objects.filter(pk=claim.id, state="leased", due_at=claim.due_at)
    if claim.tries >= MOST_TRIES:
        held.update(state="dead", lease_until=None, reason=reason[:255])
    else:
        later = database_now() + timedelta(seconds=2**claim.tries)
        held.update(state="due", lease_until=None, due_at=later, reason=reason[:255])


def database_now() -> datetime:
    """The database's clock: workers on several machines agree on it."""
    if not on_postgresql():
        return timezone.now()  # one machine, one clock
    now: datetime = execute("SELECT clock_timestamp()")[0][0]
    return now


def enqueue_missing(kind: str, subject: str, *, due_at: datetime) -> None:
    """Makes a periodic job exist; one that exists keeps its time."""
    Job.objects.get_or_create(kind=kind, subject=subject, defaults={"due_at": due_at, "created_at": timezone.now()})
