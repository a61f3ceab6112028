"""The first markers of a compressed frame: size, precision and colour, read before any codec allocates memory.

A codestream is written by strangers, and its own dimensions, not the data set's, decide what a codec allocates.
Standard library only.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from archive.errors import CannotUnderstand

_START_OF_FRAME = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN = 0xDA
_APP0_JFIF, _APP14_ADOBE = 0xE0, 0xEE
_END_OF_IMAGE = b"\xff\xd9"
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_CODING_STYLE, _START_OF_TILE_PART = 0xFF52, 0xFF90
_RGB_COMPONENTS = (b"RGB", b"rgb")


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """What a JPEG or JPEG-LS codestream says of itself (ITU-T T.81 §B.2.2, T.87 §C.2.2)."""

    precision: int
    rows: int
    columns: int
    components: bytes
    """Component identifiers, one byte each."""
    jfif: bool
    adobe_transform: int | None
    complete: bool
    """An end of image follows. Without one a codec fills what is missing with grey and calls it a picture."""

    def colour_space(self, declared: str) -> str:
        """RGB, YBR_FULL, or `declared` when the codestream says nothing (PS3.5 §8.2.1: markers may be absent)."""
        if len(self.components) != 3:
            return declared
        if self.adobe_transform is not None:
            return "RGB" if self.adobe_transform == 0 else "YBR_FULL"
        if self.components in _RGB_COMPONENTS:
            return "RGB"
        if self.jfif:
            return "YBR_FULL"
        return declared


@dataclass(frozen=True, slots=True)
class Jpeg2000Header:
    """SIZ and COD markers of a JPEG 2000 or HTJ2K codestream (ITU-T T.800 §A.5.1, §A.6.1)."""

    precision: int
    rows: int
    columns: int
    components: int
    signed: bool
    complete: bool
    """An end of codestream follows."""
    reversible: bool
    """The 5-3 wavelet of whole numbers; the 9-7 one may overshoot the sample range (ITU-T T.800 §A.6.1)."""


def jpeg_header(codestream: bytes) -> JpegHeader:
    """Read up to the frame header (SOFn).

    Raises:
        CannotUnderstand: no JPEG, or it ends before its frame header.
    """
    if codestream[:2] != b"\xff\xd8":
        raise CannotUnderstand("the frame is not a JPEG codestream")
    jfif, adobe_transform = False, None
    position = 2
    while position + 4 <= len(codestream):
        if codestream[position] != 0xFF:  # garbage between markers, which every codec steps over
            position = codestream.find(b"\xff", position)
            if position < 0:
                break
            continue
        marker = codestream[position + 1]
        if marker == 0xFF or marker in _STANDALONE:
            position += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", codestream, position + 2)
        end = position + 2 + length
        segment = codestream[position + 4 : end]
        if marker in _START_OF_FRAME:
            # Inside the data of a scan 0xFF is always stuffed, so this can't be found by accident.
            complete = codestream.rfind(_END_OF_IMAGE, end) >= 0
            return _frame_header(segment, jfif, adobe_transform, complete)
        if marker == _START_OF_SCAN:
            break
        if marker == _APP0_JFIF and segment.startswith(b"JFIF"):
            jfif = True
        elif marker == _APP14_ADOBE and segment.startswith(b"Adobe") and len(segment) >= 12:
            adobe_transform = segment[11]
        position = end
    raise CannotUnderstand("the JPEG codestream has no frame header")


def _frame_header(segment: bytes, jfif: bool, adobe_transform: int | None, complete: bool) -> JpegHeader:
    if len(segment) < 6 or len(segment) < 6 + 3 * segment[5]:
        raise CannotUnderstand("the JPEG frame header is cut short")
    precision, rows, columns, count = struct.unpack_from(">BHHB", segment)
    return JpegHeader(precision, rows, columns, segment[6 : 6 + 3 * count : 3], jfif, adobe_transform, complete)


def jpeg2000_header(codestream: bytes) -> Jpeg2000Header:
    """Read the SIZ marker; a JP2 file wrapped around the codestream (against PS3.5 §A.4.4) is stepped over.

    Raises:
        CannotUnderstand: no JPEG 2000, cut short, or components that differ in size or depth.
    """
    start = 0 if codestream[:4] == b"\xff\x4f\xff\x51" else codestream.find(b"\xff\x4f\xff\x51", 0, 65536)
    if start < 0 or len(codestream) < start + 42:
        raise CannotUnderstand("the frame is not a JPEG 2000 codestream")
    x_end, y_end, x_start, y_start = struct.unpack_from(">4I", codestream, start + 8)
    (count,) = struct.unpack_from(">H", codestream, start + 40)
    parts = [codestream[start + 42 + 3 * i : start + 45 + 3 * i] for i in range(min(count, 5))]
    if not parts or any(len(part) < 3 for part in parts):
        raise CannotUnderstand("the JPEG 2000 codestream is cut short")
    if any(part != parts[0] for part in parts) or parts[0][1:] != b"\1\1":
        raise CannotUnderstand("the components of the JPEG 2000 codestream differ in size or depth")
    depth = parts[0][0]
    return Jpeg2000Header(
        precision=(depth & 0x7F) + 1,
        rows=y_end - y_start,
        columns=x_end - x_start,
        components=count,
        signed=bool(depth & 0x80),
        complete=codestream.rfind(_END_OF_IMAGE, start) >= 0,
        reversible=_reversible(codestream, start + 2),
    )


def _reversible(codestream: bytes, position: int) -> bool:
    """True when the main header's coding style (COD) names the 5-3 wavelet."""
    while position + 14 <= len(codestream):
        marker, length = struct.unpack_from(">HH", codestream, position)
        if marker == _CODING_STYLE:
            return codestream[position + 13] == 1
        if marker == _START_OF_TILE_PART:
            break
        position += 2 + length
    raise CannotUnderstand("the JPEG 2000 codestream has no coding style")
