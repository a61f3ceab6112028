"""Headers of instances as DICOM JSON, from the catalog alone: no object is read (PS3.18 §10.4.1.1.2, Annex F).

The body of a Series or Study is kept compressed once it was read: headers of one Series differ little, so two
megabytes become some forty kilobytes, and the next reader costs one query. Bodies are kept with the mark in place of
the service root, which differs between callers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import zstandard

from archive.access.policy import Actor
from archive.catalog import reader
from archive.catalog.reader import State
from archive.dicom.scanner import ROOT_MARK
from archive.retrieve.access import permit_retrieve, record_retrieve
from archive.retrieve.recent import bodies
from archive.retrieve.resource import ResourcePath

CHUNK = 256 << 10
WORTH_KEEPING = range(2, 5000)
"""Instances: a single header is quickly had, and a body too large to keep need not be compressed."""


@dataclass(frozen=True, slots=True)
class RetrievedMetadata:
    """A JSON array of data sets, read as it is taken."""

    chunks: Iterator[bytes]
    fingerprint: str
    """Equal for equal answers under one service root."""


def retrieve_metadata(*, actor: Actor | None, path: ResourcePath, service_root: str) -> RetrievedMetadata:
    """The headers below `path`, with BulkDataURIs under `service_root`.

    Raises:
        NotFound: nothing is there.
    """
    scope = permit_retrieve(actor)
    state = reader.state(scope, path)
    record_retrieve(actor, path)
    root = service_root.encode("ascii")
    return RetrievedMetadata((chunk.replace(ROOT_MARK, root) for chunk in _body(state)), state.fingerprint)


def _body(state: State) -> Iterator[bytes]:
    if state.instance_count not in WORTH_KEEPING:
        yield from _array(state)
        return
    key = f"{state.level}/{state.fingerprint}"
    kept = bodies.get(key)
    if kept is not None:
        yield from zstandard.ZstdDecompressor().read_to_iter(kept, write_size=CHUNK)
        return
    packer = zstandard.ZstdCompressor(level=1).compressobj()
    packed: list[bytes] = []
    for chunk in _array(state):
        packed.append(packer.compress(chunk))
        yield chunk
    packed.append(packer.flush())
    bodies.put(key, b"".join(packed))


def _array(state: State) -> Iterator[bytes]:
    pending = [b"["]
    size = 0
    separator = b""
    for template in reader.headers(state):
        pending += (separator, template)
        separator = b",\n"
        size += len(template)
        if size > CHUNK:
            yield b"".join(pending)
            pending, size = [], 0
    pending.append(b"]")
    yield b"".join(pending)
