"""multipart/related on its way out (PS3.18 §8.6.1, RFC 2387): part headers, delimiters, and the length of it all.

Bodies are iterators of chunks and pass through untouched; nothing here holds more than one chunk.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SMALL = 64 << 10  # below this, copying a chunk behind its header is cheaper than a second write to the socket


@dataclass(frozen=True, slots=True)
class Part:
    """One part: what it is, where it can be had alone, and its bytes."""

    content_type: str
    location: str
    chunks: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Multipart:
    """A multipart/related message with a boundary of its own.

    The boundary is random: a fixed one could be planted in pixel data to forge parts.
    """

    part_type: str
    boundary: str

    @classmethod
    def of(cls, part_type: str) -> Multipart:
        """A message whose root part has media type `part_type`."""
        return cls(part_type, secrets.token_hex(16))

    @property
    def content_type(self) -> str:
        """The Content-Type of the message; `type` is quoted because it holds a slash."""
        return f'multipart/related; type="{self.part_type}"; boundary={self.boundary}'

    def head(self, content_type: str, location: str) -> bytes:
        """The delimiter and header of a part; it ends the part before."""
        return (
            f"\r\n--{self.boundary}\r\nContent-Type: {content_type}\r\nContent-Location: {location}\r\n\r\n"
        ).encode("ascii")

    @property
    def tail(self) -> bytes:
        """The closing delimiter."""
        return f"\r\n--{self.boundary}--\r\n".encode("ascii")

    def stream(self, parts: Iterable[Part]) -> Iterator[bytes]:
        """The message. An error of a part's iterator passes through, so the message stays open-ended: visibly torn."""
        for part in parts:
            pending = self.head(part.content_type, part.location)
            for chunk in part.chunks:
                if pending and len(chunk) < SMALL:
                    chunk, pending = pending + chunk, b""
                elif pending:
                    yield pending
                    pending = b""
                yield chunk
            if pending:
                yield pending
        yield self.tail
