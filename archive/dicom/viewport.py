"""Cutting a region out of a rendered frame and fitting it into a viewport (PS3.18 §8.3.5.1.3)."""

from __future__ import annotations

import math
from typing import Final

from PIL import Image, ImageOps

from archive.dicom.pixels import JsonDataset
from archive.dicom.render_parameters import Viewport
from archive.errors import InvalidRequest

_ASPECT_RANGE: Final = (1 / 20, 20.0)
_SQUARE_ENOUGH: Final = 0.002
_REDUCING_GAP: Final = 2.0
"""Pillow may shrink by a whole factor first, down to twice the wanted size: 4x faster, no visible difference."""


def fitted(image: Image.Image, viewport: Viewport, pixel_height: float) -> Image.Image:
    """The wanted region, as large as the viewport allows with the shape of things kept.

    `pixel_height` is the height of a pixel over its width (`pixel_height_over_width`).

    Raises:
        InvalidRequest: the region lies outside the frame.
    """
    left, top = viewport.left, viewport.top
    source_columns = viewport.source_columns or image.width - left
    source_rows = viewport.source_rows or image.height - top
    right = min(left + abs(source_columns), image.width)
    bottom = min(top + abs(source_rows), image.height)
    if left >= image.width or top >= image.height or right <= left or bottom <= top:
        raise InvalidRequest("the viewport's source region lies outside the frame")
    columns, rows = right - left, (bottom - top) * pixel_height
    scale = min(viewport.columns / columns, viewport.rows / rows)
    size = (max(1, min(round(columns * scale), viewport.columns)), max(1, min(round(rows * scale), viewport.rows)))
    # Cut to whole pixels first, lest the neighbours of the region bleed into its edges.
    x, y = math.floor(left), math.floor(top)
    image = image.crop((x, y, math.ceil(right), math.ceil(bottom)))
    box = (left - x, top - y, right - x, bottom - y)
    # Pillow's kernels grow with the reduction, so a thumbnail is an average and not a sample.
    image = image.resize(size, Image.Resampling.BILINEAR, box, reducing_gap=_REDUCING_GAP)
    if source_columns < 0:
        image = ImageOps.mirror(image)
    if source_rows < 0:
        image = ImageOps.flip(image)
    return image


def pixel_height_over_width(header: JsonDataset) -> float:
    """From Pixel Aspect Ratio, else Pixel Spacing, else Imager Pixel Spacing; 1 when unknown or absurd."""
    for tag in ("00280034", "00280030", "00181164"):  # each vertical first (PS3.3 §C.7.6.3.1.7, §10.7.1.3)
        values = header.get(tag, {}).get("Value") or []
        try:
            vertical, horizontal = (float(value) for value in values[:2])
        except (TypeError, ValueError):
            continue
        if vertical > 0 and horizontal > 0 and _ASPECT_RANGE[0] <= vertical / horizontal <= _ASPECT_RANGE[1]:
            ratio = vertical / horizontal
            return 1.0 if abs(ratio - 1) < _SQUARE_ENOUGH else ratio
    return 1.0
