"""Any stored data set as Explicit VR Little Endian, streamed: the form in which everybody can read it (PS3.5 §A.2).

Implicit VR is never served and big endian is retired, so this stands between them and the outside; decompression
uses it to put native pixels and changed attributes into an otherwise untouched data set. Values of any size pass in
slices; nothing of the pixel data is held.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from archive.dicom import walker
from archive.dicom.byteorder import WIDTH_BY_VR, swapped
from archive.dicom.dictionary import AMBIGUOUS_VRS, SHORT_VRS, public_vr
from archive.dicom.limits import DEFAULT, Limits
from archive.dicom.part10 import PartTen, open_part10
from archive.dicom.settled_vr import LUT_DESCRIPTOR, PIXEL_REPRESENTATION, SettledVrs
from archive.dicom.source import ByteBuffer
from archive.dicom.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, transfer_syntax
from archive.dicom.uids import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from archive.errors import TooLarge

_SLICE: Final = 1 << 20  # a multiple of every word size
_BATCH: Final = 1 << 16
_SOP_CLASS_UID: Final = 0x00080016
_SOP_INSTANCE_UID: Final = 0x00080018
_BITS_ALLOCATED: Final = 0x00280100
_OFFSET_TABLES: Final = frozenset({0x7FE00001, 0x7FE00002})
_SHORT: Final = frozenset(SHORT_VRS.values())
_PADDED_BY_SPACE: Final = frozenset(
    ("AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UR", "UT")
)
_NUMBERS: Final = {"SL": "i", "SS": "h", "UL": "I", "US": "H", "FL": "f", "FD": "d"}

_UNDEFINED: Final = b"\xff\xff\xff\xff"
_ITEM: Final = b"\xfe\xff\x00\xe0" + _UNDEFINED
_ITEM_END: Final = b"\xfe\xff\x0d\xe0\0\0\0\0"
_SEQUENCE_END: Final = b"\xfe\xff\xdd\xe0\0\0\0\0"

Override: TypeAlias = str | int | float | bytes | list[int] | list[float] | None


@dataclass(frozen=True, slots=True)
class NativePixelData:
    """Uncompressed pixels to take the place of Pixel Data: `length` bytes in all, little endian, in any slicing."""

    length: int
    chunks: Iterable[bytes]
    vr: str = "OW"


def explicit_little_endian(
    buffer: ByteBuffer,
    *,
    overrides: Mapping[int, Override] | None = None,
    pixel_data: NativePixelData | None = None,
    without_pixels: bool = False,
    limits: Limits = DEFAULT,
) -> Iterator[bytes]:
    """A DICOM file with the same data set in Explicit VR Little Endian, in chunks of at most 1 MiB or so.

    `overrides` replace or add elements of the top level by tag: text (ASCII) and numbers are encoded by the VR of the
    dictionary, bytes are taken as they are, None removes. With `pixel_data` its length and the overrides must agree;
    offset tables are dropped. Encapsulated Pixel Data that are not replaced stay encapsulated, and so does the
    Transfer Syntax, unless the caller knows that the data set is `without_pixels`. The preamble becomes zeros: what it
    may point to has moved (PS3.10 §7.1).

    Raises, on the call or while iterating:
        CannotUnderstand, UnsupportedTransferSyntax, TooLarge: as `scanner.scan`.
        TooLarge: the native pixels are more than an element can hold (4 GiB).
    """
    opened = open_part10(buffer, limits)
    if pixel_data is not None and pixel_data.length > 0xFFFFFFFE:
        raise TooLarge("Uncompressed, the Pixel Data are longer than a Data Element can be (4 GiB)")
    declared = transfer_syntax(opened.transfer_syntax_uid)
    stays = declared is not None and declared.encapsulated and pixel_data is None and not without_pixels
    written_as = opened.transfer_syntax_uid if stays else EXPLICIT_VR_LITTLE_ENDIAN
    return _batched(_Encoder(opened, dict(overrides or {}), pixel_data, written_as, limits).pieces())


def _batched(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes without the thousands of tiny pieces that headers are made of."""
    batch = bytearray()
    for piece in pieces:
        if len(piece) > _BATCH:
            if batch:
                yield bytes(batch)
                batch.clear()
            yield piece
            continue
        batch += piece
        if len(batch) > _BATCH:
            yield bytes(batch)
            batch.clear()
    if batch:
        yield bytes(batch)


