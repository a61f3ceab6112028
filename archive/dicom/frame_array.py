"""Native frame bytes as a NumPy array of stored values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.dicom.pixels import PixelDescription
from archive.errors import CannotUnderstand

Samples = NDArray[Any]


def frame_array(frame: bytes, description: PixelDescription) -> Samples:
    """Stored values of one decoded frame (`archive.dicom.pixels.decode_frame`), possibly a read-only view.

    Shape (rows, columns), or (rows, columns, samples) when Samples per Pixel is above 1; integers of Bits Allocated
    with the unused bits cleaned (PS3.5 §8.1.1), 0 and 1 as uint8 for 1-bit images, floats as they are. Chroma shared
    by two pixels (YBR_FULL_422) is given to both.

    Raises:
        CannotUnderstand: the bytes are not as many as the description says.
    """
    bits, rows, columns = description.bits_allocated, description.rows, description.columns
    if len(frame) != description.frame_length:
        raise CannotUnderstand(f"the frame has {len(frame)} bytes, not {description.frame_length}")
    if bits == 1:
        unpacked = np.unpackbits(np.frombuffer(frame, np.uint8), count=rows * columns, bitorder="little")
        return unpacked.reshape(rows, columns)
    if description.keyword != "PixelData":
        return np.frombuffer(frame, f"<f{bits // 8}").reshape(rows, columns)
    kind = "i" if description.pixel_representation else "u"
    values = _cleaned(np.frombuffer(frame, f"<{kind}{bits // 8}"), description)
    if description.subsampled:
        return _chroma_per_pixel(values).reshape(rows, columns, 3)
    samples = description.samples_per_pixel
    if samples == 1:
        return values.reshape(rows, columns)
    if description.planar_configuration == 1:
        return np.moveaxis(values.reshape(samples, rows, columns), 0, -1)
    return values.reshape(rows, columns, samples)


def _cleaned(values: Samples, description: PixelDescription) -> Samples:
    """Only the bits from High Bit down count: overlays and garbage may sit in the others."""
    left = description.bits_allocated - 1 - description.high_bit
    right = description.bits_allocated - description.bits_stored
    if right == 0:
        return values
    return (values << left) >> right


def _chroma_per_pixel(values: Samples) -> Samples:
    """Y1 Y2 CB CR for every two pixels, to Y CB CR for each (PS3.3 §C.7.6.3.1.2)."""
    if values.size % 4:
        raise CannotUnderstand("a YBR_FULL_422 frame of an odd number of pixels")
    pairs = values.reshape(-1, 4)
    return pairs[:, [0, 2, 3, 1, 2, 3]].ravel()
