"""Bytes that may be asked for in ranges: a PDF, a video joined of its fragments, a bulk data value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from archive.catalog.reader import InstanceLocation
from archive.retrieve import objects


class Extent(Protocol):
    """So many bytes, of which any range can be read."""

    @property
    def length(self) -> int:
        """In bytes."""

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from `start` up to `stop`, not beyond `length`, in chunks."""


@dataclass(frozen=True, slots=True)
class StoredExtent:
    """Pieces of an instance, (offset, length) from its start, as if they were one."""

    location: InstanceLocation
    pieces: Sequence[tuple[int, int]]

    @property
    def length(self) -> int:
        return sum(length for _offset, length in self.pieces)

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        at = 0
        for offset, length in self.pieces:
            first, last = max(start - at, 0), min(stop - at, length)
            if first < last:
                yield from objects.stream(self.location, offset + first, last - first)
            at += length


@dataclass(frozen=True, slots=True)
class HeldExtent:
    """Bytes in memory: small, or to be had only by converting."""

    data: bytes

    @property
    def length(self) -> int:
        return len(self.data)

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        yield self.data[start:stop]