class _Encoder:
    def __init__(
        self,
        opened: PartTen,
        overrides: dict[int, Override],
        pixel_data: NativePixelData | None,
        written_as: str,
        limits: Limits,
    ) -> None:
        self._opened = opened
        self._written_as = written_as
        self._cut = opened.dataset.cut
        self._walk = walker.Walk(opened.dataset, opened.start, opened.encoding, limits)
        self._vrs = SettledVrs(opened, limits)
        self._limits = limits
        self._pixel_data = pixel_data
        self._added = {tag: encoded_override(tag, value) for tag, value in overrides.items() if value is not None}
        self._dropped = set(overrides)
        if pixel_data is not None:
            self._dropped |= _OFFSET_TABLES | {walker.PIXEL_DATA}
        self._pending = sorted({*self._added, *((walker.PIXEL_DATA,) if pixel_data is not None else ())})
        self._depth = 0
        self._muted = 0  # depth from which a dropped Sequence is passed over in silence; 0 when none is
        self._bits_allocated = 0
        # Of each open data set: what decides ambiguous VRs.
        self._signs: list[int | None] = [None]
        self._lut_descriptors: list[bytes] = [b""]

    def pieces(self) -> Iterator[bytes]:
        yield from self._file_meta()
        for kind, tag, vr, _, value, end in self._walk:
            if self._muted:
                self._follow_muted(kind)
                continue
            if self._depth == 0 and kind != walker.SEQUENCE_END:
                yield from self._due(tag)
                if tag in self._dropped:
                    if kind == walker.SEQUENCE:
                        self._depth = self._muted = 1
                    continue
            if kind == walker.ELEMENT:
                yield from self._element(tag, vr, value, end)
            elif kind == walker.ENCAPSULATED:
                yield from self._encapsulated(tag)
            else:
                yield self._structure(kind, tag)
        yield from self._due(1 << 32)

    def _follow_muted(self, kind: int) -> None:
        if kind == walker.SEQUENCE:
            self._depth += 1
        elif kind == walker.SEQUENCE_END:
            self._depth -= 1
            if self._depth == 0:
                self._muted = 0

    def _due(self, tag: int) -> Iterator[bytes]:
        """What is added before the element `tag`, so that tags stay ascending."""
        while self._pending and self._pending[0] <= tag:
            due = self._pending.pop(0)
            if due in self._added:
                yield self._added[due]
            elif self._pixel_data is not None:
                length = self._pixel_data.length
                yield header(due, self._pixel_data.vr, length + length % 2)
                yield from self._pixel_data.chunks
                yield b"\0" * (length % 2)

    def _structure(self, kind: int, tag: int) -> bytes:
        if kind == walker.SEQUENCE:
            self._depth += 1
            return header(tag, "SQ", None)
        if kind == walker.SEQUENCE_END:
            self._depth -= 1
            return _SEQUENCE_END
        if kind == walker.ITEM:
            self._signs.append(None)
            self._lut_descriptors.append(b"")
            return _ITEM
        self._signs.pop()
        self._lut_descriptors.pop()
        return _ITEM_END

    def _element(self, tag: int, vr: str, value: int, end: int) -> Iterator[bytes]:
        if not tag & 0xFFFF:
            return  # a group length would be wrong in the new encoding; PS3.5 §7.2 retired them
        little = self._walk.encoding.little
        length = end - value
        if vr in AMBIGUOUS_VRS:
            vr = self._vrs.settle(tag, vr, self._signs, self._lut_descriptors[-1])
        if tag in (PIXEL_REPRESENTATION, LUT_DESCRIPTOR, _BITS_ALLOCATED):
            self._take_note(tag, value, end, little)
        yield header(tag, vr, length + length % 2)
        for start in range(value, end, _SLICE):
            part = self._cut[start : min(start + _SLICE, end)]
            yield part if little else self._swapped(tag, vr, part)
        if length % 2:
            yield b" " if vr in _PADDED_BY_SPACE and length <= 0xFFFF else b"\0"

    def _take_note(self, tag: int, value: int, end: int, little: bool) -> None:
        first = int.from_bytes(self._cut[value : min(value + 2, end)], "little" if little else "big")
        if tag == PIXEL_REPRESENTATION:
            self._signs[-1] = first
        elif tag == LUT_DESCRIPTOR:
            # `settle` reads the JSON form that the scanner has at hand.
            self._lut_descriptors[-1] = b'"Value":[1,' if first == 1 else b""
        elif len(self._signs) == 1:
            self._bits_allocated = first

    def _swapped(self, tag: int, vr: str, raw: bytes) -> bytes:
        if tag == walker.PIXEL_DATA and vr == "OW" and self._bits_allocated in (32, 64):
            # Writers of big endian reverse the whole pixel cell then, and readers expect it.
            return swapped("UL" if self._bits_allocated == 32 else "UV", raw)
        return swapped(vr, raw) if vr in WIDTH_BY_VR else raw

    def _encapsulated(self, tag: int) -> Iterator[bytes]:
        yield header(tag, "OB", None)
        for offset, length in self._walk.fragments:
            yield b"\xfe\xff\x00\xe0" + struct.pack("<I", length)
            for start in range(offset, offset + length, _SLICE):
                yield self._cut[start : min(start + _SLICE, offset + length)]
        yield _SEQUENCE_END

    def _file_meta(self) -> Iterator[bytes]:
        uids = self._sop_uids()
        elements = (
            (0x00020001, "OB", b"\0\1"),
            (0x00020002, "UI", uids.get(_SOP_CLASS_UID, b"")),
            (0x00020003, "UI", uids.get(_SOP_INSTANCE_UID, b"")),
            (0x00020010, "UI", self._written_as.encode()),
            (0x00020012, "UI", IMPLEMENTATION_CLASS_UID.encode()),
            (0x00020013, "SH", IMPLEMENTATION_VERSION_NAME.encode()),
        )
        body = b"".join(element(tag, vr, value) for tag, vr, value in elements)
        yield b"\0" * 128 + b"DICM" + element(0x00020000, "UL", struct.pack("<I", len(body))) + body

    def _sop_uids(self) -> dict[int, bytes]:
        """The class and instance UID: of the data set, for those count where the File Meta Information differs."""
        opened, found = self._opened, {}
        for kind, tag, _, _, value, end in walker.Walk(opened.dataset, opened.start, opened.encoding, self._limits):
            if kind == walker.ELEMENT and tag in (_SOP_CLASS_UID, _SOP_INSTANCE_UID) and end - value <= 64:
                found[tag] = self._cut[value:end].strip(b" \0")
            if tag > _SOP_INSTANCE_UID:
                break
        return found


