"""Jobs as rows: one open job per subject, held by a lease, tried a bounded number of times."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

PAST = timedelta(seconds=-1)


def enqueue(subject: str = "1", *, due: timedelta = PAST) -> None:
    from archive.catalog import jobs

    jobs.enqueue("settle", [subject], due_at=timezone.now() + due)


def test_a_due_job_is_claimed_once_and_gone_when_finished(index: None) -> None:
    from archive.catalog import jobs

    enqueue()
    claim = jobs.claim()
    assert claim is not None
    assert (claim.kind, claim.subject, claim.tries) == ("settle", "1", 1)
    assert jobs.claim() is None
    jobs.finish(claim)
    assert jobs.Job.objects.count() == 0


def test_a_job_of_the_future_waits(index: None) -> None:
    from archive.catalog import jobs

    enqueue(due=timedelta(seconds=60))
    assert jobs.claim() is None


def test_what_becomes_due_again_while_it_runs_is_not_lost(index: None) -> None:
    from archive.catalog import jobs

    enqueue()
    claim = jobs.claim()
    assert claim is not None
    enqueue()
    jobs.finish(claim)
    assert jobs.claim() is not None


def test_a_lost_lease_is_claimed_again(index: None) -> None:
    from archive.catalog import jobs

    enqueue()
    assert jobs.claim() is not None
    jobs.Job.objects.update(lease_until=timezone.now() + PAST)
    again = jobs.claim()
    assert again is not None
    assert again.tries == 2


def test_a_job_that_keeps_failing_dies_with_its_reason(index: None) -> None:
    from archive.catalog import jobs

    enqueue()
    for _ in range(jobs.MOST_TRIES):
        jobs.Job.objects.update(due_at=timezone.now() + PAST)
        claim = jobs.claim()
        assert claim is not None
        jobs.fail(claim, "StoreUnavailable")
    assert jobs.claim() is None
    assert list(jobs.Job.objects.values_list("state", "reason")) == [("dead", "StoreUnavailable")]


@pytest.mark.parametrize("kind", ["other", "settle"])
def test_a_worker_takes_only_its_kinds(index: None, kind: str) -> None:
    from archive.catalog import jobs

    enqueue()
    assert (jobs.claim([kind]) is not None) == (kind == "settle")
