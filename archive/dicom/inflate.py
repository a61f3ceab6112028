"""Inflating a Deflated data set (PS3.5 §A.5) without trusting it: a megabyte of zeros once became two gigabytes."""

from __future__ import annotations

import zlib

from archive.dicom.limits import Limits
from archive.dicom.source import Source
from archive.errors import CannotUnderstand, TooLarge

_INPUT = 64 << 10
_OUTPUT = 1 << 20
_TRAILER = 9
_FREE = 1 << 20  # below this an odd ratio harms nobody


def inflate(source: Source, start: int, limits: Limits) -> bytes:
    """The data set that is deflated from `start` to the end of the source.

    Raises:
        CannotUnderstand: not a deflate stream, or one that ends too soon.
        TooLarge: it inflates beyond the limits.
    """
    try:
        return _inflate(source, start, limits, -zlib.MAX_WBITS)
    except zlib.error:
        pass
    try:  # some toolkits wrap the stream in a zlib header, which RFC 1951 does not have
        return _inflate(source, start, limits, zlib.MAX_WBITS)
    except zlib.error:
        raise CannotUnderstand("The deflated data set is not a deflate stream (PS3.5 §A.5)") from None


def _inflate(source: Source, start: int, limits: Limits, window_bits: int) -> bytes:
    cap = min(limits.inflated_bytes, max(_FREE, limits.inflated_ratio * (source.size - start)))
    stream = zlib.decompressobj(window_bits)
    out = bytearray()
    position = start
    pending = b""
    while not stream.eof:
        if not pending:
            pending = source.cut[position : position + _INPUT]
            position += len(pending)
            if not pending:
                raise CannotUnderstand("The deflated data set ends before its stream does: the object is truncated")
        out += stream.decompress(pending, _OUTPUT)
        pending = stream.unconsumed_tail
        if len(out) > cap:
            raise TooLarge(f"The deflated data set inflates beyond {cap} bytes")
    # One null byte may make the length even (PS3.5 §A.5); some writers leave a gzip trailer (checksum, size) behind.
    if len(stream.unused_data) + source.size - position > _TRAILER:
        raise CannotUnderstand("More follows the deflated data set than padding")
    return bytes(out)