def header(tag: int, vr: str, length: int | None) -> bytes:
    """The header of an element in Explicit VR Little Endian; undefined length if None.

    A value too long for the 16-bit length of its VR goes as UN (PS3.5 §6.2.2).
    """
    group, number = tag >> 16, tag & 0xFFFF
    if vr in _SHORT and length is not None:
        if length <= 0xFFFF:
            return struct.pack("<HH2sH", group, number, vr.encode(), length)
        vr = "UN"
    return struct.pack("<HH2sHI", group, number, vr.encode(), 0, 0xFFFFFFFF if length is None else length)


def element(tag: int, vr: str, value: bytes) -> bytes:
    """A whole element, padded to even length."""
    if len(value) % 2:
        value += b" " if vr in _PADDED_BY_SPACE else b"\0"
    return header(tag, vr, len(value)) + value


def encoded_override(tag: int, value: Override) -> bytes:
    """An element whose VR the dictionary tells.

    Raises:
        ValueError: text beyond ASCII, whose encoding would depend on the data set's character set.
    """
    vr = public_vr(tag) or "UN"
    vr = {"US or SS": "US", "OB or OW": "OW"}.get(vr, vr)
    if isinstance(value, bytes):
        return element(tag, vr, value)
    if vr in _NUMBERS and value is not None and not isinstance(value, str):
        numbers = value if isinstance(value, list) else [value]
        return element(tag, vr, struct.pack(f"<{len(numbers)}{_NUMBERS[vr]}", *numbers))
    values = value if isinstance(value, list) else [value]
    text = "\\".join(str(part) for part in values)
    if not text.isascii():
        raise ValueError(f"the value for {tag:08X} is not ASCII")
    return element(tag, vr, text.encode("ascii"))
