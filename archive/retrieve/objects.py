"""The bytes of instances, out of the store: ranged, coalesced, checked.

Whole instances are compared with their SHA-256 before (small ones) or while (large ones) they go out; a mismatch is
StoreUnavailable and breaks the answer off, so wrong bytes never look right. At most `WINDOW` bytes are held.
"""

from __future__ import annotations

import hashlib
import mmap
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog
from django.conf import settings

from archive.catalog.objects import object_store, store_errors
from archive.catalog.reader import InstanceLocation
from archive.errors import StoreUnavailable

log = structlog.get_logger(__name__)

WINDOW = 4 << 20
CHUNK = 1 << 20
GAP = 64 << 10
"""Two ranges closer than this are read as one: on S3 a request costs more than so many bytes."""


def span(location: InstanceLocation, offset: int, length: int) -> bytes:
    """`length` bytes of the instance from `offset`; unchecked, as one cannot hash a part.

    Raises:
        StoreUnavailable: they can't be had now.
    """
    with _reading(location):
        return object_store().get_range(location.object_key, location.offset + offset, length)


def stream(location: InstanceLocation, offset: int, length: int) -> Iterator[bytes]:
    """`length` bytes of the instance from `offset` in chunks of at most 1 MiB; unchecked.

    Raises:
        StoreUnavailable: they can't be had now; may come in the middle.
    """
    with _reading(location):
        yield from object_store().open(location.object_key, offset=location.offset + offset, length=length)


def whole(location: InstanceLocation) -> Iterator[bytes]:
    """The instance, checked: before the first chunk when it is small, else before the last.

    Raises:
        StoreUnavailable: it can't be had, or is not what was stored.
    """
    if location.length <= WINDOW:
        yield _checked(location, span(location, 0, location.length))
        return
    digest, held = hashlib.sha256(), b""
    for chunk in stream(location, 0, location.length):
        digest.update(chunk)
        if held:
            yield held
        held = chunk
    _compare(location, digest.hexdigest())
    yield held


def neighbours(locations: Sequence[InstanceLocation]) -> Iterator[tuple[InstanceLocation, bytes | None]]:
    """Each instance with its checked bytes, those side by side in a pack from one read; None for a large one.

    `locations` are in the order of their bytes, as the catalog gives them.

    Raises:
        StoreUnavailable: an object can't be had, or an instance is not what was stored.
    """
    for batch in _batches(locations):
        first, last = batch[0], batch[-1]
        if first.length > WINDOW:
            yield first, None
            continue
        block = memoryview(span(first, 0, last.offset + last.length - first.offset))
        for location in batch:
            start = location.offset - first.offset
            yield location, _checked(location, bytes(block[start : start + location.length]))


@contextmanager
def mapped(location: InstanceLocation, *, checked: bool = True) -> Iterator[memoryview]:
    """The instance as one buffer: mapped from the store's own file, else from a temporary copy.

    Unless `checked`, a mapped file is not read before it is used; then what is not touched costs nothing.

    Raises:
        StoreUnavailable: it can't be had, or is not what was stored.
    """
    if location.length <= WINDOW:
        yield memoryview(b"".join(whole(location)))
        return
    with _reading(location):
        path = object_store().local_path(location.object_key)
    if path is not None:
        start = location.offset - location.offset % mmap.ALLOCATIONGRANULARITY
        with path.open("rb") as file:
            mapping = _map(file.fileno(), location.offset + location.length - start, start)
        instance = memoryview(mapping)[location.offset - start :]
        if checked:
            _compare(location, hashlib.sha256(instance).hexdigest())
        yield instance
        return
    settings.ATRIUM_SPOOL_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.ATRIUM_SPOOL_DIR) as copy:
        for chunk in whole(location):
            copy.write(chunk)
        copy.flush()
        yield memoryview(_map(copy.fileno(), location.length, 0))


def _map(number: int, size: int, start: int) -> mmap.mmap:
    """Unmapped when the last view of it is gone: an error on its way up may still hold one."""
    return mmap.mmap(number, size, access=mmap.ACCESS_READ, offset=start)


def _batches(locations: Sequence[InstanceLocation]) -> Iterator[list[InstanceLocation]]:
    """Runs of instances to be read at once: of one object, near each other, within the window."""
    batch: list[InstanceLocation] = []
    for location in locations:
        if batch:
            first, last = batch[0], batch[-1]
            end = last.offset + last.length
            together = (
                location.object_key == first.object_key
                and end <= location.offset <= end + GAP
                and location.offset + location.length - first.offset <= WINDOW
            )
            if not together:
                yield batch
                batch = []
        batch.append(location)
    if batch:
        yield batch


def _checked(location: InstanceLocation, data: bytes) -> bytes:
    _compare(location, hashlib.sha256(data).hexdigest())
    return data


def _compare(location: InstanceLocation, sha256: str) -> None:
    if sha256 != location.sha256:
        log.error("instance_damaged", sop_instance_uid=location.sop_instance_uid, object_key=location.object_key)
        raise StoreUnavailable("the stored bytes are damaged; they are not handed out")


@contextmanager
def _reading(location: InstanceLocation) -> Iterator[None]:
    try:
        with store_errors():
            yield
    except StoreUnavailable:
        log.error("object_unreadable", sop_instance_uid=location.sop_instance_uid, object_key=location.object_key)
        raise
