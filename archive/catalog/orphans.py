"""Objects in the store that no row names: what is left when a process dies between PUT and COMMIT."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from archive.catalog.objects import object_store, store_errors
from archive.models import StoredObject

BATCH = 500
PREFIX = "objects/"


def orphans(*, older_than: datetime) -> list[str]:
    """Keys of objects last written before `older_than` without a StoredObject row.

    Raises:
        StoreUnavailable: the store can't be listed now.
    """
    found: list[str] = []
    batch: list[str] = []
    with store_errors():
        for info in object_store().list(PREFIX):
            if info.modified < older_than:
                batch.append(info.key)
            if len(batch) >= BATCH:
                found += _unnamed(batch)
                batch = []
    return found + _unnamed(batch)


def delete_orphans(keys: Sequence[str]) -> None:
    """Deletes those of `keys` that still have no row."""
    for start in range(0, len(keys), BATCH):
        with store_errors():
            object_store().delete_many(_unnamed(list(keys[start : start + BATCH])))


def _unnamed(keys: list[str]) -> list[str]:
    named = set(StoredObject.objects.filter(key__in=keys).values_list("key", flat=True))
    return [key for key in keys if key not in named]
