"""The configured object store, opened once per process, with its errors in the archive's words."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from django.conf import settings
from django.utils import timezone

from archive import errors
from storage.base import ObjectStore
from storage.errors import StoreError
from storage.factory import open_store


@lru_cache(maxsize=1)
def object_store() -> ObjectStore:
    """The store named by STORAGE_URL."""
    return open_store(settings.ATRIUM_STORAGE_URL)


def new_key(suffix: str) -> str:
    """A fresh key: time-derived, so that a listing follows arrival, and random, so that it is never used twice."""
    return f"{timezone.now():objects/%Y/%m/%d/%H}/{secrets.token_hex(12)}{suffix}"


@contextmanager
def store_errors() -> Iterator[None]:
    """Turns any failure of the store into StoreUnavailable: the caller may try again, nothing was acknowledged."""
    try:
        yield
    except StoreError as error:
        raise errors.StoreUnavailable(f"object store: {type(error).__name__}") from error
