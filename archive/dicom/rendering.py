"""One frame as a picture for people: JPEG or PNG in 8 bits (PS3.18 §8.3.5, pipeline of PS3.4 §N.2).

What is shown by default: the instance's first window, else its first VOI LUT, else the stored shades of an 8-bit
image, else the 1st to 99th percentile. Segmentations are white on black. Overlays and annotations are never burnt
in, and ICC profiles are not applied. Runs inside the decoder children (`archive.dicom.decode_pool`).
"""

from __future__ import annotations

import io
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from archive.dicom.colour import palette_rgb, rgb
from archive.dicom.frame_array import frame_array
from archive.dicom.frame_header import frame_header
from archive.dicom.pixels import (
    JsonDataset,
    PixelDescription,
    decode_frame,
    decoded_description,
    number,
    text,
)
from archive.dicom.render_parameters import RenderParameters
from archive.dicom.viewport import fitted, pixel_height_over_width
from archive.dicom.voi import GreyPipeline

_SEGMENTATION: Final = "1.2.840.10008.5.1.4.1.1.66.4"
_LABEL_MAP_SEGMENTATION: Final = "1.2.840.10008.5.1.4.1.1.66.7"
_PNG_COMPRESSION: Final = 3
"""zlib level: half the time of 6 for 3 % more bytes on CT."""


def render_frame(
    encoded: bytes,
    header: JsonDataset,
    parameters: RenderParameters,
    *,
    frame_number: int = 1,
    transfer_syntax_uid: str,
) -> bytes:
    """The picture of one frame, given as stored (all fragments joined, or native bytes from its first bit).

    `header` is the whole instance in the DICOM JSON model, or what `archive.dicom.frame_header` made of it; lookup
    tables that are still bulk data there are taken for missing.

    Raises:
        CannotUnderstand: the frame or its lookup tables are corrupt.
        InvalidRequest: the viewport's source region lies outside the frame.
        NotFound: there is no such frame.
        UnsupportedTransferSyntax: no decoder for it.
    """
    single = frame_header(header, frame_number)
    description = PixelDescription.from_dicom_json(single)
    frame = decode_frame(encoded, description, transfer_syntax_uid)
    description = decoded_description(description, transfer_syntax_uid, encoded)
    image = Image.fromarray(picture(frame_array(frame, description), single, description, parameters))
    if parameters.viewport is not None:
        image = fitted(image, parameters.viewport, pixel_height_over_width(single))
    return _encoded(image, parameters)


def picture(
    stored: NDArray[Any], header: JsonDataset, description: PixelDescription, parameters: RenderParameters
) -> NDArray[np.uint8]:
    """Shades (rows, columns) or RGB (rows, columns, 3) of one frame's stored values.

    A window asked for is applied to grayscale only.
    """
    space = description.photometric_interpretation
    if space == "PALETTE COLOR":
        return palette_rgb(stored, header, description)
    if description.samples_per_pixel > 1:
        return rgb(stored, description)
    if text(header, "00080016") in (_SEGMENTATION, _LABEL_MAP_SEGMENTATION):
        return _segmentation(stored, header)
    grey = GreyPipeline.from_header(header, description, parameters.window).grey(stored)
    return 255 - grey if space == "MONOCHROME1" else grey


def _segmentation(stored: NDArray[Any], header: JsonDataset) -> NDArray[np.uint8]:
    """White where the segment is: binary and label maps in one step, fractional in shades (PS3.3 §C.8.20.2)."""
    if text(header, "00620001") == "FRACTIONAL":
        whole = number(header, "0062000E") or 255.0
        return np.clip(np.floor(stored * (255.0 / whole) + 0.5), 0, 255).astype(np.uint8)
    return np.where(stored == 0, np.uint8(0), np.uint8(255))


def _encoded(image: Image.Image, parameters: RenderParameters) -> bytes:
    out = io.BytesIO()
    if parameters.media_type == "image/png":
        image.save(out, "PNG", compress_level=_PNG_COMPRESSION)
    else:
        image.save(out, "JPEG", quality=parameters.quality)
    return out.getvalue()
