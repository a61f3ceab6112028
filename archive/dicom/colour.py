"""Colour frames to 8-bit RGB: palettes, plain and segmented, and the YBR spaces (PS3.3 §C.7.6.3.1.2, §C.7.9)."""

from __future__ import annotations

import struct
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from archive.dicom.lookup_table import LookupTable, lookup_table, table, words
from archive.dicom.pixels import JsonDataset, PixelDescription
from archive.errors import CannotUnderstand

Samples = NDArray[Any]
Rgb = NDArray[np.uint8]
"""(rows, columns, 3)"""

_DISCRETE, _LINEAR, _INDIRECT = 0, 1, 2
_MAX_ENTRIES: Final = 65536


def rgb(stored: Samples, description: PixelDescription) -> Rgb:
    """8-bit RGB of a frame with three samples per pixel.

    Raises:
        CannotUnderstand: a retired colour space nobody stores any more (ARGB, CMYK, HSV).
    """
    if stored.ndim != 3 or stored.shape[2] != 3:
        raise CannotUnderstand(f"{description.photometric_interpretation} with {description.samples_per_pixel} samples")
    samples = eight_bit_samples(stored, description.bits_stored)
    space = description.photometric_interpretation
    if space in ("YBR_FULL", "YBR_FULL_422"):
        return np.asarray(Image.fromarray(samples, "YCbCr").convert("RGB"))
    if space in ("YBR_PARTIAL_422", "YBR_PARTIAL_420"):
        return _from_partial(samples)
    if space in ("RGB", "YBR_RCT", "YBR_ICT"):
        return samples
    raise CannotUnderstand(f"frames in {space} can't be shown")


def eight_bit_samples(stored: Samples, bits_stored: int) -> Rgb:
    """Unsigned samples with their most significant 8 bits kept."""
    if bits_stored > 8:
        stored = stored >> (bits_stored - 8)
    return np.ascontiguousarray(stored.astype(np.uint8))


def _from_partial(samples: Rgb) -> Rgb:
    """YBR_PARTIAL_422: luma in 16..235, chroma in 16..240 (PS3.3 §C.7.6.3.1.2, ITU-R BT.601)."""
    y, cb, cr = np.moveaxis(samples.astype(np.float64) - (16.0, 128.0, 128.0), -1, 0)
    luma = 255.0 / 219.0 * y
    red = luma + 1.402 * 255.0 / 224.0 * cr
    green = luma - (0.344136 * cb + 0.714136 * cr) * 255.0 / 224.0
    blue = luma + 1.772 * 255.0 / 224.0 * cb
    return np.clip(np.stack([red, green, blue], axis=-1) + 0.5, 0, 255).astype(np.uint8)


def palette_rgb(stored: Samples, header: JsonDataset, description: PixelDescription) -> Rgb:
    """8-bit RGB of a PALETTE COLOR frame.

    Raises:
        CannotUnderstand: no palette, or a broken one.
    """
    signed = description.pixel_representation == 1
    planes = []
    for colour in "123":
        palette = lookup_table(header, f"0028110{colour}", f"0028120{colour}", signed=signed)
        palette = palette or _segmented_palette(header, f"0028110{colour}", f"0028122{colour}", signed=signed)
        if palette is None:
            raise CannotUnderstand("PALETTE COLOR without its lookup tables")
        planes.append(palette.eight_bit()[palette.indices(stored)])
    return np.stack(planes, axis=-1)


def _segmented_palette(header: JsonDataset, descriptor_tag: str, data_tag: str, *, signed: bool) -> LookupTable | None:
    data = header.get(data_tag)
    raw = None if data is None else words(data)
    descriptor = header.get(descriptor_tag, {}).get("Value") or []
    if raw is None or len(descriptor) != 3:
        return None
    entries, first, bits = (int(value) for value in descriptor)
    expanded = expand_segments(raw, 8 if bits <= 8 else 16)
    return table(expanded, entries or _MAX_ENTRIES, first - 65536 if signed and first > 32767 else first, bits)


def expand_segments(raw: bytes, bits: int) -> bytes:
    """A segmented table written out as little-endian 16-bit entries (PS3.3 §C.7.9.2).

    Raises:
        CannotUnderstand: an unknown or truncated segment, or more than 65,536 entries.
    """
    unit = "B" if bits == 8 else "H"
    size = struct.calcsize(unit)
    data = struct.unpack(f"<{len(raw) // size}{unit}", raw[: len(raw) // size * size])
    entries: list[int] = []
    position = 0
    while position + 1 < len(data):
        if data[position] == _INDIRECT:
            entries, position = _copy_segments(data, position, entries, size)
        else:
            position = _segment(data, position, entries)
        if len(entries) > _MAX_ENTRIES:
            raise CannotUnderstand("a segmented palette has more than 65536 entries")
    return struct.pack(f"<{len(entries)}H", *entries)


def _segment(data: tuple[int, ...], position: int, entries: list[int]) -> int:
    """Append one discrete or linear segment; returns where the next one begins."""
    opcode, length = data[position], data[position + 1]
    if opcode == _DISCRETE and position + 2 + length <= len(data):
        entries.extend(data[position + 2 : position + 2 + length])
        return position + 2 + length
    if opcode == _LINEAR and position + 3 <= len(data) and entries:
        start, end = entries[-1], data[position + 2]
        entries.extend(start + ((end - start) * step * 2 + length) // (2 * length) for step in range(1, length + 1))
        return position + 3
    raise CannotUnderstand("a segmented palette has a broken segment")


def _copy_segments(data: tuple[int, ...], position: int, entries: list[int], size: int) -> tuple[list[int], int]:
    """Run earlier segments once more; they may not be indirect themselves (PS3.3 §C.7.9.2.3)."""
    words_of_offset = 4 // size
    if position + 2 + words_of_offset > len(data):
        raise CannotUnderstand("a segmented palette has a broken segment")
    offset = sum(part << (8 * size * i) for i, part in enumerate(data[position + 2 : position + 2 + words_of_offset]))
    start = offset // size
    for _ in range(data[position + 1]):
        if not start + 1 < position:
            raise CannotUnderstand("a segmented palette points beyond its own data")
        start = _segment(data, start, entries)
    return entries, position + 2 + words_of_offset
