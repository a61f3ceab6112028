"""Bodies on their way out: conditional, compressed, in ranges, and torn visibly when something fails half way.

A body of up to a mebibyte is complete before its status is sent, so what fails there has an error status. A longer
one is streamed; when it fails the connection breaks, and no well-formed end is ever written.
"""

from __future__ import annotations

import errno
import hashlib
import re
import zlib
from collections.abc import Callable, Iterator

import structlog
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from archive.errors import ArchiveError
from archive.retrieve.recent import bodies

log = structlog.get_logger(__name__)
COMPLETE = 1 << 20
WORTH_KEEPING = 1 << 20
IMMUTABLE = "private, max-age=31536000, immutable"
REVALIDATED = "private, no-cache"

_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))", re.ASCII)
_NO_GZIP = re.compile(r"\bgzip\s*;\s*q=0(?:\.0*)?\s*(?:,|$)")


def etag(*said: object, weak: bool = False) -> str:
    """An entity tag for an answer that follows from `said`; weak where equal answers may differ in their bytes."""
    digest = hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest()[:32]
    return f'W/"{digest}"' if weak else f'"{digest}"'


def respond(
    request: HttpRequest,
    chunks: Iterator[bytes],
    *,
    content_type: str,
    tag: str,
    caching: str = IMMUTABLE,
    status: int = 200,
    gzip: bool = False,
) -> HttpResponseBase:
    """The body, or 304 when the caller has it; nothing is read for a 304 or a HEAD."""
    if _known(request, tag):
        return _described(HttpResponse(status=304), tag, caching)
    if request.method == "HEAD":
        response: HttpResponseBase = HttpResponse(content_type=content_type, status=status)
        del response["Content-Type"]
        response["Content-Type"] = content_type
        return _described(response, tag, caching)
    compressed = gzip and _takes_gzip(request)
    beginning, rest = _begun(_gzipped(chunks, tag) if compressed else chunks)
    if rest is None:
        response = HttpResponse(beginning, content_type=content_type, status=status)
        response["Content-Length"] = str(len(beginning))
    else:
        response = StreamingHttpResponse(_streamed(beginning, rest), content_type=content_type, status=status)
    if compressed:
        response["Content-Encoding"] = "gzip"
    return _described(response, tag, caching)


def respond_range(
    request: HttpRequest,
    length: int,
    read: Callable[[int, int], Iterator[bytes]],
    *,
    content_type: str,
    tag: str,
    caching: str = IMMUTABLE,
) -> HttpResponseBase:
    """The bytes, or the one range of them that is asked for (RFC 9110 §14)."""
    start, stop = 0, length
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    ranged = asked is not None and request.headers.get("If-Range", tag) == tag and not _known(request, tag)
    if asked and asked[2] and int(asked[2]) < int(asked[1]):
        ranged = False  # no range at all (RFC 9110 §14.1.1)
    if ranged and asked:
        start, stop = _bounds(asked, length)
        if start >= stop:
            response: HttpResponseBase = HttpResponse(status=416)
            response["Content-Range"] = f"bytes */{length}"
            return response
    response = respond(
        request,
        read(start, stop),
        content_type=content_type,
        tag=tag,
        caching=caching,
        status=206 if ranged else 200,
    )
    if response.status_code != 304:
        response["Content-Length"] = str(stop - start)
        if ranged:
            response["Content-Range"] = f"bytes {start}-{stop - 1}/{length}"
    response["Accept-Ranges"] = "bytes"
    return response


def _bounds(asked: re.Match[str], length: int) -> tuple[int, int]:
    first, last, suffix = asked[1], asked[2], asked[3]
    if suffix is not None:
        return (max(length - int(suffix), 0), length) if int(suffix) else (length, length)
    start, stop = int(first), min(int(last) + 1, length) if last else length
    return start, stop


def _known(request: HttpRequest, tag: str) -> bool:
    """If-None-Match, compared weakly (RFC 9110 §13.1.2)."""
    said = request.headers.get("If-None-Match", "")
    opaque = tag.removeprefix("W/")
    return said.strip() == "*" or any(item.strip().removeprefix("W/") == opaque for item in said.split(","))


def _described(response: HttpResponseBase, tag: str, caching: str) -> HttpResponseBase:
    response["ETag"] = tag
    response["Cache-Control"] = caching
    response["Vary"] = "Accept, Accept-Encoding, Authorization, Cookie"
    return response


def _begun(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes] | None]:
    """The beginning of the body, and the rest of it, None when that was all."""
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size > COMPLETE:
            return (held[0] if len(held) == 1 else b"".join(held)), chunks
    return (held[0] if len(held) == 1 else b"".join(held)), None


def _streamed(beginning: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    """The whole body. What fails now can't change the status any more: the connection is broken off instead.

    The server takes EPIPE for a client that left and closes without an end mark, which every client notices.
    """
    yield beginning
    try:
        yield from rest
    except ArchiveError as error:
        log.error("answer_broken_off", reason=str(error))
        raise BrokenPipeError(errno.EPIPE, "broken off on purpose") from None


def _takes_gzip(request: HttpRequest) -> bool:
    said = request.headers.get("Accept-Encoding", "").lower()
    return "gzip" in said and not _NO_GZIP.search(said)


def _gzipped(chunks: Iterator[bytes], tag: str) -> Iterator[bytes]:
    """Level 1: JSON shrinks tenfold already, and a level more costs three times the time. Kept by its entity tag."""
    kept = bodies.get(tag)
    if kept is not None:
        yield kept
        return
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    packed: list[bytes] = []
    size = 0
    for chunk in chunks:
        piece = packer.compress(chunk)
        if size <= WORTH_KEEPING:
            size += len(piece)
            packed.append(piece)
        if piece:
            yield piece
    packed.append(packer.flush())
    yield packed[-1]
    if size <= WORTH_KEEPING:
        bodies.put(tag, b"".join(packed))
