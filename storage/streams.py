"""Bytes on their way in and out: checking while copying, views of a part, streams that open at once."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, BinaryIO

from storage.errors import DigestMismatch, InvalidRange

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK_SIZE = 1024 * 1024


def checked_chunks(body: BinaryIO, *, length: int, sha256: str) -> Iterator[bytes]:
    """The rest of `body` in chunks; raises DigestMismatch at the end, so publish only after the last one."""
    digest, reached = hashlib.sha256(), 0
    while chunk := body.read(CHUNK_SIZE):
        reached += len(chunk)
        if reached > length:
            raise DigestMismatch(f"more than the promised {length} bytes")
        digest.update(chunk)
        yield chunk
    if reached != length:
        raise DigestMismatch(f"{reached} bytes instead of the promised {length}")
    if digest.hexdigest() != sha256:
        raise DigestMismatch(f"SHA-256 is {digest.hexdigest()}, promised was {sha256}")


def end_of_range(key: str, size: int, offset: int, length: int | None) -> int:
    """Where the range ends (exclusive) in an object of `size` bytes; None means to the end.

    Raises: InvalidRange.
    """
    end = size if length is None else offset + length
    if offset < 0 or end < offset or end > size:
        raise InvalidRange(f"{key}: bytes {offset}+{'' if length is None else length} of an object of {size}")
    return end


def opened(stream: Generator[bytes, None, None]) -> Generator[bytes, None, None]:
    """A stream that has run to its first `yield`, which gives nothing.

    A plain generator would raise ObjectNotFound only when first read, and would not run its clean-up at all if it
    were dropped before that.
    """
    next(stream)
    return stream


def section(body: BinaryIO, start: int, length: int) -> BinaryIO:
    """`length` bytes of a seekable body from `start`, as a body of its own, which leaves the first one open."""
    return io.BufferedReader(_Section(body, start, length), CHUNK_SIZE)


class _Section(io.RawIOBase):
    def __init__(self, body: BinaryIO, start: int, length: int) -> None:
        super().__init__()
        self._body, self._start, self._length, self._position = body, start, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._length}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        self._body.seek(self._start + self._position)
        chunk = self._body.read(min(len(view), max(0, self._length - self._position)))
        view[: len(chunk)] = chunk
        self._position += len(chunk)
        return len(chunk)
