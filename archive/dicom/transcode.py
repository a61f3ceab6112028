"""A whole instance decompressed: Explicit VR Little Endian with native pixels, streamed frame by frame.

The default that every DICOMweb client may ask for (PS3.18 §8.7.3), whatever the instance is stored in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

import orjson

from archive.dicom.explicit import NativePixelData, Override, explicit_little_endian
from archive.dicom.frames import FrameTable
from archive.dicom.pixels import JsonDataset, PixelDescription, decodable_syntax, decoded_description, text
from archive.dicom.scanner import ROOT_MARK, scan
from archive.dicom.source import ByteBuffer
from archive.dicom.transfer_syntax import TRANSFER_SYNTAXES
from archive.errors import CannotUnderstand

_PHOTOMETRIC_INTERPRETATION = 0x00280004
_PLANAR_CONFIGURATION = 0x00280006
_NUMBER_OF_FRAMES = 0x00280008
_LOSSY_IMAGE_COMPRESSION = 0x00282110


class Decoder(Protocol):
    """What decodes one frame; in a running archive `archive.dicom.decode_pool.DecodePool`."""

    def decode(self, frame: bytes, description: PixelDescription, transfer_syntax_uid: str) -> bytes: ...


def decompressed(buffer: ByteBuffer, pool: Decoder) -> Iterator[bytes]:
    """The instance that fills `buffer` as a DICOM file in Explicit VR Little Endian, in chunks.

    Pixels are the stored values (`archive.dicom.pixels` says which colour space comes out; Photometric
    Interpretation follows), and an instance whose encoding was lossy says so in Lossy Image Compression. One decoded
    frame is held at a time. The first frame is decoded before the first chunk is given, so that what can't be
    decoded at all fails before anything is sent.

    Raises, while iterating:
        CannotUnderstand: not DICOM, or a frame is corrupt.
        UnsupportedTransferSyntax: no decoder for it.
        TooLarge: uncompressed, it is more than Pixel Data can hold (4 GiB).
    """
    instance = scan(buffer)
    syntax = TRANSFER_SYNTAXES[instance.transfer_syntax_uid]
    header = orjson.loads(instance.json_template.replace(ROOT_MARK, b""))
    if not syntax.encapsulated or instance.frames is None:
        yield from explicit_little_endian(buffer, without_pixels="7FE00010" not in header)
        return
    decodable_syntax(syntax.uid)
    frames = _EncodedFrames(buffer, instance.frames)
    description = replace(PixelDescription.from_dicom_json(header), number_of_frames=len(frames))
    native = decoded_description(description, syntax.uid, frames[1])
    first = pool.decode(frames[1], description, syntax.uid)

    def decoded_frames() -> Iterator[bytes]:
        yield first
        for frame_number in range(2, len(frames) + 1):
            encoded = frames[frame_number]
            if decoded_description(description, syntax.uid, encoded) != native:
                raise CannotUnderstand(f"frame {frame_number} is in another colour space than the first")
            yield pool.decode(encoded, description, syntax.uid)

    pixel_data = NativePixelData(
        length=(native.frame_bits * len(frames) + 7) // 8,
        chunks=_joined(decoded_frames(), native.frame_bits),
        vr="OB" if native.bits_allocated <= 8 else "OW",
    )
    overrides = _overrides(header, native, lossy=syntax.lossy)
    yield from explicit_little_endian(buffer, overrides=overrides, pixel_data=pixel_data)


class _EncodedFrames:
    """Frames as stored, by number from 1."""

    def __init__(self, buffer: ByteBuffer, table: FrameTable) -> None:
        self._view, self._table = memoryview(buffer), table

    def __len__(self) -> int:
        return self._table.number_of_frames

    def __getitem__(self, frame_number: int) -> bytes:
        return b"".join(self._view[offset : offset + length] for offset, length in self._table.ranges(frame_number))


def _overrides(header: JsonDataset, native: PixelDescription, *, lossy: bool) -> dict[int, Override]:
    """Attributes that the decompressed pixels make untrue or incomplete."""
    overrides: dict[int, Override] = {}
    if native.photometric_interpretation != text(header, "00280004"):
        overrides[_PHOTOMETRIC_INTERPRETATION] = native.photometric_interpretation
    if native.samples_per_pixel > 1 and "00280006" not in header:
        overrides[_PLANAR_CONFIGURATION] = native.planar_configuration
    if "00280008" in header or native.number_of_frames > 1:
        overrides[_NUMBER_OF_FRAMES] = str(native.number_of_frames)
    if lossy and text(header, "00282110") != "01":
        overrides[_LOSSY_IMAGE_COMPRESSION] = "01"  # the encoding that told so is gone (PS3.3 §C.7.6.1.1.5)
    return overrides


def _joined(frames: Iterator[bytes], frame_bits: int) -> Iterator[bytes]:
    """Frames one behind the other; those of 1-bit images without a gap (PS3.5 §8.1.1)."""
    if frame_bits % 8 == 0:
        yield from frames
        return
    waiting, bits = 0, 0  # what does not fill a byte yet, least significant bit first
    for frame in frames:
        waiting |= (int.from_bytes(frame, "little") & ((1 << frame_bits) - 1)) << bits
        bits += frame_bits
        yield (waiting & ((1 << (bits // 8 * 8)) - 1)).to_bytes(bits // 8, "little")
        waiting, bits = waiting >> (bits // 8 * 8), bits % 8
    if bits:
        yield waiting.to_bytes(1, "little")
