"""Headers of instances as DICOM JSON, from the catalog alone: no object is read (PS3.18 §10.4.1.1.2, Annex F)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archive.access.policy import Actor
from archive.catalog import reader
from archive.dicom.scanner import ROOT_MARK
from archive.retrieve.access import permit_retrieve, record_retrieve
from archive.retrieve.resource import ResourcePath

CHUNK = 256 << 10


@dataclass(frozen=True, slots=True)
class RetrievedMetadata:
    """A JSON array of data sets; read from the catalog as it is taken."""

    chunks: Iterator[bytes]
    fingerprint: str
    """Equal for equal answers under one service root."""
    instance_count: int


def retrieve_metadata(*, actor: Actor | None, path: ResourcePath, service_root: str) -> RetrievedMetadata:
    """The headers below `path`, with BulkDataURIs under `service_root`.

    Raises:
        NotFound: nothing is there.
    """
    scope = permit_retrieve(actor)
    state = reader.state(scope, path)
    record_retrieve(actor, path)
    return RetrievedMetadata(
        _array(reader.headers(scope, path), service_root.encode("ascii")), state.fingerprint, state.instance_count
    )


def _array(templates: Iterator[bytes], service_root: bytes) -> Iterator[bytes]:
    pending = [b"["]
    size = 0
    separator = b""
    for template in templates:
        pending += (separator, template.replace(ROOT_MARK, service_root))
        separator = b",\n"
        size += len(template)
        if size > CHUNK:
            yield b"".join(pending)
            pending, size = [], 0
    pending.append(b"]")
    yield b"".join(pending)
