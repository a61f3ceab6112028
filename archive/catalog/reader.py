"""Instances by UID: where their bytes are, and what their headers say. Plain values out.

A Study Instance UID may stand on several Study rows (one per patient); every read here sees all of them. The whole
path of UIDs is always part of the question, so a wrong parent is simply not found, and neither is what the actor may
not know of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from archive.catalog.headers import expand
from archive.catalog.reader_sql import instance_row
from archive.catalog.scope import StudyScope
from archive.dicom.uids import is_uid
from archive.errors import NotFound
from archive.models import Instance, Series, Study

HEADERS_AT_ONCE = 256  # about 1 MiB, compressed


@dataclass(frozen=True, slots=True)
class ResourcePath:
    """A Study, a Series of it, or an Instance of that, as a DICOMweb path names them (PS3.18 §10.4.1)."""

    study_instance_uid: str
    series_instance_uid: str = ""
    sop_instance_uid: str = ""


@dataclass(frozen=True, slots=True)
class InstanceLocation:
    """An instance and where its bytes lie."""

    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    object_key: str
    offset: int
    """Bytes from the start of the object."""
    length: int
    """Bytes of the instance."""
    sha256: str
    dataset_offset: int
    """Where the data set begins, in bytes from the start of the instance."""
    preamble: str

    @property
    def path(self) -> str:
        """`/studies/…/series/…/instances/…`, relative to the DICOMweb service root."""
        return f"/studies/{self.study_instance_uid}/series/{self.series_instance_uid}/instances/{self.sop_instance_uid}"


@dataclass(frozen=True, slots=True)
class StoredImage:
    """One instance and where its frames lie."""

    location: InstanceLocation
    frames: bytes | None
    """`FrameTable.pack()`, or None when no frame can be found by its bytes."""


@dataclass(frozen=True, slots=True)
class State:
    """How a resource stands: equal fingerprints mean equal metadata."""

    fingerprint: str
    instance_count: int
    level: str
    """Which column of an instance `ids` are: `study_id`, `series_id` or `id`."""
    ids: tuple[int, ...]


_LOCATION = (
    "study__study_instance_uid",
    "series__series_instance_uid",
    "sop_instance_uid",
    "sop_class_uid",
    "transfer_syntax_uid",
    "stored_object__key",
    "object_offset",
    "length",
    "sha256",
    "dataset_offset",
    "preamble",
)


def instances(scope: StudyScope, path: ResourcePath) -> list[InstanceLocation]:
    """The instances below `path` in the order of their bytes: objects by age, within an object by offset.

    Raises:
        NotFound: there are none.
    """
    if path.sop_instance_uid:
        return [instance(scope, path)]
    rows = _instances(state(scope, path)).order_by("stored_object_id", "object_offset").values_list(*_LOCATION)
    found = [InstanceLocation(*row) for row in rows]
    if not found:
        raise _not_found(path)
    return found


def instance(scope: StudyScope, path: ResourcePath) -> InstanceLocation:
    """The one instance at `path`.

    Raises:
        NotFound: there is none.
    """
    return InstanceLocation(*_row(scope, path, _LOCATION))


def image(scope: StudyScope, path: ResourcePath) -> StoredImage:
    """The one instance at `path`, with its frame table.

    Raises:
        NotFound: there is none.
    """
    *location, frames = _row(scope, path, (*_LOCATION, "frames"))
    return StoredImage(InstanceLocation(*location), None if frames is None else bytes(frames))


def header(scope: StudyScope, path: ResourcePath) -> bytes:
    """The DICOM JSON template of the one instance at `path`.

    Raises:
        NotFound: there is none.
    """
    return expand(_row(scope, path, ("header",))[0])


def state(scope: StudyScope, path: ResourcePath) -> State:
    """How `path` stands now.

    Raises:
        NotFound: there is nothing.
    """
    if path.sop_instance_uid:
        pk, registration, sha256 = _row(scope, path, ("id", "registration", "sha256"))
        return State(f"{registration}/{sha256}", 1, "id", (pk,))
    if not _well_formed(path):
        raise _not_found(path)
    columns = ("id", "changed_at", "instance_count")
    if path.series_instance_uid:
        series = Series.objects.filter(
            study__study_instance_uid=path.study_instance_uid, series_instance_uid=path.series_instance_uid
        )
        rows = list(scope.restrict(series, "study__").order_by("id").values_list(*columns))
    else:
        studies = Study.objects.filter(study_instance_uid=path.study_instance_uid)
        rows = list(scope.restrict(studies).order_by("id").values_list(*columns))
    count = sum(row[2] for row in rows)
    if not count:
        raise _not_found(path)
    return State(
        fingerprint="|".join(f"{pk}/{changed_at.timestamp()}/{counted}" for pk, changed_at, counted in rows),
        instance_count=count,
        level="series_id" if path.series_instance_uid else "study_id",
        ids=tuple(row[0] for row in rows),
    )


def headers(found: State) -> Iterator[bytes]:
    """The DICOM JSON templates of what `state` found, series by series, in the order of their Instance Numbers.

    What is there at the first look is given, however slowly it is taken, and memory stays flat.
    """
    ordered = _instances(found).order_by("series_id", "sort_number", "id")
    if found.instance_count <= HEADERS_AT_ONCE:
        yield from map(expand, ordered.values_list("header", flat=True))
        return
    ids = list(ordered.values_list("id", flat=True))
    for start in range(0, len(ids), HEADERS_AT_ONCE):
        yield from _headers_of(ids[start : start + HEADERS_AT_ONCE])


def _headers_of(ids: Sequence[int]) -> Iterator[bytes]:
    found = dict(Instance.objects.filter(id__in=ids).values_list("id", "header"))
    for wanted in ids:
        if wanted in found:  # else deleted meanwhile
            yield expand(found.pop(wanted))


def _instances(found: State) -> QuerySet[Instance]:
    return Instance.objects.filter(**{f"{found.level}__in": found.ids})


def _row(scope: StudyScope, path: ResourcePath, columns: tuple[str, ...]) -> tuple[Any, ...]:
    row = None
    if _well_formed(path):
        uids = (path.study_instance_uid, path.series_instance_uid, path.sop_instance_uid)
        row = instance_row(scope, uids, columns)
    if row is None:
        raise _not_found(path)
    return row


def _well_formed(path: ResourcePath) -> bool:
    """Whether the path can name anything at all; a NUL in it would upset PostgreSQL."""
    uids = (path.study_instance_uid, path.series_instance_uid, path.sop_instance_uid)
    return all(is_uid(uid) for uid in uids if uid) and bool(path.study_instance_uid)


def _not_found(path: ResourcePath) -> NotFound:
    """The same words for what is absent and for what this actor may not know of."""
    kind = "instance" if path.sop_instance_uid else "series" if path.series_instance_uid else "study"
    return NotFound(f"no such {kind}")
