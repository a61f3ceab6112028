"""How the pixels of one instance lie in a frame, and how any frame becomes native little-endian bytes.

Standard library only, so that a web worker can describe frames, check caps and hand them to the decoder children
(`archive.dicom.decode_pool`) without loading NumPy or a codec itself.

**What comes out of decoding.** Always the stored values, in the layout the instance itself declares: Bits Allocated
bits per sample, little endian, Planar Configuration as declared. No colour is converted, with two exceptions that
the codecs force and `decoded_description` reports: chroma that the encoding had subsampled is given per pixel again
(YBR_FULL_422 becomes YBR_FULL), and the colour transforms inside a JPEG 2000 codestream are undone (YBR_RCT and
YBR_ICT become RGB). Where a JPEG codestream says plainly that it holds the other colour space than Photometric
Interpretation claims (JFIF, Adobe or component markers), the codestream is believed, as pydicom does.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from archive.dicom.codestream import jpeg_header
from archive.dicom.transfer_syntax import TRANSFER_SYNTAXES, TransferSyntax
from archive.errors import CannotUnderstand, UnsupportedTransferSyntax

MAX_FRAME_BYTES: Final = 256 * 1024 * 1024
"""No frame larger than this is decoded: 9,459 x 9,459 RGB. Checked before anything is allocated."""

FLOOD_BYTES: Final = 32 * 1024 * 1024
FLOOD_RATIO: Final = 1000
"""A frame above `FLOOD_BYTES` that claims to be this many times its compressed bytes is a bomb, not a picture: JPEG
can't pass 1,000, RLE can't pass 64, and what the others gain on an empty picture that large is not worth the risk."""

MAX_FRAMES: Final = 1_000_000

PixelKeyword = Literal["PixelData", "FloatPixelData", "DoubleFloatPixelData"]

_PIXEL_TAGS: Final[tuple[tuple[str, PixelKeyword], ...]] = (
    ("7FE00010", "PixelData"),
    ("7FE00008", "FloatPixelData"),
    ("7FE00009", "DoubleFloatPixelData"),
)

JsonDataset = Mapping[str, Mapping[str, Any]]
"""One data set in the DICOM JSON model (PS3.18 Annex F)."""


@dataclass(frozen=True, slots=True)
class PixelDescription:
    """Image Pixel module (PS3.3 §C.7.6.3) of one instance, checked: every number is in range and within the caps."""

    rows: int
    columns: int
    samples_per_pixel: int
    photometric_interpretation: str
    bits_allocated: int
    bits_stored: int
    high_bit: int
    pixel_representation: int
    planar_configuration: int = 0
    number_of_frames: int = 1
    keyword: PixelKeyword = "PixelData"
    vr: str = "OW"

    @classmethod
    def from_dicom_json(cls, dataset: JsonDataset) -> PixelDescription:
        """Read it from an instance in the DICOM JSON model; the pixels themselves are not needed.

        Raises:
            CannotUnderstand: no pixel data, a required attribute is missing or senseless, or a frame would exceed
                `MAX_FRAME_BYTES`.
        """
        tag, keyword = _pixel_element(dataset)
        is_float = keyword != "PixelData"
        bits_allocated = {"FloatPixelData": 32, "DoubleFloatPixelData": 64}.get(keyword) or integer(
            dataset, "00280100", "Bits Allocated"
        )
        bits_stored = bits_allocated if is_float else integer(dataset, "00280101", "Bits Stored", bits_allocated)
        high_bit = bits_stored - 1 if is_float else integer(dataset, "00280102", "High Bit", bits_stored - 1)
        if not bits_stored <= high_bit + 1 <= bits_allocated:
            high_bit = bits_stored - 1  # some writers leave 0 or 15 here whatever Bits Stored; every reader ignores it
        samples_per_pixel = integer(dataset, "00280002", "Samples per Pixel", 1)
        description = cls(
            rows=integer(dataset, "00280010", "Rows"),
            columns=integer(dataset, "00280011", "Columns"),
            samples_per_pixel=samples_per_pixel,
            photometric_interpretation=text(dataset, "00280004")
            or ("MONOCHROME2" if samples_per_pixel == 1 else "RGB"),
            bits_allocated=bits_allocated,
            bits_stored=bits_stored,
            high_bit=high_bit,
            pixel_representation=0 if is_float else integer(dataset, "00280103", "Pixel Representation", 0),
            planar_configuration=integer(dataset, "00280006", "Planar Configuration", 0),
            number_of_frames=integer(dataset, "00280008", "Number of Frames", 1) or 1,
            keyword=keyword,
            vr=str(dataset[tag].get("vr", "OW")),
        )
        description.check()
        return description

    def check(self) -> None:
        """Refuse what cannot be a frame, before a byte is allocated for it.

        Raises:
            CannotUnderstand: says which attribute is out of range.
        """
        ranges = (
            ("Rows", self.rows, 1, 65535),
            ("Columns", self.columns, 1, 65535),
            ("Bits Stored", self.bits_stored, 1, self.bits_allocated),
            ("High Bit", self.high_bit, self.bits_stored - 1, self.bits_allocated - 1),
            ("Pixel Representation", self.pixel_representation, 0, 1),
            ("Planar Configuration", self.planar_configuration, 0, 1),
            ("Number of Frames", self.number_of_frames, 1, MAX_FRAMES),
        )
        for name, value, least, most in ranges:
            if not least <= value <= most:
                raise CannotUnderstand(f"{name} is {value}, not within {least} to {most}")
        if self.samples_per_pixel not in (1, 3, 4):
            raise CannotUnderstand(f"Samples per Pixel is {self.samples_per_pixel}, not 1, 3 or 4")
        if self.bits_allocated not in (1, 8, 16, 32, 64):
            raise CannotUnderstand(f"Bits Allocated is {self.bits_allocated}, not 1, 8, 16, 32 or 64")
        if self.frame_length > MAX_FRAME_BYTES:
            raise CannotUnderstand(f"a frame of {self.frame_length} bytes is larger than {MAX_FRAME_BYTES}")

    @property
    def subsampled(self) -> bool:
        """True where native chroma is shared by two neighbouring pixels: Y1 Y2 CB CR (PS3.3 §C.7.6.3.1.2)."""
        return self.photometric_interpretation in ("YBR_FULL_422", "YBR_PARTIAL_422") and self.samples_per_pixel == 3

    @property
    def frame_bits(self) -> int:
        """Bits of one native frame. Frames of 1-bit images follow each other without padding (PS3.5 §8.1.1)."""
        samples = 2 if self.subsampled else self.samples_per_pixel
        return self.rows * self.columns * samples * self.bits_allocated

    @property
    def frame_length(self) -> int:
        """Bytes of one native frame standing alone."""
        return (self.frame_bits + 7) // 8


def integer(dataset: JsonDataset, tag: str, name: str, default: int | None = None) -> int:
    """First value of a numeric attribute.

    Raises:
        CannotUnderstand: missing without a default, or not a whole number (a VR lie gives text or bytes here).
    """
    values = dataset.get(tag, {}).get("Value") or [None]
    value = values[0]
    if value is None:
        if default is None:
            raise CannotUnderstand(f"{name} is missing")
        return default
    try:
        whole = int(value)
    except (TypeError, ValueError, OverflowError):
        raise CannotUnderstand(f"{name} is not a number") from None
    if whole != float(value):
        raise CannotUnderstand(f"{name} is not a whole number")
    return whole


def number(dataset: JsonDataset, tag: str) -> float | None:
    """First value of a decimal attribute; None where there is none, or none that is a finite number."""
    value = (dataset.get(tag, {}).get("Value") or [None])[0]
    try:
        result = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def text(dataset: JsonDataset, tag: str) -> str:
    """First value of a text attribute without padding; empty when there is none."""
    values = dataset.get(tag, {}).get("Value") or [None]
    return values[0].strip() if isinstance(values[0], str) else ""


def _pixel_element(dataset: JsonDataset) -> tuple[str, PixelKeyword]:
    for tag, keyword in _PIXEL_TAGS:
        if tag in dataset:
            return tag, keyword
    raise CannotUnderstand("the instance has no pixel data")


def decodable_syntax(transfer_syntax_uid: str) -> TransferSyntax:
    """Row of a syntax whose frames can be decoded here.

    Raises:
        UnsupportedTransferSyntax: unknown, video, or without a decoder.
    """
    syntax = TRANSFER_SYNTAXES.get(transfer_syntax_uid)
    if syntax is None or not syntax.decodable:
        raise UnsupportedTransferSyntax(f"frames in transfer syntax {transfer_syntax_uid} can't be decoded")
    return syntax


def decoded_description(description: PixelDescription, transfer_syntax_uid: str, encoded: bytes) -> PixelDescription:
    """How the decoded frame is to be read; differs from `description` in Photometric Interpretation at most.

    `encoded` is the frame before decoding: only its first markers are looked at.
    """
    syntax = decodable_syntax(transfer_syntax_uid)
    if description.samples_per_pixel != 3:
        return description
    declared = description.photometric_interpretation
    if not syntax.encapsulated:
        full = _stored_in_full(encoded, description)
        return replace(description, photometric_interpretation="YBR_FULL") if full else description
    found = declared
    if syntax.codec in ("jpeg2000", "htj2k", "jpegxl") and declared in ("YBR_RCT", "YBR_ICT"):
        found = "RGB"
    elif syntax.codec == "jpegxl" and syntax.lossy and declared.startswith("YBR"):
        found = "RGB"  # JPEG XL carries its own colour space, and its decoder gives RGB
    elif syntax.codec in ("jpeg", "jpegls"):
        found = jpeg_header(encoded).colour_space(declared)
    if found == "YBR_FULL_422" and syntax.codec in ("jpeg", "jpegls", "jpeg2000", "htj2k"):
        found = "YBR_FULL"
    return description if found == declared else replace(description, photometric_interpretation=found)


def _stored_in_full(frame: bytes, description: PixelDescription) -> bool:
    """True when a native frame says YBR_FULL_422 but carries chroma for every pixel, as some writers do."""
    return description.photometric_interpretation == "YBR_FULL_422" and len(frame) >= description.frame_length // 2 * 3


def native_little_endian(frame: bytes, description: PixelDescription, *, big_endian: bool) -> bytes:
    """A native frame as Explicit VR Little Endian stores it, exactly `description.frame_length` bytes.

    `frame` begins at its first bit; trailing padding is cut off. In big endian, 8-bit and 1-bit pixels in OW were
    written as swapped 16-bit words (PS3.5 §8.1.2); such a frame must be given in whole words, an odd one with the
    byte after its end.

    Raises:
        CannotUnderstand: fewer bytes than the description asks for.
    """
    length = description.frame_length
    if _stored_in_full(frame, description):
        length = length // 2 * 3
    if big_endian:
        size = max(description.bits_allocated // 8, 1)
        if size == 1 and description.vr == "OW":
            size = 2
        frame = swapped(frame + b"\0" * (-len(frame) % size), size)
    if len(frame) < length:
        raise CannotUnderstand(f"the frame has {len(frame)} bytes of {length}")
    return frame if len(frame) == length else frame[:length]


def swapped(data: bytes, size: int) -> bytes:
    """`data` with the byte order of every `size`-byte word reversed; a whole number of words."""
    if size == 1:
        return data
    words = array({2: "H", 4: "I", 8: "Q"}[size], data)
    words.byteswap()
    return words.tobytes()


def decode_frame(encoded: bytes, description: PixelDescription, transfer_syntax_uid: str) -> bytes:
    """One frame as Explicit VR Little Endian stores it (see the module's text for what that means exactly).

    `encoded` is the whole frame: all its fragments joined, or its native bytes. Runs a codec in this very process:
    doors go through `archive.dicom.decode_pool.DecodePool.decode`.

    Raises:
        CannotUnderstand: truncated, corrupt, or not what the attributes announce.
        UnsupportedTransferSyntax: no decoder for it.
    """
    syntax = decodable_syntax(transfer_syntax_uid)
    description.check()
    if not syntax.encapsulated:
        return native_little_endian(encoded, description, big_endian=syntax.big_endian)
    if description.frame_length > max(FLOOD_BYTES, FLOOD_RATIO * len(encoded)):
        raise CannotUnderstand(f"{len(encoded)} bytes claim to be a frame of {description.frame_length} bytes")
    from archive.dicom.decoders import decode_encapsulated  # codecs are loaded only where they run

    return decode_encapsulated(encoded, description, syntax)
