"""multipart/related off the wire, one part at a time and never a whole body in memory (RFC 2046 §5.1, RFC 2387)."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser

from archive.errors import InvalidRequest
from archive.web.request_body import BLOCK, Readable

MOST_HEADER_BYTES = 16 << 10
MOST_PARTS = 100_000


class MultipartReader:
    """Cuts a body at its boundary; iterate `parts()`, and within each part `chunks()`."""

    def __init__(self, body: Readable, boundary: str) -> None:
        if not 1 <= len(boundary) <= 200 or not boundary.isascii():
            raise InvalidRequest("the boundary parameter is missing or not usable")
        self._body = body
        self._delimiter = b"\r\n--" + boundary.encode()
        self._buffer = b"\r\n"  # so that a boundary at the very start is found like any other

    def parts(self) -> Iterator[IncomingPart]:
        """Every part in turn; what is left unread of one is skipped before the next.

        Raises:
            InvalidRequest: no boundary at all, or the body ends before its closing boundary.
        """
        for _preamble in self._until_delimiter():
            pass
        number = 0
        while not self._at_close():
            number += 1
            if number > MOST_PARTS:
                raise InvalidRequest(f"the request has more than {MOST_PARTS} parts")
            part = IncomingPart(self._headers(), self._until_delimiter())
            yield part
            for _rest in part.chunks:
                pass
        while self._body.read(BLOCK):
            pass  # the epilogue, so that the connection can be used again

    def _fill(self) -> None:
        block = self._body.read(BLOCK)
        if not block:
            raise InvalidRequest("the body ends before its closing boundary")
        self._buffer += block

    def _until_delimiter(self) -> Iterator[bytes]:
        """The bytes up to the next delimiter line, which is consumed but for what follows the boundary."""
        start = 0
        while True:
            position = self._buffer.find(self._delimiter, start)
            if position < 0:
                keep = len(self._delimiter) - 1
                if len(self._buffer) > keep:
                    yield self._buffer[: len(self._buffer) - keep]
                    self._buffer = self._buffer[len(self._buffer) - keep :]
                start = 0
                self._fill()
                continue
            end = position + len(self._delimiter)
            while len(self._buffer) < end + 2:
                self._fill()
            after = self._buffer[end : end + 2]
            if after in (b"\r\n", b"--") or after[:1] in b" \t":
                if position:
                    yield self._buffer[:position]
                self._buffer = self._buffer[end:]
                return
            start = position + 1  # a longer line that only begins like our boundary: it is data

    def _at_close(self) -> bool:
        """Just after a boundary: is it the closing one? Else the line's end is consumed."""
        if self._buffer.startswith(b"--"):
            return True
        while (position := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > MOST_HEADER_BYTES:
                raise InvalidRequest("a boundary line does not end")
            self._fill()
        if self._buffer[:position].strip(b" \t"):
            raise InvalidRequest("a boundary line is malformed")
        self._buffer = self._buffer[position:]  # keep CRLF: an empty header block then is CRLF CRLF
        return False

    def _headers(self) -> Message:
        while (position := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > MOST_HEADER_BYTES:
                raise InvalidRequest("the headers of a part are too long")
            self._fill()
        if position > MOST_HEADER_BYTES:
            raise InvalidRequest("the headers of a part are too long")
        text = self._buffer[2:position].decode("latin-1") if position else ""
        self._buffer = self._buffer[position + 2 :]  # keep one CRLF: an empty body's boundary begins with it
        self._skip_line_end()
        return HeaderParser().parsestr(text)

    def _skip_line_end(self) -> None:
        """Drops the CRLF that ends the headers, unless the delimiter of an empty part begins with it."""
        while len(self._buffer) < len(self._delimiter):
            self._fill()
        if not self._buffer.startswith(self._delimiter):
            self._buffer = self._buffer[2:]


class IncomingPart:
    """A part: its headers, and its body in chunks that are read once."""

    def __init__(self, headers: Message, chunks: Iterator[bytes]) -> None:
        self.headers = headers
        self.chunks = chunks
