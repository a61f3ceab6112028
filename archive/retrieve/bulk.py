"""Bulk data of one instance by the path that its metadata names (PS3.18 §10.4.1.1.5).

A value is found by walking the header of its instance, which a mapped file makes cheap. Ranges of it are not checked
against the instance's SHA-256: that would mean reading gigabytes for a kilobyte.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from archive.access.policy import Actor
from archive.catalog import reader
from archive.catalog.reader import InstanceLocation
from archive.dicom.bulk import find_bulk_data
from archive.dicom.transfer_syntax import OCTET_STREAM
from archive.errors import NotAcceptable
from archive.retrieve import objects
from archive.retrieve.accepted import Accepted, Form
from archive.retrieve.access import permit_retrieve, record_retrieve
from archive.retrieve.extent import Extent, HeldExtent, StoredExtent
from archive.retrieve.resource import ResourcePath


@dataclass(frozen=True, slots=True)
class RetrievedBulkData:
    """One value."""

    path: str
    form: Form
    extent: Extent
    fingerprint: str
    """Equal for equal answers."""


def retrieve_bulk_data(
    *, actor: Actor | None, path: ResourcePath, element: str, accepted: Accepted
) -> RetrievedBulkData:
    """The value at `element`, e.g. `7FE00010` or `54000100/0/54001010`.

    Raises:
        NotFound: no such instance or attribute.
        NotAcceptable: the caller takes no octet stream.
        StoreUnavailable: the store fails.
    """
    scope = permit_retrieve(actor)
    location = reader.instance(scope, path)
    form = accepted.bulk_form(OCTET_STREAM)
    if form is None:
        raise NotAcceptable(f"bulk data comes as {OCTET_STREAM}")
    extent = bulk_extent(location, element)
    record_retrieve(actor, path)
    return RetrievedBulkData(
        f"{location.path}/bulkdata/{element}", form, extent, f"{location.sha256} {element} {form.media_type}"
    )


def bulk_extent(location: InstanceLocation, element: str) -> Extent:
    """The bytes of one value, little endian.

    Raises:
        InvalidRequest: not such a path.
        NotFound: the instance has no value there.
        StoreUnavailable: the store fails.
    """
    place = _place(location, element)
    if place is not None:
        return StoredExtent(location, [place])
    with objects.mapped(location) as buffer:
        return HeldExtent(find_bulk_data(buffer, element).value or b"")


def bulk_bytes(location: InstanceLocation, element: str) -> bytes:
    """One value whole: lookup tables and the like.

    Raises: as `bulk_extent`.
    """
    extent = bulk_extent(location, element)
    return b"".join(extent.read(0, extent.length))


@lru_cache(maxsize=1024)
def _place(location: InstanceLocation, element: str) -> tuple[int, int] | None:
    """(offset, length) of a value; None when it can't be served as it lies there (deflated, big endian words)."""
    with objects.mapped(location, checked=False) as buffer:
        found = find_bulk_data(buffer, element)
    return None if found.value is not None else (found.offset, found.length)
