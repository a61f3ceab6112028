"""What a crash leaves is cleared after a day; what a row names, or what is young, never."""

from __future__ import annotations

import hashlib
import io
import os
import time
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

LATER = timedelta(hours=25)


def put(content: bytes) -> str:
    from archive.catalog.objects import new_key, object_store

    key = new_key(".dcm")
    object_store().put(key, io.BytesIO(content), length=len(content), sha256=hashlib.sha256(content).hexdigest())
    return key


def keys() -> set[str]:
    from archive.catalog.objects import object_store

    return {info.key for info in object_store().list("objects/")}


def test_only_old_objects_without_a_row_are_deleted(index: None) -> None:
    from archive.lifecycle.sweep import sweep_objects
    from archive.models import StoredObject

    named, orphan = put(b"named"), put(b"orphan")
    StoredObject.objects.create(key=named, length=5, created_at=timezone.now())
    sweep_objects()
    assert {named, orphan} <= keys(), "younger than a day: a request may still be at work"
    assert sweep_objects(now=timezone.now() + LATER) >= 1
    assert named in keys()
    assert orphan not in keys()


def test_only_stale_spool_files_are_deleted(django: None) -> None:
    from django.conf import settings

    from archive.lifecycle.sweep import sweep_spool

    folder = Path(settings.ATRIUM_SPOOL_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    young, stale = folder / "young.part", folder / "stale.part"
    for path in (young, stale):
        path.write_bytes(b"x")
    yesterday = time.time() - LATER.total_seconds()
    os.utime(stale, (yesterday, yesterday))
    assert sweep_spool() == 1
    assert young.exists()
    young.unlink()


def test_the_worker_settles_a_series_once_for_each_time_it_grew(index: None) -> None:
    from archive.access.policy import system_actor
    from archive.catalog import jobs
    from archive.ingest.store import Part, store_instances, whole
    from archive.lifecycle.worker import run_due
    from archive.models import ChangeEvent, Series
    from tests import factories

    def store(number: int) -> None:
        part10 = factories.part10_bytes(factories.ct_slice(number, study=901))
        report = store_instances(actor=system_actor("test"), parts=[Part(whole(part10))])
        assert not report.failed
        jobs.Job.objects.update(due_at=timezone.now())

    uid = factories.uid(901, 1)
    store(0)
    run_due()
    run_due()
    store(1)
    assert Series.objects.get(series_instance_uid=uid).settled_at is None
    run_due()
    kinds = list(ChangeEvent.objects.filter(series_instance_uid=uid).order_by("seq").values_list("kind", flat=True))
    assert kinds == ["stored", "settled", "stored", "settled"]
