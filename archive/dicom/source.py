"""One way to look at the bytes of an instance, be they in memory, shared or mapped from a file.

Mapped files matter: a page that is never cut or unpacked is never read from disk, which is how the header of a 2 GB
object is understood without touching its pixels.
"""

from __future__ import annotations

import mmap
from typing import Protocol, TypeAlias

ByteBuffer: TypeAlias = bytes | bytearray | memoryview | mmap.mmap


class Cut(Protocol):
    """Anything whose slices are `bytes`."""

    def __getitem__(self, part: slice, /) -> bytes: ...


class _ViewCut:
    """A memoryview's slices are views; dictionary look-ups and decoding want bytes."""

    __slots__ = ("_view",)

    def __init__(self, view: memoryview) -> None:
        self._view = view

    def __getitem__(self, part: slice, /) -> bytes:
        return self._view[part].tobytes()


class Source:
    """`raw` for `struct.unpack_from`, `cut` for slices that are `bytes`, `size` in bytes."""

    __slots__ = ("cut", "raw", "size")

    def __init__(self, buffer: ByteBuffer) -> None:
        self.raw: ByteBuffer = buffer
        self.size = len(buffer)
        self.cut: Cut
        if isinstance(buffer, bytes | mmap.mmap):
            self.cut = buffer
        else:
            self.cut = _ViewCut(memoryview(buffer).cast("B"))
