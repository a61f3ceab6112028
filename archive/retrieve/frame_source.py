"""Where the frames of one instance come from: ranges of the stored object, coalesced, or of its inflated form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from archive.catalog.reader import InstanceLocation, StoredImage
from archive.dicom.explicit import explicit_little_endian
from archive.dicom.frames import FrameTable
from archive.dicom.scanner import scan
from archive.dicom.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN, transfer_syntax
from archive.errors import NotFound
from archive.retrieve import objects

Ranges = Sequence[tuple[int, int]]
BIG_TABLE = 1024  # packed bytes; a slide's takes milliseconds to unpack, a CT slice's is nothing


@dataclass(frozen=True, slots=True)
class FrameSource:
    """Frames of one instance by number."""

    location: InstanceLocation
    table: FrameTable
    transfer_syntax_uid: str
    """What the bytes given here are encoded in."""
    inflated: bytes | None = None
    """The instance as Explicit VR Little Endian, where its stored form has no ranges."""

    @property
    def as_explicit(self) -> bool:
        """Frames are byte for byte what Explicit VR Little Endian stores."""
        return self.transfer_syntax_uid in (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)

    def frames(self, frame_numbers: Sequence[int]) -> Iterator[tuple[int, Iterator[bytes]]]:
        """(number, chunks) in the given order; each to be taken before the next.

        Frames that lie together come from one read.

        Raises:
            NotFound: there is no such frame.
            StoreUnavailable: from the chunks, too.
        """
        for group in _groups([(number, self.table.ranges(number)) for number in frame_numbers]):
            start, stop = group[0][1][0][0], group[-1][1][-1][0] + group[-1][1][-1][1]
            if stop - start > objects.WINDOW and self.inflated is None:
                for number, ranges in group:
                    yield number, self._streamed(number, ranges)
                continue
            block = memoryview(self._read(start, stop))
            for number, ranges in group:
                pieces = b"".join(block[offset - start : offset - start + length] for offset, length in ranges)
                yield number, iter((self._aligned(number, pieces),))

    def _read(self, start: int, stop: int) -> bytes:
        if self.inflated is not None:
            return self.inflated[start:stop]
        return objects.span(self.location, start, stop - start)

    def _streamed(self, number: int, ranges: Ranges) -> Iterator[bytes]:
        chunks = (chunk for offset, length in ranges for chunk in objects.stream(self.location, offset, length))
        native = self.table.native
        if native is not None and native.bits_per_frame % 8:
            yield self._aligned(number, b"".join(chunks))
        else:
            yield from chunks

    def _aligned(self, number: int, data: bytes) -> bytes:
        """The frame from its first bit on: those of 1-bit images need not begin at a byte (PS3.5 §8.1.1)."""
        native = self.table.native
        if native is None or not native.bits_per_frame % 8:
            return data
        bits = int.from_bytes(data, "little") >> self.table.first_bit(number)
        return (bits & ((1 << native.bits_per_frame) - 1)).to_bytes((native.bits_per_frame + 7) // 8, "little")


def frame_source(image: StoredImage) -> FrameSource:
    """The frames of an instance.

    Raises:
        NotFound: it has none, or they can't be told apart.
        StoreUnavailable: a deflated instance can't be read.
    """
    location = image.location
    syntax = transfer_syntax(location.transfer_syntax_uid)
    if image.frames is not None:
        return FrameSource(location, _table(location.sha256, image.frames), location.transfer_syntax_uid)
    if syntax is not None and syntax.deflated and not syntax.referenced:
        # A deflated data set has no byte of its own that is a pixel: inflate it all, within the scanner's caps.
        with objects.mapped(location) as buffer:
            inflated = b"".join(explicit_little_endian(buffer))
        if table := scan(inflated).frames:
            return FrameSource(location, table, EXPLICIT_VR_LITTLE_ENDIAN, inflated)
    raise NotFound("the instance has no frames")


def _table(sha256: str, packed: bytes) -> FrameTable:
    return FrameTable.unpack(packed) if len(packed) < BIG_TABLE else _big_table(sha256, packed)


@lru_cache(maxsize=8)
def _big_table(_sha256: str, packed: bytes) -> FrameTable:
    """A slide is read tile by tile: its table is unpacked once."""
    return FrameTable.unpack(packed)


def _groups(frames: Sequence[tuple[int, Ranges]]) -> Iterator[list[tuple[int, Ranges]]]:
    """Runs of frames to be read at once: ascending, near each other, within the window."""
    group: list[tuple[int, Ranges]] = []
    for frame in frames:
        first, end = frame[1][0][0], frame[1][-1][0] + frame[1][-1][1]
        if group:
            last_offset, last_length = group[-1][1][-1]
            near = last_offset + last_length - 1 <= first <= last_offset + last_length + objects.GAP
            if not near or end - group[0][1][0][0] > objects.WINDOW:
                yield group
                group = []
        group.append(frame)
    if group:
        yield group
