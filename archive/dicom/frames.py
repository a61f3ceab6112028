"""Where every frame lies in an instance: byte ranges, so that a frame is one ranged read (PS3.5 §A.4, §8.1.1).

The table is made once at ingest and kept packed with the instance's row.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from archive.errors import NotFound

_NATIVE: Final = 1
_ENCAPSULATED: Final = 2
_STREAM: Final = 3
_NATIVE_FIELDS: Final = struct.Struct("<BQQI")
_COUNTS: Final = struct.Struct("<BII")


@dataclass(frozen=True, slots=True)
class NativeFrames:
    """Frames of equal size one behind the other; with 1-bit pixels they need not begin at a byte."""

    offset: int
    bits_per_frame: int
    number_of_frames: int


@dataclass(slots=True)
class FrameTable:
    """Byte ranges by frame number, relative to the start of the object.

    Either `native` is set, or `fragments` and `fragments_per_frame` (their sum is the number of fragments). `stream`
    says that the value is one video stream: it counts as a single frame however many pictures it holds.
    """

    native: NativeFrames | None = None
    fragments: list[tuple[int, int]] = field(default_factory=list)
    fragments_per_frame: list[int] = field(default_factory=list)
    stream: bool = False
    _starts: list[int] = field(default_factory=list, repr=False, compare=False)

    @property
    def encapsulated(self) -> bool:
        return self.native is None

    @property
    def number_of_frames(self) -> int:
        return self.native.number_of_frames if self.native else len(self.fragments_per_frame)

    def ranges(self, frame_number: int) -> list[tuple[int, int]]:
        """(offset, length) of each piece of frame `frame_number`, which counts from 1.

        Native frames are one piece; if they do not begin or end at a byte, it covers all their bits (`first_bit`).

        Raises:
            NotFound: there is no such frame.
        """
        if not 1 <= frame_number <= self.number_of_frames:
            raise NotFound(f"Frame {frame_number} of {self.number_of_frames} does not exist")
        index = frame_number - 1
        if self.native:
            first = index * self.native.bits_per_frame
            start, stop = first // 8, (first + self.native.bits_per_frame + 7) // 8
            return [(self.native.offset + start, stop - start)]
        if not self._starts:
            self._starts = [0, *accumulate(self.fragments_per_frame)]
        return self.fragments[self._starts[index] : self._starts[index + 1]]

    def first_bit(self, frame_number: int) -> int:
        """The bit, from the least significant, at which the frame begins in its first byte (PS3.5 §8.1.1)."""
        return (frame_number - 1) * self.native.bits_per_frame % 8 if self.native else 0

    def length(self, frame_number: int) -> int:
        """Bytes of all pieces of a frame together."""
        return sum(length for _, length in self.ranges(frame_number))

    def pack(self) -> bytes:
        """The table as few bytes: a slide of 100,000 tiles takes some 200 kB, a CT slice 21 bytes."""
        if self.native:
            native = self.native
            return _NATIVE_FIELDS.pack(_NATIVE, native.offset, native.bits_per_frame, native.number_of_frames)
        ends = [0, *(offset + length for offset, length in self.fragments)]
        # Offsets as the gap to the fragment before: nearly always the 8 bytes of an Item's header.
        gaps = array("q", (offset - end for (offset, _), end in zip(self.fragments, ends, strict=False)))
        lengths = array("I", (length for _, length in self.fragments))
        counts = array("I", self.fragments_per_frame)
        head = _COUNTS.pack(_STREAM if self.stream else _ENCAPSULATED, len(self.fragments), len(counts))
        return head + zlib.compress(gaps.tobytes() + lengths.tobytes() + counts.tobytes(), 6)

    @staticmethod
    def unpack(packed: bytes) -> FrameTable:
        """The table that `pack` made these bytes of."""
        if packed[0] == _NATIVE:
            _, offset, bits_per_frame, number_of_frames = _NATIVE_FIELDS.unpack(packed)
            return FrameTable(native=NativeFrames(offset, bits_per_frame, number_of_frames))
        kind, fragment_count, frame_count = _COUNTS.unpack_from(packed)
        columns = zlib.decompress(packed[_COUNTS.size :])
        gaps, lengths, counts = array("q"), array("I"), array("I")
        gaps.frombytes(columns[: 8 * fragment_count])
        lengths.frombytes(columns[8 * fragment_count : 12 * fragment_count])
        counts.frombytes(columns[12 * fragment_count : 12 * fragment_count + 4 * frame_count])
        fragments: list[tuple[int, int]] = []
        end = 0
        for gap, length in zip(gaps, lengths, strict=True):
            fragments.append((end + gap, length))
            end += gap + length
        return FrameTable(fragments=fragments, fragments_per_frame=counts.tolist(), stream=kind == _STREAM)
